/** Progress of the requests on a page: counted by the database, turned into percentages by the engine alone. */
import type { ProgressView } from '#core/contract/index.ts';
import type { EmployeeId, RequestId, RequestItemId } from '#core/domain/ids.ts';
import type { ReviewTask } from '#core/domain/request.ts';
import { progressOfAll, progressOfMine } from '#core/engine/progress.ts';
import type { Reader } from '#core/persistence/tables.ts';

/** In what stages have to agree to count as alike. */
const alikeColumns = [
  'review_stage.request_id',
  'review_stage.state',
  'review_stage.needed',
  'taken.decisions',
  'skipped.reviewers',
] as const;

/** Over all reviewers and levels, by request; with `only`, of these items alone. */
export async function loadProgressOfAll(
  reader: Reader,
  requestIds: readonly RequestId[],
  only: readonly RequestItemId[] | null = null,
): Promise<(id: RequestId) => ProgressView> {
  const stages = new Map<RequestId, Parameters<typeof progressOfAll>[0][number][]>();
  if (requestIds.length > 0) {
    // Alike stages come as one row with their number: a request may have thousands of items.
    const rows = await reader
      .with('taken', (db) =>
        db
          .selectFrom('decision')
          .select(['stage_id', (eb) => eb.fn.countAll<number>().as('decisions')])
          .where('request_id', 'in', requestIds)
          .where('stage_id', 'is not', null)
          .groupBy('stage_id'),
      )
      .with('skipped', (db) =>
        db
          .selectFrom('review_task')
          .select(['stage_id', (eb) => eb.fn.countAll<number>().as('reviewers')])
          .where('request_id', 'in', requestIds)
          .where('state', '=', 'skipped')
          .groupBy('stage_id'),
      )
      .selectFrom('review_stage')
      .leftJoin('taken', 'taken.stage_id', 'review_stage.id')
      .leftJoin('skipped', 'skipped.stage_id', 'review_stage.id')
      .select([...alikeColumns])
      .select((eb) => eb.fn.countAll<number>().as('alike'))
      .where('review_stage.request_id', 'in', requestIds)
      .$if(only !== null, (query) => query.where('review_stage.item_id', 'in', only ?? []))
      .groupBy([...alikeColumns])
      .execute();
    for (const { request_id, state, needed, decisions, reviewers, alike } of rows) {
      append(stages, request_id, alike, { state, needed, taken: decisions ?? 0, skipped: reviewers ?? 0 });
    }
  }
  return (id) => progressOfAll(stages.get(id) ?? []);
}

/** One reviewer's own actions, by request. */
export async function loadProgressOfMine(
  reader: Reader,
  reviewerId: EmployeeId,
  requestIds: readonly RequestId[],
): Promise<(id: RequestId) => ProgressView> {
  const tasks = new Map<RequestId, Pick<ReviewTask, 'state'>[]>();
  if (requestIds.length > 0) {
    const rows = await reader
      .selectFrom('review_task')
      .select(['request_id', 'state', (eb) => eb.fn.countAll<number>().as('alike')])
      .where('reviewer_id', '=', reviewerId)
      .where('request_id', 'in', requestIds)
      .groupBy(['request_id', 'state'])
      .execute();
    for (const { request_id, state, alike } of rows) append(tasks, request_id, alike, { state });
  }
  return (id) => progressOfMine(tasks.get(id) ?? []);
}

function append<Value>(byRequest: Map<RequestId, Value[]>, id: RequestId, times: number, value: Value): void {
  const list = byRequest.get(id) ?? [];
  for (let count = 0; count < times; count += 1) list.push(value);
  byRequest.set(id, list);
}
