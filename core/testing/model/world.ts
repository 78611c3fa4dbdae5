/**
 * A small organisation with everything in it that the engine is told of, as one immutable value. Tests make from it
 * what the commands' loaders make from a database, in words of their own: nothing here asks the code under test.
 */
import type { ConflictRule } from '#core/domain/conflict-rule.ts';
import type { Delegation } from '#core/domain/delegation.ts';
import type { Application, Employee, Entitlement } from '#core/domain/directory.ts';
import type {
  ApplicationId,
  Branded,
  CommandId,
  EmployeeId,
  EntitlementId,
  RequestItemId,
  ReviewerGroupId,
} from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Policy } from '#core/domain/policy.ts';
import type { FulfillmentTask, RequestItem, ReviewMessage, ReviewTask } from '#core/domain/request.ts';
import type { Circumstances, RequestAggregate } from '#core/engine/state.ts';

export interface World {
  readonly now: Instant;
  readonly people: readonly Employee[];
  readonly administrators: readonly EmployeeId[];
  readonly riskManagers: readonly EmployeeId[];
  readonly groups: ReadonlyMap<ReviewerGroupId, readonly EmployeeId[]>;
  readonly applications: readonly Application[];
  readonly entitlements: readonly Entitlement[];
  readonly policies: readonly Policy[];
  readonly rules: readonly ConflictRule[];
  readonly delegations: readonly Delegation[];
  readonly serviceAccounts: readonly ServiceAccount[];
  readonly grants: readonly HeldGrant[];
  readonly requests: readonly RequestAggregate[];
  readonly questions: readonly ReviewMessage[];
  /** How many ids were given out. */
  readonly ids: number;
}

/** A service's login that exists in an application already. */
export interface ServiceAccount {
  readonly applicationId: ApplicationId;
  /** In lower case, as which it is one. */
  readonly name: string;
  readonly ownerId: EmployeeId | null;
}

export interface HeldGrant {
  /** Of a service account: who owns it. */
  readonly employeeId: EmployeeId;
  /** The name of the service account that holds it, in lower case; null: the person's own does. */
  readonly serviceAccount: string | null;
  readonly entitlementId: EntitlementId;
  /** The item that explains it; null: a discovery saw it. */
  readonly itemId: RequestItemId | null;
  readonly active: boolean;
}

/** Circumstances whose ids go on from those of the world, and how many were given out by the end. */
export function circumstancesIn(
  world: World,
  actorId: EmployeeId | null,
): { readonly told: Circumstances; readonly used: () => number } {
  let ids = world.ids + 1;
  return {
    told: {
      now: world.now,
      actor: actorId === null ? { kind: 'system', part: 'reviews' } : { kind: 'employee', employeeId: actorId },
      commandId: `command-${String(world.ids).padStart(6, '0')}` as CommandId,
      nextId: <Id extends Branded<string>>() => `id-${String((ids += 1)).padStart(6, '0')}` as Id,
    },
    used: () => ids,
  };
}

export function worksHere(world: World, id: EmployeeId | null | undefined): boolean {
  return world.people.some((person) => person.id === id && person.status === 'active');
}

export function personOf(world: World, id: EmployeeId): Employee {
  return found(world.people.find((person) => person.id === id));
}

export function applicationOf(world: World, item: Pick<RequestItem, 'applicationId'>): Application {
  return found(world.applications.find((one) => one.id === item.applicationId));
}

export function entitlementOf(world: World, item: Pick<RequestItem, 'entitlementId'>): Entitlement {
  return found(world.entitlements.find((one) => one.id === item.entitlementId));
}

export function ownersOf(application: Application): readonly EmployeeId[] {
  const { primaryOwnerId, secondaryOwnerIds } = application;
  return primaryOwnerId === null ? secondaryOwnerIds : [primaryOwnerId, ...secondaryOwnerIds];
}

/** One of a list by a number, however large; undefined: the list is empty. */
export function pick<Value>(list: readonly Value[], index: number): Value | undefined {
  return list.length === 0 ? undefined : list[index % list.length];
}

export function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The model names something that is not there');
  return value;
}

/** Everybody along the chain of whoever is away, by the delegations that are active. */
export function chainOf(world: World, id: EmployeeId): readonly EmployeeId[] {
  const chain: EmployeeId[] = [];
  let current = delegateOf(world, id);
  while (current !== null && current !== id && !chain.includes(current)) {
    chain.push(current);
    current = delegateOf(world, current);
  }
  return chain;
}

/** Whoever decides for somebody who is away; null: they are here, or the chain leads back. */
export function standInOf(world: World, id: EmployeeId): EmployeeId | null {
  const chain = chainOf(world, id);
  const last = chain.at(-1);
  return last === undefined || delegateOf(world, last) !== null ? null : last;
}

function delegateOf(world: World, id: EmployeeId): EmployeeId | null {
  const active = world.delegations.filter(
    (one) => one.state === 'active' && one.delegatorId === id && worksHere(world, one.delegateId),
  );
  return (
    active
      .toSorted((a, b) => (a.startsAt === b.startsAt ? compare(a.id, b.id) : compare(a.startsAt, b.startsAt)))
      .at(-1)?.delegateId ?? null
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Two lines, or a line and what is held, are about the same account when this is the same. */
export function accountKey(line: { readonly serviceAccount?: string | null }): string | null {
  return line.serviceAccount?.toLowerCase() ?? null;
}

/** The account that a line names, as far as it exists. */
export function namedAccount(
  world: World,
  line: Pick<RequestItem, 'entitlementId'> & { readonly serviceAccount?: string | null },
): ServiceAccount | undefined {
  const { applicationId } = entitlementOf(world, line);
  return world.serviceAccounts.find((one) => one.applicationId === applicationId && one.name === accountKey(line));
}

/** Whoever asked for an item or receives it, and everybody who stands in for them now. */
export function concernedIn(
  world: World,
  request: RequestAggregate['request'],
  item: Pick<RequestItem, 'beneficiaryId'>,
): ReadonlySet<EmployeeId> {
  const both = [request.requesterId, item.beneficiaryId];
  return new Set([...both, ...both.flatMap((id) => chainOf(world, id))]);
}

export interface Located<Row> {
  readonly aggregate: RequestAggregate;
  readonly item: RequestItem;
  readonly row: Row;
}

export function itemsOf(world: World): readonly Located<RequestItem>[] {
  return world.requests.flatMap((aggregate) => aggregate.items.map((item) => ({ aggregate, item, row: item })));
}

export function tasksOf(world: World): readonly Located<ReviewTask>[] {
  return world.requests.flatMap((aggregate) => located(aggregate, aggregate.tasks));
}

export function fulfillmentOf(world: World): readonly Located<FulfillmentTask>[] {
  return world.requests.flatMap((aggregate) => located(aggregate, aggregate.fulfillment));
}

function located<Row extends { readonly itemId: RequestItemId }>(
  aggregate: RequestAggregate,
  rows: readonly Row[],
): readonly Located<Row>[] {
  return rows.map((row) => ({ aggregate, row, item: found(aggregate.items.find((item) => item.id === row.itemId)) }));
}
