/** What people hold through accounts of their own, and what is asked for them in open requests, many people at once. */
import { sql } from 'kysely';
import type { AccountId, ApplicationId, EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';

export interface Held {
  readonly applicationId: ApplicationId;
  /** It ends by itself. */
  readonly temporary: boolean;
}

const idsPerStatement = 500;

/** By person; through service accounts nobody holds anything themselves. */
export async function loadHeld(
  reader: Reader,
  people: readonly EmployeeId[],
): Promise<ReadonlyMap<EmployeeId, ReadonlyMap<EntitlementId, Held>>> {
  const accounts = new Map<AccountId, { readonly owner: EmployeeId; readonly applicationId: ApplicationId }>();
  for (const some of inChunks(people)) {
    const rows = await reader
      .selectFrom('account')
      .select(['id', 'employee_id', 'application_id'])
      .where('employee_id', 'in', some)
      .where('kind', '=', 'employee')
      .execute();
    for (const row of rows)
      if (row.employee_id !== null) accounts.set(row.id, { owner: row.employee_id, applicationId: row.application_id });
  }
  const held = new Map<EmployeeId, Map<EntitlementId, Held>>();
  for (const some of inChunks([...accounts.keys()])) {
    const grants = await reader
      .selectFrom('access_grant')
      .select(['account_id', 'entitlement_id', 'expires_at'])
      .where('account_id', 'in', some)
      // Written out, not bound: only so does SQLite know that the index over active grants answers it.
      .where('status', '=', sql.lit('active'))
      .execute();
    for (const grant of grants) {
      const account = accounts.get(grant.account_id);
      if (account === undefined) continue;
      const { owner, applicationId } = account;
      const own = held.get(owner) ?? new Map<EntitlementId, Held>();
      held.set(owner, own);
      // Held twice, the longer one counts.
      const temporary = grant.expires_at !== null && own.get(grant.entitlement_id)?.temporary !== false;
      own.set(grant.entitlement_id, { applicationId, temporary });
    }
  }
  return held;
}

/** The number of an open request that asks to grant it, under `<person> <entitlement>`. */
export async function loadPending(
  reader: Reader,
  people: readonly EmployeeId[],
  entitlements: readonly EntitlementId[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Set(entitlements);
  const pending = new Map<string, number>();
  for (const some of inChunks(people)) {
    const rows = await reader
      .selectFrom('request_item')
      .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
      .select(['request_item.beneficiary_id', 'request_item.entitlement_id', 'access_request.number'])
      .where('request_item.beneficiary_id', 'in', some)
      .where('request_item.action', '=', 'GRANT')
      .where('request_item.service_account', 'is', null)
      .where('request_item.state', 'in', ['inReview', 'approved'])
      .execute();
    for (const row of rows)
      if (wanted.has(row.entitlement_id)) pending.set(`${row.beneficiary_id} ${row.entitlement_id}`, row.number);
  }
  return pending;
}

function* inChunks<Id>(ids: readonly Id[]): Generator<readonly Id[]> {
  for (let start = 0; start < ids.length; start += idsPerStatement) yield ids.slice(start, start + idsPerStatement);
}
