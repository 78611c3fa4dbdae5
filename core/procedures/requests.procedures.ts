/** Asking for access, following what became of it, deciding, and what waits for a person in an application. */
import { cancelRequest } from '#core/commands/cancel-request.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import {
  completeFulfillmentByHand,
  handFulfillmentToPerson,
  sendAllFulfillmentAgain,
  sendFulfillmentAgain,
} from '#core/commands/fulfillment-by-person.command.ts';
import { endAccessEarly, notRenewAccess } from '#core/commands/later-access.command.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import { listAttention } from '#core/queries/attention.ts';
import { evidenceFile } from '#core/queries/evidence-file.ts';
import { dashboardSummary } from '#core/queries/dashboard.ts';
import { listMyTasks } from '#core/queries/my-tasks.ts';
import { previewLines } from '#core/queries/preview.ts';
import { getRequest } from '#core/queries/request-detail.ts';
import { listRequests } from '#core/queries/requests-list.ts';
import { loadTrail } from '#core/queries/trail.ts';
import { issued, type Procedures } from './context.ts';
import { reportFile } from './report-file.ts';

export function requestsProcedures({ signedIn }: Procedures) {
  return {
    preview: signedIn.requests.preview.handler(async ({ context: { workspace, viewer }, input }) => ({
      lines: await previewLines(
        workspace.database.read,
        viewer.id,
        input.items,
        workspace.now(),
        workspace.connectors.describe(),
      ),
    })),

    submit: signedIn.requests.submit.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(submitRequest, issued(context, commandId, payload)),
    ),

    cancel: signedIn.requests.cancel.handler(({ context, input: { commandId, basedOn, ...payload } }) =>
      context.workspace.execute(cancelRequest, issued(context, commandId, payload, basedOn)),
    ),

    endEarly: signedIn.requests.endEarly.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(endAccessEarly, issued(context, commandId, payload)),
    ),

    notRenew: signedIn.requests.notRenew.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(notRenewAccess, issued(context, commandId, payload)),
    ),

    list: signedIn.requests.list.handler(({ context: { workspace, viewer }, input }) =>
      listRequests(workspace.database.read, viewer, input),
    ),

    get: signedIn.requests.get.handler(({ context: { workspace, viewer }, input }) =>
      getRequest(workspace.database.read, viewer, input.requestId),
    ),

    trail: signedIn.requests.trail.handler(async ({ context: { workspace, viewer }, input }) => ({
      events: await loadTrail(workspace.database.read, viewer, input.requestId),
    })),

    report: signedIn.requests.report.handler(({ context: { workspace, viewer }, input }) =>
      reportFile(workspace.database.read, viewer, input.requestId, input.format, workspace.now()),
    ),
  };
}

export function tasksProcedures({ signedIn }: Procedures) {
  return {
    list: signedIn.tasks.list.handler(({ context: { workspace, viewer }, input }) =>
      listMyTasks(workspace.database.read, viewer, input),
    ),

    decide: signedIn.tasks.decide.handler(({ context, input: { commandId, basedOn, ...payload } }) =>
      context.workspace.execute(decideTask, issued(context, commandId, payload, basedOn)),
    ),
  };
}

export function fulfillmentProcedures({ signedIn }: Procedures) {
  return {
    attention: signedIn.fulfillment.attention.handler(({ context: { workspace, viewer }, input }) =>
      listAttention(workspace.database.read, viewer, input),
    ),

    sendAgain: signedIn.fulfillment.sendAgain.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(sendFulfillmentAgain, issued(context, commandId, payload)),
    ),

    handToPerson: signedIn.fulfillment.handToPerson.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(handFulfillmentToPerson, issued(context, commandId, payload)),
    ),

    sendAllAgain: signedIn.fulfillment.sendAllAgain.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(sendAllFulfillmentAgain, issued(context, commandId, payload)),
    ),

    completeByHand: signedIn.fulfillment.completeByHand.handler(
      async ({ context, input: { commandId, file, ...payload } }) => {
        const evidence =
          file === null ? null : { name: file.name, content: Buffer.from(await file.arrayBuffer()).toString('base64') };
        return context.workspace.execute(
          completeFulfillmentByHand,
          issued(context, commandId, { ...payload, file: evidence }),
        );
      },
    ),

    evidenceFile: signedIn.fulfillment.evidenceFile.handler(({ context: { workspace, viewer }, input }) =>
      evidenceFile(workspace.database.read, viewer, input.fulfillmentTaskId),
    ),
  };
}

export function dashboardProcedures({ signedIn }: Procedures) {
  return {
    summary: signedIn.dashboard.summary.handler(({ context: { workspace, viewer } }) =>
      dashboardSummary(workspace.database.read, workspace.database.dialect, viewer, workspace.now()),
    ),
  };
}
