/**
 * How a level of review begins and how it is passed. Levels are sequential: the reviewers of a level get their
 * tasks when it opens, each task going to whoever stands in for its reviewer at that moment.
 */
import type { AuditFact } from '#core/domain/audit.ts';
import type { FulfillmentOption } from '#core/domain/directory.ts';
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import { plannedTask, type RequestItem, type ReviewStage, type ReviewTask } from '#core/domain/request.ts';
import { approvedItem } from './fulfillment-plan.ts';
import { isInterested } from './reviewers.ts';
import { nextVersion } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type Transition } from './state.ts';
import { approvedEarlier, passed } from './verdict.ts';

/** Who is out of office, as far as one item is concerned. */
export interface StandIns {
  /** Who is away -> who decides for them now. Chains are resolved: nobody here stands in for somebody else while away. */
  readonly standIns: ReadonlyMap<EmployeeId, EmployeeId>;
  /** Who stands in for the requester or the beneficiary of the item: interested as they are. */
  readonly concernedDelegates: ReadonlySet<EmployeeId>;
}

export interface OpenFacts extends Circumstances, StandIns {
  /** How the item's application is fulfilled now. */
  readonly fulfillment: FulfillmentOption;
}

/**
 * Opens a level with its tasks. Whoever approved at an earlier level is skipped when the plan says so, and a
 * skip counts as their approval: when that makes the level's number, the level is passed at once.
 */
export function openStage(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  facts: OpenFacts,
): Transition {
  const reviewers = item.plan.levels.find((level) => level.level === stage.level)?.reviewers ?? [];
  const open: ReviewStage = { ...stage, state: 'open', openedAt: facts.now };
  const here = new Set(reviewers);
  const asked = askedAt(before, item, stage, reviewers, facts);
  const tasks: ReviewTask[] = [];
  const trail: AuditFact[] = [];
  for (const reviewerId of reviewers) {
    const task = newTask(open, reviewerId, facts);
    if (item.plan.skipEarlierApprovers === true && approvedEarlier(before, item, stage.level, reviewerId)) {
      tasks.push({ ...task, state: 'skipped', endedAt: facts.now });
      trail.push(factAt(open, 'review.skipped', { reviewerId }));
      continue;
    }
    if (!asked.includes(reviewerId)) continue;
    const standIn = standInFor(reviewerId, before, item, here, facts);
    if (standIn === null) {
      tasks.push(task);
      continue;
    }
    here.add(standIn);
    const handedOn: ReviewTask = { ...task, state: 'handedOn', endedAt: facts.now };
    tasks.push(handedOn, { ...newTask(open, standIn, facts), via: 'delegated', fromTaskId: task.id });
    trail.push(factAt(open, 'review.delegated', { fromReviewerId: reviewerId, toReviewerId: standIn }));
  }
  const after: RequestAggregate = {
    ...before,
    stages: replaced(before.stages, open),
    tasks: [...before.tasks, ...tasks],
  };
  if (!passed(after, item, open)) return { after, facts: trail };
  const further = passStage(after, item, open, facts);
  return { after: further.after, facts: [...trail, ...further.facts] };
}

/** A level has the approvals it needs: its other tasks close, and the next level opens or the item is approved. */
export function passStage(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  facts: OpenFacts,
): Transition {
  const after: RequestAggregate = {
    ...before,
    stages: replaced(before.stages, { ...stage, state: 'approved', endedAt: facts.now }),
    tasks: before.tasks.map((task) =>
      task.stageId === stage.id && task.state === 'open' ? closedTask(task, facts) : task,
    ),
  };
  const next = after.stages
    .filter((other) => other.itemId === item.id && other.state === 'waiting')
    .sort((a, b) => a.level - b.level)[0];
  if (next !== undefined) return openStage(after, item, next, facts);
  const approved = approvedItem(item, facts.fulfillment, facts, nextVersion(before));
  return {
    after: {
      ...after,
      items: replaced(after.items, approved.item),
      fulfillment: [...after.fulfillment, ...approved.tasks],
    },
    facts: approved.facts,
  };
}

/**
 * A reviewer who has come to stand in for somebody concerned since the review was planned is not asked, as long as
 * the others suffice. Where they do not, there is a task all the same: it cannot be decided, but it can be given on.
 */
function askedAt(
  { request }: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  reviewers: readonly EmployeeId[],
  facts: StandIns,
): readonly EmployeeId[] {
  const concerned = { requesterId: request.requesterId, beneficiaryId: item.beneficiaryId };
  const others = reviewers.filter((reviewer) => !isInterested(reviewer, concerned, facts.concernedDelegates));
  return others.length >= stage.needed ? others : reviewers;
}

/**
 * Who gets the task of a reviewer who is away: nobody when they are in office, when the stand-in asked, benefits
 * or stands in for who does, or when the stand-in has a task of their own at this level.
 */
function standInFor(
  reviewerId: EmployeeId,
  { request }: RequestAggregate,
  item: RequestItem,
  here: ReadonlySet<EmployeeId>,
  facts: StandIns,
): EmployeeId | null {
  const standIn = facts.standIns.get(reviewerId);
  if (standIn === undefined || here.has(standIn)) return null;
  const concerned = { requesterId: request.requesterId, beneficiaryId: item.beneficiaryId };
  return isInterested(standIn, concerned, facts.concernedDelegates) ? null : standIn;
}

function newTask(stage: ReviewStage, reviewerId: EmployeeId, facts: Circumstances): ReviewTask {
  return {
    id: facts.nextId<ReviewTaskId>(),
    requestId: stage.requestId,
    itemId: stage.itemId,
    stageId: stage.id,
    reviewerId,
    ...plannedTask,
    state: 'open',
    openedAt: facts.now,
    endedAt: null,
  };
}

function factAt(stage: ReviewStage, type: AuditFact['type'], data: AuditFact['data']): AuditFact {
  return {
    type,
    requestId: stage.requestId,
    itemId: stage.itemId,
    data: { level: stage.level, reviewerKind: stage.reviewerKind, ...data },
  };
}

/** The task, no longer needed. */
export function closedTask(task: ReviewTask, facts: Circumstances): ReviewTask {
  return { ...task, state: 'closed', endedAt: facts.now };
}
