/** What an attempt at a fulfillment task came to, and when it is tried again. */
import { refuse } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import { epochMilliseconds, plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { FulfillmentEvidence, FulfillmentTask, RequestItem } from '#core/domain/request.ts';
import { fact, factOf, leaveToPerson, performed, taskAndItem } from './fulfillment-ends.ts';
import { settle } from './settle.ts';
import { turnedDown, withNews, type TicketNews } from './ticket.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

/** A grant that meets passing faults this often is given to a person. Revocations never are. */
export const maximumGrantAttempts = 12;
/** So many faults in a row that people are told of a removal that does not succeed; told again at each multiple of ten of it. */
export const worryingRevokeAttempts = 5;
const leastRetryMilliseconds = 250;
const firstRetryMilliseconds = 2_000;
const longestRetryMilliseconds = 30 * 60_000;
const longestWishMilliseconds = 24 * 3_600_000;
/** People turned a removal down. It is asked for once more, in a further ticket, when they had a day to hear why. */
const removalAskedAgainMilliseconds = 24 * 3_600_000;
const firstReadingMilliseconds = 60_000;
const longestReadingMilliseconds = 6 * 3_600_000;

/** What an attempt came to, as the runtime reports it. */
export type AttemptOutcome =
  | { readonly kind: 'done'; readonly evidence: FulfillmentEvidence }
  /** The application took the write; `waitsFor` says what has still to happen outside, to follow "Waits for". */
  | {
      readonly kind: 'pending';
      readonly waitsFor: string;
      readonly account: FulfillmentEvidence['accountId'];
      readonly accountCreated: boolean;
      readonly source: string;
      readonly jitter: number;
    }
  /** Others were asked to do it, now or earlier, and this is what they say. `evidence` when it is done, else null. */
  | {
      readonly kind: 'ticket';
      readonly news: TicketNews;
      readonly evidence: FulfillmentEvidence | null;
      readonly source: string;
      /** When it is to be looked at again; null: after half the time it has waited. */
      readonly afterMilliseconds: number | null;
      readonly jitter: number;
    }
  /** A passing fault. `afterMilliseconds` is the application's own wish. `jitter` is between 0 and 1. */
  | {
      readonly kind: 'retry';
      readonly problem: string;
      readonly afterMilliseconds: number | null;
      readonly jitter: number;
    }
  /** Nothing can be written before somebody outside has done something. It is asked again, as long as that takes. */
  | { readonly kind: 'awaiting'; readonly waitsFor: string; readonly jitter: number }
  /** The application does not accept the credential. Nothing is wrong with the task: it is due as soon as one is accepted. */
  | { readonly kind: 'credential'; readonly problem: string }
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
    case 'pending':
      return readAgainLater(before, task, item, outcome, facts);
    case 'ticket':
      return heardOfTicket(before, task, item, outcome, facts);
    case 'retry':
      // Only read meanwhile: whatever the fault, the write stands and waits for somebody outside.
      if (task.acceptedAt !== null) return stillUnread(before, task, outcome, facts);
      if (task.effect === 'grant' && task.attempts >= maximumGrantAttempts) {
        return leaveToPerson(before, task, `Given up after ${task.attempts} attempts. ${outcome.problem}`, facts);
      }
      return retryLater(before, task, outcome, facts);
    case 'awaiting':
      return waitForOutside(before, task, outcome, facts);
    case 'credential':
      return waitForCredential(before, task, outcome.problem, facts);
    case 'failed':
      // The end of access is never given up silently: it is tried again and shown to people meanwhile.
      if (task.effect === 'revoke')
        return retryLater(
          before,
          // Whatever was accepted is not awaited any more: the removal is written again.
          task.acceptedAt === null ? task : { ...task, acceptedAt: null, edition: task.edition + 1 },
          { problem: outcome.problem, afterMilliseconds: longestRetryMilliseconds, jitter: 0 },
          facts,
        );
      return leaveToPerson(before, task, outcome.problem, facts);
  }
}

/** The other system reports by itself, while nobody performs the task. */
export function recordTicketNews(
  before: RequestAggregate,
  command: { readonly fulfillmentTaskId: FulfillmentTaskId; readonly outcome: TicketOutcome },
  facts: Circumstances,
): TransitionResult {
  const found = taskAndItem(before, command.fulfillmentTaskId);
  if (found === null) return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  const { task, item } = found;
  if (task.state !== 'waiting' || task.ticket?.state !== 'open')
    return refuse('fulfillment.notPossible', 'This task does not wait for a ticket.');
  return heardOfTicket(before, task, item, command.outcome, facts);
}

type TicketOutcome = Extract<AttemptOutcome, { readonly kind: 'ticket' }>;

function heardOfTicket(
  before: RequestAggregate,
  earlier: FulfillmentTask,
  item: RequestItem,
  { news, evidence, source, afterMilliseconds, jitter }: TicketOutcome,
  facts: Circumstances,
): TransitionResult {
  const ticket = withNews(earlier, news, facts.now);
  const task: FulfillmentTask = { ...earlier, ticket };
  if (evidence !== null) return performed(before, task, item, evidence, facts);
  if (news.state === 'rejected') {
    const problem = turnedDown(ticket);
    if (task.effect === 'grant') return leaveToPerson(before, task, problem, facts);
    const again = { problem, afterMilliseconds: removalAskedAgainMilliseconds, jitter };
    return retryLater(before, { ...task, acceptedAt: null }, again, facts);
  }
  const waitsFor = `ticket ${ticket.reference}${news.note === '' ? '' : ` (${news.note})`}`;
  const pending = { kind: 'pending', waitsFor, account: null, accountCreated: false, source, jitter } as const;
  return readAgainLater(before, task, item, pending, facts, afterMilliseconds);
}

/**
 * Exponential with full jitter: anything between a quarter of a second and a bound that doubles from 2 seconds to
 * half an hour, on top of what the application asked for; that up to a day: one that asks for years is asked again.
 */
export function retryDelay(attempts: number, afterMilliseconds: number | null, jitter: number): number {
  const bound = Math.min(
    longestRetryMilliseconds,
    firstRetryMilliseconds * 2 ** Math.min(20, Math.max(0, attempts - 1)),
  );
  const wish = Math.min(longestWishMilliseconds, afterMilliseconds ?? 0);
  return Math.round(wish + leastRetryMilliseconds + jitter * bound);
}

/** A write that waits for somebody outside is read again after half the time it has waited: a minute at first, six hours in the end. */
export function readingDelay(acceptedAt: Instant, now: Instant, jitter: number): number {
  const half = (epochMilliseconds(now) - epochMilliseconds(acceptedAt)) / 2;
  return Math.round(Math.min(longestReadingMilliseconds, Math.max(firstReadingMilliseconds, half)) * (1 + jitter / 4));
}

function readAgainLater(
  before: RequestAggregate,
  task: FulfillmentTask,
  item: RequestItem,
  outcome: Extract<AttemptOutcome, { readonly kind: 'pending' }>,
  facts: Circumstances,
  afterMilliseconds: number | null = null,
): TransitionResult {
  const acceptedAt = task.acceptedAt ?? facts.now;
  const wait = afterMilliseconds ?? readingDelay(acceptedAt, facts.now, outcome.jitter);
  const waiting: FulfillmentTask = {
    ...released(task),
    nextAttemptAt: plusMilliseconds(facts.now, wait),
    lastProblem: `Waits for ${outcome.waitsFor}`,
    acceptedAt,
  };
  const trail = [];
  if (outcome.accountCreated)
    trail.push(fact('account.created', item, { accountId: outcome.account, source: outcome.source }));
  if (task.acceptedAt === null)
    trail.push(
      factOf('fulfillment.accepted', task, {
        effect: task.effect,
        cause: task.cause,
        waitsFor: outcome.waitsFor,
        source: outcome.source,
        ...(task.ticket === null ? {} : { ticket: task.ticket.reference, ticketUrl: task.ticket.url }),
      }),
    );
  return settle({ ...before, fulfillment: replaced(before.fulfillment, waiting) }, trail, facts);
}

function stillUnread(
  before: RequestAggregate,
  task: FulfillmentTask,
  outcome: Extract<AttemptOutcome, { readonly kind: 'retry' }>,
  facts: Circumstances,
): TransitionResult {
  const slowly = readingDelay(task.acceptedAt ?? facts.now, facts.now, outcome.jitter);
  // Tickets are looked at steadily: a fault of one look must not put the next off for hours.
  const wait = task.ticket === null ? slowly : Math.min(slowly, longestRetryMilliseconds);
  const waiting: FulfillmentTask = {
    ...released(task),
    nextAttemptAt: plusMilliseconds(facts.now, Math.max(wait, outcome.afterMilliseconds ?? 0)),
    lastProblem: `The application took it; whether it is there could not be read: ${outcome.problem}`,
  };
  return settle({ ...before, fulfillment: replaced(before.fulfillment, waiting) }, [], facts);
}

/** What is only read was not counted when it was claimed. */
function uncounted({ attempts, acceptedAt }: FulfillmentTask): number {
  return acceptedAt === null ? attempts - 1 : attempts;
}

function released(task: FulfillmentTask): FulfillmentTask {
  return { ...task, state: 'waiting', leaseOwner: null, leaseUntil: null };
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
  const waiting: FulfillmentTask = { ...released(task), nextAttemptAt, lastProblem: outcome.problem };
  const trail = [
    factOf('fulfillment.retrying', task, { attempt: task.attempts, problem: outcome.problem, nextAttemptAt }),
  ];
  return settle({ ...before, fulfillment: replaced(before.fulfillment, waiting) }, trail, facts);
}

/** No fault, and no attempt either. Told once, not at each time it is asked. */
function waitForOutside(
  before: RequestAggregate,
  task: FulfillmentTask,
  { waitsFor, jitter }: Extract<AttemptOutcome, { readonly kind: 'awaiting' }>,
  facts: Circumstances,
): TransitionResult {
  const problem = `Waits for ${waitsFor}`;
  const nextAttemptAt = plusMilliseconds(facts.now, readingDelay(task.dueAt, facts.now, jitter));
  const waiting: FulfillmentTask = {
    ...released(task),
    attempts: uncounted(task),
    nextAttemptAt,
    lastProblem: problem,
  };
  const told =
    task.lastProblem === problem
      ? []
      : [factOf('fulfillment.retrying', task, { attempt: task.attempts, problem, nextAttemptAt })];
  return settle({ ...before, fulfillment: replaced(before.fulfillment, waiting) }, told, facts);
}

/** It does not count as an attempt: many may pass before somebody enters another credential. */
function waitForCredential(
  before: RequestAggregate,
  task: FulfillmentTask,
  problem: string,
  facts: Circumstances,
): TransitionResult {
  const waiting: FulfillmentTask = {
    ...released(task),
    attempts: uncounted(task),
    nextAttemptAt: facts.now,
    lastProblem: problem,
  };
  const trail = [factOf('fulfillment.retrying', task, { attempt: task.attempts, problem, nextAttemptAt: null })];
  return settle({ ...before, fulfillment: replaced(before.fulfillment, waiting) }, trail, facts);
}
