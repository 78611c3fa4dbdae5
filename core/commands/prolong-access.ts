/** What prolonging access does to the item that gave it: its end moves in the transaction in which the new item begins. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { FulfillmentTaskId, RequestItemId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { FulfillmentTask } from '#core/domain/request.ts';
import type { Circumstances, RequestAggregate } from '#core/engine/state.ts';
import { openEnd, prolonged } from '#core/engine/temporary-access.ts';
import type { Writer } from '#core/persistence/tables.ts';
import { loadByItem, saveRequest } from './request-store.ts';

/** The item that is prolonged, while its end can still be moved. */
export interface Prolonging {
  readonly old: RequestAggregate;
  readonly oldItemId: RequestItemId;
  /** The access is there, as far as the workspace knows. */
  readonly held: boolean;
  /** When it ends. */
  readonly endsAt: Instant | null;
}

/** Null: the task does not begin to prolong anything, or what it prolongs has ended meanwhile. */
export async function loadProlonging(
  writer: Writer,
  aggregate: RequestAggregate,
  task: Pick<FulfillmentTask, 'itemId' | 'cause'>,
  lock: boolean,
): Promise<Prolonging | null> {
  const item = aggregate.items.find((candidate) => candidate.id === task.itemId);
  if (task.cause !== 'decision' || item === undefined || item.extendsItemId === null) return null;
  const old = await loadByItem(writer, item.extendsItemId, lock);
  const [oldItem] = old?.items ?? [];
  const end = old === null || oldItem === undefined ? null : openEnd(oldItem, old.fulfillment);
  if (old === null || oldItem === undefined || end === null) return null;
  const grant = await writer
    .selectFrom('access_grant')
    .select('id')
    .where('request_item_id', '=', oldItem.id)
    .where('status', '=', 'active')
    .executeTakeFirst();
  return {
    old,
    oldItemId: oldItem.id,
    held: grant !== undefined && end !== 'byHand',
    endsAt: old.fulfillment.find((other) => other.itemId === oldItem.id && other.cause === 'expiry')?.dueAt ?? null,
  };
}

/**
 * Once the new item's task has begun, its own end counts: the old one's is cancelled, and the grant is
 * explained by the new item. Answers with the facts for the trail; none when it has not begun.
 */
export async function takeOverEnd(
  writer: Writer,
  { old, oldItemId }: Prolonging,
  after: RequestAggregate,
  taskId: FulfillmentTaskId,
  circumstances: Circumstances,
): Promise<readonly AuditFact[]> {
  const task = after.fulfillment.find((candidate) => candidate.id === taskId);
  if (task === undefined || !['running', 'byHand', 'done'].includes(task.state)) return [];
  const end = after.fulfillment.find((other) => other.itemId === task.itemId && other.cause === 'expiry');
  const endsAt: Instant | null = end?.dueAt ?? null;
  const { id: requestId, number } = after.request;
  const result = prolonged(old, oldItemId, { requestId, number, itemId: task.itemId, endsAt }, circumstances);
  if (result.outcome === 'refused') throw new Error(result.refusal.message);
  await saveRequest(writer, old, result.value.after);
  await writer
    .updateTable('access_grant')
    .set({ request_item_id: task.itemId, expires_at: endsAt })
    .where('request_item_id', '=', oldItemId)
    .where('status', '=', 'active')
    .execute();
  return result.value.facts;
}
