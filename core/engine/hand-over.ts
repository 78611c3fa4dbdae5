/**
 * How an open task comes to another person: reassigned by its reviewer or an administrator, with a delegate
 * while its reviewer is away, and back again. The place it stands for stays the same, so whoever has it can do
 * with it what the planned reviewer could, and nothing more.
 */
import type { AuditFact } from '#core/domain/audit.ts';
import { refuse, type Refusal } from '#core/domain/errors.ts';
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import {
  plannedTask,
  type RequestItem,
  type ReviewStage,
  type ReviewTask,
  type TaskVia,
} from '#core/domain/request.ts';
import type { StandIns } from './open-stage.ts';
import { isInterested } from './reviewers.ts';
import { settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

export interface TaskPlace {
  readonly task: ReviewTask;
  readonly item: RequestItem;
  readonly stage: ReviewStage;
}

/** The task with its item and level; null: there is none. */
export function placeOfTask(before: RequestAggregate, taskId: ReviewTaskId): TaskPlace | null {
  const task = before.tasks.find((candidate) => candidate.id === taskId);
  const item = before.items.find((candidate) => candidate.id === task?.itemId);
  const stage = before.stages.find((candidate) => candidate.id === task?.stageId);
  return task === undefined || item === undefined || stage === undefined ? null : { task, item, stage };
}

export function isOpen({ task, item, stage }: TaskPlace): boolean {
  return task.state === 'open' && stage.state === 'open' && item.state === 'inReview';
}

export interface ReassignCommand {
  readonly taskId: ReviewTaskId;
  readonly toReviewerId: EmployeeId;
  readonly reason: string | null;
}

export interface ReassignFacts extends Circumstances, StandIns {
  readonly actingId: EmployeeId;
  readonly isAdministrator: boolean;
  /** Whether the person it is to go to works here. */
  readonly worksHere: boolean;
}

export function reassign(before: RequestAggregate, command: ReassignCommand, facts: ReassignFacts): TransitionResult {
  const place = placeOfTask(before, command.taskId);
  if (place === null) return refuse('task.notFound', 'This task does not exist.');
  const problem = mayNotReassign(before, place, facts) ?? notEligible(before, place, command.toReviewerId, facts);
  if (problem !== null) return { outcome: 'refused', refusal: problem };
  const after = handedOn(before, place, command.toReviewerId, 'reassigned', facts);
  const fact = handOverFact('review.reassigned', place, command.toReviewerId, { reason: command.reason });
  return settle(after, [fact], facts);
}

function mayNotReassign(before: RequestAggregate, place: TaskPlace, facts: ReassignFacts): Refusal | null {
  // Whoever asked or benefits may not choose who decides, whatever their role.
  if (isInterested(facts.actingId, concernedBy(before, place), facts.concernedDelegates))
    return {
      code: 'decision.ownRequest',
      message: 'You asked for this access or receive it, or stand in for who does, so you cannot choose who decides.',
    };
  if (place.task.reviewerId !== facts.actingId && !facts.isAdministrator)
    return {
      code: 'decision.notReviewer',
      message: 'Only its reviewer or an administrator can give this task to somebody else.',
    };
  if (isOpen(place)) {
    return absenceOver(before, place.task, facts) && !facts.isAdministrator
      ? {
          code: 'decision.authorityLapsed',
          message:
            'The person for whom you had this is back, or somebody else stands in for them now. It goes to them.',
        }
      : null;
  }
  return {
    code: 'decision.stale',
    message: 'This task is no longer open, so there is nothing to hand on.',
    data: { requestVersion: before.request.version, itemState: place.item.state },
  };
}

/** Why a person cannot be given this task; null: they can. */
export function notEligible(
  before: RequestAggregate,
  place: TaskPlace,
  employeeId: EmployeeId,
  facts: StandIns & { readonly worksHere: boolean },
): Refusal | null {
  const problem = (message: string): Refusal => ({ code: 'task.notEligible', message });
  if (!facts.worksHere) return problem('This person no longer works here. Choose somebody else.');
  if (isInterested(employeeId, concernedBy(before, place)))
    return problem('This person asked for the access or receives it, so they cannot decide it. Choose somebody else.');
  if (facts.concernedDelegates.has(employeeId))
    return problem('This person stands in for somebody the access is about, so they cannot decide it.');
  if (place.task.reviewerId === employeeId) return problem('This person has the task already.');
  if (hasPartIn(before, place.stage, employeeId))
    return problem('This person reviews this at the same level already. Choose somebody else.');
  if (facts.standIns.has(employeeId))
    return problem('This person is out of office now. Choose somebody else, or whoever decides for them.');
  return null;
}

/** Has an open task of the level, decided at it, or was skipped as having approved before. */
export function hasPartIn(before: RequestAggregate, stage: ReviewStage, employeeId: EmployeeId): boolean {
  return before.tasks.some(
    (task) =>
      task.stageId === stage.id &&
      task.reviewerId === employeeId &&
      task.state !== 'handedOn' &&
      task.state !== 'closed',
  );
}

/**
 * Brings an open task to whoever is to hold it now: the delegate of its reviewer while they are away, its reviewer
 * again when they are back. Null: it is where it belongs, or must stay, because whoever would get it asked, benefits,
 * stands in for who does, or has a part in the level already.
 */
export function settleHolder(
  before: RequestAggregate,
  taskId: ReviewTaskId,
  facts: Circumstances & StandIns,
): TransitionResult | null {
  const place = placeOfTask(before, taskId);
  if (place === null || !isOpen(place)) return null;
  const owner = ownerOf(before, place.task);
  const holder = holderOf(before, place, owner, facts);
  if (holder === place.task.reviewerId) return null;
  if (isInterested(holder, concernedBy(before, place), facts.concernedDelegates)) return null;
  if (holder !== owner && hasPartIn(before, place.stage, holder)) return null;
  const back = holder === owner;
  const after = handedOn(before, place, holder, back ? 'returned' : 'delegated', facts);
  return settle(after, [handOverFact(back ? 'review.returned' : 'review.delegated', place, holder, {})], facts);
}

/** Whose task it is, whoever holds it while they are away. */
export function ownerOf(before: Pick<RequestAggregate, 'tasks'>, task: ReviewTask): EmployeeId {
  let current = task;
  const walked = new Set<ReviewTaskId>();
  while (current.via === 'delegated' && !walked.has(current.id)) {
    walked.add(current.id);
    const from = before.tasks.find((candidate) => candidate.id === current.fromTaskId);
    if (from === undefined) break;
    current = from;
  }
  return current.reviewerId;
}

/** True when a task was held for somebody who was away, and its holder no longer stands in for them. */
export function absenceOver(
  before: Pick<RequestAggregate, 'tasks'>,
  task: ReviewTask,
  { standIns }: Pick<StandIns, 'standIns'>,
): boolean {
  const owner = ownerOf(before, task);
  return owner !== task.reviewerId && standIns.get(owner) !== task.reviewerId;
}

function holderOf(before: RequestAggregate, place: TaskPlace, owner: EmployeeId, facts: StandIns): EmployeeId {
  const standIn = facts.standIns.get(owner);
  if (standIn === undefined) return owner;
  return isInterested(standIn, concernedBy(before, place), facts.concernedDelegates) ? owner : standIn;
}

/** The task closed as handed on, and a new one for `reviewerId` that names it. */
export function handedOn(
  before: RequestAggregate,
  { task, stage }: TaskPlace,
  reviewerId: EmployeeId,
  via: TaskVia,
  facts: Circumstances,
): RequestAggregate {
  const closed = replaced<ReviewTask>(before.tasks, { ...task, state: 'handedOn', endedAt: facts.now });
  return { ...before, tasks: [...closed, taskFrom(task, stage, reviewerId, via, facts)] };
}

/** A new open task of a level that came from another one. */
export function taskFrom(
  from: ReviewTask,
  stage: ReviewStage,
  reviewerId: EmployeeId,
  via: TaskVia,
  facts: Circumstances,
): ReviewTask {
  return {
    id: facts.nextId<ReviewTaskId>(),
    requestId: stage.requestId,
    itemId: stage.itemId,
    stageId: stage.id,
    reviewerId,
    ...plannedTask,
    via,
    fromTaskId: from.id,
    state: 'open',
    openedAt: facts.now,
    endedAt: null,
  };
}

export function handOverFact(
  type: AuditFact['type'],
  { task, item, stage }: TaskPlace,
  toReviewerId: EmployeeId,
  more: AuditFact['data'],
): AuditFact {
  return {
    type,
    requestId: item.requestId,
    itemId: item.id,
    data: {
      level: stage.level,
      reviewerKind: stage.reviewerKind,
      fromReviewerId: task.reviewerId,
      toReviewerId,
      ...more,
    },
  };
}

export function concernedBy(before: RequestAggregate, { item }: Pick<TaskPlace, 'item'>) {
  return { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId };
}
