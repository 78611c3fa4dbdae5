/** Loads the requests of many tasks in a number of queries that does not grow with them, and writes what changed in them together. */
import type { EmployeeId, RequestId, RequestItemId, ReviewTaskId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { ItemState } from '#core/domain/request.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import { fromRow, type Reader, type Rows, type Tables, type Writer } from '#core/persistence/tables.ts';
import { writeManyDifferences } from '#core/persistence/write-many.ts';
import { inChunks, unique } from './chunks.ts';
import { loadEndsOfProlonged } from './further-facts.ts';
import { loadAuthority, type Authority } from './reviewing-facts.ts';

export interface LoadedTasks {
  /** By request, with the items of the tasks in hand. */
  readonly aggregates: ReadonlyMap<RequestId, RequestAggregate>;
  /** In the order they were asked for. */
  readonly tasks: readonly Rows['review_task'][];
  /** Who may decide the items at this moment, and what is known of what they ask for. */
  readonly authority: Authority;
  /** The end of the access that an item prolongs, while it can still be moved. */
  readonly prolonged: ReadonlyMap<RequestItemId, Instant | null>;
}

type PartTable = 'review_stage' | 'review_task' | 'decision' | 'fulfillment_task';

/** `at`: by the absences of that moment. `besides`: who else may be out of office, e.g. whoever the tasks are given to. */
export async function loadTasks(
  reader: Reader,
  taskIds: readonly ReviewTaskId[],
  at: Instant,
  lock: boolean,
  besides: readonly EmployeeId[] = [],
): Promise<LoadedTasks> {
  const found = await inChunks(taskIds, (ids) =>
    reader.selectFrom('review_task').selectAll().where('id', 'in', ids).execute(),
  );
  const byId = new Map(found.map((row) => [row.id, fromRow('review_task', row)]));
  const tasks = taskIds.flatMap((id) => byId.get(id) ?? []);
  const requestIds = unique(tasks.map((task) => task.requestId));
  const itemIds = unique(tasks.map((task) => task.itemId));
  const requests = await inChunks(requestIds, (ids) => {
    const query = reader.selectFrom('access_request').selectAll().where('id', 'in', ids).orderBy('id');
    return (lock ? query.forUpdate() : query).execute();
  });
  const items = (
    await inChunks(itemIds, (ids) => reader.selectFrom('request_item').selectAll().where('id', 'in', ids).execute())
  ).map((row) => fromRow('request_item', row));
  const parts = await loadParts(reader, itemIds);
  const states = await inChunks(requestIds, (ids) =>
    reader
      .selectFrom('request_item')
      .select(['request_id', 'state', (eb) => eb.fn.countAll<number>().as('count')])
      .where('request_id', 'in', ids)
      .groupBy(['request_id', 'state'])
      .execute(),
  );
  const itemsOf = Map.groupBy(items, (item) => item.requestId);
  const statesOf = Map.groupBy(states, (row) => row.request_id);
  const aggregates = new Map<RequestId, RequestAggregate>();
  for (const row of requests) {
    const inHand = (itemsOf.get(row.id) ?? []).toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const others: Partial<Record<ItemState, number>> = {};
    for (const { state, count } of statesOf.get(row.id) ?? []) others[state] = count;
    for (const item of inHand) others[item.state] = (others[item.state] ?? 0) - 1;
    aggregates.set(row.id, {
      request: fromRow('access_request', row),
      items: inHand,
      stages: parts.stages.get(row.id) ?? [],
      tasks: parts.tasks.get(row.id) ?? [],
      decisions: parts.decisions.get(row.id) ?? [],
      fulfillment: parts.fulfillment.get(row.id) ?? [],
      otherItems: Object.fromEntries(Object.entries(others).filter(([, count]) => count > 0)),
    });
  }
  const holders = [...aggregates.values()].flatMap((aggregate) => [
    aggregate.request.requesterId,
    ...aggregate.tasks.map((task) => task.reviewerId),
  ]);
  return {
    aggregates,
    tasks,
    authority: await loadAuthority(reader, items, unique([...besides, ...holders]), at),
    prolonged: await loadEndsOfProlonged(reader, items),
  };
}

async function loadParts(reader: Reader, itemIds: readonly RequestItemId[]) {
  const of = async <Name extends PartTable>(table: Name): Promise<ReadonlyMap<RequestId, readonly Rows[Name][]>> => {
    const rows = await inChunks(itemIds, (ids) =>
      reader
        .selectFrom(table as 'decision')
        .selectAll()
        .where('item_id', 'in', ids)
        .orderBy('id')
        .execute(),
    );
    return Map.groupBy(
      rows.map((row) => fromRow(table, row as unknown as Tables[Name])),
      (row) => (row as { readonly requestId: RequestId }).requestId,
    );
  };
  return {
    stages: await of('review_stage'),
    tasks: await of('review_task'),
    decisions: await of('decision'),
    fulfillment: await of('fulfillment_task'),
  };
}

/** Writes what the decisions changed. */
export async function saveDecided(
  writer: Writer,
  loaded: LoadedTasks,
  decided: Pick<LoadedTasks, 'aggregates'>,
): Promise<void> {
  const pairs = [...decided.aggregates].flatMap(([id, after]) => {
    const before = loaded.aggregates.get(id);
    return before === undefined || before === after ? [] : [{ before, after }];
  });
  const write = async <Name extends 'access_request' | 'request_item' | PartTable>(
    table: Name,
    rowsOf: (aggregate: RequestAggregate) => readonly unknown[],
  ) =>
    writeManyDifferences(
      writer,
      table,
      pairs.flatMap(({ before }) => rowsOf(before)) as Rows[Name][],
      pairs.flatMap(({ after }) => rowsOf(after)) as Rows[Name][],
    );
  await write('access_request', (aggregate) => [aggregate.request]);
  await write('request_item', (aggregate) => aggregate.items);
  await write('review_stage', (aggregate) => aggregate.stages);
  await write('review_task', (aggregate) => aggregate.tasks);
  await write('decision', (aggregate) => aggregate.decisions);
  await write('fulfillment_task', (aggregate) => aggregate.fulfillment);
}
