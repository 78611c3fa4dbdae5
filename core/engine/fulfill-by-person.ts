/** What people do with a fulfillment task that waits for them: send it again, do it by hand, or say that it cannot be done. */
import { refuse, type Refusal } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import type { FulfillmentEvidence, FulfillmentTask, RequestItem } from '#core/domain/request.ts';
import { factOf, giveUp, leaveToPerson, performed, taskAndItem } from './fulfillment-ends.ts';
import { conflictSince, obstacleTo, type ObstacleFacts } from './obstacles.ts';
import { settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

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
    // A person wants it written anew, whatever became of what was accepted.
    acceptedAt: null,
    edition: task.edition + 1,
  };
  return settle(
    { ...before, fulfillment: replaced(before.fulfillment, ready) },
    [factOf('fulfillment.sentAgain', task, { after: task.lastProblem })],
    facts,
  );
}

/** A person leaves a task that does not get on to people: no more attempts are made. */
export function handToPerson(
  before: RequestAggregate,
  command: { readonly fulfillmentTaskId: FulfillmentTaskId; readonly note: string },
  facts: Circumstances,
): TransitionResult {
  const found = taskAndItem(before, command.fulfillmentTaskId);
  if (found === null) return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  const { task } = found;
  if (task.state !== 'failed' && task.state !== 'waiting')
    return refuse(
      'fulfillment.notPossible',
      'Only a task that failed or waits for its next attempt can be handed to a person.',
    );
  const handed: FulfillmentTask = { ...task, state: 'byHand', nextAttemptAt: null, byHandSince: facts.now };
  return settle(
    { ...before, fulfillment: replaced(before.fulfillment, handed) },
    [factOf('fulfillment.handedToPerson', task, { reason: command.note, effect: task.effect, cause: task.cause })],
    facts,
  );
}

export interface ByHandCommand {
  readonly fulfillmentTaskId: FulfillmentTaskId;
  readonly outcome: 'done' | 'notPossible';
  readonly note: string;
}

/**
 * Why this must not be recorded as done by hand; null: nothing speaks against it. Where people do the work, days lie
 * between the approval and this moment, and a connector is asked the same before it delivers.
 */
function obstacleByHand(before: RequestAggregate, item: RequestItem, facts: ObstacleFacts): Refusal | null {
  const problem = (message: string): Refusal => ({ code: 'fulfillment.notPossible', message });
  const obstacle = obstacleTo(before, item, facts);
  if (obstacle !== null && item.action === 'GRANT' && !facts.beneficiaryWorksHere)
    return { code: 'item.beneficiaryLeft', message: `${obstacle} ${takeAway}` };
  if (obstacle !== null) return problem(item.action === 'GRANT' ? `${obstacle} ${takeAway}` : obstacle);
  const conflict = item.action === 'GRANT' ? conflictSince(item, facts) : null;
  return conflict === null ? null : { code: 'item.conflict', message: conflict };
}

const takeAway = 'Take away again what was given in the application, and record that it is not possible.';

/** A person did it in the application, or says that it cannot be done. */
export function completeByHand(
  before: RequestAggregate,
  command: ByHandCommand,
  facts: Circumstances & ObstacleFacts & { readonly evidence: FulfillmentEvidence },
): TransitionResult {
  const found = taskAndItem(before, command.fulfillmentTaskId);
  if (found === null) return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  const { task, item } = found;
  if (!['byHand', 'failed', 'waiting'].includes(task.state))
    return refuse('fulfillment.notPossible', 'This task does not wait for a person.');
  if (command.outcome === 'done') {
    const obstacle = task.cause === 'decision' ? obstacleByHand(before, item, facts) : null;
    return obstacle === null
      ? performed(before, task, item, facts.evidence, facts)
      : { outcome: 'refused', refusal: obstacle };
  }
  if (task.cause === 'expiry')
    return refuse(
      'fulfillment.notPossible',
      'The end of temporary access cannot be skipped. Remove it in the application, then say so here.',
    );
  return giveUp(before, task, item, command.note, facts);
}

/**
 * What waits for a person is looked at once more when the organisation changed: nobody is asked to give what must not
 * be given any more. Null: nothing speaks against it.
 */
export function lookAgain(
  before: RequestAggregate,
  fulfillmentTaskId: FulfillmentTaskId,
  facts: Circumstances & ObstacleFacts,
): TransitionResult | null {
  const found = taskAndItem(before, fulfillmentTaskId);
  if (found === null || found.task.state !== 'byHand' || found.task.cause !== 'decision') return null;
  const { task, item } = found;
  const obstacle = obstacleTo(before, item, facts);
  if (obstacle !== null) return giveUp(before, task, item, obstacle, facts);
  const conflict = item.action === 'GRANT' ? conflictSince(item, facts) : null;
  return conflict === null ? null : leaveToPerson(before, task, conflict, facts);
}
