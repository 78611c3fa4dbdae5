/** Deciding a review task, and cancelling a request. Authority is checked here, at the time of the decision. */
import type { AuditFact } from '#core/domain/audit.ts';
import { refuse, type Refusal } from '#core/domain/errors.ts';
import type { DecisionId, EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Decision, RequestItem, ReviewStage, ReviewTask, Term, Verdict } from '#core/domain/request.ts';
import { lapsedAuthority, type AuthorityNow } from './authority-now.ts';
import { endItem } from './end-item.ts';
import { closedTask, passStage, type OpenFacts } from './open-stage.ts';
import { isFinal } from './request-state.ts';
import { isInterested } from './reviewers.ts';
import { nextVersion, settle } from './settle.ts';
import { shortenProblem } from './shorten.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';
import { passed, placeOf } from './verdict.ts';

export interface DecisionCommand {
  readonly taskId: ReviewTaskId;
  readonly verdict: Verdict;
  readonly reason: string | null;
  /** Approve for a shorter time than was asked for; left out or null: as asked. */
  readonly shortenedTo?: Term | null;
  /** The request's version that the reviewer was looking at. */
  readonly basedOn: number | null;
}

export interface DecideFacts extends OpenFacts, AuthorityNow {
  readonly deciderId: EmployeeId;
  /** The end of the access that the item prolongs, while it can still be moved. Left out or null: it prolongs nothing. */
  readonly prolongsUntil?: Instant | null;
}

interface Place {
  readonly task: ReviewTask;
  readonly item: RequestItem;
  readonly stage: ReviewStage;
}

export function decide(before: RequestAggregate, command: DecisionCommand, facts: DecideFacts): TransitionResult {
  const task = before.tasks.find((candidate) => candidate.id === command.taskId);
  const item = before.items.find((candidate) => candidate.id === task?.itemId);
  const stage = before.stages.find((candidate) => candidate.id === task?.stageId);
  if (task === undefined || item === undefined || stage === undefined)
    return refuse('task.notFound', 'This task does not exist.');
  const problem =
    authorityProblem(before, { task, item, stage }, facts) ?? commandProblem(before, item, command, facts);
  if (problem !== null) return { outcome: 'refused', refusal: problem };
  return taken(before, { task, item, stage }, command, facts);
}

/** Why this person may not decide this now; null: they may. */
function authorityProblem(before: RequestAggregate, { task, item, stage }: Place, facts: DecideFacts): Refusal | null {
  const concerned = { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId };
  if (isInterested(facts.deciderId, concerned)) {
    return {
      code: 'decision.ownRequest',
      message: 'You asked for this access or receive it, so somebody else must decide.',
    };
  }
  if (isInterested(facts.deciderId, concerned, facts.concernedDelegates)) {
    return {
      code: 'decision.ownRequest',
      message: 'You stand in for somebody who asked for this access or receives it, so somebody else must decide.',
    };
  }
  if (task.reviewerId !== facts.deciderId)
    return { code: 'decision.notReviewer', message: 'This task is another reviewer\u2019s.' };
  if (task.state !== 'open' || stage.state !== 'open' || item.state !== 'inReview')
    return stale(before, item, whyClosed(before, task, item));
  if (item.decideBy !== null && item.decideBy <= facts.now) return stale(before, item, undecidedInTime);
  const place = placeOf(before, item, task);
  if (place === null)
    return {
      code: 'decision.notReviewer',
      message: 'This task did not come to you from anybody who was to review this, so it cannot be decided.',
    };
  const lapsed = lapsedAuthority(before, { task, item, stage }, place, facts);
  if (lapsed !== null) return lapsed;
  const approvedHere = before.decisions.some(
    (decision) => decision.stageId === stage.id && decision.deciderId === facts.deciderId,
  );
  if (approvedHere)
    return stale(before, item, 'You have decided at this level already; somebody else must decide too.');
  return null;
}

function commandProblem(
  before: RequestAggregate,
  item: RequestItem,
  command: DecisionCommand,
  facts: DecideFacts,
): Refusal | null {
  if (command.basedOn !== null && item.changedInVersion > command.basedOn)
    return stale(before, item, 'The request has changed since you looked at it. Look at it again, then decide.');
  if (command.verdict === 'deny' && (command.reason === null || command.reason.trim() === ''))
    return { code: 'decision.reasonRequired', message: 'Say why you deny it: the requester will read it.' };
  const shorter = command.shortenedTo ?? null;
  if (shorter === null) return null;
  if (command.verdict !== 'approve')
    return { code: 'decision.notShorter', message: 'Only what is approved can be shortened.' };
  return shortenProblem(item, shorter, facts.now, facts.prolongsUntil ?? null);
}

function taken(
  before: RequestAggregate,
  { task, item, stage }: Place,
  command: DecisionCommand,
  facts: DecideFacts,
): TransitionResult {
  const decision = decisionOf({ task, item, stage }, command, facts);
  const ended = { approve: 'approved', deny: 'denied', drop: 'dropped' } as const;
  const decided: RequestAggregate = {
    ...before,
    decisions: [...before.decisions, decision],
    tasks: replaced(before.tasks, { ...task, state: ended[command.verdict], endedAt: facts.now }),
  };
  const data = { level: stage.level, reviewerKind: stage.reviewerKind, reason: command.reason };
  const here = { requestId: item.requestId, itemId: item.id };
  if (command.verdict === 'drop') return endedBy(decided, item, stage, 'dropped', data, [], facts);
  if (command.verdict === 'deny') {
    const denied: AuditFact = { type: 'review.denied', ...here, data };
    return endedBy(decided, item, stage, 'denied', { reason: command.reason }, [denied], facts);
  }
  const trail: AuditFact[] = [{ type: 'review.approved', ...here, data }];
  const place = placeOf(before, item, task);
  const rest = decided.tasks.map((other) =>
    other.stageId === stage.id && other.state === 'open' && placeOf(decided, item, other) === place
      ? closedTask(other, facts)
      : other,
  );
  let after: RequestAggregate = { ...decided, tasks: rest };
  let current = item;
  if (decision.shortenedTo !== null) {
    current = { ...item, term: decision.shortenedTo, changedInVersion: nextVersion(before) };
    after = { ...after, items: replaced(after.items, current) };
    trail.push({ type: 'item.shortened', ...here, data: { level: stage.level, from: item.term, to: current.term } });
  }
  if (!passed(after, current, stage)) return settle(after, trail, facts);
  const further = passStage(after, current, stage, facts);
  return settle(further.after, [...trail, ...further.facts], facts);
}

/** One denial ends the item at once, and so does leaving it out. */
function endedBy(
  before: RequestAggregate,
  item: RequestItem,
  stage: ReviewStage,
  state: 'denied' | 'dropped',
  data: AuditFact['data'],
  trail: readonly AuditFact[],
  facts: DecideFacts,
): TransitionResult {
  const stages =
    state === 'denied'
      ? replaced(before.stages, { ...stage, state: 'denied' as const, endedAt: facts.now })
      : before.stages;
  const ended = endItem({ ...before, stages }, item, state, data, facts);
  return settle(ended.after, [...trail, ...ended.facts], facts);
}

function decisionOf({ task, item, stage }: Place, command: DecisionCommand, facts: DecideFacts): Decision {
  return {
    id: facts.nextId<DecisionId>(),
    requestId: item.requestId,
    itemId: item.id,
    stageId: stage.id,
    taskId: task.id,
    deciderId: facts.deciderId,
    automatic: null,
    verdict: command.verdict,
    reason: command.reason,
    shortenedTo: command.shortenedTo ?? null,
    decidedAt: facts.now,
    commandId: facts.commandId,
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
    const ended = endItem(after, item, 'cancelled', { reason: command.reason }, facts);
    after = ended.after;
    trail.push(...ended.facts);
  }
  return settle(after, trail, facts);
}

function stale(before: RequestAggregate, item: RequestItem, message: string): Refusal {
  return {
    code: 'decision.stale',
    message,
    data: { requestVersion: before.request.version, itemState: item.state },
  };
}

function whyClosed(before: RequestAggregate, task: ReviewTask, item: RequestItem): string {
  switch (task.state) {
    case 'approved':
    case 'denied':
      return `You have ${task.state} this already.`;
    case 'dropped':
      return 'You have left this out already.';
    case 'skipped':
      return 'You approved this at an earlier level, so you were skipped here.';
    case 'handedOn':
      return 'This task has gone to somebody else, who decides now.';
    default:
  }
  if (item.state === 'cancelled') return 'This request was cancelled.';
  if (item.state === 'expired') return undecidedInTime;
  const other = before.decisions.find((decision) => decision.stageId === task.stageId);
  if (other !== undefined) return `Another reviewer has ${verdictWords[other.verdict]} already.`;
  return 'This is no longer open for decision.';
}

const undecidedInTime = 'Nobody decided this in time, so it has expired.';

const verdictWords = {
  approve: 'approved this',
  deny: 'denied this',
  drop: 'left this out',
} as const satisfies Readonly<Record<Verdict, string>>;
