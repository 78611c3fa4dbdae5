/** Submitting a request: lines become items, each with the review it needs; automatic ones are decided at once. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { Application } from '#core/domain/directory.ts';
import { refuse, type Refusal, type Result } from '#core/domain/errors.ts';
import type { DecisionId, EmployeeId, RequestId, RequestItemId, ReviewStageId } from '#core/domain/ids.ts';
import { plusMinutes, type Instant } from '#core/domain/instant.ts';
import type { Policy } from '#core/domain/policy.ts';
import { ordinaryItem } from '#core/domain/request.ts';
import type { AccessRequest, AutomaticDecision, Decision, RequestItem, ReviewPlan } from '#core/domain/request.ts';
import { checkItem, type ItemDraft } from './check-item.ts';
import { endItem } from './end-item.ts';
import { approvedItem } from './fulfillment-plan.ts';
import { openStage, type OpenFacts } from './open-stage.ts';
import { standInsFor, type ReviewFacts } from './review-facts.ts';
import { nextVersion, settle } from './settle.ts';
import {
  replaced,
  type Circumstances,
  type ItemFacts,
  type RequestAggregate,
  type Transition,
  type TransitionResult,
} from './state.ts';

export interface Submission {
  readonly justification: string;
  readonly ticketReference: string | null;
  readonly items: readonly ItemDraft[];
  /** The request that came to nothing and is asked for again; left out: it is a new wish. */
  readonly resubmits?: { readonly requestId: RequestId; readonly number: number } | null;
}

export interface SubmitFacts extends Circumstances, ReviewFacts {
  readonly requesterId: EmployeeId;
  /** The number the new request gets. */
  readonly number: number;
  /** By position of the line in the submission. */
  readonly items: readonly ItemFacts[];
}

const minutesPerDay = 24 * 60;

export function submit(submission: Submission, facts: SubmitFacts): TransitionResult {
  const plans = checkLines(submission.items, facts);
  if (plans.outcome === 'refused') return plans;
  const request: AccessRequest = {
    id: facts.nextId<RequestId>(),
    number: facts.number,
    requesterId: facts.requesterId,
    justification: submission.justification,
    ticketReference: submission.ticketReference,
    resubmitsRequestId: submission.resubmits?.requestId ?? null,
    state: 'inReview',
    submittedAt: facts.now,
    endedAt: null,
    // Settled below, which makes it 1.
    version: 0,
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
        ...(submission.resubmits ? { resubmits: submission.resubmits.number } : {}),
      },
    },
  ];
  const parts = submission.items.map((draft, index) => {
    const planned = plans.value[index];
    const itemFacts = facts.items[index];
    if (planned === undefined || itemFacts === undefined) throw new Error('A checked line has its plan and its facts');
    const begun = beginItem(request, draft, planned, itemFacts, facts);
    trail.push(...begun.facts);
    return begun.after;
  });
  return settle(
    {
      request,
      items: parts.flatMap((part) => part.items),
      stages: parts.flatMap((part) => part.stages),
      tasks: parts.flatMap((part) => part.tasks),
      decisions: parts.flatMap((part) => part.decisions),
      fulfillment: parts.flatMap((part) => part.fulfillment),
      otherItems: {},
    },
    trail,
    facts,
  );
}

/** One item with everything under it, in an aggregate of its own. */
function beginItem(
  request: AccessRequest,
  draft: ItemDraft,
  { plan, policy }: PlannedLine,
  { application, entitlement }: ItemFacts,
  facts: SubmitFacts,
): Transition {
  if (application === null || entitlement === null) throw new Error('A checked line has an application');
  const { decideWithinDays } = entitlement.reviewSettings ?? application.reviewSettings;
  const item: RequestItem = {
    ...ordinaryItem,
    id: facts.nextId<RequestItemId>(),
    requestId: request.id,
    action: draft.action,
    beneficiaryId: draft.beneficiaryId,
    applicationId: application.id,
    entitlementId: draft.entitlementId,
    term: draft.term,
    startsAt: draft.startsAt ?? null,
    serviceAccount: draft.serviceAccount ?? null,
    extendsItemId: draft.extendsItemId ?? null,
    decideBy: plan.mode === 'review' ? decideBy(decideWithinDays, facts.now) : null,
    state: 'inReview',
    changedInVersion: 1,
    plan,
    decidedAt: null,
    fulfilledAt: null,
    expiresAt: null,
    expiredAt: null,
  };
  const alone: RequestAggregate = {
    request,
    items: [item],
    stages: stagesOf(item, facts),
    tasks: [],
    decisions: [],
    fulfillment: [],
    otherItems: {},
  };
  const begun =
    plan.mode === 'auto'
      ? decideAutomatically(alone, item, application, policy, facts)
      : openFirst(alone, item, application, facts);
  return { after: begun.after, facts: [reviewStarted(item), ...begun.facts] };
}

function reviewStarted(item: RequestItem): AuditFact {
  const { action, beneficiaryId, applicationId, entitlementId, term, plan, startsAt, serviceAccount, decideBy } = item;
  const further = { startsAt, serviceAccount, decideBy, extendsItemId: item.extendsItemId };
  return {
    type: 'item.reviewStarted',
    requestId: item.requestId,
    itemId: item.id,
    data: {
      action,
      beneficiaryId,
      applicationId,
      entitlementId,
      term,
      plan,
      // What an ordinary item lacks is left out.
      ...Object.fromEntries(Object.entries(further).filter(([, value]) => value !== null)),
    },
  };
}

/** When an item nobody has decided expires; null: never. */
function decideBy(days: number | null | undefined, now: Instant): Instant | null {
  return days === null || days === undefined ? null : plusMinutes(now, days * minutesPerDay);
}

function stagesOf(item: RequestItem, facts: Circumstances): RequestAggregate['stages'] {
  return item.plan.levels.map((level) => ({
    id: facts.nextId<ReviewStageId>(),
    requestId: item.requestId,
    itemId: item.id,
    level: level.level,
    reviewerKind: level.reviewerKind,
    needed: level.needed,
    state: 'waiting',
    openedAt: null,
    endedAt: null,
  }));
}

function openFirst(
  before: RequestAggregate,
  item: RequestItem,
  application: Application,
  facts: SubmitFacts,
): Transition {
  const [first] = before.stages;
  if (first === undefined) throw new Error('A plan of review has a level');
  const { nextId, now, actor, commandId } = facts;
  const stage: OpenFacts = {
    nextId,
    now,
    actor,
    commandId,
    ...standInsFor(facts, { requesterId: facts.requesterId, beneficiaryId: item.beneficiaryId }),
    fulfillment: application.fulfillment,
  };
  return openStage(before, item, first, stage);
}

/** By the policy that the plan names, or by the application's own setting. An automatic decision is a recorded decision. */
function decideAutomatically(
  before: RequestAggregate,
  item: RequestItem,
  application: Application,
  policy: Policy | null,
  facts: Circumstances,
): Transition {
  const byPolicy = item.plan.policy !== undefined && policy !== null ? policy : null;
  const denied = byPolicy?.effect.kind === 'autoDeny' ? byPolicy.effect.reason : null;
  const automatic: AutomaticDecision =
    byPolicy === null
      ? {
          rule: 'applicationAutoApproval',
          applicationId: application.id,
          applicationVersion: application.version,
        }
      : { rule: 'policy', policyId: byPolicy.id, policyName: byPolicy.name, policyVersion: byPolicy.version };
  const decision: Decision = {
    id: facts.nextId<DecisionId>(),
    requestId: item.requestId,
    itemId: item.id,
    stageId: null,
    taskId: null,
    deciderId: null,
    automatic,
    verdict: denied === null ? 'approve' : 'deny',
    reason: denied,
    shortenedTo: null,
    decidedAt: facts.now,
    commandId: facts.commandId,
  };
  const after = { ...before, decisions: [decision] };
  const decided: AuditFact = {
    type: 'review.automatic',
    requestId: item.requestId,
    itemId: item.id,
    data: { verdict: decision.verdict, ...automatic },
  };
  if (denied !== null) {
    const ended = endItem(after, item, 'denied', { reason: denied }, facts);
    return { after: ended.after, facts: [decided, ...ended.facts] };
  }
  const approved = approvedItem(item, application.fulfillment, facts, nextVersion(before));
  return {
    after: { ...after, items: replaced(after.items, approved.item), fulfillment: approved.tasks },
    facts: [decided, ...approved.facts],
  };
}

interface PlannedLine {
  readonly plan: ReviewPlan;
  readonly policy: Policy | null;
}

/** Every line is checked, and all problems are told at once; one bad line refuses the submission. */
function checkLines(drafts: readonly ItemDraft[], facts: SubmitFacts): Result<readonly PlannedLine[]> {
  if (drafts.length === 0) return refuse('request.empty', 'A request needs at least one line.');
  const problems: { readonly index: number; readonly problem: Refusal }[] = [];
  const plans: PlannedLine[] = [];
  const seen = new Set<string>();
  drafts.forEach((draft, index) => {
    const key = `${draft.beneficiaryId} ${draft.entitlementId} ${draft.serviceAccount?.toLowerCase() ?? ''}`;
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
    if (checked.plan !== null) plans.push({ plan: checked.plan, policy: checked.policy });
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
