/**
 * Reviews follow the organisation: when the manager, an owner or a group changed, or a reviewer left, levels that
 * are not decided get the people who are right for them now. Decisions that were taken stay.
 */
import type { AuditFact } from '#core/domain/audit.ts';
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import { plannedTask, type PlannedLevel, type RequestItem } from '#core/domain/request.ts';
import type { ReviewStage, ReviewTask, TaskVia } from '#core/domain/request.ts';
import { closedTask, passStage, type OpenFacts } from './open-stage.ts';
import { isInterested } from './reviewers.ts';
import { replaced, type RequestAggregate, type Transition } from './state.ts';
import { approvedEarlier, approvedPlaces, passed, placeOf } from './verdict.ts';

export interface RerouteFacts extends OpenFacts {
  /** Who of the plan's reviewers and of those who hold its tasks no longer works here. */
  readonly left: ReadonlySet<EmployeeId>;
}

/**
 * The item with its open and waiting levels rewritten to the reviewers of `fresh`, and its open tasks with them. A
 * task that came by hand-over from a place that stays right stays where it is, unless its holder left. The request
 * is not settled yet. Null: everything is as it should be.
 */
export function reroute(
  before: RequestAggregate,
  item: RequestItem,
  fresh: readonly PlannedLevel[],
  facts: RerouteFacts,
): Transition | null {
  let current: Transition = { after: before, facts: [] };
  let rewritten = item;
  for (const stage of before.stages) {
    if (stage.itemId !== item.id || (stage.state !== 'open' && stage.state !== 'waiting')) continue;
    const planned = item.plan.levels.find((level) => level.level === stage.level);
    const now = fresh.find((level) => level.level === stage.level);
    if (planned === undefined || now === undefined) continue;
    const level = withTheirDecisions(before, item, stage, planned, now);
    if (samePeople(level.reviewers, planned.reviewers)) continue;
    rewritten = withLevel(rewritten, level);
    current = joined(current, levelRewritten(current.after, item, rewritten, stage, level, facts));
  }
  const open = current.after.stages.find((stage) => stage.itemId === item.id && stage.state === 'open');
  if (open === undefined) return current.facts.length === 0 ? null : current;
  current = joined(current, takenFromLeavers(current.after, rewritten, open, facts));
  if (current.facts.length === 0) return null;
  return passed(current.after, rewritten, open)
    ? joined(current, passStage(current.after, rewritten, open, facts))
    : current;
}

/** Whether the people planned for a level are others than those of `now`, decisions left aside. */
export function samePeople(one: readonly EmployeeId[], other: readonly EmployeeId[]): boolean {
  const people = new Set(one);
  return people.size === new Set(other).size && other.every((person) => people.has(person));
}

/** Whoever's place has its approval keeps it, so that the approval goes on counting. */
function withTheirDecisions(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  planned: PlannedLevel,
  now: PlannedLevel,
): PlannedLevel {
  const settled = approvedPlaces(before, item, stage);
  const kept = planned.reviewers.filter((person) => settled.has(person) && !now.reviewers.includes(person));
  return kept.length === 0 ? now : { ...now, reviewers: [...kept, ...now.reviewers] };
}

function withLevel(item: RequestItem, level: PlannedLevel): RequestItem {
  const levels = item.plan.levels.map((other) => (other.level === level.level ? level : other));
  return { ...item, plan: { ...item.plan, levels } };
}

/** `item` has the plan until now, `rewritten` the one from now on. */
function levelRewritten(
  before: RequestAggregate,
  item: RequestItem,
  rewritten: RequestItem,
  stage: ReviewStage,
  level: PlannedLevel,
  facts: RerouteFacts,
): Transition {
  const planned = item.plan.levels.find((other) => other.level === stage.level)?.reviewers ?? [];
  const current: ReviewStage = { ...stage, needed: level.needed, reviewerKind: level.reviewerKind };
  const after: RequestAggregate = {
    ...before,
    items: replaced(before.items, rewritten),
    stages: replaced(before.stages, current),
  };
  const { reviewers, fallbackReason } = level;
  const fact = factAt(current, 'review.rerouted', { before: planned, after: reviewers, fallbackReason });
  const own: Transition = { after, facts: [fact] };
  if (stage.state !== 'open') return own;
  return joined(own, tasksRerouted(after, item, rewritten, current, level.reviewers, facts));
}

/** The tasks of places that are gone end, and each new place has one: from the task whose turn it takes, where there is one. */
function tasksRerouted(
  before: RequestAggregate,
  item: RequestItem,
  rewritten: RequestItem,
  stage: ReviewStage,
  reviewers: readonly EmployeeId[],
  facts: RerouteFacts,
): Transition {
  const planned = item.plan.levels.find((level) => level.level === stage.level)?.reviewers ?? [];
  const ending = before.tasks.filter((task) => {
    const place = isOpenAt(task, stage) ? placeOf(before, item, task) : null;
    return place !== null && !reviewers.includes(place);
  });
  // Whoever was asked too goes with the place; the task itself is what is handed on.
  const handing = ending.toSorted((a, b) => Number(a.via === 'escalated') - Number(b.via === 'escalated'));
  const added = reviewers.filter((reviewer) => !planned.includes(reviewer));
  const sources = new Set(handing.slice(0, added.length).map((task) => task.id));
  let current: Transition = {
    after: {
      ...before,
      tasks: before.tasks.map((task) => {
        if (!ending.includes(task)) return task;
        return sources.has(task.id) ? { ...task, state: 'handedOn', endedAt: facts.now } : closedTask(task, facts);
      }),
    },
    facts: [],
  };
  for (const [index, reviewerId] of added.entries()) {
    const origin = { via: 'rerouted' as const, fromTaskId: handing[index]?.id ?? null };
    current = joined(current, taskOpened(current.after, rewritten, stage, reviewerId, origin, facts));
  }
  return current;
}

/** As when a level opens: skipped who approved earlier where the plan says so, and given to whoever stands in. */
function taskOpened(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  reviewerId: EmployeeId,
  origin: { readonly via: TaskVia; readonly fromTaskId: ReviewTaskId | null },
  facts: RerouteFacts,
): Transition {
  const opened = newTask(stage, reviewerId, origin, facts);
  const having = (...tasks: readonly ReviewTask[]) => ({ ...before, tasks: [...before.tasks, ...tasks] });
  if (item.plan.skipEarlierApprovers === true && approvedEarlier(before, item, stage.level, reviewerId)) {
    const skipped: ReviewTask = { ...opened, state: 'skipped', endedAt: facts.now };
    return { after: having(skipped), facts: [factAt(stage, 'review.skipped', { reviewerId })] };
  }
  const standIn = standInFor(before, item, stage, reviewerId, facts);
  if (standIn === null) return { after: having(opened), facts: [] };
  const delegated = newTask(stage, standIn, { via: 'delegated', fromTaskId: opened.id }, facts);
  return {
    after: having({ ...opened, state: 'handedOn', endedAt: facts.now }, delegated),
    facts: [factAt(stage, 'review.delegated', { fromReviewerId: reviewerId, toReviewerId: standIn })],
  };
}

/**
 * Tasks whose holder left, while their place stays right: back to the planned reviewer, or, where somebody else has
 * a task for the same place, no longer needed.
 */
function takenFromLeavers(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  facts: RerouteFacts,
): Transition {
  let current: Transition = { after: before, facts: [] };
  for (const task of before.tasks) {
    const place = isOpenAt(task, stage) && facts.left.has(task.reviewerId) ? placeOf(before, item, task) : null;
    if (place === null || facts.left.has(place)) continue;
    const { after } = current;
    const others = after.tasks.some(
      (other) => other.id !== task.id && isOpenAt(other, stage) && placeOf(after, item, other) === place,
    );
    current = joined(
      current,
      others
        ? {
            after: { ...after, tasks: replaced(after.tasks, closedTask(task, facts)) },
            facts: [factAt(stage, 'review.taskClosed', { reviewerId: task.reviewerId, reason: theyLeft })],
          }
        : returned(after, item, stage, task, place, facts),
    );
  }
  return current;
}

const theyLeft = 'They no longer work here.';

function returned(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  task: ReviewTask,
  place: EmployeeId,
  facts: RerouteFacts,
): Transition {
  const after = {
    ...before,
    tasks: replaced<ReviewTask>(before.tasks, { ...task, state: 'handedOn', endedAt: facts.now }),
  };
  const data = { fromReviewerId: task.reviewerId, toReviewerId: place, reason: 'left' };
  return joined(
    { after, facts: [factAt(stage, 'review.returned', data)] },
    taskOpened(after, item, stage, place, { via: 'returned', fromTaskId: task.id }, facts),
  );
}

/** Null: the reviewer is in office, or whoever stands in asked, benefits, stands in for who does, or has a part here. */
function standInFor(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  reviewerId: EmployeeId,
  facts: RerouteFacts,
): EmployeeId | null {
  const standIn = facts.standIns.get(reviewerId);
  if (standIn === undefined) return null;
  const concerned = { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId };
  if (isInterested(standIn, concerned, facts.concernedDelegates)) return null;
  const planned = item.plan.levels.find((level) => level.level === stage.level)?.reviewers ?? [];
  const hasPart = before.tasks.some(
    (task) =>
      task.stageId === stage.id && task.reviewerId === standIn && task.state !== 'handedOn' && task.state !== 'closed',
  );
  return hasPart || planned.includes(standIn) ? null : standIn;
}

function newTask(
  stage: ReviewStage,
  reviewerId: EmployeeId,
  origin: Pick<ReviewTask, 'via' | 'fromTaskId'>,
  facts: RerouteFacts,
): ReviewTask {
  return {
    id: facts.nextId<ReviewTaskId>(),
    requestId: stage.requestId,
    itemId: stage.itemId,
    stageId: stage.id,
    reviewerId,
    ...plannedTask,
    ...origin,
    state: 'open',
    openedAt: facts.now,
    endedAt: null,
  };
}

function isOpenAt(task: ReviewTask, stage: ReviewStage): boolean {
  return task.stageId === stage.id && task.state === 'open';
}

function factAt(stage: ReviewStage, type: AuditFact['type'], data: AuditFact['data']): AuditFact {
  return {
    type,
    requestId: stage.requestId,
    itemId: stage.itemId,
    data: { level: stage.level, reviewerKind: stage.reviewerKind, ...data },
  };
}

function joined(first: Transition, further: Transition): Transition {
  return { after: further.after, facts: [...first.facts, ...further.facts] };
}
