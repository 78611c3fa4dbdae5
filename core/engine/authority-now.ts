/**
 * Whether a task still gives its holder the say. The organisation may have changed since the task came to them, and
 * the work that moves tasks after it runs a moment later: until then nobody decides by what they were.
 */
import type { Refusal } from '#core/domain/errors.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { PlannedLevel, RequestItem } from '#core/domain/request.ts';
import { absenceOver, type TaskPlace } from './hand-over.ts';
import type { StandIns } from './open-stage.ts';
import { reviewerKindNames } from './reviewers.ts';
import type { RequestAggregate } from './state.ts';

export interface AuthorityNow extends Pick<StandIns, 'standIns'> {
  /** The levels of an item's plan with the people who are right for them at this moment. */
  readonly levelsNow: (item: RequestItem) => readonly PlannedLevel[];
}

/** Why the holder of a task may not use it any more, though nothing has taken it from them yet; null: they may. */
export function lapsedAuthority(
  before: Pick<RequestAggregate, 'tasks'>,
  { task, item, stage }: TaskPlace,
  place: EmployeeId,
  facts: AuthorityNow,
): Refusal | null {
  const level = facts.levelsNow(item).find((one) => one.level === stage.level);
  if (level !== undefined && !level.reviewers.includes(place)) {
    const kind = reviewerKindNames[stage.reviewerKind];
    return lapsed(
      place === task.reviewerId
        ? `You are no longer ${kind} for this, so it is not yours to decide. It goes to whoever is now.`
        : `The person in whose place you have this is no longer ${kind} for it, so it is not yours to decide. It goes to whoever is now.`,
    );
  }
  return absenceOver(before, task, facts)
    ? lapsed('The person for whom you had this is back, or somebody else stands in for them now. It goes to them.')
    : null;
}

function lapsed(message: string): Refusal {
  return { code: 'decision.authorityLapsed', message };
}
