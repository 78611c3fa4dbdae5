/** Rules that an administrator keeps, which decide or route before an application's own settings are asked. */
import type { RiskLevel } from './directory.ts';
import type { ApplicationId, EmployeeId, EntitlementId, PolicyId } from './ids.ts';
import type { Instant } from './instant.ts';
import type { ItemAction } from './request.ts';
import type { ReviewRoute } from './review-settings.ts';

/** An item matches when every condition that is there holds; within a list one match suffices. Texts compare without case. */
export interface PolicyConditions {
  readonly actions?: readonly ItemAction[];
  /** The beneficiary. */
  readonly departments?: readonly string[];
  readonly jobTitles?: readonly string[];
  readonly employmentTypes?: readonly string[];
  readonly organizations?: readonly string[];
  readonly beneficiaryIds?: readonly EmployeeId[];
  /** `self`: the requester asks for themselves. `manager`: for somebody who reports to them. `other`: for anybody else. */
  readonly requestedBy?: readonly ('self' | 'manager' | 'other')[];
  readonly applicationIds?: readonly ApplicationId[];
  readonly entitlementIds?: readonly EntitlementId[];
  readonly entitlementKinds?: readonly string[];
  readonly risks?: readonly RiskLevel[];
  readonly terms?: readonly ('permanent' | 'temporary')[];
  /** Access that lasts at most so many minutes; permanent access never matches. */
  readonly maximumMinutes?: number;
  readonly accountKinds?: readonly ('employee' | 'service')[];
}

export type PolicyEffect =
  | { readonly kind: 'autoApprove' }
  | { readonly kind: 'autoDeny'; readonly reason: string }
  | { readonly kind: 'route'; readonly route: ReviewRoute };

export interface Policy {
  readonly id: PolicyId;
  readonly name: string;
  /** The first active policy that matches decides; smaller positions come first. Unique. */
  readonly position: number;
  readonly state: 'active' | 'inactive';
  readonly conditions: PolicyConditions;
  readonly effect: PolicyEffect;
  /** Rises by one with every change; every version stays readable. */
  readonly version: number;
}

/** A policy as it was in one version. */
export interface PolicyVersion {
  readonly policyId: PolicyId;
  readonly version: number;
  readonly name: string;
  readonly state: Policy['state'];
  readonly position: number;
  readonly conditions: PolicyConditions;
  readonly effect: PolicyEffect;
  readonly changedAt: Instant;
  readonly changedById: EmployeeId;
}
