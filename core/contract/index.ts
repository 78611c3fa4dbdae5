/**
 * Everything the console and the engine say to each other, and all that a renderer may import from core.
 */
import { applicationsContract, dashboardContract, directoryContract } from './directory.contract.ts';
import { liveContract } from './live.contract.ts';
import { fulfillmentContract, requestsContract, tasksContract } from './requests.contract.ts';
import { sessionContract, workspaceContract } from './workspace.contract.ts';

export const contract = {
  workspace: workspaceContract,
  session: sessionContract,
  live: liveContract,
  dashboard: dashboardContract,
  requests: requestsContract,
  tasks: tasksContract,
  fulfillment: fulfillmentContract,
  applications: applicationsContract,
  directory: directoryContract,
};
export type Contract = typeof contract;

export * from './directory.contract.ts';
export * from './live.contract.ts';
export * from './requests.contract.ts';
export * from './schemas.ts';
export * from './workspace.contract.ts';
export type { Refusal, RefusalCode, Result } from '#core/domain/errors.ts';
export * from '#core/domain/ids.ts';
export { instant, type Instant } from '#core/domain/instant.ts';
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
