/**
 * Who may see what. Every query asks here; the rules are also in docs/guide: a request is seen by its
 * requester, its beneficiaries, whoever has or had a review task in it, owners of an application it
 * touches, risk managers and administrators; lists find them in the place `visible`. Whoever follows it sees
 * the lines they joined, as if the request had no others.
 */
import type { Person } from '#core/contract/index.ts';
import type { Role } from '#core/domain/directory.ts';
import type { ApplicationId, EmployeeId, RequestId } from '#core/domain/ids.ts';
import type { AccessRequest, RequestItem } from '#core/domain/request.ts';
import type { Sight } from '#core/domain/sight.ts';
import { isFinal, itemCounts, requestStateOf } from '#core/engine/request-state.ts';
import type { Reader, Tables } from '#core/persistence/tables.ts';
import { personColumns, personOf } from './people.ts';
import { QueryRefused } from './query-refused.ts';

/** Whoever is signed in, with what they may see. */
export interface Viewer {
  readonly id: EmployeeId;
  readonly person: Person;
  readonly roles: readonly Role[];
  /** Applications of which this person is the primary or a secondary owner. */
  readonly owns: ReadonlySet<ApplicationId>;
}

/** The viewer; null when there is no such person or they have left. */
export async function loadViewer(reader: Reader, employeeId: EmployeeId): Promise<Viewer | null> {
  const rows = await reader
    .selectFrom('employee')
    .leftJoin('role_assignment', 'role_assignment.employee_id', 'employee.id')
    .select([...personColumns, 'role_assignment.role'])
    .where('employee.id', '=', employeeId)
    .where('employee.status', '=', 'active')
    .execute();
  const [first] = rows;
  if (first === undefined) return null;
  const owned = await reader
    .selectFrom('application')
    .select('application.id')
    .where('primary_owner_id', '=', employeeId)
    .union(reader.selectFrom('secondary_owner').select('application_id as id').where('employee_id', '=', employeeId))
    .execute();
  return {
    id: employeeId,
    person: personOf(first),
    roles: rows.flatMap((row) => row.role ?? []).sort(),
    owns: new Set(owned.map((row) => row.id)),
  };
}

export function isAdministrator(viewer: Viewer): boolean {
  return viewer.roles.includes('administrator');
}

/** Risk managers and administrators see every request and every grant. */
export function seesEverything(viewer: Viewer): boolean {
  return viewer.roles.length > 0;
}

/** Change an application, its connection, and what waits for a person in it. */
export function mayManage(viewer: Viewer, applicationId: ApplicationId): boolean {
  return isAdministrator(viewer) || viewer.owns.has(applicationId);
}

/** See an application's accounts, discoveries and connection. */
export function mayInspect(viewer: Viewer, applicationId: ApplicationId): boolean {
  return seesEverything(viewer) || viewer.owns.has(applicationId);
}

/** @throws QueryRefused */
export function requireInspect(viewer: Viewer, applicationId: ApplicationId): void {
  if (!mayInspect(viewer, applicationId)) {
    throw new QueryRefused(
      'access.notAllowed',
      'Only owners of the application, risk managers and administrators can see this.',
    );
  }
}

/** What the viewer sees of this request; null: nothing, also when there is none. */
export async function sightOf(reader: Reader, viewer: Viewer, requestId: RequestId): Promise<Sight | null> {
  const request = await reader
    .selectFrom('access_request')
    .select('requester_id')
    .where('id', '=', requestId)
    .executeTakeFirst();
  if (request === undefined) return null;
  if (seesEverything(viewer) || request.requester_id === viewer.id) return 'all';
  const item = await reader
    .selectFrom('request_item')
    .select('request_item.id')
    .where('request_id', '=', requestId)
    .where((eb) =>
      eb.or([
        eb('beneficiary_id', '=', viewer.id),
        ...(viewer.owns.size === 0 ? [] : [eb('application_id', 'in', [...viewer.owns])]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  if (item !== undefined) return 'all';
  const task = await reader
    .selectFrom('review_task')
    .select('review_task.id')
    .where('request_id', '=', requestId)
    .where('reviewer_id', '=', viewer.id)
    .limit(1)
    .executeTakeFirst();
  if (task !== undefined) return 'all';
  const joined = await reader
    .selectFrom('followed_item')
    .select('item_id')
    .where('request_id', '=', requestId)
    .where('employee_id', '=', viewer.id)
    .execute();
  return joined.length === 0 ? null : new Set(joined.map((row) => row.item_id));
}

type Part = Pick<RequestItem, 'state' | 'fulfilledAt' | 'decidedAt' | 'changedInVersion'>;

/** An item's own part in what holds of its request. */
export function partOf(
  item: Pick<Tables['request_item'], 'state' | 'fulfilled_at' | 'decided_at' | 'changed_in_version'>,
): Part {
  return {
    state: item.state,
    fulfilledAt: item.fulfilled_at,
    decidedAt: item.decided_at,
    changedInVersion: item.changed_in_version,
  };
}

/** The request as a whole for whoever sees only these of its items: its state, its end and its version follow from them. */
export function requestOfItems(items: readonly Part[]): Pick<AccessRequest, 'state' | 'endedAt' | 'version'> {
  const state = requestStateOf(itemCounts({ items, otherItems: {} }));
  const ends = items.flatMap(({ fulfilledAt, decidedAt }) => fulfilledAt ?? decidedAt ?? []).toSorted();
  return {
    state,
    endedAt: isFinal(state) ? (ends.at(-1) ?? null) : null,
    version: Math.max(...items.map((item) => item.changedInVersion)),
  };
}
