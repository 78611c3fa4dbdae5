/**
 * How requests are to be reviewed: by whom, in how many levels, by how many of each level. An application
 * has these settings, an entitlement may override them, and a policy may route past both.
 */
import type { EmployeeId, ReviewerGroupId } from './ids.ts';

/** Who can be asked to review, in the order an application chose. */
export const reviewerKinds = ['manager', 'applicationOwner', 'businessOwner', 'riskManager', 'designated'] as const;
export type ReviewerKind = (typeof reviewerKinds)[number];

/** How many reviewers of a level must approve. `atLeast` drops to how many there are. One denial always denies. */
export type Quorum =
  | { readonly kind: 'one' }
  | { readonly kind: 'all' }
  | { readonly kind: 'atLeast'; readonly count: number };

/** The persons and groups that stand for the reviewer kind `designated`. */
export interface DesignatedReviewers {
  readonly employeeIds: readonly EmployeeId[];
  readonly groupIds: readonly ReviewerGroupId[];
}

/** Who reviews and how: what an application, an override of an entitlement, and a routing policy have in common. */
export interface ReviewRoute {
  /** Order of precedence, at least one. The first `levels` kinds that have somebody become the levels, in this order. */
  readonly reviewers: readonly ReviewerKind[];
  /** From 1; left out: 1. Fewer kinds with somebody: the number drops, and the plan says so. */
  readonly levels?: number;
  /** Left out: one suffices. */
  readonly quorum?: Quorum;
  readonly designated?: DesignatedReviewers;
  /** Whoever approved at an earlier level is skipped at a later one, visibly. Left out: no. */
  readonly skipEarlierApprovers?: boolean;
}

/** How an application (or one of its entitlements) wants its requests reviewed, and how long it waits for that. */
export interface ReviewSettings extends ReviewRoute {
  /** `auto`: direct integration with auto approval, no review; the automatic decision is recorded. */
  readonly approval: 'review' | 'auto';
  /**
   * The clock of the decision: an item nobody decided within so many days expires. Left out or null: it waits for ever.
   * How long the access itself lasts is the item's term, which is another clock.
   */
  readonly decideWithinDays?: number | null;
  /** A reviewer is reminded of an open task every so many days; left out or null: never. */
  readonly remindAfterDays?: number | null;
  /** After so many days an open task goes to the reviewer's manager too; left out or null: never. */
  readonly escalateAfterDays?: number | null;
}

/** What is set once for the workspace; stored as the setting `review`. */
export interface WorkspaceReviewSettings {
  /** Items of high risk may be decided in bulk. An administrator's choice; false at first. */
  readonly bulkDecidesHighRisk: boolean;
  /** Seconds in which a bulk decision can be taken back before anything is decided, 0 to 60. */
  readonly undoSeconds: number;
}

export const initialWorkspaceReviewSettings: WorkspaceReviewSettings = { bulkDecidesHighRisk: false, undoSeconds: 8 };
