/** What a change of the organisation makes of a request that is in review: other reviewers, or the end of what is for a leaver. */
import type { EmployeeId, RequestItemId } from '#core/domain/ids.ts';
import type { PlannedLevel, RequestItem, ReviewPlan } from '#core/domain/request.ts';
import type { ReviewRoute } from '#core/domain/review-settings.ts';
import { endItem } from './end-item.ts';
import type { OpenFacts } from './open-stage.ts';
import { delegatesOf, type ReviewFacts } from './review-facts.ts';
import { reroute, samePeople } from './reroute.ts';
import { planAgain, type ReviewerCandidates } from './reviewers.ts';
import { settle } from './settle.ts';
import type { Circumstances, ItemFacts, RequestAggregate, Transition, TransitionResult } from './state.ts';

export interface ReconcileFacts extends Circumstances, ReviewFacts {
  /** Facts about each item in review, by its id. */
  readonly items: ReadonlyMap<RequestItemId, ItemFacts>;
  /** Who of the planned reviewers and of those who hold tasks no longer works here. */
  readonly left: ReadonlySet<EmployeeId>;
}

type ItemToReview = Pick<RequestItem, 'action' | 'beneficiaryId' | 'plan'>;

/** Null: nothing about the request is other than it should be. */
export function reconcile(before: RequestAggregate, facts: ReconcileFacts): TransitionResult | null {
  let current: Transition = { after: before, facts: [] };
  for (const item of before.items) {
    const known = facts.items.get(item.id);
    if (item.state !== 'inReview' || known === undefined) continue;
    const step = reconciled(current.after, item, known, facts);
    if (step !== null) current = { after: step.after, facts: [...current.facts, ...step.facts] };
  }
  return current.facts.length === 0 ? null : settle(current.after, current.facts, facts);
}

function reconciled(
  before: RequestAggregate,
  item: RequestItem,
  known: ItemFacts,
  facts: ReconcileFacts,
): Transition | null {
  if (isForLeaver(item, known)) {
    const reason = `${known.beneficiary?.fullName ?? 'The person this is for'} no longer works here.`;
    return endItem(before, item, 'cancelled', { reason }, facts);
  }
  const { nextId, now, actor, commandId, left, standIns } = facts;
  const { requesterId } = before.request;
  const open: OpenFacts = {
    nextId,
    now,
    actor,
    commandId,
    standIns,
    concernedDelegates: delegatesOf(facts.delegates, requesterId, item.beneficiaryId),
    fulfillment: known.application?.fulfillment ?? 'manual',
  };
  return reroute(before, item, levelsNow(item, requesterId, known, facts), { ...open, left });
}

/** Nobody who left is given anything; what is to be taken from them is taken. */
export function isForLeaver(item: ItemToReview, { beneficiary }: Pick<ItemFacts, 'beneficiary'>): boolean {
  return item.action === 'GRANT' && beneficiary?.status === 'left';
}

type FactsOfLine = Pick<ItemFacts, 'manager' | 'owners' | 'businessOwner' | 'application' | 'entitlement'>;

type FactsOfPlanning = Pick<
  ReconcileFacts,
  'left' | 'policies' | 'administrators' | 'riskManagers' | 'groups' | 'absent' | 'delegates'
>;

/** The levels of an item's plan with the people who are right for them now; a level stays as it is when nobody is. */
export function levelsNow(
  item: ItemToReview,
  requesterId: EmployeeId,
  known: FactsOfLine,
  facts: FactsOfPlanning,
): readonly PlannedLevel[] {
  const route = routeOf(item.plan, known, facts);
  if (item.plan.mode === 'auto' || route === null) return item.plan.levels;
  const candidates: ReviewerCandidates = {
    ...facts,
    requesterId,
    beneficiaryId: item.beneficiaryId,
    manager: known.manager,
    owners: known.owners,
    businessOwner: known.businessOwner,
    concernedDelegates: new Set(),
  };
  const concernedDelegates = delegatesOf(facts.delegates, requesterId, item.beneficiaryId);
  const taken = new Set(item.plan.levels.map((level) => level.reviewerKind));
  return item.plan.levels.map((planned) => {
    // That a reviewer stands in for somebody concerned for a while is no change of who reviews: it is seen to when
    // tasks open. Where somebody else has to be found, it counts.
    const asIs = planAgain(planned, taken, route, candidates, facts.left);
    if (asIs === null || samePeople(asIs.reviewers, planned.reviewers)) return planned;
    return planAgain(planned, taken, route, { ...candidates, concernedDelegates }, facts.left) ?? asIs;
  });
}

/** The settings in force: those of the policy that routed the item, while it is active, or the entitlement's or application's. */
function routeOf(
  plan: ReviewPlan,
  { application, entitlement }: Pick<ItemFacts, 'application' | 'entitlement'>,
  { policies }: Pick<ReviewFacts, 'policies'>,
): ReviewRoute | null {
  const effect = policies.find((policy) => policy.id === plan.policy?.id)?.effect;
  if (effect?.kind === 'route') return effect.route;
  return entitlement?.reviewSettings ?? application?.reviewSettings ?? null;
}
