/** What time does to an open task: its reviewer is reminded, and after a while somebody above them is asked too. */
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import { plusMinutes, type Instant } from '#core/domain/instant.ts';
import type { ReviewTask } from '#core/domain/request.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import { concernedBy, hasPartIn, isOpen, placeOfTask, taskFrom, type TaskPlace } from './hand-over.ts';
import type { StandIns } from './open-stage.ts';
import { isInterested } from './reviewers.ts';
import { settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

type Waiting = Pick<ReviewSettings, 'remindAfterDays' | 'escalateAfterDays'>;

/** When the reviewer of an open task is reminded next; null: never. */
export function remindAt(
  task: Pick<ReviewTask, 'openedAt' | 'remindedAt'>,
  { remindAfterDays = null }: Waiting,
): Instant | null {
  return remindAfterDays === null ? null : plusDays(task.remindedAt ?? task.openedAt, remindAfterDays);
}

/** When an open task is escalated; null: never, or it was already. What was escalated to somebody goes no further. */
export function escalateAt(
  task: Pick<ReviewTask, 'openedAt' | 'escalatedAt' | 'via'>,
  { escalateAfterDays = null }: Waiting,
): Instant | null {
  if (escalateAfterDays === null || task.escalatedAt !== null || task.via === 'escalated') return null;
  return plusDays(task.openedAt, escalateAfterDays);
}

function plusDays(at: Instant, days: number): Instant {
  return plusMinutes(at, days * 1440);
}

/** Null: it is not due (any more). */
export function remind(
  before: RequestAggregate,
  taskId: ReviewTaskId,
  facts: Circumstances & { readonly settings: Waiting },
): TransitionResult | null {
  const place = placeOfTask(before, taskId);
  if (place === null || !isOpen(place)) return null;
  const due = remindAt(place.task, facts.settings);
  if (due === null || due > facts.now) return null;
  const reminded = { ...place.task, remindedAt: facts.now };
  const { item, stage, task } = place;
  const data = {
    level: stage.level,
    reviewerKind: stage.reviewerKind,
    reviewerId: task.reviewerId,
    openedAt: task.openedAt,
  };
  return settle(
    { ...before, tasks: replaced(before.tasks, reminded) },
    [{ type: 'review.reminded', requestId: item.requestId, itemId: item.id, data }],
    facts,
  );
}

export interface EscalationFacts extends Circumstances, StandIns {
  readonly settings: Waiting;
  /** The manager of the task's reviewer, when there is one who works here. */
  readonly manager: EmployeeId | null;
  /** The application's owners who work here. */
  readonly owners: readonly EmployeeId[];
  readonly administrators: readonly EmployeeId[];
}

/**
 * Gives a task that waited too long to the reviewer's manager as well; either decision settles it. No manager, or
 * one who may not decide: the application's owners, then administrators. Null: not due (any more). Done once per
 * task, also when nobody is left to be asked.
 */
export function escalate(
  before: RequestAggregate,
  taskId: ReviewTaskId,
  facts: EscalationFacts,
): TransitionResult | null {
  const place = placeOfTask(before, taskId);
  if (place === null || !isOpen(place)) return null;
  const due = escalateAt(place.task, facts.settings);
  if (due === null || due > facts.now) return null;
  const { to, as } = recipientsOf(before, place, facts);
  const escalated = { ...place.task, escalatedAt: facts.now };
  const tasks = to.map((reviewerId) => taskFrom(place.task, place.stage, reviewerId, 'escalated', facts));
  const { item, stage, task } = place;
  const data = {
    level: stage.level,
    reviewerKind: stage.reviewerKind,
    fromReviewerId: task.reviewerId,
    toReviewerIds: to,
    as,
    days: facts.settings.escalateAfterDays ?? null,
  };
  return settle(
    { ...before, tasks: [...replaced<ReviewTask>(before.tasks, escalated), ...tasks] },
    [{ type: 'review.escalated', requestId: item.requestId, itemId: item.id, data }],
    facts,
  );
}

type EscalatedAs = 'manager' | 'applicationOwner' | 'administrator' | 'nobody';

function recipientsOf(
  before: RequestAggregate,
  place: TaskPlace,
  facts: EscalationFacts,
): { readonly to: readonly EmployeeId[]; readonly as: EscalatedAs } {
  const choices: readonly (readonly [EscalatedAs, readonly EmployeeId[]])[] = [
    ['manager', facts.manager === null ? [] : [facts.manager]],
    ['applicationOwner', facts.owners],
    ['administrator', facts.administrators],
  ];
  for (const [as, people] of choices) {
    // Whoever is away is asked through who decides for them.
    const asked = people.map((person) => facts.standIns.get(person) ?? person);
    const to = [...new Set(asked)].filter(
      (person) =>
        !isInterested(person, concernedBy(before, place), facts.concernedDelegates) &&
        !hasPartIn(before, place.stage, person),
    );
    if (to.length > 0) return { to, as };
  }
  return { to: [], as: 'nobody' };
}
