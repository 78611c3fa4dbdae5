/**
 * Does with each of many tasks what a decision over all of them says, with the engine, task by task. What comes of
 * it is what doing it one by one would have made.
 */
import type { AuditFact } from '#core/domain/audit.ts';
import type { BulkDecision } from '#core/domain/bulk-decision.ts';
import type { RiskLevel } from '#core/domain/directory.ts';
import { done, type Refusal, type Result } from '#core/domain/errors.ts';
import type { RequestId } from '#core/domain/ids.ts';
import type { RequestItem, ReviewMessage } from '#core/domain/request.ts';
import { decide } from '#core/engine/decide.ts';
import { reassign } from '#core/engine/hand-over.ts';
import { standInsFor } from '#core/engine/review-facts.ts';
import { askForInformation } from '#core/engine/review-messages.ts';
import type { Circumstances, RequestAggregate, Transition } from '#core/engine/state.ts';
import type { Rows } from '#core/persistence/tables.ts';
import type { LoadedTasks } from './bulk-store.ts';

export interface TaskOutcome {
  readonly task: Rows['review_task'];
  /** Null: it was done. */
  readonly refusal: Refusal | null;
}

export interface DecidedTasks {
  readonly aggregates: ReadonlyMap<RequestId, RequestAggregate>;
  readonly outcomes: readonly TaskOutcome[];
  readonly facts: readonly AuditFact[];
  /** Questions that were asked. */
  readonly messages: readonly ReviewMessage[];
  /** Items whose tasks were given to somebody else. */
  readonly handedOn: readonly RequestItem[];
}

export type BulkDeed = Pick<BulkDecision, 'deciderId' | 'verdict' | 'reason'> &
  Partial<Pick<BulkDecision, 'shortenedTo' | 'toReviewerId'>>;

export interface BulkConditions {
  readonly highRisk: boolean;
  readonly mayDecide: boolean;
  /** Whether the person the tasks are given to works here. */
  readonly receiverWorksHere?: boolean;
}

/** Decides each task by itself: one that is refused never stands in the way of another. */
export function decideTasks(
  loaded: LoadedTasks,
  bulk: BulkDeed,
  how: BulkConditions,
  circumstances: Circumstances,
): DecidedTasks {
  const aggregates = new Map(loaded.aggregates);
  const outcomes: TaskOutcome[] = [];
  const facts: AuditFact[] = [];
  const messages: ReviewMessage[] = [];
  const handedOn: RequestItem[] = [];
  for (const task of loaded.tasks) {
    const before = aggregates.get(task.requestId);
    const item = before?.items.find((candidate) => candidate.id === task.itemId);
    if (before === undefined || item === undefined) throw new Error(`The task ${task.id} has no item`);
    const refusal = bulkProblem(loaded.authority.of(item).entitlement?.risk, how);
    if (refusal !== null) {
      outcomes.push({ task, refusal });
      continue;
    }
    const result = performed({ loaded, before, item, task, bulk, how, circumstances });
    if (result.outcome === 'refused') {
      outcomes.push({ task, refusal: result.refusal });
      continue;
    }
    const { transition, message } = result.value;
    aggregates.set(task.requestId, transition.after);
    facts.push(...transition.facts);
    if (message !== null) messages.push(message);
    if (bulk.verdict === 'reassign') handedOn.push(item);
    outcomes.push({ task, refusal: null });
  }
  return { aggregates, outcomes, facts, messages, handedOn };
}

interface OneTask {
  readonly loaded: LoadedTasks;
  readonly before: RequestAggregate;
  readonly item: RequestItem;
  readonly task: Rows['review_task'];
  readonly bulk: BulkDeed;
  readonly how: BulkConditions;
  readonly circumstances: Circumstances;
}

function performed({ loaded, before, item, task, bulk, how, circumstances }: OneTask): Result<{
  readonly transition: Transition;
  readonly message: ReviewMessage | null;
}> {
  const { deciderId, verdict, reason, shortenedTo = null, toReviewerId = null } = bulk;
  const concerned = { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId };
  const standIns = standInsFor(loaded.authority.outOfOffice, concerned);
  if (verdict === 'ask')
    return askForInformation(
      before,
      { taskId: task.id, text: reason ?? '' },
      { ...circumstances, actingId: deciderId },
    );
  if (verdict === 'reassign') {
    if (toReviewerId === null) throw new Error('Tasks to be given to nobody');
    const given = reassign(
      before,
      { taskId: task.id, toReviewerId, reason },
      // The tasks are the decider's own: whether they are an administrator as well changes nothing.
      {
        ...circumstances,
        ...standIns,
        actingId: deciderId,
        isAdministrator: false,
        worksHere: how.receiverWorksHere === true,
      },
    );
    return given.outcome === 'refused' ? given : done({ transition: given.value, message: null });
  }
  const { application } = loaded.authority.of(item);
  if (application === null) throw new Error('An item without its application');
  const decided = decide(
    before,
    { taskId: task.id, verdict, reason, shortenedTo, basedOn: null },
    {
      ...circumstances,
      ...standIns,
      levelsNow: (one) => loaded.authority.levelsNow(concerned.requesterId, one),
      deciderId,
      fulfillment: application.fulfillment,
      prolongsUntil: loaded.prolonged.get(item.id) ?? null,
    },
  );
  return decided.outcome === 'refused' ? decided : done({ transition: decided.value, message: null });
}

function bulkProblem(risk: RiskLevel | undefined, how: BulkConditions): Refusal | null {
  if (!how.mayDecide) return { code: 'access.notAllowed', message: 'You no longer work here.' };
  if (how.highRisk || risk !== 'high') return null;
  return {
    code: 'decision.bulkHighRisk',
    message: 'This is of high risk and is looked at by itself: open it, then decide it, ask about it or give it on.',
  };
}
