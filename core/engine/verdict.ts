/**
 * What an item's decisions come to, derived from the decisions themselves. Fulfillment asks here and
 * never trusts a state column.
 */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { AutomaticDecision, Decision, RequestItem, ReviewPlan, ReviewStage } from '#core/domain/request.ts';
import { isInterested } from './reviewers.ts';

export type ItemVerdict = 'approved' | 'denied' | 'undecided';

/**
 * Approved: every level of the item's plan has the approvals it needs, each by a different planned reviewer
 * who neither asked nor benefits; or the plan is automatic and the automatic decision under the same version
 * of the application's settings is there. One valid denial denies.
 */
export function verdictOf(
  item: RequestItem,
  requesterId: EmployeeId,
  stages: readonly ReviewStage[],
  decisions: readonly Decision[],
): ItemVerdict {
  const ofItem = decisions.filter((decision) => decision.itemId === item.id);
  if (item.plan.mode === 'auto') {
    const automatic = ofItem.find((decision) => decision.automatic !== null && isOfPlan(decision.automatic, item.plan));
    return automatic === undefined ? 'undecided' : automatic.verdict === 'approve' ? 'approved' : 'denied';
  }
  for (const level of item.plan.levels) {
    const stage = stages.find((candidate) => candidate.itemId === item.id && candidate.level === level.level);
    const valid = ofItem.filter(
      (decision) =>
        decision.stageId === stage?.id &&
        decision.deciderId !== null &&
        level.reviewers.includes(decision.deciderId) &&
        !isInterested(decision.deciderId, { requesterId, beneficiaryId: item.beneficiaryId }),
    );
    if (valid.some((decision) => decision.verdict === 'deny')) return 'denied';
    if (new Set(valid.map((decision) => decision.deciderId)).size < level.needed) return 'undecided';
  }
  // A plan of review without levels has nobody's approval.
  return item.plan.levels.length > 0 ? 'approved' : 'undecided';
}

/** The automatic decision that the plan named: by the same policy in the same version, or by the same version of the settings. */
function isOfPlan(automatic: AutomaticDecision, plan: ReviewPlan): boolean {
  return automatic.rule === 'policy'
    ? automatic.policyId === plan.policy?.id && automatic.policyVersion === plan.policy.version
    : plan.policy === undefined && automatic.applicationVersion === plan.applicationVersion;
}
