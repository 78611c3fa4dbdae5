/** Requests as lines of a list, in a fixed number of statements for any number of requests and items. */
import { sql } from 'kysely';
import type { RequestRow } from '#core/contract/index.ts';
import type { EmployeeId, RequestId, RequestItemId } from '#core/domain/ids.ts';
import type { Term } from '#core/domain/request.ts';
import { fromJson, type Reader, type Tables } from '#core/persistence/tables.ts';
import { loadPeople, personIn } from './people.ts';
import { loadProgressOfAll } from './progress.ts';

/** How many beneficiaries a line names. */
const namedBeneficiaries = 3;

export const requestColumns = [
  'access_request.id',
  'access_request.number',
  'access_request.state',
  'access_request.requester_id',
  'access_request.submitted_at',
  'access_request.ended_at',
  'access_request.version',
] as const;

type RequestColumns = Pick<
  Tables['access_request'],
  'id' | 'number' | 'state' | 'requester_id' | 'submitted_at' | 'ended_at' | 'version'
>;

/** @param only the items that are seen of these requests, each of which has one of them; null: all of them. */
export async function requestRows(
  reader: Reader,
  requests: readonly RequestColumns[],
  only: readonly RequestItemId[] | null = null,
): Promise<RequestRow[]> {
  if (requests.length === 0) return [];
  const ids = requests.map((request) => request.id);
  const beneficiaries = await loadBeneficiaries(reader, ids, only);
  const firstItems = await loadFirstItems(reader, ids, only);
  const progress = await loadProgressOfAll(reader, ids, only);
  const people = await loadPeople(reader, [
    ...requests.map((request) => request.requester_id),
    ...[...beneficiaries.values()].flatMap((of) => of.named),
  ]);
  return requests.map((request) => {
    const firstItem = firstItems.get(request.id);
    const of = beneficiaries.get(request.id);
    if (firstItem === undefined || of === undefined) throw new Error(`The request ${request.id} has no items`);
    return {
      id: request.id,
      number: request.number,
      state: request.state,
      requester: personIn(people, request.requester_id),
      beneficiaries: of.named.map((id) => personIn(people, id)),
      beneficiaryCount: of.count,
      firstItem,
      itemCount: of.items,
      submittedAt: request.submitted_at,
      endedAt: request.ended_at,
      progress: progress(request.id),
      version: request.version,
    };
  });
}

interface BeneficiariesOf {
  /** The first few, in the order of the request's lines. */
  readonly named: EmployeeId[];
  readonly count: number;
  readonly items: number;
}

async function loadBeneficiaries(
  reader: Reader,
  ids: readonly RequestId[],
  only: readonly RequestItemId[] | null,
): Promise<ReadonlyMap<RequestId, BeneficiariesOf>> {
  const seen = only === null ? sql`` : sql`and id in (${sql.join(only)})`;
  // Postgres knows no minimum of uuids before version 18; as text they sort alike.
  const { rows } = await sql<{
    request_id: RequestId;
    beneficiary_id: EmployeeId;
    beneficiaries: number;
    items: number;
  }>`
    select request_id, beneficiary_id, beneficiaries, items
    from (
      select request_id, beneficiary_id,
        row_number() over (partition by request_id order by first_line) as place,
        count(*) over (partition by request_id) as beneficiaries,
        cast(sum(lines) over (partition by request_id) as integer) as items
      from (
        select request_id, beneficiary_id, min(cast(id as text)) as first_line, count(*) as lines
        from request_item
        where request_id in (${sql.join(ids)}) ${seen}
        group by request_id, beneficiary_id
      ) as by_person
    ) as ranked
    where place <= ${sql.lit(namedBeneficiaries)}
    order by request_id, place`.execute(reader);
  const found = new Map<RequestId, BeneficiariesOf>();
  for (const row of rows) {
    const known = found.get(row.request_id);
    if (known === undefined)
      found.set(row.request_id, { named: [row.beneficiary_id], count: row.beneficiaries, items: row.items });
    else known.named.push(row.beneficiary_id);
  }
  return found;
}

/** Ids sort by creation, so the first line is the one of the smallest id. */
async function loadFirstItems(
  reader: Reader,
  ids: readonly RequestId[],
  only: readonly RequestItemId[] | null,
): Promise<ReadonlyMap<RequestId, RequestRow['firstItem']>> {
  const rows = await reader
    .selectFrom('access_request')
    .innerJoin('request_item', (join) =>
      join.on((eb) =>
        eb(
          'request_item.id',
          '=',
          eb
            .selectFrom('request_item as line')
            .select('line.id')
            .whereRef('line.request_id', '=', 'access_request.id')
            .$if(only !== null, (query) => query.where('line.id', 'in', only ?? []))
            .orderBy('line.id')
            .limit(1),
        ),
      ),
    )
    .innerJoin('entitlement', 'entitlement.id', 'request_item.entitlement_id')
    .innerJoin('application', 'application.id', 'request_item.application_id')
    .select(['request_item.request_id', 'request_item.action', 'request_item.term'])
    .select(['entitlement.name as entitlement', 'application.name as application'])
    .where('access_request.id', 'in', ids)
    .execute();
  return new Map(
    rows.map((row) => [
      row.request_id,
      {
        action: row.action,
        entitlement: row.entitlement,
        application: row.application,
        term: fromJson<Term>(row.term),
      },
    ]),
  );
}
