/** The contract, implemented: every procedure in its place. */
import { applicationsProcedures } from './applications.procedures.ts';
import { bulkProcedures } from './bulk.procedures.ts';
import { createProcedures, type Log } from './context.ts';
import { directoryProcedures } from './directory.procedures.ts';
import { delegationsProcedures, handlingProcedures } from './handling.procedures.ts';
import { noticesProcedures } from './notices.procedures.ts';
import { accessRolesProcedures, fillingProcedures } from './filling.procedures.ts';
import {
  dashboardProcedures,
  fulfillmentProcedures,
  requestsProcedures,
  tasksProcedures,
} from './requests.procedures.ts';
import { rulesProcedures } from './rules.procedures.ts';
import { sessionProcedures } from './session.procedures.ts';
import { liveProcedures, workspaceProcedures } from './workspace.procedures.ts';

export interface RouterOptions {
  /** Takes what a window is not told: the fault behind an INTERNAL_SERVER_ERROR. */
  readonly log?: Log;
}

export type WorkspaceRouter = ReturnType<typeof createRouter>;

export function createRouter({ log = () => {} }: RouterOptions = {}) {
  const procedures = createProcedures(log);
  return procedures.base.router({
    workspace: workspaceProcedures(procedures),
    session: sessionProcedures(procedures),
    live: liveProcedures(procedures),
    dashboard: dashboardProcedures(procedures),
    requests: requestsProcedures(procedures),
    filling: fillingProcedures(procedures),
    accessRoles: accessRolesProcedures(procedures),
    tasks: tasksProcedures(procedures),
    bulk: bulkProcedures(procedures),
    fulfillment: fulfillmentProcedures(procedures),
    applications: applicationsProcedures(procedures),
    rules: rulesProcedures(procedures),
    directory: directoryProcedures(procedures),
    notices: noticesProcedures(procedures),
    handling: handlingProcedures(procedures),
    delegations: delegationsProcedures(procedures),
  });
}
