/**
 * A reviewer's tasks that pass a filter, in any of the list's orders. Few tasks are looked up by whatever names
 * them best and then sorted; many are met soon by walking the queue in the order wanted. Which it is, is asked
 * of the indexes first, because neither database can know.
 */
import { sql, type RawBuilder } from 'kysely';
import type { TaskFilter } from '#core/domain/bulk-decision.ts';
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { hasTextIndex, riskOrder, type ListTask } from './list-tables.ts';
import { containing } from './search.ts';
import { wordsOf } from './requests-list.ts';

export type TaskSort = 'waiting' | 'newest' | 'due' | 'risk';

export interface TasksWanted {
  readonly reviewerId: EmployeeId;
  readonly part: ListTask['part'];
  readonly filter: TaskFilter;
  readonly sort: TaskSort;
  /** The sort key of the last task of the page before. */
  readonly after: TaskKey | null;
  readonly limit: number;
}

/** `order` is null in the orders by time alone. */
export interface TaskKey {
  readonly order: string | number | null;
  readonly since: Instant;
  readonly taskId: ReviewTaskId;
}

/** Up to so many are looked up and sorted, whatever the order they are wanted in. */
const few = 2_000;

const dimensions = {
  applicationIds: 'application_id',
  entitlementIds: 'entitlement_id',
  requesterIds: 'requester_id',
  beneficiaryIds: 'beneficiary_id',
} as const;
type Dimension = (typeof dimensions)[keyof typeof dimensions];

/** Rows of the queue by one index of SQLite: `not indexed` is the queue's own order. */
interface Scan {
  readonly index: string;
  readonly condition: RawBuilder<unknown>;
}

const orders: Readonly<Record<TaskSort, { readonly column: 'due' | 'risk' | null; readonly descending: boolean }>> = {
  waiting: { column: null, descending: false },
  newest: { column: null, descending: true },
  due: { column: 'due', descending: false },
  risk: { column: 'risk', descending: false },
};

export async function findTasks(reader: Reader, wanted: TasksWanted): Promise<readonly TaskKey[]> {
  const order = orders[wanted.part === 'open' ? wanted.sort : wanted.sort === 'waiting' ? 'waiting' : 'newest'];
  const named = await namedByAll(reader, wanted.filter);
  const scans = await scansFor(reader, wanted, named, order.column);
  const direction = order.descending ? sql`desc` : sql`asc`;
  const columns = order.column === null ? [] : [sql.ref(order.column)];
  const keys = [...columns, sql.ref('since'), sql.ref('task_id')];
  const conditions = conditionsOf(wanted.filter, named);
  if (wanted.after !== null) {
    const { order: value, since, taskId } = wanted.after;
    const values = order.column === null ? [since, taskId] : [value, since, taskId];
    conditions.push(
      sql`(${sql.join(keys)}) ${order.descending ? sql`<` : sql`>`} (${sql.join(values.map((each) => sql`${each}`))})`,
    );
  }
  const { rows } = await sql<{ order: string | number | null; since: Instant; task_id: ReviewTaskId }>`
    select ${order.column === null ? sql`null` : sql.ref(order.column)} as "order", since, task_id
    from ${source(reader, wanted, scans)}
    where ${and([sql`reviewer_id = ${wanted.reviewerId}`, sql`part = ${sql.lit(wanted.part)}`, ...conditions])}
    order by ${sql.join(keys.map((key) => sql`${key} ${direction}`))}
    limit ${wanted.limit}`.execute(reader);
  return rows.map((row) => ({ order: row.order, since: row.since, taskId: row.task_id }));
}

/** How many open tasks pass. */
export async function countTasks(reader: Reader, reviewerId: EmployeeId, filter: TaskFilter): Promise<number> {
  const wanted = { reviewerId, part: 'open', filter, sort: 'waiting', after: null, limit: 1 } as const;
  const named = await namedByAll(reader, filter);
  const scans = await scansFor(reader, wanted, named, null);
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${source(reader, wanted, scans)}
    where ${and([sql`reviewer_id = ${reviewerId}`, sql`part = 'open'`, ...conditionsOf(filter, named)])}`.execute(
    reader,
  );
  return rows[0]?.count ?? 0;
}

/** A table, or what several scans found together. */
function source(reader: Reader, wanted: TasksWanted, scans: readonly Scan[]): RawBuilder<unknown> {
  const [only, ...rest] = scans;
  const indexed = (scan: Scan) => (hasTextIndex(reader) ? sql.raw(` ${scan.index}`) : sql``);
  if (only !== undefined && rest.length === 0) return sql`list_task${indexed(only)}`;
  const parts = scans.map(
    (scan) => sql`select * from list_task${indexed(scan)} where reviewer_id = ${wanted.reviewerId}
      and part = ${sql.lit(wanted.part)} and ${scan.condition}`,
  );
  return sql`(${sql.join(parts, sql` union `)}) as list_task`;
}

async function scansFor(
  reader: Reader,
  wanted: TasksWanted,
  named: readonly Named[],
  column: 'due' | 'risk' | null,
): Promise<readonly Scan[]> {
  const walk: Scan = {
    index: column === null ? 'not indexed' : `indexed by list_task_${column}_index`,
    condition: sql`1 = 1`,
  };
  if (!hasTextIndex(reader)) return [walk];
  const { filter } = wanted;
  const candidates: (readonly Scan[])[] = [];
  for (const [name, dimension] of Object.entries(dimensions) as [keyof typeof dimensions, Dimension][]) {
    const ids = filter[name];
    if (ids === undefined || ids.length === 0) continue;
    const scan = scanOf(dimension, ids);
    // Sorted by time within each of its ids.
    if (ids.length === 1 && column === null) return [scan];
    candidates.push([scan]);
  }
  for (const word of named) {
    const scans = scansOf(word);
    if (scans !== null) candidates.push(scans);
  }
  let best: { readonly scans: readonly Scan[]; readonly count: number } | null = null;
  for (const scans of candidates) {
    if (scans.length === 0)
      return [
        { ...walk, condition: sql`1 = 0` },
        { ...walk, condition: sql`1 = 0` },
      ];
    const count = await countUpTo(reader, wanted, scans);
    if (best === null || count < best.count) best = { scans, count };
  }
  return best !== null && best.count <= few ? best.scans : [walk];
}

function scanOf(dimension: Dimension, ids: readonly string[]): Scan {
  return {
    index: `indexed by list_task_${dimension}_index`,
    condition: sql`${sql.ref(dimension)} in (${sql.join(ids)})`,
  };
}

async function countUpTo(reader: Reader, wanted: TasksWanted, scans: readonly Scan[]): Promise<number> {
  let count = 0;
  for (const scan of scans) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from (
      select 1 from list_task ${sql.raw(scan.index)} where reviewer_id = ${wanted.reviewerId}
      and part = ${sql.lit(wanted.part)} and ${scan.condition} limit ${sql.lit(few + 1)})`.execute(reader);
    count += rows[0]?.count ?? 0;
  }
  return count;
}

const textOf = { employee: 'search_text', entitlement: 'search_text', application: 'name_key' } as const;
type NamedTable = keyof typeof textOf;

/** Up to so many are looked up one by one. */
const mostNamed = 200;

/** What a word names. */
interface Named {
  readonly word: string;
  /** Null: more than are looked up. */
  readonly people: readonly string[] | null;
  readonly entitlements: readonly string[] | null;
  readonly applications: readonly string[] | null;
}

async function namedByAll(reader: Reader, filter: TaskFilter): Promise<readonly Named[]> {
  const named: Named[] = [];
  for (const word of wordsOf(filter.search ?? '').words) {
    const of = async (table: NamedTable) => {
      const { rows } = await sql<{ id: string }>`select id from ${sql.table(table)}
        where ${sql.ref(textOf[table])} like ${containing(word)} escape '\\' limit ${sql.lit(mostNamed + 1)}`.execute(
        reader,
      );
      return rows.length > mostNamed ? null : rows.map(({ id }) => id);
    };
    named.push({
      word,
      people: await of('employee'),
      entitlements: await of('entitlement'),
      applications: await of('application'),
    });
  }
  return named;
}

/** Where to look up what a word names, when that is little enough; null: the queue is walked instead. */
function scansOf({ word, people, entitlements, applications }: Named): readonly Scan[] | null {
  // It may be the number of a request, too.
  if (/^\d+$/.test(word) || people === null || entitlements === null || applications === null) return null;
  const scans: Scan[] = [];
  if (people.length > 0) scans.push(scanOf('requester_id', people), scanOf('beneficiary_id', people));
  if (entitlements.length > 0) scans.push(scanOf('entitlement_id', entitlements));
  if (applications.length > 0) scans.push(scanOf('application_id', applications));
  return scans;
}

/** Everything the filter asks for, as conditions on `list_task`. */
function conditionsOf(filter: TaskFilter, named: readonly Named[]): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  const among = (column: string, values: readonly (string | number)[] | undefined) => {
    if (values !== undefined && values.length > 0) conditions.push(sql`${sql.ref(column)} in (${sql.join(values)})`);
  };
  for (const [name, dimension] of Object.entries(dimensions)) among(dimension, filter[name as keyof typeof dimensions]);
  among('action', filter.actions);
  among(
    'risk',
    filter.risks?.map((risk) => riskOrder[risk]),
  );
  among('level', filter.levels);
  if (filter.requestIds !== undefined && filter.requestIds.length > 0)
    conditions.push(sql`number in (select number from access_request where id in (${sql.join(filter.requestIds)}))`);
  if (filter.openedBefore !== undefined) conditions.push(sql`opened_at <= ${filter.openedBefore}`);
  if (filter.excludedTaskIds !== undefined && filter.excludedTaskIds.length > 0)
    conditions.push(sql`task_id not in (${sql.join(filter.excludedTaskIds)})`);
  const { only } = wordsOf(filter.search ?? '');
  if (only === 'none') conditions.push(sql`1 = 0`);
  else if (only !== null) conditions.push(sql`number = ${only}`);
  for (const word of named) conditions.push(names(word));
  return conditions;
}

/** The requester, the beneficiary, the entitlement, the application or the number has the word. */
function names({ word, people, entitlements, applications }: Named): RawBuilder<unknown> {
  const parts: RawBuilder<unknown>[] = [];
  if (/^\d{1,9}$/.test(word)) parts.push(sql`number = ${Number(word)}`);
  // What names much is met soon, so that asking each task costs less than making a list of it first.
  const among = (column: Dimension, ids: readonly string[] | null, table: NamedTable) => {
    if (ids === null)
      parts.push(sql`exists (select 1 from ${sql.table(table)} as named where named.id = list_task.${sql.ref(column)}
        and named.${sql.ref(textOf[table])} like ${containing(word)} escape '\\')`);
    else if (ids.length > 0) parts.push(sql`${sql.ref(column)} in (${sql.join(ids)})`);
  };
  among('application_id', applications, 'application');
  among('entitlement_id', entitlements, 'entitlement');
  among('requester_id', people, 'employee');
  among('beneficiary_id', people, 'employee');
  return parts.length === 0 ? sql`1 = 0` : sql`(${sql.join(parts, sql` or `)})`;
}

function and(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join(conditions, sql` and `);
}
