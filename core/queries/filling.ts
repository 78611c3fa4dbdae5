/**
 * Drafts of requests filled from what others hold: one colleague, the holders of a job title, a role.
 * Nothing is asked for here; what comes back is proposed to the person who writes the request.
 *
 * What somebody holds is shown by the rule of `grantScope`. To whoever may not see it, only the names of
 * what would be proposed are told, because that is what they would ask for.
 */
import { sql } from 'kysely';
import type { Filling, ProposedLine, Requestable } from '#core/contract/index.ts';
import type { AccessRoleId, ApplicationId, EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { grantScope, type GrantScope } from './grants.ts';
import { loadHeld, loadPending, type Held } from './held-access.ts';
import { personColumns, personOf } from './people.ts';
import { QueryRefused } from './query-refused.ts';
import { requestables, type KnownRequestable } from './requestables.ts';
import type { Viewer } from './visibility.ts';

/** What would be given to everybody who lacks it. */
interface Wanted {
  readonly entitlementId: EntitlementId;
  readonly temporary: boolean;
  readonly share: number | null;
}

interface Source {
  readonly wanted: readonly Wanted[];
  /** The colleague's access as far as the viewer may see it; null: nobody's access is compared. */
  readonly model: { readonly scope: GrantScope; readonly holds: ReadonlySet<EntitlementId> } | null;
  readonly restsOn: number | null;
}

/** @throws QueryRefused when the colleague or a beneficiary is not in the directory. */
export async function fillLikePerson(
  reader: Reader,
  viewer: Viewer,
  input: { readonly employeeId: EmployeeId; readonly beneficiaryIds: readonly EmployeeId[] },
): Promise<Filling> {
  const colleague = await reader
    .selectFrom('employee')
    .select(['id', 'manager_id'])
    .where('id', '=', input.employeeId)
    .executeTakeFirst();
  if (colleague === undefined) throw new QueryRefused('employee.notFound', 'This colleague is not in the directory.');
  const scope = grantScope(viewer, { id: colleague.id, managerId: colleague.manager_id });
  const held = (await loadHeld(reader, [colleague.id])).get(colleague.id) ?? new Map<EntitlementId, Held>();
  // Somebody else's temporary access is theirs for a reason of their own; it is told to those who may see it.
  const wanted = [...held]
    .filter(([, grant]) => !grant.temporary || sees(scope, grant.applicationId))
    .map(([entitlementId, { temporary }]) => ({ entitlementId, temporary, share: null }));
  return propose(reader, viewer, input.beneficiaryIds, {
    wanted,
    model: { scope, holds: new Set(held.keys()) },
    restsOn: null,
  });
}

/** What enough of a title's active holders have in common. `threshold` is a percentage. */
export async function fillLikeJobTitle(
  reader: Reader,
  viewer: Viewer,
  input: { readonly jobTitle: string; readonly threshold: number; readonly beneficiaryIds: readonly EmployeeId[] },
): Promise<Filling> {
  const { holders } = await reader
    .selectFrom('employee')
    .select((eb) => eb.fn.countAll<number>().as('holders'))
    .where('job_title', '=', input.jobTitle)
    .where('status', '=', 'active')
    .where('id', 'not in', input.beneficiaryIds)
    .executeTakeFirstOrThrow();
  const rows =
    holders === 0
      ? []
      : await reader
          .selectFrom('employee')
          .innerJoin('account', 'account.employee_id', 'employee.id')
          .innerJoin('access_grant', 'access_grant.account_id', 'account.id')
          .select('access_grant.entitlement_id')
          .select((eb) => eb.fn.count<number>('employee.id').distinct().as('count'))
          .where('employee.job_title', '=', input.jobTitle)
          .where('employee.status', '=', 'active')
          .where('employee.id', 'not in', input.beneficiaryIds)
          .where('account.kind', '=', 'employee')
          .where('access_grant.status', '=', sql.lit('active'))
          .where('access_grant.expires_at', 'is', null)
          .groupBy('access_grant.entitlement_id')
          .execute();
  const wanted = rows
    .map((row) => ({ entitlementId: row.entitlement_id, temporary: false, share: row.count / holders }))
    .filter(({ share }) => share * 100 >= input.threshold);
  return propose(reader, viewer, input.beneficiaryIds, { wanted, model: null, restsOn: holders });
}

/** @throws QueryRefused when the role is not there or not offered any more. */
export async function fillLikeRole(
  reader: Reader,
  viewer: Viewer,
  input: { readonly accessRoleId: AccessRoleId; readonly beneficiaryIds: readonly EmployeeId[] },
): Promise<Filling> {
  const rows = await reader
    .selectFrom('access_role')
    .innerJoin('access_role_entitlement', 'access_role_entitlement.access_role_id', 'access_role.id')
    .select('access_role_entitlement.entitlement_id')
    .where('access_role.id', '=', input.accessRoleId)
    .where('access_role.state', '=', 'active')
    .orderBy('access_role_entitlement.position')
    .execute();
  if (rows.length === 0)
    throw new QueryRefused('accessRole.notFound', 'This role is not offered any more. Choose another one.');
  const wanted = rows.map((row) => ({ entitlementId: row.entitlement_id, temporary: false, share: null }));
  return propose(reader, viewer, input.beneficiaryIds, { wanted, model: null, restsOn: null });
}

/** Titles of people who work here, the most frequent first. */
export async function listJobTitles(
  reader: Reader,
  search: string,
): Promise<{ rows: { jobTitle: string; holders: number }[] }> {
  const words = search.toLowerCase().replaceAll(/[%_]/g, '');
  const rows = await reader
    .selectFrom('employee')
    .select('job_title')
    .select((eb) => eb.fn.countAll<number>().as('holders'))
    .where('status', '=', 'active')
    .where('job_title', 'is not', null)
    .where((eb) => eb(eb.fn<string>('lower', ['job_title']), 'like', `%${words}%`))
    .groupBy('job_title')
    .orderBy('holders', 'desc')
    .orderBy('job_title')
    .limit(50)
    .execute();
  return {
    rows: rows.flatMap(({ job_title, holders }) => (job_title === null ? [] : [{ jobTitle: job_title, holders }])),
  };
}

async function propose(
  reader: Reader,
  viewer: Viewer,
  beneficiaryIds: readonly EmployeeId[],
  source: Source,
): Promise<Filling> {
  const ids = [...new Set(beneficiaryIds)];
  const rows = await reader
    .selectFrom('employee')
    .select([...personColumns, 'employee.manager_id'])
    .where('employee.id', 'in', ids)
    .execute();
  const people = new Map(rows.map((row) => [row.id, row]));
  const held = await loadHeld(reader, ids);
  const pending = await loadPending(
    reader,
    ids,
    source.wanted.map((one) => one.entitlementId),
  );
  const known = await requestables(reader, [
    ...source.wanted.map((one) => one.entitlementId),
    ...(source.model === null ? [] : [...held.values()].flatMap((grants) => [...grants.keys()])),
  ]);
  return {
    restsOn: source.restsOn,
    people: ids.map((id) => {
      const row = people.get(id);
      if (row === undefined)
        throw new QueryRefused('employee.notFound', 'A person this is for is not in the directory.');
      const scope = grantScope(viewer, { id, managerId: row.manager_id });
      const comparing = { source, known, scope, holds: held.get(id) ?? new Map<EntitlementId, Held>() };
      return {
        person: personOf(row),
        comparable: scope !== 'none' && (source.model === null || source.model.scope !== 'none'),
        lines: linesOf(comparing, (entitlementId) => pending.get(`${id} ${entitlementId}`) ?? null),
        onlyTheirs: onlyTheirs(comparing),
      };
    }),
  };
}

interface Comparing {
  readonly source: Source;
  readonly known: ReadonlyMap<EntitlementId, KnownRequestable>;
  /** What of the beneficiary's access the viewer may see. */
  readonly scope: GrantScope;
  readonly holds: ReadonlyMap<EntitlementId, Held>;
}

const order: readonly ProposedLine['standing'][] = ['missing', 'pending', 'notRequestable', 'held'];

function linesOf(
  { source, known, scope, holds }: Comparing,
  pendingIn: (id: EntitlementId) => number | null,
): ProposedLine[] {
  const lines = source.wanted.flatMap(({ entitlementId, temporary, share }): ProposedLine[] => {
    const entitlement = known.get(entitlementId);
    if (entitlement === undefined) return [];
    const { status, ...requestable } = entitlement;
    const pending = pendingIn(entitlementId);
    const line = { entitlement: requestable, temporary, share, pendingIn: pending };
    if (holds.has(entitlementId)) {
      const told = seesBoth(source, scope, requestable.application.id);
      return told ? [{ ...line, standing: 'held' }] : [];
    }
    if (pending !== null) return [{ ...line, standing: 'pending' }];
    return [{ ...line, standing: status === 'active' ? 'missing' : 'notRequestable' }];
  });
  return lines.toSorted(
    (a, b) =>
      order.indexOf(a.standing) - order.indexOf(b.standing) ||
      (b.share ?? 0) - (a.share ?? 0) ||
      byName(a.entitlement, b.entitlement),
  );
}

function onlyTheirs({ source, known, scope, holds }: Comparing): Requestable[] {
  const { model } = source;
  if (model === null) return [];
  return [...holds.keys()]
    .flatMap((id) => known.get(id) ?? [])
    .filter((one) => !model.holds.has(one.id) && seesBoth(source, scope, one.application.id))
    .map(({ status: _status, ...requestable }) => requestable)
    .toSorted(byName);
}

function byName(a: Requestable, b: Requestable): number {
  return a.application.name.localeCompare(b.application.name) || a.name.localeCompare(b.name);
}

function seesBoth({ model }: Source, scope: GrantScope, applicationId: ApplicationId): boolean {
  return sees(scope, applicationId) && (model === null || sees(model.scope, applicationId));
}

function sees(scope: GrantScope, applicationId: ApplicationId): boolean {
  return scope === 'all' || (scope !== 'none' && scope.includes(applicationId));
}
