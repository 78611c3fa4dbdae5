/** What an attempt at a fulfillment task came to, and when it is tried again. */
import { refuse } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import type { FulfillmentEvidence, FulfillmentTask } from '#core/domain/request.ts';
import { factOf, performed, taskAndItem } from './fulfillment-ends.ts';
import { settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

/** A grant that meets passing faults this often is given to a person. Revocations never are. */
export const maximumGrantAttempts = 12;
const firstRetryMilliseconds = 2_000;
const longestRetryMilliseconds = 30 * 60_000;
const longestWishMilliseconds = 24 * 3_600_000;

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
