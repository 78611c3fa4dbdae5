/**
 * Everything the console and the engine say to each other, and all that a renderer may import from core.
 */
import { applicationsContract, dashboardContract, directoryContract } from './directory.contract.ts';
import { accessRolesContract, fillingContract } from './filling.contract.ts';
import { bulkContract } from './bulk.contract.ts';
import { delegationsContract } from './delegations.contract.ts';
import { handlingContract } from './handling.contract.ts';
import { liveContract } from './live.contract.ts';
import { noticesContract } from './notices.contract.ts';
import { fulfillmentContract, requestsContract } from './requests.contract.ts';
import { rulesContract } from './rules.contract.ts';
import { tasksContract } from './tasks.contract.ts';
import { sessionContract, workspaceContract } from './workspace.contract.ts';

export const contract = {
  workspace: workspaceContract,
  session: sessionContract,
  live: liveContract,
  dashboard: dashboardContract,
  requests: requestsContract,
  filling: fillingContract,
  accessRoles: accessRolesContract,
  tasks: tasksContract,
  bulk: bulkContract,
  fulfillment: fulfillmentContract,
  applications: applicationsContract,
  rules: rulesContract,
  directory: directoryContract,
  notices: noticesContract,
  handling: handlingContract,
  delegations: delegationsContract,
};
export type Contract = typeof contract;

export * from './bulk.contract.ts';
export * from './delegations.contract.ts';
export * from './directory.contract.ts';
export * from './evidence-file.ts';
export * from './filling.contract.ts';
export * from './handling.contract.ts';
export * from './import-file.ts';
export * from './live.contract.ts';
export * from './notices.contract.ts';
export * from './requests.contract.ts';
export * from './review-plan.schema.ts';
export * from './review-settings.schema.ts';
export * from './rules.contract.ts';
export * from './schemas.ts';
export * from './task-filter.ts';
export * from './tasks.contract.ts';
export * from './workspace.contract.ts';
export type { Refusal, RefusalCode, Result } from '#core/domain/errors.ts';
export * from '#core/domain/ids.ts';
export { instant, type Instant } from '#core/domain/instant.ts';
export { addressProblem, folderProblem, isAsked } from '#core/domain/connector.ts';
export { roles } from '#core/domain/directory.ts';
export { reviewerKinds, type ReviewerKind } from '#core/domain/review-settings.ts';
export type { RiskLevel, Role } from '#core/domain/directory.ts';
export type {
  FulfillmentState,
  ItemAction,
  ItemState,
  RequestState,
  StageState,
  TaskState,
  Term,
} from '#core/domain/request.ts';
