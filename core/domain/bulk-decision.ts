/** One decision over many tasks: what was asked for, how far it has come, and what came of each task. */
import type { BulkDecisionId, EmployeeId, RequestId, RequestItemId, ReviewTaskId } from './ids.ts';
import type { RefusalCode } from './errors.ts';
import type { ApplicationId, EntitlementId } from './ids.ts';
import type { RiskLevel } from './directory.ts';
import type { Instant } from './instant.ts';
import { verdicts, type ItemAction, type Term } from './request.ts';

/** Which of the decider's open tasks: every condition that is there holds. An empty filter is all of them. */
export interface TaskFilter {
  readonly search?: string | undefined;
  readonly applicationIds?: readonly ApplicationId[] | undefined;
  readonly entitlementIds?: readonly EntitlementId[] | undefined;
  readonly requesterIds?: readonly EmployeeId[] | undefined;
  readonly beneficiaryIds?: readonly EmployeeId[] | undefined;
  readonly actions?: readonly ItemAction[] | undefined;
  readonly risks?: readonly RiskLevel[] | undefined;
  /** Levels of review, from 1. */
  readonly levels?: readonly number[] | undefined;
  /** Tasks of these requests. */
  readonly requestIds?: readonly RequestId[] | undefined;
  /** Tasks that were opened by then; a bulk decision never takes in what came after it was asked for. */
  readonly openedBefore?: Instant | undefined;
  /** Tasks that were taken out by hand. */
  readonly excludedTaskIds?: readonly ReviewTaskId[] | undefined;
}

export const bulkVerdicts = [...verdicts, 'reassign', 'ask'] as const;
/** What is done with each task: one of the verdicts, `reassign` (it is given to somebody else), or `ask` (a question about it). */
export type BulkVerdict = (typeof bulkVerdicts)[number];

export const bulkDecisionStates = ['waiting', 'running', 'done', 'undone'] as const;
/** `waiting`: can still be taken back, until `dispatchAt`. `undone`: was taken back; nothing was decided. */
export type BulkDecisionState = (typeof bulkDecisionStates)[number];

export interface BulkDecision {
  readonly id: BulkDecisionId;
  readonly deciderId: EmployeeId;
  readonly filter: TaskFilter;
  readonly verdict: BulkVerdict;
  /** Why; of `ask`, the question. */
  readonly reason: string | null;
  /** Approve for a shorter time than was asked for; null: as asked. */
  readonly shortenedTo: Term | null;
  /** Of `reassign`: who decides instead. */
  readonly toReviewerId: EmployeeId | null;
  readonly state: BulkDecisionState;
  readonly createdAt: Instant;
  /** When it begins, unless it is taken back before. */
  readonly dispatchAt: Instant;
  readonly endedAt: Instant | null;
  /** How many tasks the filter found when it was asked for. */
  readonly total: number;
  readonly decided: number;
  readonly refused: number;
  /**
   * Where it goes on after a crash: the last task that has its result; null at the beginning. `closed …` once the
   * open tasks are done and those are looked at that others have closed meanwhile.
   */
  readonly resumeAfter: string | null;
}

/** What came of one task of a bulk decision. */
export interface BulkDecisionResult {
  readonly bulkDecisionId: BulkDecisionId;
  readonly taskId: ReviewTaskId;
  readonly itemId: RequestItemId;
  readonly requestId: RequestId;
  readonly outcome: 'done' | 'refused';
  readonly code: RefusalCode | null;
  readonly message: string | null;
}
