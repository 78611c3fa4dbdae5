/** Duties to keep apart: which entitlements one person should not hold together, and what is done about it. */
import type { ConflictRuleId, EntitlementId } from './ids.ts';
import type { ReviewerKind } from './review-settings.ts';

/** `warn`: shown. `requireLevel`: reviewed by `reviewerKind` in a further level. `forbid`: cannot be asked for. */
export type ConflictEffect = 'warn' | 'requireLevel' | 'forbid';

/** Duties that are to be kept apart: one person should not hold one of `left` and one of `right`. */
export interface ConflictRule {
  readonly id: ConflictRuleId;
  readonly name: string;
  readonly description: string | null;
  readonly left: readonly EntitlementId[];
  readonly right: readonly EntitlementId[];
  readonly effect: ConflictEffect;
  /** Who reviews the further level of `requireLevel`. */
  readonly reviewerKind: ReviewerKind;
  readonly state: 'active' | 'inactive';
  readonly version: number;
}

/** A conflict an item would bring, as the plan and the trail record it. */
export interface FoundConflict {
  readonly ruleId: ConflictRuleId;
  readonly ruleVersion: number;
  readonly name: string;
  readonly effect: ConflictEffect;
  /** What the item's entitlement is in conflict with, and where that stands. */
  readonly with: readonly {
    readonly entitlementId: EntitlementId;
    readonly standing: 'held' | 'pending' | 'sameRequest';
  }[];
}
