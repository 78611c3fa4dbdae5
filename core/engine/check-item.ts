/** What would refuse a line of a request. The preview shows it, the submission obeys it. */
import type { Refusal } from '#core/domain/errors.ts';
import type { EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Policy } from '#core/domain/policy.ts';
import type { ReviewPlan } from '#core/domain/request.ts';
import { furtherProblems } from './check-further.ts';
import { findConflicts, noConflicts, type Conflicts } from './conflicts.ts';
import type { ItemDraft } from './item-draft.ts';
import { planReview } from './plan-review.ts';
import { firstMatch, minutesOf } from './policy.ts';
import { delegatesOf, type ReviewFacts } from './review-facts.ts';
import type { ItemFacts } from './state.ts';

export type { ItemDraft } from './item-draft.ts';

export interface CheckedItem {
  readonly problems: readonly Refusal[];
  readonly plan: ReviewPlan | null;
  /** The first policy that matches; its effect holds when the plan names it. */
  readonly policy: Policy | null;
}

export interface LineContext extends ReviewFacts {
  readonly requesterId: EmployeeId;
  readonly now: Instant;
}

export function checkItem(draft: ItemDraft, facts: ItemFacts, who: LineContext): CheckedItem {
  const { beneficiary, entitlement, application } = facts;
  if (beneficiary === null)
    return only({ code: 'item.beneficiaryUnknown', message: 'The person this is for is not in the directory.' });
  if (entitlement === null || application === null)
    return only({ code: 'item.entitlementGone', message: 'This entitlement is not in the directory.' });
  const problems: Refusal[] = [];
  const what = `${entitlement.name} in ${application.name}`;
  if (draft.action === 'GRANT') {
    if (beneficiary.status === 'left')
      problems.push({ code: 'item.beneficiaryLeft', message: `${beneficiary.fullName} no longer works here.` });
    if (entitlement.status === 'gone')
      problems.push({ code: 'item.entitlementGone', message: `${what} no longer exists in the application.` });
    if (facts.held && (draft.extendsItemId ?? null) === null)
      problems.push({ code: 'item.alreadyHeld', message: `${beneficiary.fullName} already holds ${what}.` });
  } else {
    if (!facts.held) problems.push({ code: 'item.notHeld', message: `${beneficiary.fullName} does not hold ${what}.` });
    if (draft.term.kind !== 'permanent')
      problems.push({ code: 'command.invalid', message: 'Removing access has no end time.' });
  }
  if (facts.pendingIn !== null) {
    problems.push({
      code: 'item.alreadyPending',
      message: `Request ${facts.pendingIn} asks for ${pendingWords[facts.pendingAs ?? 'opposite']}`,
      data: { requestNumber: facts.pendingIn },
    });
  }
  if (draft.action === 'GRANT') problems.push(...termProblems(draft, entitlement.maximumDurationMinutes, who.now));
  problems.push(...furtherProblems(draft, facts, who.now));
  const conflicts = conflictsOf(draft, facts, who);
  problems.push(...conflictProblems(conflicts, beneficiary.fullName, what));
  const policy = firstMatch(who.policies, {
    action: draft.action,
    requesterId: who.requesterId,
    beneficiary,
    application,
    entitlement,
    term: draft.term,
    from: beginningOf(draft, who.now),
    accountKind: draft.serviceAccount ? 'service' : 'employee',
  });
  const settings = entitlement.reviewSettings ?? application.reviewSettings;
  const plan = planReview(
    { settings, applicationVersion: application.version, policy, conflicts },
    {
      ...who,
      beneficiaryId: beneficiary.id,
      manager: facts.manager,
      owners: facts.owners,
      businessOwner: facts.businessOwner,
      concernedDelegates: delegatesOf(who.delegates, who.requesterId, beneficiary.id),
    },
  );
  if (plan === null) {
    problems.push({
      code: 'item.noReviewer',
      message: `Nobody may review ${what} for ${beneficiary.fullName}: there is no manager, owner or administrator besides the people concerned and those who stand in for them. Ask for an owner to be named on the application.`,
    });
  }
  return { problems, plan, policy };
}

/** Only what is given can bring duties together. */
function conflictsOf(draft: ItemDraft, facts: ItemFacts, who: LineContext): Conflicts {
  if (draft.action === 'REVOKE') return noConflicts;
  return findConflicts(
    draft.entitlementId,
    who.conflictRules,
    facts.standing,
    who.asked.get(draft.beneficiaryId) ?? none,
  );
}

const pendingWords = {
  opposite: 'something else about the same access. Wait for it, or cancel it first.',
  otherTime:
    'the same access, but for another time. Ask for no more than it does, which joins it; or wait for it, then extend what it gives.',
  later: 'the same access, but from a later time on. Begin no sooner than it does, which joins it; or cancel it first.',
} as const satisfies Readonly<Record<NonNullable<ItemFacts['pendingAs']>, string>>;

const none: ReadonlySet<EntitlementId> = new Set();

function conflictProblems(conflicts: Conflicts, person: string, what: string): readonly Refusal[] {
  return conflicts.found
    .filter((conflict) => conflict.effect === 'forbid')
    .map((conflict) => ({
      code: 'item.conflict',
      message: `The rule “${conflict.name}” forbids ${person} to have ${what} together with what ${standingWords(conflict.with)}. Ask for one of them only, or have the other taken away first.`,
      data: { ruleId: conflict.ruleId, with: conflict.with },
    }));
}

function standingWords(found: Conflicts['found'][number]['with']): string {
  if (found.some((one) => one.standing === 'held')) return 'they hold already';
  return found.some((one) => one.standing === 'pending')
    ? 'is asked for in an open request'
    : 'this request asks for too';
}

/** When access of a line begins at the earliest. */
function beginningOf(draft: ItemDraft, now: Instant): Instant {
  return draft.startsAt && draft.startsAt > now ? draft.startsAt : now;
}

function termProblems(draft: ItemDraft, maximumMinutes: number | null, now: Instant): readonly Refusal[] {
  const { term } = draft;
  if (term.kind === 'until' && term.endsAt <= now)
    return [{ code: 'item.endInPast', message: 'The end time has passed already.' }];
  if (maximumMinutes === null) return [];
  const minutes = minutesOf(term, beginningOf(draft, now));
  if (minutes <= maximumMinutes) return [];
  return [
    {
      code: 'item.tooLong',
      message: `This entitlement is granted for at most ${durationWords(maximumMinutes)}.`,
      data: { maximumMinutes },
    },
  ];
}

/** `90` -> `1 hour 30 minutes`. */
export function durationWords(minutes: number): string {
  const parts = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [Math.floor(minutes % 60), 'minute'],
  ] as const;
  const words = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  return words.length === 0 ? '0 minutes' : words.join(' ');
}

function only(problem: Refusal): CheckedItem {
  return { problems: [problem], plan: null, policy: null };
}
