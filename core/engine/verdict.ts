/**
 * What an item's decisions come to, derived from the decisions and the chain of tasks themselves. Fulfillment
 * asks here and never trusts a state column.
 */
import type { EmployeeId } from '#core/domain/ids.ts';
import type {
  AutomaticDecision,
  Decision,
  PlannedLevel,
  RequestItem,
  ReviewPlan,
  ReviewStage,
  ReviewTask,
} from '#core/domain/request.ts';
import { isInterested } from './reviewers.ts';
import type { RequestAggregate } from './state.ts';

export type ItemVerdict = 'approved' | 'denied' | 'dropped' | 'undecided';

/** What the verdict rests on; the states of stages and tasks are not looked at, but for tasks that were skipped. */
export type ReviewRecord = Pick<RequestAggregate, 'request' | 'stages' | 'tasks' | 'decisions'>;

/**
 * Approved: every level of the item's plan has the approvals it needs, each for a different planned place and by
 * a different person; or the plan is automatic, and the automatic decision under the same version of the policy or
 * of the application's settings is there. One valid denial denies, and one valid decision to leave the line out drops.
 */
export function verdictOf(record: ReviewRecord, item: RequestItem): ItemVerdict {
  if (item.plan.mode === 'auto') {
    const automatic = record.decisions.find(
      ({ itemId, automatic: by }) => itemId === item.id && by !== null && isOfPlan(by, item),
    );
    return automatic === undefined ? 'undecided' : automatic.verdict === 'approve' ? 'approved' : 'denied';
  }
  for (const level of item.plan.levels) {
    const stage = record.stages.find((candidate) => candidate.itemId === item.id && candidate.level === level.level);
    if (stage === undefined) return 'undecided';
    const ending = validDecisions(record, item, stage).find(({ decision }) => decision.verdict !== 'approve');
    if (ending !== undefined) return ending.decision.verdict === 'deny' ? 'denied' : 'dropped';
    if (!passed(record, item, stage)) return 'undecided';
  }
  // A plan of review without levels has nobody's approval.
  return item.plan.levels.length > 0 ? 'approved' : 'undecided';
}

/** Whether a level has the approvals that its plan asks for, skipped reviewers included. */
export function passed(record: ReviewRecord, item: RequestItem, stage: ReviewStage): boolean {
  const level = levelOf(item, stage);
  return level !== undefined && approvedPlaces(record, item, stage).size >= level.needed;
}

/**
 * The planned reviewers of a level whose approval is there: their own, that of whoever decided in their place, or,
 * where the plan skips who approved earlier, their earlier one. Nobody approves for two places.
 */
export function approvedPlaces(record: ReviewRecord, item: RequestItem, stage: ReviewStage): ReadonlySet<EmployeeId> {
  const places = new Set<EmployeeId>();
  const deciders = new Set<EmployeeId>();
  for (const skipped of skippedReviewers(record, item, stage)) {
    places.add(skipped);
    deciders.add(skipped);
  }
  for (const { decision, deciderId, place } of validDecisions(record, item, stage)) {
    if (decision.verdict !== 'approve' || places.has(place) || deciders.has(deciderId)) continue;
    places.add(place);
    deciders.add(deciderId);
  }
  return places;
}

/** Whether a person validly approved this item at a level before this one, in whosever place. */
export function approvedEarlier(
  record: ReviewRecord,
  item: RequestItem,
  level: number,
  employeeId: EmployeeId,
): boolean {
  return record.stages.some(
    (stage) =>
      stage.itemId === item.id &&
      stage.level < level &&
      validDecisions(record, item, stage).some(
        ({ decision, deciderId }) => deciderId === employeeId && decision.verdict === 'approve',
      ),
  );
}

/**
 * The planned reviewer in whose place a task stands: the chain of tasks that it came by leads to a task made by the
 * plan for one of the plan's reviewers, all of it within the stage and never through somebody concerned. Null:
 * it leads to nobody who was to decide.
 */
export function placeOf(record: ReviewRecord, item: RequestItem, task: ReviewTask): EmployeeId | null {
  const concerned = { requesterId: record.request.requesterId, beneficiaryId: item.beneficiaryId };
  const stage = record.stages.find((candidate) => candidate.id === task.stageId && candidate.itemId === item.id);
  const planned = stage === undefined ? undefined : levelOf(item, stage)?.reviewers;
  if (planned === undefined) return null;
  const walked = new Set<string>();
  let current: ReviewTask | undefined = task;
  while (current !== undefined && !walked.has(current.id)) {
    const { id, stageId, reviewerId, via, fromTaskId }: ReviewTask = current;
    if (stageId !== task.stageId || isInterested(reviewerId, concerned)) return null;
    // The plan was rewritten when a task went to the new manager or owner, so both kinds stand in the plan.
    if (via === 'planned' || via === 'rerouted') return planned.includes(reviewerId) ? reviewerId : null;
    walked.add(id);
    current = record.tasks.find((candidate) => candidate.id === fromTaskId);
  }
  return null;
}

interface ValidDecision {
  readonly decision: Decision;
  readonly deciderId: EmployeeId;
  readonly place: EmployeeId;
}

/** Decisions that count at a level: of a task of the stage, by the task's reviewer, in the place of a planned one. */
function validDecisions(record: ReviewRecord, item: RequestItem, stage: ReviewStage): readonly ValidDecision[] {
  return record.decisions.flatMap((decision) => {
    const { deciderId } = decision;
    if (decision.stageId !== stage.id || decision.itemId !== item.id || deciderId === null) return [];
    const task = record.tasks.find((candidate) => candidate.id === decision.taskId);
    if (task === undefined || task.stageId !== stage.id || task.reviewerId !== deciderId) return [];
    const place = placeOf(record, item, task);
    return place === null ? [] : [{ decision, deciderId, place }];
  });
}

function skippedReviewers(record: ReviewRecord, item: RequestItem, stage: ReviewStage): readonly EmployeeId[] {
  if (item.plan.skipEarlierApprovers !== true) return [];
  return record.tasks
    .filter((task) => task.stageId === stage.id && task.state === 'skipped')
    .filter((task) => placeOf(record, item, task) === task.reviewerId)
    .filter((task) => approvedEarlier(record, item, stage.level, task.reviewerId))
    .map((task) => task.reviewerId);
}

function levelOf(item: RequestItem, stage: ReviewStage): PlannedLevel | undefined {
  return item.plan.levels.find((level) => level.level === stage.level);
}

/** The automatic decision that the plan named: by the same policy in the same version, or by the same version of the settings. */
function isOfPlan(automatic: AutomaticDecision, { plan }: { readonly plan: ReviewPlan }): boolean {
  return automatic.rule === 'policy'
    ? automatic.policyId === plan.policy?.id && automatic.policyVersion === plan.policy.version
    : plan.policy === undefined && automatic.applicationVersion === plan.applicationVersion;
}
