/** The review an item needs: by the first policy that matches, or by the settings of its entitlement or application. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Policy } from '#core/domain/policy.ts';
import type { ReviewPlan } from '#core/domain/request.ts';
import type { ReviewRoute, ReviewSettings } from '#core/domain/review-settings.ts';
import { noConflicts, type Conflicts } from './conflicts.ts';
import { planLevels, type ReviewerCandidates } from './reviewers.ts';

export interface PlanBasis {
  /** The entitlement's own settings, or, where it has none, the application's. */
  readonly settings: ReviewSettings;
  readonly applicationVersion: number;
  /** The first policy that matches; null: none does. */
  readonly policy?: Policy | null;
  readonly conflicts?: Conflicts;
}

/**
 * The review an item needs. Null: nobody at all may review it. Nothing is approved automatically that brings
 * duties into conflict which a rule forbids or wants reviewed: it goes to people, and the plan says so.
 */
export function planReview(basis: PlanBasis, candidates: ReviewerCandidates): ReviewPlan | null {
  const { settings, applicationVersion, policy = null, conflicts = noConflicts } = basis;
  const recorded = conflicts.found.length === 0 ? {} : { conflicts: conflicts.found };
  const named = policy === null ? {} : { policy: { id: policy.id, name: policy.name, version: policy.version } };
  const automatic = { mode: 'auto' as const, applicationVersion, levels: [], ...recorded };
  if (policy?.effect.kind === 'autoDeny') return { ...automatic, ...named };
  const grave = conflicts.found.filter((conflict) => conflict.effect !== 'warn');
  if (policy?.effect.kind === 'autoApprove' && grave.length === 0) return { ...automatic, ...named };
  const route = policy?.effect.kind === 'route' ? policy.effect.route : null;
  const bySettings = route === null && settings.approval === 'auto';
  if (bySettings && policy === null && grave.length === 0) return automatic;
  const review = reviewed(route ?? settings, candidates, conflicts);
  if (review === null) return null;
  const stopped =
    policy?.effect.kind === 'autoApprove'
      ? { notAutomatic: notAutomatic(`The policy “${policy.name}”`, grave) }
      : bySettings
        ? { notAutomatic: notAutomatic('The application', grave) }
        : {};
  return {
    mode: 'review',
    applicationVersion,
    ...(route === null ? {} : named),
    ...review,
    ...recorded,
    ...stopped,
  };
}

function reviewed(
  route: ReviewRoute,
  candidates: ReviewerCandidates,
  conflicts: Conflicts,
): Pick<ReviewPlan, 'levels' | 'levelsAsked' | 'skipEarlierApprovers'> | null {
  const planned = planLevels(route, candidates, conflicts.furtherKinds);
  if (planned === null) return null;
  return route.skipEarlierApprovers === true ? { ...planned, skipEarlierApprovers: true } : planned;
}

function notAutomatic(who: string, grave: Conflicts['found']): string {
  const rules = grave.map((conflict) => `“${conflict.name}”`).join(' and ');
  return `${who} would have approved it, but it brings duties into conflict (${rules}), so people review it.`;
}

/** The people who appear in a plan. */
export function reviewersIn(plan: ReviewPlan): readonly EmployeeId[] {
  return [...new Set(plan.levels.flatMap((level) => level.reviewers))];
}
