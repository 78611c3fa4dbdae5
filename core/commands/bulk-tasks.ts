/** Which tasks of a bulk decision come next: first the open ones, longest waiting first, then those that were closed meanwhile. */
import type { BulkDecision, TaskFilter } from '#core/domain/bulk-decision.ts';
import type { ReviewTaskId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { findTasks, type TaskKey } from '#core/queries/task-filter.ts';
import type { Reader } from '#core/persistence/tables.ts';

/** Marks the second pass in `resumeAfter`, followed by the last task that was looked at in it. */
const secondPass = 'closed ';
const looksAtOnce = 500;
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff' as ReviewTaskId;

export interface NextTasks {
  readonly taskIds: readonly ReviewTaskId[];
  /** Nothing is left after these. */
  readonly last: boolean;
  /** What to put into `resumeAfter`; null: as it is. */
  readonly resume: string | null;
}

export async function nextTasks(reader: Reader, bulk: BulkDecision, limit: number): Promise<NextTasks> {
  const filter: TaskFilter = { ...bulk.filter, openedBefore: bulk.createdAt };
  if (bulk.resumeAfter?.startsWith(secondPass) === true) return closedMeanwhile(reader, bulk, filter, limit);
  const after = bulk.resumeAfter === null ? null : await openedKey(reader, bulk.resumeAfter as ReviewTaskId);
  const wanted = { reviewerId: bulk.deciderId, part: 'open', filter, sort: 'waiting', after, limit } as const;
  const taskIds = (await findTasks(reader, wanted)).map((key) => key.taskId);
  return { taskIds, last: false, resume: taskIds.length < limit ? secondPass : (taskIds.at(-1) ?? null) };
}

async function openedKey(reader: Reader, taskId: ReviewTaskId): Promise<TaskKey> {
  const row = await reader
    .selectFrom('review_task')
    .select('opened_at')
    .where('id', '=', taskId)
    .executeTakeFirstOrThrow();
  return { order: null, since: row.opened_at, taskId };
}

/** Tasks that were open when it was asked for, and that somebody or something else has closed since. */
async function closedMeanwhile(
  reader: Reader,
  bulk: BulkDecision,
  filter: TaskFilter,
  limit: number,
): Promise<NextTasks> {
  const resumed = bulk.resumeAfter?.slice(secondPass.length) ?? '';
  const after =
    resumed === ''
      ? { order: null, since: bulk.createdAt, taskId: lastId }
      : await endedKey(reader, resumed as ReviewTaskId);
  const looked = await findTasks(reader, {
    reviewerId: bulk.deciderId,
    part: 'ended',
    filter,
    sort: 'waiting',
    after,
    limit: looksAtOnce,
  });
  if (looked.length === 0) return { taskIds: [], last: true, resume: null };
  const known = await reader
    .selectFrom('bulk_decision_result')
    .select('task_id')
    .where('bulk_decision_id', '=', bulk.id)
    .where(
      'task_id',
      'in',
      looked.map((key) => key.taskId),
    )
    .execute();
  const decided = new Set(known.map((row) => row.task_id));
  const missing = looked.map((key) => key.taskId).filter((id) => !decided.has(id));
  const taskIds = missing.slice(0, limit);
  const lastLooked = (missing.length > limit ? taskIds.at(-1) : looked.at(-1)?.taskId) ?? '';
  return {
    taskIds,
    last: looked.length < looksAtOnce && missing.length <= limit,
    resume: `${secondPass}${lastLooked}`,
  };
}

async function endedKey(reader: Reader, taskId: ReviewTaskId): Promise<TaskKey> {
  const row = await reader
    .selectFrom('review_task')
    .select(['opened_at', 'ended_at'])
    .where('id', '=', taskId)
    .executeTakeFirstOrThrow();
  return { order: null, since: (row.ended_at ?? row.opened_at) satisfies Instant, taskId };
}
