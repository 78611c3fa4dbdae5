/**
 * Who reviews an item. The rule that nobody decides their own request is applied here first (nobody who
 * asked or benefits is ever planned) and once more when a decision is taken.
 */
import type { Application } from '#core/domain/directory.ts';
import type { ReviewerKind } from '#core/domain/review-settings.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { PlannedLevel, ReviewPlan } from '#core/domain/request.ts';

export interface ReviewerCandidates {
  readonly requesterId: EmployeeId;
  readonly beneficiaryId: EmployeeId;
  readonly manager: EmployeeId | null;
  readonly owners: readonly EmployeeId[];
  /** Administrators who still work here, the last resort. */
  readonly administrators: readonly EmployeeId[];
}

/** Words for the trail and the screens. */
export const reviewerKindNames: Readonly<Record<PlannedLevel['reviewerKind'], string>> = {
  manager: 'the manager',
  applicationOwner: "the application's owner",
  businessOwner: "the entitlement's business owner",
  riskManager: 'a risk manager',
  designated: 'a designated reviewer',
  administrator: 'an administrator',
};

/**
 * The review an item needs under an application's settings. Null: nobody at all may review it.
 * When nobody is available for a kind, the next in the application's order takes its place; when nobody
 * is available at all, administrators do, and the plan says why.
 */
export function planReview(application: Application, candidates: ReviewerCandidates): ReviewPlan | null {
  if (application.reviewSettings.approval === 'auto') {
    return { mode: 'auto', applicationVersion: application.version, levels: [] };
  }
  const level = planLevel(application.reviewSettings.reviewers, candidates);
  return level === null ? null : { mode: 'review', applicationVersion: application.version, levels: [level] };
}

function planLevel(order: readonly ReviewerKind[], candidates: ReviewerCandidates): PlannedLevel | null {
  const passedOver: string[] = [];
  for (const kind of order) {
    const named = kind === 'manager' ? listOf(candidates.manager) : candidates.owners;
    const eligible = withoutInterested(named, candidates);
    if (eligible.length > 0)
      return { level: 1, reviewers: eligible, reviewerKind: kind, needed: 1, fallbackReason: sentence(passedOver) };
    passedOver.push(
      named.length === 0
        ? `nobody is ${reviewerKindNames[kind]}`
        : `${reviewerKindNames[kind]} asked for this access or receives it`,
    );
  }
  const administrators = withoutInterested(candidates.administrators, candidates);
  if (administrators.length === 0) return null;
  return {
    level: 1,
    reviewers: administrators,
    reviewerKind: 'administrator',
    needed: 1,
    fallbackReason: sentence(passedOver),
  };
}

/** True for whoever asked for an item or receives it: they never decide it, on any path. */
export function isInterested(
  employeeId: EmployeeId,
  item: { readonly requesterId: EmployeeId; readonly beneficiaryId: EmployeeId },
): boolean {
  return employeeId === item.requesterId || employeeId === item.beneficiaryId;
}

function withoutInterested(people: readonly EmployeeId[], candidates: ReviewerCandidates): readonly EmployeeId[] {
  return [...new Set(people)].filter((person) => !isInterested(person, candidates));
}

function listOf(person: EmployeeId | null): readonly EmployeeId[] {
  return person === null ? [] : [person];
}

function sentence(reasons: readonly string[]): string | null {
  if (reasons.length === 0) return null;
  const text = reasons.join(', and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
