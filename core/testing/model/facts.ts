/** What the engine is told for each command, made from the organisation the way the commands' loaders make it from a database. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { FulfillmentTask, RequestItem } from '#core/domain/request.ts';
import type { AuthorityNow } from '#core/engine/authority-now.ts';
import {
  askedTogether,
  findConflicts,
  indexConflictRules,
  nothingHeld,
  type Standing,
} from '#core/engine/conflicts.ts';
import type { EscalationFacts } from '#core/engine/escalate.ts';
import type { ItemDraft } from '#core/engine/item-draft.ts';
import { joining } from '#core/engine/joining.ts';
import type { StandIns } from '#core/engine/open-stage.ts';
import { levelsNow, type ReconcileFacts } from '#core/engine/reconcile.ts';
import type { OutOfOffice, ReviewFacts } from '#core/engine/review-facts.ts';
import type { StartFacts } from '#core/engine/start-fulfillment.ts';
import type { ItemFacts, RequestAggregate } from '#core/engine/state.ts';
import { openEnd } from '#core/engine/temporary-access.ts';
import {
  accountKey,
  applicationOf,
  chainOf,
  entitlementOf,
  found,
  fulfillmentOf,
  itemsOf,
  namedAccount,
  ownersOf,
  personOf,
  standInOf,
  worksHere,
  type World,
} from './world.ts';

export function outOfOffice(world: World): OutOfOffice {
  const away = world.people.map((person) => person.id).filter((id) => chainOf(world, id).length > 0);
  return {
    standIns: new Map(
      away.flatMap((id) => {
        const standIn = standInOf(world, id);
        return standIn === null ? [] : [[id, standIn]];
      }),
    ),
    delegates: new Map(away.map((id) => [id, chainOf(world, id)])),
  };
}

export function standIns(world: World, { request }: RequestAggregate, item: RequestItem): StandIns {
  const { standIns: all, delegates } = outOfOffice(world);
  const concerned = [request.requesterId, item.beneficiaryId].flatMap((id) => delegates.get(id) ?? []);
  return { standIns: all, concernedDelegates: new Set(concerned) };
}

export function reviewFacts(world: World, drafts: readonly ItemDraft[]): ReviewFacts {
  const here = (people: readonly EmployeeId[]) => people.filter((id) => worksHere(world, id));
  return {
    ...outOfOffice(world),
    administrators: here(world.administrators),
    riskManagers: here(world.riskManagers),
    groups: new Map([...world.groups].map(([group, members]) => [group, here(members)])),
    absent: new Set(world.people.map(({ id }) => id).filter((id) => !worksHere(world, id))),
    policies: world.policies.filter((policy) => policy.state === 'active'),
    conflictRules: indexConflictRules(world.rules),
    asked: askedTogether(drafts),
  };
}

/** What the reviewers of a line are chosen from. */
export function reviewersOf(world: World, line: Pick<ItemDraft, 'beneficiaryId' | 'entitlementId'>) {
  const beneficiary = personOf(world, line.beneficiaryId);
  const entitlement = entitlementOf(world, line);
  const application = applicationOf(world, entitlement);
  return {
    beneficiary,
    entitlement,
    application,
    manager: worksHere(world, beneficiary.managerId) ? beneficiary.managerId : null,
    owners: ownersOf(application).filter((id) => worksHere(world, id)),
    businessOwner: worksHere(world, entitlement.businessOwnerId) ? entitlement.businessOwnerId : null,
  };
}

export function itemFacts(world: World, draft: ItemDraft): ItemFacts {
  return {
    ...reviewersOf(world, draft),
    standing: standingOf(world, draft.beneficiaryId),
    ...(accountKey(draft) === null ? ownFacts(world, draft) : serviceAccountFacts(world, draft)),
    ...(draft.extendsItemId === null || draft.extendsItemId === undefined ? {} : { prolongs: prolonged(world, draft) }),
  };
}

function ownFacts(world: World, draft: ItemDraft): Pick<ItemFacts, 'held' | 'joins' | 'pendingIn' | 'pendingAs'> {
  const open = openLines(world, draft).find((line) => line.beneficiaryId === draft.beneficiaryId) ?? null;
  return { held: holds(world, draft), ...joining(open, draft) };
}

/** What is held and asked for is asked of the account, whoever asks for it as theirs. */
function serviceAccountFacts(world: World, draft: ItemDraft) {
  const account = namedAccount(world, draft);
  const { applicationId } = entitlementOf(world, draft);
  const asked = itemsOf(world).find(
    ({ item }) =>
      item.applicationId === applicationId &&
      accountKey(item) === accountKey(draft) &&
      item.beneficiaryId !== draft.beneficiaryId &&
      isOpen(item),
  );
  const same = openLines(world, draft)[0] ?? null;
  return {
    held: holds(world, draft),
    ...joining(same?.action === draft.action && asked !== undefined ? null : same, draft),
    serviceAccount: {
      kind: 'service' as const,
      ownerId: account?.ownerId ?? asked?.item.beneficiaryId ?? null,
      ownerName: null,
    },
  };
}

function holds(world: World, draft: Pick<ItemDraft, 'beneficiaryId' | 'entitlementId' | 'serviceAccount'>): boolean {
  const account = accountKey(draft);
  return world.grants.some(
    (grant) =>
      grant.active &&
      grant.entitlementId === draft.entitlementId &&
      grant.serviceAccount === account &&
      (account !== null || grant.employeeId === draft.beneficiaryId),
  );
}

function standingOf(world: World, employeeId: EmployeeId): Standing {
  const mine = itemsOf(world).filter(
    ({ item }) => item.beneficiaryId === employeeId && isOpen(item) && item.action === 'GRANT',
  );
  return {
    held: new Set(
      world.grants.flatMap((grant) => (grant.active && grant.employeeId === employeeId ? [grant.entitlementId] : [])),
    ),
    pending: new Set(mine.map(({ item }) => item.entitlementId)),
  };
}

function isOpen({ state }: RequestItem): boolean {
  return ['inReview', 'approved'].includes(state);
}

/** About the same access of the same account, or of anybody's own. */
function openLines(world: World, draft: Pick<ItemDraft, 'entitlementId' | 'serviceAccount'>) {
  return itemsOf(world)
    .filter(
      ({ item }) =>
        item.entitlementId === draft.entitlementId && accountKey(item) === accountKey(draft) && isOpen(item),
    )
    .map(({ item, aggregate }) => ({ ...item, number: aggregate.request.number }));
}

function prolonged(world: World, draft: ItemDraft): NonNullable<ItemFacts['prolongs']> | null {
  const old = itemsOf(world).find(({ item }) => item.id === draft.extendsItemId);
  if (
    old === undefined ||
    old.item.action !== 'GRANT' ||
    old.item.beneficiaryId !== draft.beneficiaryId ||
    old.item.entitlementId !== draft.entitlementId ||
    accountKey(old.item) !== accountKey(draft)
  )
    return null;
  const end = old.aggregate.fulfillment.find((task) => task.itemId === old.item.id && task.cause === 'expiry');
  return { endsAt: end === undefined || openEnd(old.item, old.aggregate.fulfillment) === null ? null : end.dueAt };
}

/** What is known of the items in review, by the organisation of now. */
export function reconcileFacts(
  world: World,
  { items }: RequestAggregate,
): Omit<ReconcileFacts, 'now' | 'actor' | 'commandId' | 'nextId'> {
  const open = items.filter((item) => item.state === 'inReview');
  return {
    ...reviewFacts(world, open),
    items: new Map(open.map((item) => [item.id, itemFacts(world, item)])),
    left: leavers(world),
  };
}

/** Who may decide the items of a request, by the organisation of now. */
export function authorityNow(world: World, aggregate: RequestAggregate): AuthorityNow {
  const facts = { ...reviewFacts(world, []), left: leavers(world) };
  return {
    standIns: outOfOffice(world).standIns,
    levelsNow: (item) => levelsNow(item, aggregate.request.requesterId, itemFacts(world, item), facts),
  };
}

function leavers(world: World): ReadonlySet<EmployeeId> {
  return new Set(world.people.map(({ id }) => id).filter((id) => !worksHere(world, id)));
}

/** Whose manager is asked: that of whoever the task belongs to, also while somebody else holds it. */
export function escalationFacts(
  world: World,
  aggregate: RequestAggregate,
  item: RequestItem,
  ownerId: EmployeeId,
): Omit<EscalationFacts, 'now' | 'actor' | 'commandId' | 'nextId'> {
  const { managerId } = personOf(world, ownerId);
  return {
    settings: entitlementOf(world, item).reviewSettings ?? applicationOf(world, item).reviewSettings,
    ...standIns(world, aggregate, item),
    manager: worksHere(world, managerId) ? managerId : null,
    owners: ownersOf(applicationOf(world, item)).filter((id) => worksHere(world, id)),
    administrators: world.administrators.filter((id) => worksHere(world, id)),
  };
}

export function startFacts(
  world: World,
  task: FulfillmentTask,
): Omit<StartFacts, 'now' | 'actor' | 'commandId' | 'nextId'> {
  // What is under way may be there at any moment.
  const underWay = fulfillmentOf(world).filter(
    ({ row }) =>
      row.id !== task.id &&
      row.beneficiaryId === task.beneficiaryId &&
      row.cause === 'decision' &&
      row.effect === 'grant' &&
      ['running', 'waiting', 'byHand'].includes(row.state),
  );
  const standing = {
    pending: new Set(underWay.map(({ row }) => row.entitlementId)),
    held: new Set(
      world.grants.flatMap((grant) =>
        grant.active && grant.employeeId === task.beneficiaryId ? [grant.entitlementId] : [],
      ),
    ),
  };
  const rules = indexConflictRules(world.rules);
  const { item } = found(itemsOf(world).find(({ row }) => row.id === task.itemId));
  const account = namedAccount(world, item);
  return {
    option: applicationOf(world, task).fulfillment,
    beneficiaryWorksHere: worksHere(world, task.beneficiaryId),
    entitlementExists: entitlementOf(world, task).status === 'active',
    grantIs: task.cause === 'expiry' ? whoseGrant(world, task, item) : 'unknown',
    conflicts:
      task.effect === 'grant' ? findConflicts(task.entitlementId, rules, standing, nothingHeld.held).found : [],
    ...(account === undefined
      ? {}
      : { serviceAccount: { kind: 'service', ownerId: account.ownerId, ownerName: null, beneficiaryName: 'them' } }),
  };
}

function whoseGrant(world: World, task: FulfillmentTask, item: RequestItem): StartFacts['grantIs'] {
  const grants = world.grants.filter(
    (grant) =>
      grant.employeeId === task.beneficiaryId &&
      grant.entitlementId === task.entitlementId &&
      grant.serviceAccount === accountKey(item),
  );
  const active = grants.filter((grant) => grant.active);
  if (active.some((grant) => grant.itemId === task.itemId)) return 'mine';
  if (active.some((grant) => grant.itemId !== null)) return 'others';
  if (active.length > 0) return 'unknown';
  return grants.some((grant) => grant.itemId === task.itemId) ? 'ended' : 'unknown';
}

/** The item whose access a task is about to prolong, while its end can still be moved. */
export function prolongedBy(world: World, task: FulfillmentTask, item: RequestItem) {
  if (task.cause !== 'decision' || item.extendsItemId === null) return null;
  const old = itemsOf(world).find((candidate) => candidate.item.id === item.extendsItemId);
  const end = old === undefined ? null : openEnd(old.item, old.aggregate.fulfillment);
  if (old === undefined || end === null) return null;
  const held = world.grants.some((grant) => grant.active && grant.itemId === old.item.id);
  const due = old.aggregate.fulfillment.find((one) => one.itemId === old.item.id && one.cause === 'expiry');
  return { aggregate: old.aggregate, item: old.item, held: held && end !== 'byHand', endsAt: due?.dueAt ?? null };
}
