/** What a replay left behind, counted where it is kept and compared with the file: nothing may be lost on the way. */
import { eventFromRow } from '#core/audit/append-events.ts';
import { verifyChain } from '#core/audit/verify-chain.ts';
import type { AuditEvent } from '#core/domain/audit.ts';
import type { RequestId } from '#core/domain/ids.ts';
import { finalRequestStates } from '#core/domain/request.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import type { ReplayWorkspace } from './replay-workspace.ts';

/** What the file has. */
export interface Expected {
  readonly rows: number;
  readonly approved: number;
  readonly denied: number;
}

/** Requests whose chains are in memory at once. */
const chainsAtOnce = 400;

export interface Counted {
  readonly requests: number;
  readonly final: number;
  readonly approved: number;
  readonly denied: number;
  readonly grants: number;
  readonly members: number;
  readonly auditEvents: number;
}

/** Asked of the database and of the application, not of what was counted on the way. */
export async function countOf({ workspace, application }: ReplayWorkspace): Promise<Counted> {
  const reader = workspace.database.read;
  const requests = await reader
    .selectFrom('access_request')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const final = await reader
    .selectFrom('access_request')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', 'in', finalRequestStates)
    .executeTakeFirstOrThrow();
  const verdicts = await reader
    .selectFrom('decision')
    .select(['verdict', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('verdict')
    .execute();
  const grants = await reader
    .selectFrom('access_grant')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('status', '=', 'active')
    .executeTakeFirstOrThrow();
  const auditEvents = await reader
    .selectFrom('audit_event')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const countOfVerdict = (verdict: string) => verdicts.find((row) => row.verdict === verdict)?.count ?? 0;
  return {
    requests: requests.count,
    final: final.count,
    approved: countOfVerdict('approve'),
    denied: countOfVerdict('deny'),
    grants: grants.count,
    members: [...application.members.values()].reduce((total, members) => total + members.size, 0),
    auditEvents: auditEvents.count,
  };
}

/** Every count that is not what the file asks for, as a sentence. */
export function differences(expected: Expected, counted: Counted): readonly string[] {
  const checks: readonly (readonly [what: string, is: number, shouldBe: number])[] = [
    ['requests', counted.requests, expected.rows],
    ['approved', counted.approved, expected.approved],
    ['denied', counted.denied, expected.denied],
    ['requests that have come to their end', counted.final, expected.rows],
    ['grants in the workspace', counted.grants, expected.approved],
    ['members in the application', counted.members, expected.approved],
  ];
  return checks
    .filter(([, is, shouldBe]) => is !== shouldBe)
    .map(([what, is, shouldBe]) => `${what}: ${is}, but the file has ${shouldBe}.`);
}

/** Recomputes the chain of every request and of the workspace, and looks for gaps in the sequence. */
export async function chainProblems({ workspace }: Pick<ReplayWorkspace, 'workspace'>): Promise<readonly string[]> {
  const reader = workspace.database.read;
  const problems: string[] = [];
  const { count, last } = await reader
    .selectFrom('audit_event')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.max<number | null>('sequence').as('last')])
    .executeTakeFirstOrThrow();
  if (count !== (last ?? 0)) problems.push(`events in the trail: ${count}, but the last one is number ${last}.`);
  const check = (events: readonly AuditEvent[]) => {
    const verified = verifyChain(events);
    if (!verified.intact) problems.push(verified.message);
  };
  check(await eventsOf(reader, null));
  let after: RequestId | null = null;
  for (;;) {
    const ids: readonly RequestId[] = await requestsAfter(reader, after);
    after = ids.at(-1) ?? null;
    if (after === null) return problems;
    const events = await eventsOf(reader, ids);
    for (const chain of Map.groupBy(events, (event) => event.requestId).values()) check(chain);
  }
}

async function requestsAfter(reader: Reader, after: RequestId | null): Promise<readonly RequestId[]> {
  const query = reader.selectFrom('access_request').select('id').orderBy('id').limit(chainsAtOnce);
  return (await (after === null ? query : query.where('id', '>', after)).execute()).map((row) => row.id);
}

async function eventsOf(reader: Reader, requests: readonly RequestId[] | null): Promise<readonly AuditEvent[]> {
  const query = reader.selectFrom('audit_event').selectAll().orderBy('sequence');
  const rows = await (
    requests === null ? query.where('request_id', 'is', null) : query.where('request_id', 'in', requests)
  ).execute();
  return rows.map((row) => eventFromRow(fromRow('audit_event', row)));
}
