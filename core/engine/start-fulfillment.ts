/**
 * May this fulfillment task be performed now? The order is always intent, effect, record: what is claimed
 * here is committed before anything is sent anywhere.
 */
import type { FulfillmentOption } from '#core/domain/directory.ts';
import { refuse } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import { plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { FulfillmentEvidence, FulfillmentState, FulfillmentTask, RequestItem } from '#core/domain/request.ts';
import { fact, factOf, giveUp, leaveToPerson, performed, redateExpiry, taskAndItem } from './fulfillment-ends.ts';
import { endOf } from './fulfillment-plan.ts';
import { conflictSince, obstacleTo, type ObstacleFacts } from './obstacles.ts';
import { settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

const undelivered: readonly FulfillmentState[] = ['scheduled', 'ready', 'waiting', 'running', 'byHand'];

/** How long the end of access waits for its grant, which is being performed right now. */
const behindGrantMilliseconds = 15_000;

export interface StartCommand {
  readonly fulfillmentTaskId: FulfillmentTaskId;
  readonly leaseOwner: string;
  readonly leaseUntil: Instant;
  /** An owner of a lease whose process is known to be dead: its task is taken over before the lease ends. */
  readonly deadOwner?: string;
}

export interface StartFacts extends Circumstances, ObstacleFacts {
  readonly option: FulfillmentOption;
  /** Whose the active grant is: this item's, another request's, known to have ended, or not known at all. */
  readonly grantIs: 'mine' | 'others' | 'ended' | 'unknown';
  /** The access that this item prolongs is still held, so that only its end has to move. Left out: it prolongs nothing. */
  readonly prolongsHeld?: boolean;
  /** The end of the access that this item prolongs, while it can still be moved. Left out or null: it prolongs nothing. */
  readonly prolongsUntil?: Instant | null;
  /** The name of the account that would get it and is disabled, as far as the workspace knows. Left out or null: none is. */
  readonly disabledAccount?: string | null;
}

/** Claims a due task under a lease, or ends it when it must not be performed any more. */
export function startFulfillment(before: RequestAggregate, command: StartCommand, facts: StartFacts): TransitionResult {
  const found = taskAndItem(before, command.fulfillmentTaskId);
  if (found === null) return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  const { task, item } = found;
  const due = task.nextAttemptAt !== null && task.nextAttemptAt <= facts.now;
  const orphaned = task.state === 'running' && task.leaseOwner !== null && task.leaseOwner === command.deadOwner;
  const claimable = ['scheduled', 'ready', 'waiting', 'running'].includes(task.state) && (due || orphaned);
  if (!claimable) return refuse('fulfillment.notPossible', 'This task is not due, or somebody else performs it.');
  return task.cause === 'expiry'
    ? startExpiry(before, task, item, command, facts)
    : startDecided(before, task, item, command, facts);
}

function startDecided(
  before: RequestAggregate,
  task: FulfillmentTask,
  item: RequestItem,
  command: StartCommand,
  facts: StartFacts,
): TransitionResult {
  const obstacle = obstacleTo(before, item, facts);
  if (obstacle !== null) return giveUp(before, task, item, obstacle, facts);
  // Its own end is not the one that counts yet, and never will be.
  if (isNoLonger(item, facts)) return giveUp(before, task, item, lastsAlready, facts, { keepExpiry: false });
  const appeared = conflictSince(item, facts);
  if (appeared !== null) return leaveToPerson(before, task, appeared, facts);
  // A duration's clock starts at delivery. Should delivery go unrecorded, the end counts from here.
  const end = item.action === 'GRANT' ? endOf(item.term, facts.now) : null;
  const redated = end === null ? before : redateExpiry(before, item, end);
  // Where people do the work, there is none: nobody is asked to give what is held already.
  if (facts.prolongsHeld === true && facts.option === 'manual')
    return performed(redated, task, item, onlyItsEnd, facts);
  return claim(redated, task, command, facts);
}

/** What prolongs access would end no later than the access does anyway, so that its end would take time away. */
function isNoLonger(item: RequestItem, { now, prolongsUntil = null }: StartFacts): boolean {
  const end = endOf(item.term, now);
  return prolongsUntil !== null && end !== null && end <= prolongsUntil;
}

const lastsAlready = 'The access lasts that long already, so there is nothing to prolong.';

const onlyItsEnd: FulfillmentEvidence = {
  outcome: 'already',
  accountId: null,
  accountCreated: false,
  grantId: null,
  heldAfterwards: null,
  readBackAt: null,
  source: 'The access is held already; only its end has moved, so nothing had to be done in the application.',
  facts: {},
};

function startExpiry(
  before: RequestAggregate,
  task: FulfillmentTask,
  item: RequestItem,
  command: StartCommand,
  facts: StartFacts,
): TransitionResult {
  const grant = before.fulfillment.find((other) => other.itemId === item.id && other.cause === 'decision');
  if (grant?.state === 'running' && grant.leaseUntil !== null && grant.leaseUntil > facts.now) {
    const later = plusMilliseconds(facts.now, behindGrantMilliseconds);
    return settle(
      { ...before, fulfillment: replaced(before.fulfillment, { ...task, nextAttemptAt: later }) },
      [],
      facts,
    );
  }
  if (
    grant !== undefined &&
    item.term.kind === 'duration' &&
    // Access that is only prolonged is held all the time: its end waits for nothing.
    item.extendsItemId === null &&
    undelivered.includes(grant.state)
  ) {
    // The clock of a duration starts at delivery, which is still to come: so is its end.
    return settle(redateExpiry(before, item, endOf(item.term, facts.now) ?? facts.now), [], facts);
  }
  // That the access is not seen any more is no proof where the application itself can be asked: removing it again does no harm.
  if (facts.grantIs === 'others' || (facts.grantIs === 'ended' && facts.option === 'manual')) {
    const reason =
      facts.grantIs === 'others'
        ? 'Another request explains this access now.'
        : 'The access was removed before its end.';
    const fulfillment = replaced(before.fulfillment, {
      ...task,
      state: 'cancelled' as const,
      nextAttemptAt: null,
      endedAt: facts.now,
    });
    return settle(
      { ...before, fulfillment },
      [fact('fulfillment.refused', item, { effect: task.effect, cause: task.cause, reason })],
      facts,
    );
  }
  if (grant !== undefined && (undelivered.includes(grant.state) || grant.state === 'failed')) {
    // Its end has come and the grant never got there: it must not be delivered later. What may have arrived is removed.
    const ended = giveUp(before, grant, item, 'The access would have ended before it could be delivered.', facts, {
      keepExpiry: true,
    });
    if (ended.outcome === 'refused') return ended;
    const claimed = claim(ended.value.after, task, command, facts);
    if (claimed.outcome === 'refused') return claimed;
    return {
      outcome: 'done',
      value: { after: claimed.value.after, facts: [...ended.value.facts, ...claimed.value.facts] },
    };
  }
  return claim(before, task, command, facts);
}

function claim(
  before: RequestAggregate,
  task: FulfillmentTask,
  command: StartCommand,
  facts: StartFacts,
): TransitionResult {
  if (facts.option === 'manual') {
    const disabled = task.effect === 'grant' ? (facts.disabledAccount ?? null) : null;
    const lastProblem = disabled === null ? task.lastProblem : disabledWords(disabled);
    const handed: FulfillmentTask = {
      ...task,
      state: 'byHand',
      nextAttemptAt: null,
      lastProblem,
      byHandSince: facts.now,
    };
    const trail = [
      factOf('fulfillment.handedToPerson', task, {
        reason: `The application is fulfilled by hand.${disabled === null ? '' : ` ${disabledWords(disabled)}`}`,
        effect: task.effect,
        cause: task.cause,
      }),
    ];
    return settle({ ...before, fulfillment: replaced(before.fulfillment, handed) }, trail, facts);
  }
  const claimed: FulfillmentTask = {
    ...task,
    state: 'running',
    // What was accepted is only read again: that is no further attempt.
    attempts: task.acceptedAt === null ? task.attempts + 1 : task.attempts,
    leaseOwner: command.leaseOwner,
    leaseUntil: command.leaseUntil,
    // A dead owner's task comes up again by itself when its lease ends.
    nextAttemptAt: command.leaseUntil,
  };
  const trail =
    task.acceptedAt === null
      ? [factOf('fulfillment.started', task, { effect: task.effect, cause: task.cause, attempt: claimed.attempts })]
      : [];
  return settle({ ...before, fulfillment: replaced(before.fulfillment, claimed) }, trail, facts);
}

function disabledWords(username: string): string {
  return `The account ${username} is disabled there: enable it first if it should be used again, or say that it cannot be done.`;
}
