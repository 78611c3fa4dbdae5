/**
 * Discovery: all users, then all groups with their members. The checkpoint names the phase and the
 * place in its list, so an interrupted discovery goes on where the last page ended.
 */
import { ConnectorFault, type DiscoveryPage, type RemoteGrant } from '#core/connectors/connector.ts';
import type { ScimContext } from './context.ts';
import { countOf, isObject, textOf, type JsonObject } from './json.ts';
import { listByCursor } from './cursor-paging.ts';
import { listResources, listStart, type ListPosition } from './paging.ts';
import { showsSomebody } from './proofs.ts';
import { accountOf, entitlementOf } from './resources.ts';
import { serviceOf } from './service.ts';
import { readResource, valuesOf } from './slots.ts';

type Phase = 'users' | 'groups';

interface Place {
  readonly phase: Phase;
  readonly position: ListPosition;
}

/** @throws ConnectorFault when a page cannot be had. */
export async function* discover(
  context: ScimContext,
  checkpoint: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const start = placeOf(checkpoint);
  const service = await serviceOf(context, signal);
  if ('kind' in service) throw new ConnectorFault(service);
  // A list that was begun by index is finished so.
  const list = (endpoint: string, from: ListPosition) =>
    (service.cursors && from.startIndex === 1 ? listByCursor : listResources)(
      context.client,
      endpoint,
      context.pageSize,
      from,
      signal,
    );
  if (start.phase === 'users') {
    for await (const page of list('/Users', start.position)) {
      yield {
        accounts: page.resources.flatMap((user) => accountOf(user) ?? []),
        entitlements: [],
        grants: [],
        checkpoint: page.next === null ? checkpointOf('groups', listStart) : checkpointOf('users', page.next),
      };
    }
  }
  const from = start.phase === 'groups' ? start.position : listStart;
  // Asked once in a discovery: looking for a group that shows somebody takes several requests.
  let whetherShown: boolean | null = null;
  for await (const page of list('/Groups', from)) {
    const entitlements: DiscoveryPage['entitlements'][number][] = [];
    const grants: RemoteGrant[] = [];
    const empty: string[] = [];
    for (const listed of page.resources) {
      const group = await withMembers(context, listed, signal);
      const entitlement = group === null ? null : entitlementOf(group);
      if (group === null || entitlement === null) continue;
      entitlements.push(entitlement);
      const members = valuesOf(group, 'members');
      if (members.size === 0) empty.push(entitlement.externalId);
      for (const accountExternalId of members) {
        grants.push({ accountExternalId, entitlementExternalId: entitlement.externalId });
      }
    }
    if (empty.length > 0 && whetherShown !== true) whetherShown = await membersAreShown(context, signal);
    yield {
      accounts: [],
      entitlements,
      grants,
      ...(empty.length === 0 || whetherShown === true ? {} : { holdersUnknown: empty }),
      checkpoint: page.next === null ? null : checkpointOf('groups', page.next),
    };
  }
}

/** Whether a group without members means that nobody is in it. */
async function membersAreShown(context: ScimContext, signal: AbortSignal): Promise<boolean> {
  if (context.seen.shown.has('/Groups members')) return true;
  const shown = await showsSomebody(
    context,
    { endpoint: '/Groups', attribute: 'members', id: '', holder: 'entitlement' },
    signal,
  );
  if (typeof shown === 'object') throw new ConnectorFault(shown);
  return shown;
}

/**
 * The group with its members. Servers may leave them out of lists, and a group that only seems
 * empty would take everybody's access off the books: so it is asked for by itself. Null: it is gone.
 */
async function withMembers(context: ScimContext, listed: JsonObject, signal: AbortSignal): Promise<JsonObject | null> {
  const id = entitlementOf(listed)?.externalId;
  if (id === undefined || valuesOf(listed, 'members').size > 0) return listed;
  const reading = await readResource(
    context,
    { endpoint: '/Groups', id, attribute: 'members', holder: 'entitlement' },
    signal,
  );
  if (reading.kind === 'resource') return { ...listed, ...reading.resource };
  if (reading.kind === 'notFound') return null;
  throw new ConnectorFault(reading);
}

function checkpointOf(phase: Phase, position: ListPosition): string {
  return JSON.stringify({ phase, ...position });
}

/** The place a checkpoint names. One that cannot be read starts from the beginning: slower, and never less complete. */
function placeOf(checkpoint: string | null): Place {
  const beginning: Place = { phase: 'users', position: listStart };
  let written: unknown;
  try {
    written = JSON.parse(checkpoint ?? 'null');
  } catch {
    return beginning;
  }
  if (!isObject(written)) return beginning;
  const { phase } = written;
  const startIndex = countOf(written['startIndex']);
  if ((phase !== 'users' && phase !== 'groups') || startIndex === null || startIndex < 1) return beginning;
  const [first, after, cursor] = [textOf(written['first']), textOf(written['after']), textOf(written['cursor'])];
  return { phase, position: { startIndex, total: countOf(written['total']), first, after, cursor } };
}
