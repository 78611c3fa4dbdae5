/**
 * Discovery: all users, then all groups with their members. The checkpoint names the phase and the
 * place in its list, so an interrupted discovery goes on where the last page ended.
 */
import { ConnectorFault, type DiscoveryPage, type RemoteGrant } from '#core/connectors/connector.ts';
import { countOf, isObject, type JsonObject } from './json.ts';
import { readGroup, type ScimContext } from './groups.ts';
import { listResources, listStart, type ListPosition } from './paging.ts';
import { accountOf, entitlementOf, memberIds, showsMembers } from './resources.ts';

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
  if (start.phase === 'users') {
    for await (const page of listResources(context.client, '/Users', context.pageSize, start.position, signal)) {
      yield {
        accounts: page.resources.flatMap((user) => accountOf(user) ?? []),
        entitlements: [],
        grants: [],
        checkpoint: page.next === null ? checkpointOf('groups', listStart) : checkpointOf('users', page.next),
      };
    }
  }
  const from = start.phase === 'groups' ? start.position : listStart;
  for await (const page of listResources(context.client, '/Groups', context.pageSize, from, signal)) {
    const entitlements: DiscoveryPage['entitlements'][number][] = [];
    const grants: RemoteGrant[] = [];
    for (const listed of page.resources) {
      const group = await withMembers(context, listed, signal);
      const entitlement = group === null ? null : entitlementOf(group);
      if (group === null || entitlement === null) continue;
      entitlements.push(entitlement);
      for (const accountExternalId of memberIds(group)) {
        grants.push({ accountExternalId, entitlementExternalId: entitlement.externalId });
      }
    }
    yield {
      accounts: [],
      entitlements,
      grants,
      checkpoint: page.next === null ? null : checkpointOf('groups', page.next),
    };
  }
}

/**
 * The group with its members. Servers may leave them out of lists, and a group that only seems
 * empty would take everybody's access off the books: so it is asked for by itself. Null: it is gone.
 */
async function withMembers(context: ScimContext, listed: JsonObject, signal: AbortSignal): Promise<JsonObject | null> {
  const id = entitlementOf(listed)?.externalId;
  if (id === undefined || showsMembers(listed)) return listed;
  const reading = await readGroup(context, id, signal);
  if (reading.kind === 'group') return { ...listed, ...reading.group };
  if (reading.kind === 'notFound') return null;
  throw new ConnectorFault(reading);
}

function checkpointOf(phase: Phase, position: ListPosition): string {
  return JSON.stringify({ phase, startIndex: position.startIndex, total: position.total });
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
  return { phase, position: { startIndex, total: countOf(written['total']) } };
}
