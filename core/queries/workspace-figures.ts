/** The workspace in figures, over the last 30 days (UTC), today included. */
import { sql, type RawBuilder } from 'kysely';
import { instant, plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Reader } from '#core/persistence/tables.ts';

export interface WorkspaceFigures {
  openRequests: number;
  submittedLast30Days: number;
  /** Items decided, whoever or whatever decided them. */
  approvedLast30Days: number;
  deniedLast30Days: number;
  /** Over items that people decided; nearest rank, exact. */
  timeToDecisionP50Minutes: number | null;
  timeToDecisionP90Minutes: number | null;
  temporaryGrantsActive: number;
  overdueRevocations: number;
  worstRevocationLatenessSeconds: number | null;
  perDay: { date: string; submitted: number; ended: number }[];
}

type Dialect = 'sqlite' | 'postgres';

const days = 30;
const dayMilliseconds = 86_400_000;

export async function workspaceFigures(reader: Reader, dialect: Dialect, now: Instant): Promise<WorkspaceFigures> {
  const today = instant(`${now.slice(0, 10)}T00:00:00.000Z`);
  const since = plusMilliseconds(today, -(days - 1) * dayMilliseconds);
  const submitted = await countPerDay(reader, dialect, 'submitted_at', since);
  const ended = await countPerDay(reader, dialect, 'ended_at', since);
  const perDay = Array.from({ length: days }, (_, day) => {
    const date = plusMilliseconds(since, day * dayMilliseconds).slice(0, 10);
    return { date, submitted: submitted.get(date) ?? 0, ended: ended.get(date) ?? 0 };
  });
  return {
    openRequests: await countOpen(reader),
    submittedLast30Days: [...submitted.values()].reduce((sum, count) => sum + count, 0),
    ...(await decisionsSince(reader, dialect, since)),
    temporaryGrantsActive: await countTemporary(reader),
    ...(await revocations(reader, since, now)),
    perDay,
  };
}

async function countOpen(reader: Reader): Promise<number> {
  const { count } = await reader
    .selectFrom('access_request')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

async function countPerDay(
  reader: Reader,
  dialect: Dialect,
  column: 'submitted_at' | 'ended_at',
  since: Instant,
): Promise<ReadonlyMap<string, number>> {
  const at = sql.ref(column);
  const date =
    dialect === 'sqlite'
      ? sql<string>`substr(${at}, 1, 10)`
      : sql<string>`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD')`;
  const rows = await reader
    .selectFrom('access_request')
    .select([date.as('date'), (eb) => eb.fn.countAll<number>().as('count')])
    .where(column, '>=', since)
    .groupBy(date)
    .execute();
  return new Map(rows.map((row) => [row.date, row.count]));
}

async function decisionsSince(
  reader: Reader,
  dialect: Dialect,
  since: Instant,
): Promise<
  Pick<
    WorkspaceFigures,
    'approvedLast30Days' | 'deniedLast30Days' | 'timeToDecisionP50Minutes' | 'timeToDecisionP90Minutes'
  >
> {
  const { rows } = await sql<{
    approved: number | null;
    denied: number | null;
    p50: number | null;
    p90: number | null;
  }>`
    with decided as (
      select item.state, ${minutesBetween(dialect, 'request.submitted_at', 'item.decided_at')} as minutes
      from request_item as item
      join access_request as request on request.id = item.request_id
      where item.decided_at >= ${since} and item.state in ('approved', 'fulfilled', 'failed', 'denied')
    ),
    -- What a setting approved was decided in the instant it was submitted: nobody took any time for it.
    ranked as (
      select minutes, row_number() over (order by minutes) as place, count(*) over () as people from decided where minutes > 0
    )
    select
      (select count(*) from decided where state <> 'denied') as approved,
      (select count(*) from decided where state = 'denied') as denied,
      (select minutes from ranked where place = (people * 50 + 99) / 100) as p50,
      (select minutes from ranked where place = (people * 90 + 99) / 100) as p90`.execute(reader);
  const [row] = rows;
  return {
    approvedLast30Days: row?.approved ?? 0,
    deniedLast30Days: row?.denied ?? 0,
    timeToDecisionP50Minutes: row?.p50 ?? null,
    timeToDecisionP90Minutes: row?.p90 ?? null,
  };
}

function minutesBetween(dialect: Dialect, earlier: string, later: string): RawBuilder<number> {
  const from = sql.ref(earlier);
  const to = sql.ref(later);
  return dialect === 'sqlite'
    ? sql<number>`(unixepoch(${to}, 'subsec') - unixepoch(${from}, 'subsec')) / 60.0`
    : sql<number>`cast(extract(epoch from (${to} - ${from})) / 60.0 as double precision)`;
}

async function countTemporary(reader: Reader): Promise<number> {
  const { count } = await reader
    .selectFrom('access_grant')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('status', '=', 'active')
    .where('expires_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return count;
}

/** Ends of temporary access that are due and not done, and how late the worst of the done ones was. */
async function revocations(
  reader: Reader,
  since: Instant,
  now: Instant,
): Promise<Pick<WorkspaceFigures, 'overdueRevocations' | 'worstRevocationLatenessSeconds'>> {
  const { count } = await reader
    .selectFrom('fulfillment_task')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('cause', '=', 'expiry')
    .where('due_at', '<', now)
    .where((eb) =>
      eb.or([
        eb('state', 'in', ['ready', 'running', 'waiting', 'byHand', 'failed']),
        // Most tasks that are scheduled are not due yet: the index on state and next attempt passes them over.
        eb.and([eb('state', '=', 'scheduled'), eb('next_attempt_at', '<', now)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  const { worst } = await reader
    .selectFrom('fulfillment_task')
    .select((eb) => eb.fn.max<number | null>('lateness_seconds').as('worst'))
    .where('cause', '=', 'expiry')
    .where('state', '=', 'done')
    .where('ended_at', '>=', since)
    .executeTakeFirstOrThrow();
  return { overdueRevocations: count, worstRevocationLatenessSeconds: worst };
}
