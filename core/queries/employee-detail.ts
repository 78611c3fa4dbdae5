/** One person: who they are, who reports to them, and, to those who may see it, what they hold. */
import type { EmployeeRow, GrantRow, Person } from '#core/contract/index.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { loadRoles } from './employees.ts';
import { grantScope, loadGrants } from './grants.ts';
import { loadPeople, personColumns, personIn, personOf } from './people.ts';
import { QueryRefused } from './query-refused.ts';
import { withoutIndex } from './search.ts';
import type { Viewer } from './visibility.ts';

export interface EmployeeDetail extends EmployeeRow {
  firstName: string | null;
  lastName: string | null;
  employmentType: string | null;
  organization: string | null;
  startDate: string | null;
  endDate: string | null;
  attributes: Record<string, string>;
  reports: Person[];
  grants: GrantRow[];
}

/** @throws QueryRefused */
export async function getEmployee(reader: Reader, viewer: Viewer, employeeId: EmployeeId): Promise<EmployeeDetail> {
  const row = await reader.selectFrom('employee').selectAll().where('id', '=', employeeId).executeTakeFirst();
  if (row === undefined) throw new QueryRefused('employee.notFound', 'This person is not in the directory.');
  const employee = fromRow('employee', row);
  const managers = await loadPeople(reader, [employee.managerId]);
  const roles = await loadRoles(reader, [employeeId]);
  const reports = await reader
    .selectFrom('employee')
    .select(personColumns)
    .where('manager_id', '=', employeeId)
    .where((eb) => eb(withoutIndex(eb.ref('status')), '=', 'active'))
    .orderBy('full_name')
    .orderBy('id')
    .execute();
  return {
    ...personOf(row),
    roles: roles.get(employeeId) ?? [],
    manager: employee.managerId === null ? null : personIn(managers, employee.managerId),
    firstName: employee.firstName,
    lastName: employee.lastName,
    employmentType: employee.employmentType,
    organization: employee.organization,
    startDate: employee.startDate,
    endDate: employee.endDate,
    attributes: { ...employee.attributes },
    reports: reports.map(personOf),
    grants: await loadGrants(reader, employeeId, grantScope(viewer, employee)),
  };
}
