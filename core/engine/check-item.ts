/** What would refuse a line of a request. The preview shows it, the submission obeys it. */
import type { Refusal } from '#core/domain/errors.ts';
import type { EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { epochMilliseconds } from '#core/domain/instant.ts';
import type { ItemAction, ReviewPlan, Term } from '#core/domain/request.ts';
import { planReview } from './reviewers.ts';
import type { ItemFacts } from './state.ts';

export interface ItemDraft {
  readonly action: ItemAction;
  readonly beneficiaryId: EmployeeId;
  readonly entitlementId: EntitlementId;
  readonly term: Term;
}

export interface CheckedItem {
  readonly problems: readonly Refusal[];
  readonly plan: ReviewPlan | null;
}

export function checkItem(
  draft: ItemDraft,
  facts: ItemFacts,
  who: { readonly requesterId: EmployeeId; readonly administrators: readonly EmployeeId[]; readonly now: Instant },
): CheckedItem {
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
    if (facts.held)
      problems.push({ code: 'item.alreadyHeld', message: `${beneficiary.fullName} already holds ${what}.` });
  } else {
    if (!facts.held) problems.push({ code: 'item.notHeld', message: `${beneficiary.fullName} does not hold ${what}.` });
    if (draft.term.kind !== 'permanent')
      problems.push({ code: 'command.invalid', message: 'Removing access has no end time.' });
  }
  if (facts.pendingIn !== null) {
    problems.push({
      code: 'item.alreadyPending',
      message: `Request ${facts.pendingIn} already asks for the same.`,
      data: { requestNumber: facts.pendingIn },
    });
  }
  if (draft.action === 'GRANT') problems.push(...termProblems(draft.term, entitlement.maximumDurationMinutes, who.now));
  const plan = planReview(application, {
    requesterId: who.requesterId,
    beneficiaryId: beneficiary.id,
    manager: facts.manager,
    owners: facts.owners,
    administrators: who.administrators,
  });
  if (plan === null) {
    problems.push({
      code: 'item.noReviewer',
      message: `Nobody may review ${what} for ${beneficiary.fullName}: there is no manager, owner or administrator besides the people concerned. Ask for an owner to be named on the application.`,
    });
  }
  return { problems, plan };
}

function termProblems(term: Term, maximumMinutes: number | null, now: Instant): readonly Refusal[] {
  if (term.kind === 'until' && term.endsAt <= now)
    return [{ code: 'item.endInPast', message: 'The end time has passed already.' }];
  if (maximumMinutes === null) return [];
  const minutes =
    term.kind === 'permanent'
      ? Number.POSITIVE_INFINITY
      : term.kind === 'duration'
        ? term.minutes
        : (epochMilliseconds(term.endsAt) - epochMilliseconds(now)) / 60_000;
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
  return { problems: [problem], plan: null };
}
