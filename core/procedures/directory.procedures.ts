/** People, and filling the directory from files. */
import { setRoles } from '#core/commands/set-roles.command.ts';
import { importDirectory } from '#core/directory/import/import-directory.ts';
import { refuse } from '#core/domain/errors.ts';
import { getEmployee } from '#core/queries/employee-detail.ts';
import { listEmployees } from '#core/queries/employees.ts';
import { QueryRefused } from '#core/queries/query-refused.ts';
import { isAdministrator, type Viewer } from '#core/queries/visibility.ts';
import type { CallContext, Uploader } from '#core/workspace.ts';
import { actorOf, issued, type Procedures } from './context.ts';
import { uploadStream } from './upload-stream.ts';

const mayNotImport = 'Only an administrator can import into the directory.';

function uploaderOf({ session, viewer }: Pick<CallContext, 'session'> & { readonly viewer: Viewer }): Uploader {
  return { sessionId: session.id, employeeId: viewer.id };
}

export function directoryProcedures({ signedIn }: Procedures) {
  return {
    employees: signedIn.directory.employees.handler(({ context: { workspace }, input }) =>
      listEmployees(workspace.database.read, input),
    ),

    employee: signedIn.directory.employee.handler(({ context: { workspace, viewer }, input }) =>
      getEmployee(workspace.database.read, viewer, input.employeeId),
    ),

    upload: signedIn.directory.upload.handler(async ({ context, input, signal }) => {
      if (!isAdministrator(context.viewer)) throw new QueryRefused('access.notAllowed', mayNotImport);
      return uploadStream(context.workspace.uploads, uploaderOf(context), input, signal);
    }),

    sendPiece: signedIn.directory.sendPiece.handler(({ context, input }) =>
      isAdministrator(context.viewer)
        ? context.workspace.uploads.append(uploaderOf(context), input)
        : refuse('access.notAllowed', mayNotImport),
    ),

    import: signedIn.directory.import.handler(async ({ context, input: { uploadId, ...input } }) => {
      const { workspace, viewer } = context;
      if (!isAdministrator(viewer)) return refuse('access.notAllowed', mayNotImport);
      const file = await workspace.uploads.take(uploaderOf(context), uploadId);
      if (file.outcome === 'refused') return file;
      return importDirectory(workspace, { ...input, file: file.value, actor: actorOf(viewer) });
    }),

    setRoles: signedIn.directory.setRoles.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(setRoles, issued(context, commandId, payload)),
    ),
  };
}
