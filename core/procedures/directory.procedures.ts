/** People, and filling the directory from files. */
import { setRoles } from '#core/commands/set-roles.command.ts';
import { importDirectory } from '#core/directory/import/import-directory.ts';
import { refuse } from '#core/domain/errors.ts';
import { getEmployee } from '#core/queries/employee-detail.ts';
import { listEmployees } from '#core/queries/employees.ts';
import { isAdministrator } from '#core/queries/visibility.ts';
import { actorOf, issued, type Procedures } from './context.ts';

export function directoryProcedures({ signedIn }: Procedures) {
  return {
    employees: signedIn.directory.employees.handler(({ context: { workspace }, input }) =>
      listEmployees(workspace.database.read, input),
    ),

    employee: signedIn.directory.employee.handler(({ context: { workspace, viewer }, input }) =>
      getEmployee(workspace.database.read, viewer, input.employeeId),
    ),

    import: signedIn.directory.import.handler(({ context: { workspace, viewer }, input }) => {
      if (!isAdministrator(viewer))
        return refuse('access.notAllowed', 'Only an administrator can import into the directory.');
      return importDirectory(workspace, { ...input, actor: actorOf(viewer) });
    }),

    setRoles: signedIn.directory.setRoles.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(setRoles, issued(context, commandId, payload)),
    ),
  };
}
