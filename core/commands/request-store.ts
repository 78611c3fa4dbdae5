/** Loads the part of a request that a command works on, and writes what a transition changed in it. */
import type { FulfillmentTaskId, RequestId, RequestItemId, ReviewTaskId } from '#core/domain/ids.ts';
import type { ItemState } from '#core/domain/request.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import { prepared, preparedByShape } from '#core/persistence/prepared.ts';
import { fromRow, type Rows, type Tables, type Writer } from '#core/persistence/tables.ts';
import { insertRows, updateRow, writeDifference } from '#core/persistence/write-rows.ts';

/** The request and the item of a review task; null when there is no such task. */
export async function loadByTask(
  writer: Writer,
  taskId: ReviewTaskId,
  lock: boolean,
): Promise<RequestAggregate | null> {
  const [row] = await placeOfTask(writer, taskId);
  return row === undefined ? null : loadItem(writer, row.request_id, row.item_id, lock);
}

/** The request and the item of a fulfillment task; null when there is no such task. */
export async function loadByFulfillment(
  writer: Writer,
  id: FulfillmentTaskId,
  lock: boolean,
): Promise<RequestAggregate | null> {
  const [row] = await placeOfFulfillment(writer, id);
  return row === undefined ? null : loadItem(writer, row.request_id, row.item_id, lock);
}

/** The request and one of its items; null when there is no such item. */
export async function loadByItem(
  writer: Writer,
  itemId: RequestItemId,
  lock: boolean,
): Promise<RequestAggregate | null> {
  const [row] = await itemById(writer, itemId);
  return row === undefined ? null : loadItem(writer, row.request_id, itemId, lock);
}

/** The request with all its items. */
export async function loadWhole(writer: Writer, requestId: RequestId, lock: boolean): Promise<RequestAggregate | null> {
  const request = await loadRequest(writer, requestId, lock);
  if (request === null) return null;
  const of = <Name extends PartTable>(table: Name) => rowsWhere(writer, table, 'request_id', requestId);
  return {
    request,
    items: await of('request_item'),
    stages: await of('review_stage'),
    tasks: await of('review_task'),
    decisions: await of('decision'),
    fulfillment: await of('fulfillment_task'),
    otherItems: {},
  };
}

async function loadItem(
  writer: Writer,
  requestId: RequestId,
  itemId: RequestItemId,
  lock: boolean,
): Promise<RequestAggregate | null> {
  const request = await loadRequest(writer, requestId, lock);
  const [row] = await itemById(writer, itemId);
  if (request === null || row === undefined) return null;
  const others = await statesOfOthers(writer, requestId, itemId);
  const of = <Name extends PartTable>(table: Name) => rowsWhere(writer, table, 'item_id', itemId);
  return {
    request,
    items: [fromRow('request_item', row)],
    stages: await of('review_stage'),
    tasks: await of('review_task'),
    decisions: await of('decision'),
    fulfillment: await of('fulfillment_task'),
    otherItems: Object.fromEntries(others.map(({ state, count }) => [state, count])) as Partial<
      Record<ItemState, number>
    >,
  };
}

/** Writes a request that was just submitted. */
export async function insertRequest(writer: Writer, aggregate: RequestAggregate, searchText: string): Promise<void> {
  await insertRows(writer, 'access_request', [{ ...aggregate.request, searchText }]);
  await insertRows(writer, 'request_item', aggregate.items);
  await insertRows(writer, 'review_stage', aggregate.stages);
  await insertRows(writer, 'review_task', aggregate.tasks);
  await insertRows(writer, 'decision', aggregate.decisions);
  await insertRows(writer, 'fulfillment_task', aggregate.fulfillment);
}

/** Writes what a transition changed. */
export async function saveRequest(writer: Writer, before: RequestAggregate, after: RequestAggregate): Promise<void> {
  const stored = (request: RequestAggregate['request']) => request as Rows['access_request'];
  await updateRow(writer, 'access_request', stored(before.request), { ...stored(before.request), ...after.request });
  await writeDifference(writer, 'request_item', before.items, after.items);
  await writeDifference(writer, 'review_stage', before.stages, after.stages);
  await writeDifference(writer, 'review_task', before.tasks, after.tasks);
  await writeDifference(writer, 'decision', before.decisions, after.decisions);
  await writeDifference(writer, 'fulfillment_task', before.fulfillment, after.fulfillment);
}

async function loadRequest(
  writer: Writer,
  requestId: RequestId,
  lock: boolean,
): Promise<Rows['access_request'] | null> {
  const [row] = await (lock ? requestLocked : requestById)(writer, requestId);
  return row === undefined ? null : fromRow('access_request', row);
}

const placeOfTask = prepared((reader, id: ReviewTaskId) =>
  reader.selectFrom('review_task').select(['request_id', 'item_id']).where('id', '=', id),
);
const placeOfFulfillment = prepared((reader, id: FulfillmentTaskId) =>
  reader.selectFrom('fulfillment_task').select(['request_id', 'item_id']).where('id', '=', id),
);
const requestById = prepared((reader, id: RequestId) =>
  reader.selectFrom('access_request').selectAll().where('id', '=', id),
);
const requestLocked = prepared((reader, id: RequestId) =>
  reader.selectFrom('access_request').selectAll().where('id', '=', id).forUpdate(),
);
const itemById = prepared((reader, id: RequestItemId) =>
  reader.selectFrom('request_item').selectAll().where('id', '=', id),
);
const statesOfOthers = prepared((reader, requestId: RequestId, itemId: RequestItemId) =>
  reader
    .selectFrom('request_item')
    .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
    .where('request_id', '=', requestId)
    .where('id', '<>', itemId)
    .groupBy('state'),
);
const partsBy = preparedByShape(
  (
    reader,
    { table, column }: { readonly table: PartTable; readonly column: 'request_id' | 'item_id' },
    [id]: readonly [RequestItemId & RequestId],
  ) =>
    reader
      .selectFrom(table as 'decision')
      .selectAll()
      .where(column, '=', id)
      .orderBy('id'),
  ({ table, column }) => `${table} ${column}`,
);

type PartTable = 'request_item' | 'review_stage' | 'review_task' | 'decision' | 'fulfillment_task';

async function rowsWhere<Name extends PartTable>(
  writer: Writer,
  table: Name,
  column: 'request_id' | 'item_id',
  id: string,
): Promise<readonly Rows[Name][]> {
  const rows = await partsBy(writer, { table, column }, [id as RequestItemId & RequestId]);
  return rows.map((row) => fromRow(table, row as unknown as Tables[Name]));
}
