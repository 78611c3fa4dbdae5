/**
 * Discovery: all users with their roles and entitlements, then all groups, then whatever else has members. The checkpoint
 * names the phase and the place in its list, so an interrupted discovery goes on where the last page ended.
 */
import { setImmediate as afterOthers } from 'node:timers/promises';
import {
  ConnectorFault,
  type DiscoveryPage,
  type RemoteEntitlement,
  type RemoteGrant,
} from '#core/connectors/connector.ts';
import type { ScimContext } from './context.ts';
import { listByCursor } from './cursor-paging.ts';
import { groupsEndpoint } from './entitlement-ids.ts';
import { countOf, isObject, textOf, type JsonObject } from './json.ts';
import { memberTypesOf, type MemberType } from './member-types.ts';
import { listResources, listStart, type ListedPage, type ListPosition } from './paging.ts';
import { showsSomebody } from './proofs.ts';
import { accountOf, entitlementOf, idOf } from './resources.ts';
import { featuresOf } from './service.ts';
import { listName, readResource, valuesOf, type Slot } from './slots.ts';
import { readUserValues } from './user-values.ts';

interface Place {
  /** `users`, or the endpoint of what has members; `groups` for those. */
  readonly phase: string;
  readonly position: ListPosition;
}

type List = (endpoint: string, from: ListPosition) => AsyncGenerator<ListedPage, void, void>;

/** @throws ConnectorFault when a page cannot be had. */
export async function* discover(
  context: ScimContext,
  checkpoint: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const features = await featuresOf(context, signal);
  if ('kind' in features) throw new ConnectorFault(features);
  const types = await memberTypesOf(context, signal);
  if ('kind' in types) throw new ConnectorFault(types);
  const phases = ['users', ...types.map(phaseOf)];
  const start = placeOf(checkpoint, phases);
  // A list that was begun by index is finished so.
  const list: List = (endpoint, from) =>
    (features.cursors && from.startIndex === 1 ? listByCursor : listResources)(
      context.client,
      endpoint,
      context.pageSize,
      from,
      signal,
    );
  if (start.phase === 'users') yield* users(context, list, start.position, signal);
  for (const [index, type] of types.entries()) {
    const phase = phaseOf(type);
    if (phases.indexOf(phase) < phases.indexOf(start.phase)) continue;
    const following = types[index + 1];
    const after = following === undefined ? null : checkpointOf(phaseOf(following), listStart);
    yield* withHolders(context, type, list, phase === start.phase ? start.position : listStart, after, signal);
  }
}

async function* users(
  context: ScimContext,
  list: List,
  from: ListPosition,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const values = await readUserValues(context, signal);
  for await (const page of list('/Users', from)) {
    const { entitlements, grants } = await values.of(page.resources);
    yield {
      accounts: page.resources.flatMap((user) => accountOf(user) ?? []),
      entitlements: page.next === null ? [...entitlements, ...values.unheld()] : entitlements,
      grants,
      checkpoint: page.next === null ? checkpointOf('groups', listStart) : checkpointOf('users', page.next),
    };
  }
}

/** @param after the checkpoint behind the last of them */
async function* withHolders(
  context: ScimContext,
  { endpoint, kind }: MemberType,
  list: List,
  from: ListPosition,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const members = { endpoint, attribute: 'members', holder: 'entitlement' } as const;
  // Asked once in a discovery: looking for one that shows somebody takes several requests.
  let whetherShown: boolean | null = null;
  for await (const page of list(endpoint, from)) {
    const entitlements: RemoteEntitlement[] = [];
    const grants: RemoteGrant[] = [];
    const empty: string[] = [];
    for (const listed of page.resources) {
      const resource = await withMembers(context, members, listed, signal);
      const entitlement = resource === null ? null : entitlementOf(resource, endpoint, kind);
      if (resource === null || entitlement === null) continue;
      entitlements.push(entitlement);
      const holders = valuesOf(resource, 'members');
      // A page may bring all members of a hundred groups: others are answered in between.
      await afterOthers();
      if (holders.size === 0) empty.push(entitlement.externalId);
      for (const accountExternalId of holders) {
        grants.push({ accountExternalId, entitlementExternalId: entitlement.externalId });
      }
    }
    if (empty.length > 0 && whetherShown !== true) whetherShown = await membersAreShown(context, members, signal);
    yield {
      accounts: [],
      entitlements,
      grants,
      ...(empty.length === 0 || whetherShown === true ? {} : { holdersUnknown: empty }),
      checkpoint: page.next === null ? after : checkpointOf(phaseOf({ endpoint }), page.next),
    };
  }
}

type Members = Pick<Slot, 'endpoint' | 'attribute' | 'holder'>;

/** Whether one without members means that nobody is in it. */
async function membersAreShown(context: ScimContext, members: Members, signal: AbortSignal): Promise<boolean> {
  if (context.seen.shown.has(listName(members))) return true;
  const shown = await showsSomebody(context, { ...members, id: '' }, signal);
  if (typeof shown === 'object') throw new ConnectorFault(shown);
  return shown;
}

/**
 * The group with its members. Servers may leave them out of lists, and a group that only seems
 * empty would take everybody's access off the books: so it is asked for by itself. Null: it is gone.
 */
async function withMembers(
  context: ScimContext,
  members: Members,
  listed: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const id = idOf(listed);
  if (id === null || valuesOf(listed, 'members').size > 0) return listed;
  const reading = await readResource(context, { ...members, id }, signal);
  if (reading.kind === 'resource') return { ...listed, ...reading.resource };
  if (reading.kind === 'notFound') return null;
  throw new ConnectorFault(reading);
}

function phaseOf({ endpoint }: Pick<MemberType, 'endpoint'>): string {
  return endpoint === groupsEndpoint ? 'groups' : endpoint;
}

function checkpointOf(phase: string, position: ListPosition): string {
  return JSON.stringify({ phase, ...position });
}

/** The place a checkpoint names. One that cannot be read starts from the beginning: slower, and never less complete. */
function placeOf(checkpoint: string | null, phases: readonly string[]): Place {
  const beginning: Place = { phase: 'users', position: listStart };
  let written: unknown;
  try {
    written = JSON.parse(checkpoint ?? 'null');
  } catch {
    return beginning;
  }
  if (!isObject(written)) return beginning;
  const phase = textOf(written['phase']);
  const startIndex = countOf(written['startIndex']);
  if (phase === null || !phases.includes(phase) || startIndex === null || startIndex < 1) return beginning;
  const [first, after, cursor] = [textOf(written['first']), textOf(written['after']), textOf(written['cursor'])];
  return { phase, position: { startIndex, total: countOf(written['total']), first, after, cursor } };
}
