/** Grants as lines: what a person holds or held, with where it comes from. */
import type { GrantRow } from '#core/contract/index.ts';
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { seesEverything, type Viewer } from './visibility.ts';

/** What of somebody's access the viewer may see. */
export type GrantScope = 'all' | 'none' | readonly ApplicationId[];

/** Seen by the person, their manager, risk managers and administrators; by owners only in their applications. */
export function grantScope(
  viewer: Viewer,
  person: { readonly id: EmployeeId; readonly managerId: EmployeeId | null },
): GrantScope {
  if (person.id === viewer.id || person.managerId === viewer.id || seesEverything(viewer)) return 'all';
  return viewer.owns.size === 0 ? 'none' : [...viewer.owns];
}

/** A person's grants, active ones first, then the latest. */
export async function loadGrants(reader: Reader, employeeId: EmployeeId, scope: GrantScope): Promise<GrantRow[]> {
  if (scope === 'none') return [];
  let query = grantsOf(reader, employeeId)
    .orderBy('access_grant.status')
    .orderBy('access_grant.granted_at', 'desc')
    .orderBy('access_grant.id');
  if (scope !== 'all') query = query.where('account.application_id', 'in', scope);
  return (await query.execute()).map(grantRow);
}

/** A person's active grants that end before `before`, soonest first. */
export async function loadGrantsEndingBefore(
  reader: Reader,
  employeeId: EmployeeId,
  before: Instant,
): Promise<GrantRow[]> {
  const rows = await grantsOf(reader, employeeId)
    .where('access_grant.status', '=', 'active')
    .where('access_grant.expires_at', '<', before)
    .orderBy('access_grant.expires_at')
    .orderBy('access_grant.id')
    .execute();
  return rows.map(grantRow);
}

export async function countActiveGrants(reader: Reader, employeeId: EmployeeId): Promise<number> {
  const { count } = await reader
    .selectFrom('account')
    .innerJoin('access_grant', 'access_grant.account_id', 'account.id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account.employee_id', '=', employeeId)
    .where('access_grant.status', '=', 'active')
    .executeTakeFirstOrThrow();
  return count;
}

function grantsOf(reader: Reader, employeeId: EmployeeId) {
  return reader
    .selectFrom('account')
    .innerJoin('access_grant', 'access_grant.account_id', 'account.id')
    .innerJoin('entitlement', 'entitlement.id', 'access_grant.entitlement_id')
    .innerJoin('application', 'application.id', 'account.application_id')
    .leftJoin('request_item', 'request_item.id', 'access_grant.request_item_id')
    .select(['access_grant.id', 'access_grant.origin', 'access_grant.status', 'access_grant.granted_at'])
    .select(['access_grant.expires_at', 'access_grant.ended_at', 'request_item.request_id'])
    .select(['access_grant.entitlement_id', 'entitlement.name as entitlement', 'entitlement.kind', 'entitlement.risk'])
    .select([
      'account.application_id',
      'application.name as application',
      'access_grant.account_id',
      'account.username',
      'account.kind as account_kind',
    ])
    .where('account.employee_id', '=', employeeId);
}

type SelectedGrant = Awaited<ReturnType<ReturnType<typeof grantsOf>['execute']>>[number];

function grantRow(row: SelectedGrant): GrantRow {
  return {
    id: row.id,
    entitlement: { id: row.entitlement_id, name: row.entitlement, kind: row.kind, risk: row.risk },
    application: { id: row.application_id, name: row.application },
    account: { id: row.account_id, username: row.username, kind: row.account_kind },
    origin: row.origin,
    status: row.status,
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    requestId: row.request_id,
  };
}
