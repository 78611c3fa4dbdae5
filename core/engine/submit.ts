/** Submitting a request: lines become items, each with the review it needs; automatic ones are decided at once. */
import type { AuditFact } from '#core/domain/audit.ts';
import { refuse, type Refusal, type Result } from '#core/domain/errors.ts';
import type {
  DecisionId,
  EmployeeId,
  RequestId,
  RequestItemId,
  ReviewStageId,
  ReviewTaskId,
} from '#core/domain/ids.ts';
import { ordinaryItem, plannedTask } from '#core/domain/request.ts';
import type {
  AccessRequest,
  Decision,
  FulfillmentTask,
  RequestItem,
  ReviewPlan,
  ReviewStage,
  ReviewTask,
} from '#core/domain/request.ts';
import { checkItem, type ItemDraft } from './check-item.ts';
import { approvedItem } from './fulfillment-plan.ts';
import { requestStateOf } from './request-state.ts';
import { became, type Circumstances, type ItemFacts, type TransitionResult } from './state.ts';

export interface Submission {
  readonly justification: string;
  readonly ticketReference: string | null;
  readonly items: readonly ItemDraft[];
}

export interface SubmitFacts extends Circumstances {
  readonly requesterId: EmployeeId;
  /** The number the new request gets. */
  readonly number: number;
  /** By position of the line in the submission. */
  readonly items: readonly ItemFacts[];
  readonly administrators: readonly EmployeeId[];
}

export function submit(submission: Submission, facts: SubmitFacts): TransitionResult {
  const plans = checkLines(submission.items, facts);
  if (plans.outcome === 'refused') return plans;
  const request: AccessRequest = {
    id: facts.nextId<RequestId>(),
    number: facts.number,
    requesterId: facts.requesterId,
    justification: submission.justification,
    ticketReference: submission.ticketReference,
    resubmitsRequestId: null,
    state: 'inReview',
    submittedAt: facts.now,
    endedAt: null,
    version: 1,
  };
  const trail: AuditFact[] = [
    {
      type: 'request.submitted',
      requestId: request.id,
      itemId: null,
      data: {
        number: request.number,
        requesterId: request.requesterId,
        justification: request.justification,
        ticketReference: request.ticketReference,
        items: submission.items.length,
      },
    },
  ];
  const items: RequestItem[] = [];
  const stages: ReviewStage[] = [];
  const tasks: ReviewTask[] = [];
  const decisions: Decision[] = [];
  const fulfillment: FulfillmentTask[] = [];
  submission.items.forEach((draft, index) => {
    const plan = plans.value[index] as ReviewPlan;
    const application = facts.items[index]?.application;
    if (!application) throw new Error('A checked line has an application');
    const item: RequestItem = {
      id: facts.nextId<RequestItemId>(),
      requestId: request.id,
      action: draft.action,
      beneficiaryId: draft.beneficiaryId,
      applicationId: application.id,
      entitlementId: draft.entitlementId,
      term: draft.term,
      ...ordinaryItem,
      state: 'inReview',
      changedInVersion: 1,
      plan,
      decidedAt: null,
      fulfilledAt: null,
      expiresAt: null,
      expiredAt: null,
    };
    trail.push({
      type: 'item.reviewStarted',
      requestId: request.id,
      itemId: item.id,
      data: {
        action: item.action,
        beneficiaryId: item.beneficiaryId,
        applicationId: item.applicationId,
        entitlementId: item.entitlementId,
        term: item.term,
        plan,
      },
    });
    if (plan.mode === 'auto') {
      const decision: Decision = {
        id: facts.nextId<DecisionId>(),
        requestId: request.id,
        itemId: item.id,
        stageId: null,
        taskId: null,
        deciderId: null,
        automatic: {
          rule: 'applicationAutoApproval',
          applicationId: application.id,
          applicationVersion: application.version,
        },
        verdict: 'approve',
        reason: null,
        shortenedTo: null,
        decidedAt: facts.now,
        commandId: facts.commandId,
      };
      decisions.push(decision);
      trail.push({
        type: 'review.automatic',
        requestId: request.id,
        itemId: item.id,
        data: { verdict: 'approve', ...decision.automatic },
      });
      const approved = approvedItem(item, application.fulfillment, facts, 1);
      items.push(approved.item);
      fulfillment.push(...approved.tasks);
      trail.push(...approved.facts);
      return;
    }
    items.push(item);
    for (const level of plan.levels) {
      const first = level.level === 1;
      const stage: ReviewStage = {
        id: facts.nextId<ReviewStageId>(),
        requestId: request.id,
        itemId: item.id,
        level: level.level,
        reviewerKind: level.reviewerKind,
        needed: level.needed,
        state: first ? 'open' : 'waiting',
        openedAt: first ? facts.now : null,
        endedAt: null,
      };
      stages.push(stage);
      if (!first) continue;
      for (const reviewerId of level.reviewers) {
        tasks.push({
          id: facts.nextId<ReviewTaskId>(),
          requestId: request.id,
          itemId: item.id,
          stageId: stage.id,
          reviewerId,
          ...plannedTask,
          state: 'open',
          openedAt: facts.now,
          endedAt: null,
        });
      }
    }
  });
  const state = requestStateOf(
    Object.fromEntries([
      ['inReview', items.filter((item) => item.state === 'inReview').length],
      ['approved', items.filter((item) => item.state === 'approved').length],
    ]),
  );
  return became(
    { request: { ...request, state }, items, stages, tasks, decisions, fulfillment, otherItems: {} },
    trail,
  );
}

/** Every line is checked, and all problems are told at once; one bad line refuses the submission. */
function checkLines(drafts: readonly ItemDraft[], facts: SubmitFacts): Result<readonly ReviewPlan[]> {
  if (drafts.length === 0) return refuse('request.empty', 'A request needs at least one line.');
  const problems: { readonly index: number; readonly problem: Refusal }[] = [];
  const plans: ReviewPlan[] = [];
  const seen = new Set<string>();
  drafts.forEach((draft, index) => {
    const key = `${draft.beneficiaryId} ${draft.entitlementId}`;
    if (seen.has(key))
      problems.push({
        index,
        problem: { code: 'item.alreadyPending', message: 'The request has the same line twice.' },
      });
    seen.add(key);
    const itemFacts = facts.items[index];
    if (itemFacts === undefined) throw new Error('Every line has its facts');
    const checked = checkItem(draft, itemFacts, facts);
    for (const problem of checked.problems) problems.push({ index, problem });
    if (checked.plan !== null) plans.push(checked.plan);
  });
  const [first] = problems;
  if (first === undefined) return { outcome: 'done', value: plans };
  const more = problems.length - 1;
  return refuse(
    first.problem.code,
    more === 0
      ? first.problem.message
      : `${first.problem.message} (and ${more} more ${more === 1 ? 'problem' : 'problems'})`,
    { lines: problems.map(({ index, problem }) => ({ index, code: problem.code, message: problem.message })) },
  );
}
