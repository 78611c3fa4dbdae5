/** Filling requests from what others hold, and the bundles for it. */
import { saveAccessRole, setAccessRoleState } from '#core/commands/access-role.command.ts';
import { listAccessRoles } from '#core/queries/access-roles.ts';
import { fillLikeJobTitle, fillLikePerson, fillLikeRole, listJobTitles } from '#core/queries/filling.ts';
import { issued, type Procedures } from './context.ts';

export function fillingProcedures({ signedIn }: Procedures) {
  return {
    likePerson: signedIn.filling.likePerson.handler(({ context: { workspace, viewer }, input }) =>
      fillLikePerson(workspace.database.read, viewer, input),
    ),

    likeJobTitle: signedIn.filling.likeJobTitle.handler(({ context: { workspace, viewer }, input }) =>
      fillLikeJobTitle(workspace.database.read, viewer, input),
    ),

    likeRole: signedIn.filling.likeRole.handler(({ context: { workspace, viewer }, input }) =>
      fillLikeRole(workspace.database.read, viewer, input),
    ),

    jobTitles: signedIn.filling.jobTitles.handler(({ context: { workspace }, input }) =>
      listJobTitles(workspace.database.read, input.search),
    ),
  };
}

export function accessRolesProcedures({ signedIn }: Procedures) {
  return {
    list: signedIn.accessRoles.list.handler(({ context: { workspace, viewer }, input }) =>
      listAccessRoles(workspace.database.read, viewer, input),
    ),

    save: signedIn.accessRoles.save.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(saveAccessRole, issued(context, commandId, payload)),
    ),

    setState: signedIn.accessRoles.setState.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(setAccessRoleState, issued(context, commandId, payload)),
    ),
  };
}
