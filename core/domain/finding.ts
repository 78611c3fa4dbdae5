/**
 * Where a discovery and what was decided here do not agree. A finding is a question to a person: nothing is
 * reversed by itself, and one that a later discovery does not see any more closes itself.
 */
import type { AccountId, ApplicationId, EmployeeId, EntitlementId, FindingId, RequestId, SyncRunId } from './ids.ts';
import type { Instant } from './instant.ts';

export const findingKinds = [
  'addedOutside',
  'removedOutside',
  'notConfirmed',
  'driftedAttribute',
  'orphanAccount',
  'ownerMissing',
] as const;
/**
 * `addedOutside`: held in the application, and no request explains it. `removedOutside`: a request gave it, and it
 * was taken away past Gatehouse. `notConfirmed`: a person or a ticket said that it was given or taken away, and it is not
 * so. `driftedAttribute`: the account says something else than the directory.
 * `orphanAccount`: an account of nobody, or of somebody who has left. `ownerMissing`: a service's login that nobody
 * who works here answers for.
 */
export type FindingKind = (typeof findingKinds)[number];

export const findingStates = ['open', 'accepted', 'dismissed', 'resolved'] as const;
/**
 * `accepted`: it is right as it is. `dismissed`: no matter. `resolved`: somebody acts on it, or it is gone.
 * Only `endedAt` says that it is not seen any more; then the same may be found anew.
 */
export type FindingState = (typeof findingStates)[number];

export const findingActions = [
  'askForRemoval',
  'askForGrant',
  'accept',
  'updateAccount',
  'disableAccount',
  'deleteAccount',
  /** Said of the account itself, and not an answer to the finding: `account.link` settles it. */
  'linkAccount',
] as const;
export type FindingAction = (typeof findingActions)[number];

/** What Gatehouse itself does to an account when a person asks for it. */
export const accountEffects = ['updateAccount', 'disableAccount', 'deleteAccount'] as const;
export type AccountEffect = (typeof accountEffects)[number];

export interface Finding {
  readonly id: FindingId;
  readonly applicationId: ApplicationId;
  readonly kind: FindingKind;
  /** The same subject has the same key in every discovery; one finding of a key stands at a time. */
  readonly subjectKey: string;
  readonly accountId: AccountId | null;
  readonly entitlementId: EntitlementId | null;
  readonly employeeId: EmployeeId | null;
  /** What is told besides, e.g. an attribute with what is expected and what was seen. Never a secret. */
  readonly detail: Readonly<Record<string, string>>;
  readonly firstSeenRunId: SyncRunId;
  readonly firstSeenAt: Instant;
  readonly lastSeenRunId: SyncRunId;
  readonly lastSeenAt: Instant;
  readonly proposedAction: FindingAction;
  readonly state: FindingState;
  readonly decidedById: EmployeeId | null;
  readonly decidedAt: Instant | null;
  readonly note: string | null;
  /** The request that a person made of it. */
  readonly requestId: RequestId | null;
  readonly endedAt: Instant | null;
  /** What was asked to be done to the account; on disk before it is done. */
  readonly effect: AccountEffect | null;
  readonly effectState: 'ready' | 'running' | 'done' | 'failed' | null;
  readonly effectAttempts: number;
  readonly effectDueAt: Instant | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: Instant | null;
  readonly lastProblem: string | null;
}
