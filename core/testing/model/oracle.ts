/**
 * What must be true of a review, said anew from the recorded rows and the organisation: nothing here calls the rules
 * that it judges.
 */
import type { EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import { epochMilliseconds } from '#core/domain/instant.ts';
import type { Policy } from '#core/domain/policy.ts';
import type { Decision, PlannedLevel, RequestItem, ReviewTask } from '#core/domain/request.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import {
  applicationOf,
  concernedIn,
  entitlementOf,
  found,
  itemsOf,
  ownersOf,
  personOf,
  worksHere,
  type World,
} from './world.ts';

/** The reviewer whom the plan named, at the beginning of the chain by which a task came. */
export function plannedReviewer(aggregate: RequestAggregate, task: ReviewTask): EmployeeId {
  const from = aggregate.tasks.find((other) => other.id === task.fromTaskId);
  // With a re-routing a new chain begins.
  return from === undefined || task.via === 'rerouted' ? task.reviewerId : plannedReviewer(aggregate, from);
}

/**
 * Who reviews the level of a task by the organisation of now. Null: that is for nobody to say, because nobody of the
 * level's kind may review it, so that whoever took their turn goes on.
 */
export function reviewersNow(
  world: World,
  aggregate: RequestAggregate,
  task: ReviewTask,
): ReadonlySet<EmployeeId> | null {
  const item = found(aggregate.items.find((one) => one.id === task.itemId));
  const stage = found(aggregate.stages.find((one) => one.id === task.stageId));
  const level = found(item.plan.levels.find((one) => one.level === stage.level));
  // Where an earlier change left nobody of the kind it was planned for, that kind may have its turn again.
  const kinds = [level.reviewerKind, ...(level.plannedAs === undefined ? [] : [level.plannedAs.reviewerKind])];
  const people = new Set<EmployeeId>();
  for (const kind of kinds) {
    const those = ofKind(world, item, kind);
    const free = those?.filter((one) => worksHere(world, one) && !concernedIn(world, aggregate.request, item).has(one));
    if (those === null || free === undefined || free.length === 0) return null;
    for (const person of those) if (worksHere(world, person)) people.add(person);
  }
  return people;
}

/** Null: whom settings and policies designate is looked up by their rules, not here. */
function ofKind(world: World, item: RequestItem, kind: PlannedLevel['reviewerKind']): readonly EmployeeId[] | null {
  switch (kind) {
    case 'manager':
      return [personOf(world, item.beneficiaryId).managerId].flatMap((one) => one ?? []);
    case 'applicationOwner':
      return ownersOf(applicationOf(world, item));
    case 'businessOwner':
      return [entitlementOf(world, item).businessOwnerId].flatMap((one) => one ?? []);
    case 'riskManager':
      return world.riskManagers;
    case 'administrator':
      return world.administrators;
    case 'designated':
      return null;
  }
}

/** Whether every level an item needed has its approvals, by different people in different places, and nobody said no. */
export function isApproved(aggregate: RequestAggregate, item: RequestItem): boolean {
  const mine = aggregate.decisions.filter((decision) => decision.itemId === item.id);
  if (item.plan.mode === 'auto')
    return mine.some((decision) => decision.automatic !== null && decision.verdict === 'approve');
  if (mine.some((decision) => decision.verdict !== 'approve')) return false;
  return (
    item.plan.levels.length > 0 &&
    item.plan.levels.every((level) => approvalsAt(aggregate, item, level.level, mine) >= level.needed)
  );
}

function approvalsAt(aggregate: RequestAggregate, item: RequestItem, level: number, mine: readonly Decision[]): number {
  const reviewers = item.plan.levels.find((one) => one.level === level)?.reviewers ?? [];
  const stageOf = new Map(aggregate.stages.map((stage) => [stage.id, stage]));
  const levelOf = ({ stageId }: Decision) => (stageId === null ? 0 : (stageOf.get(stageId)?.level ?? 0));
  const earlier = new Set(mine.filter((decision) => levelOf(decision) < level).map((decision) => decision.deciderId));
  const places = new Set<string>();
  const people = new Set<string>();
  if (item.plan.skipEarlierApprovers === true)
    for (const reviewer of reviewers.filter((one) => earlier.has(one))) {
      places.add(reviewer);
      people.add(reviewer);
    }
  for (const decision of mine.filter((one) => levelOf(one) === level)) {
    const task = aggregate.tasks.find((one) => one.id === decision.taskId);
    if (task === undefined || decision.deciderId === null || task.reviewerId !== decision.deciderId) continue;
    const place = plannedReviewer(aggregate, task);
    if (!reviewers.includes(place) || places.has(place) || people.has(decision.deciderId)) continue;
    places.add(place);
    people.add(decision.deciderId);
  }
  return places.size;
}

/** What is wrong with the way an item that was just submitted is decided, by the policies, rules and settings in force. */
export function problemsOfPlan(world: World, aggregate: RequestAggregate, item: RequestItem): readonly string[] {
  const settings = entitlementOf(world, item).reviewSettings ?? applicationOf(world, item).reviewSettings;
  const policy = policyInForce(world, aggregate, item);
  const grave = conflictsBadly(world, aggregate, item);
  const effect = policy?.effect.kind ?? (settings.approval === 'auto' ? 'autoApprove' : 'review');
  const automatic = aggregate.decisions.find((one) => one.itemId === item.id && one.automatic !== null)?.automatic;
  const by =
    automatic?.rule === 'policy'
      ? `${automatic.policyId} ${automatic.policyVersion}`
      : (automatic?.applicationVersion ?? null);
  const inForce = policy === null ? applicationOf(world, item).version : `${policy.id} ${policy.version}`;
  if (effect === 'autoDeny')
    return item.state === 'denied' && by === inForce ? [] : [`${item.id} was not denied by ${inForce}`];
  if (effect === 'autoApprove' && !grave)
    return item.state === 'approved' && by === inForce ? [] : [`${item.id} was not approved by ${inForce}`];
  const named = item.plan.policy === undefined ? null : `${item.plan.policy.id} ${item.plan.policy.version}`;
  const routed = effect === 'route' ? inForce : null;
  return item.state === 'inReview' && automatic === undefined && named === routed
    ? []
    : [`${item.id} is not reviewed as ${routed ?? 'the settings'} want it`];
}

function policyInForce(world: World, { request }: RequestAggregate, item: RequestItem): Policy | null {
  const minutes =
    item.term.kind === 'permanent'
      ? Number.POSITIVE_INFINITY
      : item.term.kind === 'duration'
        ? item.term.minutes
        : (epochMilliseconds(item.term.endsAt) - epochMilliseconds(item.startsAt ?? world.now)) / 60_000;
  const person = personOf(world, item.beneficiaryId);
  const asker =
    request.requesterId === person.id ? 'self' : request.requesterId === person.managerId ? 'manager' : 'other';
  const has = <Value>(list: readonly Value[] | undefined, value: Value) => list?.includes(value) ?? true;
  const plain = (text: string) => text.trim().toLowerCase();
  const names = (list: readonly string[] | undefined, value: string | null) =>
    list === undefined || (value !== null && list.map(plain).includes(plain(value)));
  const fits = ({ conditions: of }: Policy) =>
    [
      has(of.actions, item.action),
      has(of.risks, entitlementOf(world, item).risk),
      has(of.terms, item.term.kind === 'permanent' ? 'permanent' : 'temporary'),
      has(of.requestedBy, asker),
      has(of.applicationIds, item.applicationId),
      has(of.entitlementIds, item.entitlementId),
      names(of.departments, person.department),
      names(of.jobTitles, person.jobTitle),
      names(of.employmentTypes, person.employmentType),
      names(of.organizations, person.organization),
      names(of.entitlementKinds, entitlementOf(world, item).kind),
      has(of.accountKinds, item.serviceAccount === null ? 'employee' : 'service'),
      has(of.beneficiaryIds, person.id),
      minutes <= (of.maximumMinutes ?? Number.POSITIVE_INFINITY),
    ].every(Boolean);
  const active = world.policies.filter((policy) => policy.state === 'active' && fits(policy));
  return active.toSorted((a, b) => a.position - b.position)[0] ?? null;
}

/** Whether granting it would bring duties into conflict that a rule forbids or wants reviewed. */
function conflictsBadly(world: World, aggregate: RequestAggregate, item: RequestItem): boolean {
  if (item.action === 'REVOKE') return false;
  const asked = [...aggregate.items, ...itemsOf(world).map((one) => one.item)].filter(
    (other) =>
      other.beneficiaryId === item.beneficiaryId &&
      other.action === 'GRANT' &&
      (other.requestId === item.requestId || ['inReview', 'approved'].includes(other.state)),
  );
  const granted = world.grants.filter((grant) => grant.active && grant.employeeId === item.beneficiaryId);
  const theirs = new Set<EntitlementId>([...asked, ...granted].map((one) => one.entitlementId));
  return world.rules.some(({ state, effect, left, right }) => {
    const against = left.includes(item.entitlementId) ? right : right.includes(item.entitlementId) ? left : [];
    return state === 'active' && effect !== 'warn' && against.some((other) => theirs.has(other));
  });
}
