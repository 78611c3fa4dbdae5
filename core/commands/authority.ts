/** What a person may do beyond requesting and reviewing, asked of the database at the time of the command. */
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';

/** Is in the directory and has not left. */
export async function worksHere(reader: Reader, employeeId: EmployeeId): Promise<boolean> {
  const person = await reader.selectFrom('employee').select('status').where('id', '=', employeeId).executeTakeFirst();
  return person?.status === 'active';
}

/** An administrator who still works here. */
export async function isAdministrator(reader: Reader, employeeId: EmployeeId): Promise<boolean> {
  const row = await reader
    .selectFrom('role_assignment')
    .innerJoin('employee', 'employee.id', 'role_assignment.employee_id')
    .select('role_assignment.role')
    .where('role_assignment.employee_id', '=', employeeId)
    .where('role_assignment.role', '=', 'administrator')
    .where('employee.status', '=', 'active')
    .executeTakeFirst();
  return row !== undefined;
}

/** An administrator, or an owner of the application, who still works here. */
export async function mayManageApplication(
  reader: Reader,
  employeeId: EmployeeId,
  applicationId: ApplicationId,
): Promise<boolean> {
  if (await isAdministrator(reader, employeeId)) return true;
  if (!(await worksHere(reader, employeeId))) return false;
  const primary = await reader
    .selectFrom('application')
    .select('id')
    .where('id', '=', applicationId)
    .where('primary_owner_id', '=', employeeId)
    .executeTakeFirst();
  if (primary !== undefined) return true;
  const secondary = await reader
    .selectFrom('secondary_owner')
    .select('employee_id')
    .where('application_id', '=', applicationId)
    .where('employee_id', '=', employeeId)
    .executeTakeFirst();
  return secondary !== undefined;
}
