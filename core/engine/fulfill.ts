/**
 * Fulfillment as the engine sees it: may this task be performed now, and what does its outcome mean.
 * The order is always intent, effect, record: `start` is committed before anything is sent anywhere.
 */
import type { AuditFact } from '#core/domain/audit.ts';
import type { FulfillmentOption } from '#core/domain/directory.ts';
import { refuse } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import { plusMilliseconds, secondsBetween, type Instant } from '#core/domain/instant.ts';
import type { FulfillmentEvidence, FulfillmentTask, RequestItem } from '#core/domain/request.ts';
import { endOf } from './fulfillment-plan.ts';
import { nextVersion, settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';
import { verdictOf } from './verdict.ts';

/** A grant that meets passing faults this often is given to a person. Revocations never are. */
export const maximumGrantAttempts = 12;
const firstRetryMilliseconds = 2_000;
const longestRetryMilliseconds = 30 * 60_000;
const longestWishMilliseconds = 24 * 3_600_000;
/** How long the end of access waits for its grant, which is being performed right now. */
const behindGrantMilliseconds = 15_000;

export interface StartCommand {
  readonly fulfillmentTaskId: FulfillmentTaskId;
  readonly leaseOwner: string;
  readonly leaseUntil: Instant;
}

export interface StartFacts extends Circumstances {
  readonly option: FulfillmentOption;
  readonly beneficiaryWorksHere: boolean;
  readonly entitlementExists: boolean;
  /** Whose the active grant is: this item's, another request's, known to have ended, or not known at all. */
  readonly grantIs: 'mine' | 'others' | 'ended' | 'unknown';
}

/** Claims a due task under a lease, or ends it when it must not be performed any more. */
export function startFulfillment(before: RequestAggregate, command: StartCommand, facts: StartFacts): TransitionResult {
  const found = taskAndItem(before, command.fulfillmentTaskId);
  if (found === null) return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  const { task, item } = found;
  const claimable =
    ['scheduled', 'ready', 'waiting', 'running'].includes(task.state) &&
    task.nextAttemptAt !== null &&
    task.nextAttemptAt <= facts.now;
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
  // A duration's clock starts at delivery. Should delivery go unrecorded, the end counts from here.
  const end = item.action === 'GRANT' ? endOf(item.term, facts.now) : null;
  const redated = end === null ? before : redateExpiry(before, item, end);
  return claim(redated, task, command, facts);
}

/** Why an approved item must not be performed now; null: nothing speaks against it. */
function obstacleTo(before: RequestAggregate, item: RequestItem, facts: StartFacts): string | null {
  const verdict = verdictOf(item, before.request.requesterId, before.stages, before.decisions);
  if (verdict !== 'approved') return `The recorded decisions do not approve this (${verdict}).`;
  if (item.action === 'REVOKE') return null;
  if (!facts.beneficiaryWorksHere) return 'The person no longer works here.';
  if (!facts.entitlementExists) return 'The entitlement no longer exists in the application.';
  if (item.term.kind === 'until' && item.term.endsAt <= facts.now)
    return 'The access would have ended before it could be delivered.';
  return null;
}

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
    ['ready', 'waiting', 'running', 'byHand'].includes(grant.state)
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
  if (grant !== undefined && ['ready', 'waiting', 'running', 'byHand', 'failed'].includes(grant.state)) {
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
    const handed: FulfillmentTask = { ...task, state: 'byHand', nextAttemptAt: null };
    const trail = [
      factOf('fulfillment.handedToPerson', task, {
        reason: 'The application is fulfilled by hand.',
        effect: task.effect,
        cause: task.cause,
      }),
    ];
    return settle({ ...before, fulfillment: replaced(before.fulfillment, handed) }, trail, facts);
  }
  const claimed: FulfillmentTask = {
    ...task,
    state: 'running',
    attempts: task.attempts + 1,
    leaseOwner: command.leaseOwner,
    leaseUntil: command.leaseUntil,
    // A dead owner's task comes up again by itself when its lease ends.
    nextAttemptAt: command.leaseUntil,
  };
  const trail = [
    factOf('fulfillment.started', task, { effect: task.effect, cause: task.cause, attempt: claimed.attempts }),
  ];
  return settle({ ...before, fulfillment: replaced(before.fulfillment, claimed) }, trail, facts);
}

/** What an attempt came to, as the runtime reports it. */
export type AttemptOutcome =
  | { readonly kind: 'done'; readonly evidence: FulfillmentEvidence }
  /** A passing fault. `afterMilliseconds` is the application's own wish. `jitter` is between 0 and 1. */
  | {
      readonly kind: 'retry';
      readonly problem: string;
      readonly afterMilliseconds: number | null;
      readonly jitter: number;
    }
  /** Trying again by itself is of no use. `mayHaveHappened`: an earlier attempt may have had its effect. */
  | { readonly kind: 'failed'; readonly problem: string; readonly mayHaveHappened: boolean };

export interface RecordCommand {
  readonly fulfillmentTaskId: FulfillmentTaskId;
  readonly leaseOwner: string;
  readonly outcome: AttemptOutcome;
}

export function recordAttempt(
  before: RequestAggregate,
  command: RecordCommand,
  facts: Circumstances,
): TransitionResult {
  const found = taskAndItem(before, command.fulfillmentTaskId);
  if (found === null) return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  const { task, item } = found;
  if (task.state !== 'running' || task.leaseOwner !== command.leaseOwner) {
    return refuse(
      'fulfillment.notPossible',
      'Somebody else has taken this task over; what was done will be found by reading it back.',
    );
  }
  const { outcome } = command;
  switch (outcome.kind) {
    case 'done':
      return performed(before, task, item, outcome.evidence, facts);
    case 'retry':
      if (task.effect === 'grant' && task.attempts >= maximumGrantAttempts) {
        return failed(before, task, `Given up after ${task.attempts} attempts. ${outcome.problem}`, facts);
      }
      return retryLater(before, task, outcome, facts);
    case 'failed':
      // The end of access is never given up silently: it is tried again and shown to people meanwhile.
      if (task.effect === 'revoke')
        return retryLater(
          before,
          task,
          { problem: outcome.problem, afterMilliseconds: longestRetryMilliseconds, jitter: 0 },
          facts,
        );
      return failed(before, task, outcome.problem, facts);
  }
}

/**
 * Doubling from 2 seconds to half an hour, plus up to half again of jitter; never earlier than the application
 * asked for, up to a day: one that asks for years is asked again.
 */
export function retryDelay(attempts: number, afterMilliseconds: number | null, jitter: number): number {
  const doubling = Math.min(longestRetryMilliseconds, firstRetryMilliseconds * 2 ** Math.min(20, attempts - 1));
  return Math.round(Math.max(doubling, Math.min(longestWishMilliseconds, afterMilliseconds ?? 0)) * (1 + jitter / 2));
}

function retryLater(
  before: RequestAggregate,
  task: FulfillmentTask,
  outcome: { readonly problem: string; readonly afterMilliseconds: number | null; readonly jitter: number },
  facts: Circumstances,
): TransitionResult {
  const nextAttemptAt = plusMilliseconds(
    facts.now,
    retryDelay(task.attempts, outcome.afterMilliseconds, outcome.jitter),
  );
  const waiting: FulfillmentTask = {
    ...task,
    state: 'waiting',
    nextAttemptAt,
    leaseOwner: null,
    leaseUntil: null,
    lastProblem: outcome.problem,
  };
  const trail = [
    factOf('fulfillment.retrying', task, { attempt: task.attempts, problem: outcome.problem, nextAttemptAt }),
  ];
  return settle({ ...before, fulfillment: replaced(before.fulfillment, waiting) }, trail, facts);
}

/** Waits for a person; the item stays approved, because nobody has said that it cannot be done. */
function failed(
  before: RequestAggregate,
  task: FulfillmentTask,
  problem: string,
  facts: Circumstances,
): TransitionResult {
  const stopped: FulfillmentTask = {
    ...task,
    state: 'failed',
    nextAttemptAt: null,
    leaseOwner: null,
    leaseUntil: null,
    lastProblem: problem,
  };
  return settle(
    { ...before, fulfillment: replaced(before.fulfillment, stopped) },
    [factOf('fulfillment.failed', task, { attempt: task.attempts, problem })],
    facts,
  );
}

function performed(
  before: RequestAggregate,
  task: FulfillmentTask,
  item: RequestItem,
  evidence: FulfillmentEvidence,
  facts: Circumstances,
): TransitionResult {
  const at = evidence.readBackAt ?? facts.now;
  const ended: FulfillmentTask = {
    ...task,
    state: 'done',
    nextAttemptAt: null,
    leaseOwner: null,
    leaseUntil: null,
    lastProblem: null,
    evidence,
    endedAt: facts.now,
    latenessSeconds: secondsBetween(task.dueAt, at),
  };
  const after = { ...before, fulfillment: replaced(before.fulfillment, ended) };
  const trail: AuditFact[] = [];
  if (evidence.accountCreated)
    trail.push(fact('account.created', item, { accountId: evidence.accountId, source: evidence.source }));
  if (task.cause === 'expiry') {
    trail.push(fact('access.expired', item, { evidence, dueAt: task.dueAt, latenessSeconds: ended.latenessSeconds }));
    return settle(
      { ...after, items: replaced(after.items, { ...item, expiredAt: at, changedInVersion: nextVersion(before) }) },
      trail,
      facts,
    );
  }
  const expiresAt = item.action === 'GRANT' ? endOf(item.term, at) : null;
  const fulfilled: RequestItem = {
    ...item,
    state: 'fulfilled',
    fulfilledAt: at,
    expiresAt,
    changedInVersion: nextVersion(before),
  };
  trail.push(fact(item.action === 'GRANT' ? 'access.granted' : 'access.removed', item, { evidence, expiresAt }));
  const dated = expiresAt === null ? after : redateExpiry(after, item, expiresAt);
  return settle({ ...dated, items: replaced(dated.items, fulfilled) }, trail, facts);
}

/** A person sends a task that failed or waits to be tried again at once. */
export function sendAgain(
  before: RequestAggregate,
  fulfillmentTaskId: FulfillmentTaskId,
  facts: Circumstances,
): TransitionResult {
  const found = taskAndItem(before, fulfillmentTaskId);
  if (found === null) return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  const { task } = found;
  if (task.state !== 'failed' && task.state !== 'waiting')
    return refuse(
      'fulfillment.notPossible',
      'Only a task that failed or waits for its next attempt can be sent again.',
    );
  const ready: FulfillmentTask = {
    ...task,
    state: 'ready',
    nextAttemptAt: facts.now,
    attempts: task.state === 'failed' ? 0 : task.attempts,
  };
  return settle(
    { ...before, fulfillment: replaced(before.fulfillment, ready) },
    [factOf('fulfillment.sentAgain', task, { after: task.lastProblem })],
    facts,
  );
}

export interface ByHandCommand {
  readonly fulfillmentTaskId: FulfillmentTaskId;
  readonly outcome: 'done' | 'notPossible';
  readonly note: string;
}

/** A person did it in the application, or says that it cannot be done. */
export function completeByHand(
  before: RequestAggregate,
  command: ByHandCommand,
  facts: Circumstances & { readonly evidence: FulfillmentEvidence },
): TransitionResult {
  const found = taskAndItem(before, command.fulfillmentTaskId);
  if (found === null) return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  const { task, item } = found;
  if (!['byHand', 'failed', 'waiting'].includes(task.state))
    return refuse('fulfillment.notPossible', 'This task does not wait for a person.');
  if (command.outcome === 'done') return performed(before, task, item, facts.evidence, facts);
  if (task.cause === 'expiry')
    return refuse(
      'fulfillment.notPossible',
      'The end of temporary access cannot be skipped. Remove it in the application, then say so here.',
    );
  return giveUp(before, task, item, command.note, facts);
}

/** Ends an item without its effect, and with it its scheduled end, unless something may have arrived already. */
function giveUp(
  before: RequestAggregate,
  task: FulfillmentTask,
  item: RequestItem,
  reason: string,
  facts: Circumstances,
  options: { readonly keepExpiry: boolean } = { keepExpiry: task.effect === 'grant' && task.attempts > 0 },
): TransitionResult {
  const fulfillment = before.fulfillment.map((other): FulfillmentTask => {
    if (other.id === task.id) {
      return {
        ...other,
        state: 'cancelled',
        nextAttemptAt: null,
        leaseOwner: null,
        leaseUntil: null,
        lastProblem: reason,
        endedAt: facts.now,
      };
    }
    const pointless =
      other.itemId === item.id && other.cause === 'expiry' && other.state === 'scheduled' && !options.keepExpiry;
    return pointless ? { ...other, state: 'cancelled', nextAttemptAt: null, endedAt: facts.now } : other;
  });
  const failedItem: RequestItem = { ...item, state: 'failed', changedInVersion: nextVersion(before) };
  return settle(
    { ...before, fulfillment, items: replaced(before.items, failedItem) },
    [fact('fulfillment.refused', item, { effect: task.effect, cause: task.cause, reason })],
    facts,
  );
}

/** Moves the scheduled end of an item's access. */
function redateExpiry(before: RequestAggregate, item: RequestItem, end: Instant): RequestAggregate {
  return {
    ...before,
    fulfillment: before.fulfillment.map((task) =>
      task.itemId === item.id && task.cause === 'expiry' && task.state === 'scheduled' && task.dueAt !== end
        ? { ...task, dueAt: end, nextAttemptAt: end }
        : task,
    ),
  };
}

function taskAndItem(
  before: RequestAggregate,
  id: FulfillmentTaskId,
): { readonly task: FulfillmentTask; readonly item: RequestItem } | null {
  const task = before.fulfillment.find((candidate) => candidate.id === id);
  const item = before.items.find((candidate) => candidate.id === task?.itemId);
  return task === undefined || item === undefined ? null : { task, item };
}

function fact(type: AuditFact['type'], item: RequestItem, data: AuditFact['data']): AuditFact {
  return { type, requestId: item.requestId, itemId: item.id, data };
}

function factOf(type: AuditFact['type'], task: FulfillmentTask, data: AuditFact['data']): AuditFact {
  return { type, requestId: task.requestId, itemId: task.itemId, data: { fulfillmentTaskId: task.id, ...data } };
}
