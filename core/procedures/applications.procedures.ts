/** Applications, their connections, and what is in them. */
import { changeApplication, createApplication } from '#core/commands/application.command.ts';
import { changeByHandSettings, instructEntitlement } from '#core/commands/by-hand-settings.command.ts';
import { changeDeliverySettings } from '#core/commands/delivery-settings.command.ts';
import { linkAccount } from '#core/commands/link-account.command.ts';
import { decideFinding } from '#core/commands/finding.command.ts';
import { refuse, type Result } from '#core/domain/errors.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import { listAccounts } from '#core/queries/accounts.ts';
import { getApplication } from '#core/queries/application-detail.ts';
import { listApplications, type ConnectionKnowledge } from '#core/queries/applications.ts';
import { accountEffectsIn, listFindings } from '#core/queries/findings.ts';
import { listEntitlements } from '#core/queries/entitlements.ts';
import { mayManage, type Viewer } from '#core/queries/visibility.ts';
import type { Workspace } from '#core/workspace.ts';
import { actorOf, issued, type Procedures } from './context.ts';

export function applicationsProcedures({ signedIn }: Procedures) {
  return {
    list: signedIn.applications.list.handler(async ({ context: { workspace, viewer }, input }) => ({
      rows: await listApplications(workspace.database.read, viewer, input.search, knowledgeOf(workspace)),
    })),

    get: signedIn.applications.get.handler(({ context: { workspace, viewer }, input }) =>
      getApplication(workspace.database.read, viewer, input.applicationId, knowledgeOf(workspace)),
    ),

    connectors: signedIn.applications.connectors.handler(({ context: { workspace } }) => [
      ...workspace.connectors.describe(),
    ]),

    create: signedIn.applications.create.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(createApplication, issued(context, commandId, payload)),
    ),

    change: signedIn.applications.change.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(changeApplication, issued(context, commandId, payload)),
    ),

    setConnection: signedIn.applications.setConnection.handler(
      async ({ context: { workspace, viewer }, input: { commandId, ...draft } }) => {
        // Asked before anything reaches the keychain; the command asks again in its transaction.
        const refused = await notManaged(workspace, viewer, draft.applicationId);
        return refused ?? workspace.connectors.setConnection(draft, { actor: actorOf(viewer), commandId });
      },
    ),

    testConnection: signedIn.applications.testConnection.handler(async ({ context: { workspace, viewer }, input }) => {
      const refused = await notManaged(workspace, viewer, input.applicationId);
      return refused ?? workspace.connectors.test(input);
    }),

    discover: signedIn.applications.discover.handler(
      async ({ context: { workspace, viewer }, input: { applicationId } }) => {
        const refused = await notManaged(workspace, viewer, applicationId);
        return refused ?? workspace.discovery.start(applicationId, actorOf(viewer));
      },
    ),

    answerDiscovery: signedIn.applications.answerDiscovery.handler(
      ({ context: { workspace, viewer }, input: { commandId, ...answer } }) =>
        workspace.discovery.answer({ commandId, actor: actorOf(viewer) }, answer),
    ),

    changeDelivery: signedIn.applications.changeDelivery.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(changeDeliverySettings, issued(context, commandId, payload)),
    ),

    changeByHand: signedIn.applications.changeByHand.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(changeByHandSettings, issued(context, commandId, payload)),
    ),

    instructEntitlement: signedIn.applications.instructEntitlement.handler(
      ({ context, input: { commandId, ...payload } }) =>
        context.workspace.execute(instructEntitlement, issued(context, commandId, payload)),
    ),

    linkAccount: signedIn.applications.linkAccount.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(linkAccount, issued(context, commandId, payload)),
    ),

    findings: signedIn.applications.findings.handler(({ context: { workspace, viewer }, input }) =>
      listFindings(workspace.database.read, viewer, input, workspace.connectors.describe()),
    ),

    decideFinding: signedIn.applications.decideFinding.handler(
      async ({ context, input: { commandId, ...payload } }) => {
        const { database, connectors, execute } = context.workspace;
        const finding = await database.read
          .selectFrom('finding')
          .select('application_id')
          .where('id', '=', payload.findingId)
          .executeTakeFirst();
        const effects =
          finding === undefined
            ? []
            : await accountEffectsIn(database.read, finding.application_id, connectors.describe());
        return execute(decideFinding, issued(context, commandId, { ...payload, effects: [...effects] }));
      },
    ),

    entitlements: signedIn.applications.entitlements.handler(({ context: { workspace }, input }) =>
      listEntitlements(workspace.database.read, input),
    ),

    accounts: signedIn.applications.accounts.handler(({ context: { workspace, viewer }, input }) =>
      listAccounts(workspace.database.read, viewer, input),
    ),
  };
}

function knowledgeOf({ connectors }: Workspace): ConnectionKnowledge {
  return {
    connectors: connectors.describe(),
    secretsPresent: (applicationId) => connectors.secretsPresent(applicationId),
  };
}

/** The refusal of somebody who does not manage the application; null when they do. */
async function notManaged(
  workspace: Workspace,
  viewer: Viewer,
  applicationId: ApplicationId,
): Promise<Extract<Result<never>, { outcome: 'refused' }> | null> {
  const known = await workspace.database.read
    .selectFrom('application')
    .select('id')
    .where('id', '=', applicationId)
    .executeTakeFirst();
  if (known === undefined) return refuse('application.notFound', 'This application does not exist.');
  return mayManage(viewer, applicationId)
    ? null
    : refuse('access.notAllowed', 'Only an owner of the application or an administrator can do this.');
}
