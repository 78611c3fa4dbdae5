/**
 * Who may see what. Every query asks here; the rules are also in docs/guide: a request is seen by its
 * requester, its beneficiaries, who follows it, whoever has or had a review task in it, owners of an
 * application it touches, risk managers and administrators. Lists find them in the place `visible`.
 */
import type { Person } from '#core/contract/index.ts';
import type { Role } from '#core/domain/directory.ts';
import type { ApplicationId, EmployeeId, RequestId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
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

/** May the viewer see this request? False also when there is none. */
export async function maySeeRequest(reader: Reader, viewer: Viewer, requestId: RequestId): Promise<boolean> {
  const request = await reader
    .selectFrom('access_request')
    .select('requester_id')
    .where('id', '=', requestId)
    .executeTakeFirst();
  if (request === undefined) return false;
  if (seesEverything(viewer) || request.requester_id === viewer.id) return true;
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
  if (item !== undefined) return true;
  const task = await reader
    .selectFrom('review_task')
    .select('review_task.id')
    .where('request_id', '=', requestId)
    .where('reviewer_id', '=', viewer.id)
    .limit(1)
    .executeTakeFirst();
  if (task !== undefined) return true;
  const follower = await reader
    .selectFrom('request_follower')
    .select('request_id')
    .where('request_id', '=', requestId)
    .where('employee_id', '=', viewer.id)
    .executeTakeFirst();
  return follower !== undefined;
}
