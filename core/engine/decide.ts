/** Deciding a review task, and cancelling a request. Authority is checked here, at the time of the decision. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { FulfillmentOption } from '#core/domain/directory.ts';
import { refuse } from '#core/domain/errors.ts';
import type { DecisionId, EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import { plannedTask } from '#core/domain/request.ts';
import type { Decision, RequestItem, ReviewStage, ReviewTask, Verdict } from '#core/domain/request.ts';
import { approvedItem } from './fulfillment-plan.ts';
import { isFinal } from './request-state.ts';
import { isInterested } from './reviewers.ts';
import { nextVersion, settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

export interface DecisionCommand {
  readonly taskId: ReviewTaskId;
  readonly verdict: Verdict;
  readonly reason: string | null;
  /** The request's version that the reviewer was looking at. */
  readonly basedOn: number | null;
}

export interface DecideFacts extends Circumstances {
  readonly deciderId: EmployeeId;
  /** How the item's application is fulfilled now. */
  readonly fulfillment: FulfillmentOption;
}

export function decide(before: RequestAggregate, command: DecisionCommand, facts: DecideFacts): TransitionResult {
  const task = before.tasks.find((candidate) => candidate.id === command.taskId);
  const item = before.items.find((candidate) => candidate.id === task?.itemId);
  const stage = before.stages.find((candidate) => candidate.id === task?.stageId);
  if (task === undefined || item === undefined || stage === undefined)
    return refuse('task.notFound', 'This task does not exist.');
  if (isInterested(facts.deciderId, { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId })) {
    return refuse('decision.ownRequest', 'You asked for this access or receive it, so somebody else must decide.');
  }
  if (task.reviewerId !== facts.deciderId)
    return refuse('decision.notReviewer', 'This task is another reviewer\u2019s.');
  if (task.state !== 'open' || stage.state !== 'open' || item.state !== 'inReview') {
    return refuse('decision.stale', whyClosed(before, task, item), {
      requestVersion: before.request.version,
      itemState: item.state,
    });
  }
  if (command.basedOn !== null && item.changedInVersion > command.basedOn) {
    return refuse('decision.stale', 'The request has changed since you looked at it. Look at it again, then decide.', {
      requestVersion: before.request.version,
      itemState: item.state,
    });
  }
  if (command.verdict === 'deny' && (command.reason === null || command.reason.trim() === '')) {
    return refuse('decision.reasonRequired', 'Say why you deny it: the requester will read it.');
  }
  return taken(before, { task, item, stage }, command, facts);
}

function taken(
  before: RequestAggregate,
  at: { readonly task: ReviewTask; readonly item: RequestItem; readonly stage: ReviewStage },
  command: DecisionCommand,
  facts: DecideFacts,
): TransitionResult {
  const { task, item, stage } = at;
  const decision: Decision = {
    id: facts.nextId<DecisionId>(),
    requestId: before.request.id,
    itemId: item.id,
    stageId: stage.id,
    taskId: task.id,
    deciderId: facts.deciderId,
    automatic: null,
    verdict: command.verdict,
    reason: command.reason,
    shortenedTo: null,
    decidedAt: facts.now,
    commandId: facts.commandId,
  };
  const approved = command.verdict === 'approve';
  const trail: AuditFact[] = [
    {
      type: approved ? 'review.approved' : 'review.denied',
      requestId: before.request.id,
      itemId: item.id,
      data: { level: stage.level, reviewerKind: stage.reviewerKind, reason: command.reason },
    },
  ];
  const decisions = [...before.decisions, decision];
  const approvals = decisions.filter(
    (candidate) => candidate.stageId === stage.id && candidate.verdict === 'approve',
  ).length;
  const stageEnds = !approved || approvals >= stage.needed;
  let after: RequestAggregate = {
    ...before,
    decisions,
    tasks: replaced(before.tasks, { ...task, state: approved ? 'approved' : 'denied', endedAt: facts.now }),
  };
  if (!stageEnds) return settle(after, trail, facts);
  after = {
    ...after,
    stages: replaced(after.stages, { ...stage, state: approved ? 'approved' : 'denied', endedAt: facts.now }),
    tasks: after.tasks.map((other) =>
      other.stageId === stage.id && other.state === 'open' ? closed(other, facts) : other,
    ),
  };
  if (!approved) {
    trail.push({
      type: 'item.denied',
      requestId: before.request.id,
      itemId: item.id,
      data: { reason: command.reason },
    });
    return settle(endItem(after, item, 'denied', facts), trail, facts);
  }
  const next = after.stages
    .filter((other) => other.itemId === item.id && other.state === 'waiting')
    .sort((a, b) => a.level - b.level)[0];
  if (next !== undefined) return settle(openLevel(after, item, next, facts), trail, facts);
  const planned = approvedItem(item, facts.fulfillment, facts, nextVersion(before));
  trail.push(...planned.facts);
  return settle(
    { ...after, items: replaced(after.items, planned.item), fulfillment: [...after.fulfillment, ...planned.tasks] },
    trail,
    facts,
  );
}

/** Levels are sequential: the next one's reviewers get their tasks when the one before has approved. */
function openLevel(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  facts: Circumstances,
): RequestAggregate {
  const reviewers = item.plan.levels.find((level) => level.level === stage.level)?.reviewers ?? [];
  const tasks = reviewers.map((reviewerId): ReviewTask => ({
    id: facts.nextId<ReviewTaskId>(),
    requestId: item.requestId,
    itemId: item.id,
    stageId: stage.id,
    reviewerId,
    ...plannedTask,
    state: 'open',
    openedAt: facts.now,
    endedAt: null,
  }));
  return {
    ...before,
    stages: replaced(before.stages, { ...stage, state: 'open', openedAt: facts.now }),
    tasks: [...before.tasks, ...tasks],
  };
}

/** Cancels every item that is still in review. What was approved already goes its way. */
export function cancel(
  before: RequestAggregate,
  command: { readonly reason: string | null },
  facts: Circumstances & { readonly employeeId: EmployeeId; readonly isAdministrator: boolean },
): TransitionResult {
  if (before.request.requesterId !== facts.employeeId && !facts.isAdministrator) {
    return refuse('request.notYours', 'Only the person who asked, or an administrator, can cancel this request.');
  }
  if (isFinal(before.request.state)) return refuse('request.final', 'This request has ended already.');
  const open = before.items.filter((item) => item.state === 'inReview');
  if (open.length === 0) {
    return refuse(
      'request.final',
      'Everything in this request has been decided, so there is nothing left to cancel. To take access away again, ask for its removal.',
    );
  }
  let after = before;
  const trail: AuditFact[] = [];
  for (const item of open) {
    after = endItem(after, item, 'cancelled', facts);
    trail.push({
      type: 'item.cancelled',
      requestId: before.request.id,
      itemId: item.id,
      data: { reason: command.reason },
    });
  }
  return settle(after, trail, facts);
}

/** The item in its end state, and everything that was open under it closed. */
function endItem(
  before: RequestAggregate,
  item: RequestItem,
  state: 'denied' | 'cancelled',
  facts: Circumstances,
): RequestAggregate {
  return {
    ...before,
    items: replaced(before.items, { ...item, state, decidedAt: facts.now, changedInVersion: nextVersion(before) }),
    stages: before.stages.map((stage) =>
      stage.itemId === item.id && (stage.state === 'open' || stage.state === 'waiting')
        ? { ...stage, state: 'closed', endedAt: facts.now }
        : stage,
    ),
    tasks: before.tasks.map((task) => (task.itemId === item.id && task.state === 'open' ? closed(task, facts) : task)),
  };
}

function closed(task: ReviewTask, facts: Circumstances): ReviewTask {
  return { ...task, state: 'closed', endedAt: facts.now };
}

function whyClosed(before: RequestAggregate, task: ReviewTask, item: RequestItem): string {
  if (task.state === 'approved' || task.state === 'denied') return `You have ${task.state} this already.`;
  if (item.state === 'cancelled') return 'This request was cancelled.';
  const other = before.decisions.find((decision) => decision.stageId === task.stageId);
  if (other !== undefined)
    return `Another reviewer has ${other.verdict === 'approve' ? 'approved' : 'denied'} this already.`;
  return 'This is no longer open for decision.';
}
