/**
 * What an empty answer is worth. A server that shows no members may have none, may keep them back, and may
 * answer a filter it does not know with nobody (200 and an empty list). So "not held" is believed only of a
 * server that was seen to show, or to find, somebody in the same way, or whose schema promises to show a user's list;
 * everything else stays unproved.
 */
import { randomUUID } from 'node:crypto';
import type { Failure } from '#core/connectors/connector.ts';
import { resourcePath } from './client.ts';
import type { ScimContext } from './context.ts';
import { attribute, isObject, textOf } from './json.ts';
import { listOf } from './paging.ts';
import { groupsEndpoint } from './entitlement-ids.ts';
import { filterValue, idOf, memberId, schemas } from './resources.ts';
import { declines, listAttributeOf } from './service.ts';
import { listName, readResource, valuesOf, type Slot } from './slots.ts';

/** How many resources are looked at one by one for a server's ways. */
const mostWitnesses = 10;

/**
 * For a slot whose resource shows no values at all.
 * @returns `held` or `absent` when that is proved, `unproved`, or the failure that kept it from being asked
 */
export async function provedAbsent(
  context: ScimContext,
  slot: Slot,
  signal: AbortSignal,
): Promise<'held' | 'absent' | 'unproved' | Failure> {
  if (context.seen.shown.has(listName(slot))) return 'absent';
  const own =
    slot.holder === 'account' ? await promised(context, slot, signal) : await ownGroups(context, slot, signal);
  if (own !== 'unproved') return own;
  const filtered = await byFilter(context, slot, signal);
  if (filtered !== 'unproved') return filtered;
  const witnessed = await showsSomebody(context, slot, signal);
  if (typeof witnessed === 'object') return witnessed;
  if (witnessed) return 'absent';
  if (slot.attribute !== 'members' || context.service.features?.filters === false) return 'unproved';
  const proven = await provenByOthers(context, slot, signal);
  if (typeof proven === 'object') return proven;
  return proven ? byFilter(context, slot, signal) : 'unproved';
}

/** Whether the server's schema says that users show the list (RFC 7643 section 2.2): then one without values has none. */
async function promised(
  context: ScimContext,
  { attribute: name }: Slot,
  signal: AbortSignal,
): Promise<'absent' | 'unproved' | Failure> {
  const list = await listAttributeOf(context, schemas.user, name, signal);
  if (list !== null && 'kind' in list) return list;
  return list?.returned === true ? 'absent' : 'unproved';
}

/** The user's own `groups` (RFC 7643 section 4.1.2): with this group among them, or with others and without it. */
async function ownGroups(
  context: ScimContext,
  { endpoint, value, id }: Slot,
  signal: AbortSignal,
): Promise<'held' | 'absent' | 'unproved' | Failure> {
  const path = resourcePath('/Users', value);
  if (path === null || endpoint !== groupsEndpoint) return 'unproved';
  const answer = await context.client.send({ method: 'GET', path }, signal);
  if (!answer.ok) {
    if (answer.status === 404) return someUserCanBeRead(context, signal);
    return answer.failure.kind === 'refused' ? 'unproved' : answer.failure;
  }
  const groups = answer.body === null ? undefined : attribute(answer.body, 'groups');
  if (!Array.isArray(groups) || groups.length === 0) return 'unproved';
  const direct = groups.filter(
    (entry) => !isObject(entry) || textOf(attribute(entry, 'type'))?.toLowerCase() !== 'indirect',
  );
  return direct.some((entry) => groupIdOf(entry) === id) ? 'held' : 'absent';
}

/** Who is not there holds nothing; but only a server that shows users by their id says so with 404. */
async function someUserCanBeRead(context: ScimContext, signal: AbortSignal): Promise<'absent' | 'unproved' | Failure> {
  const users = await context.client.send(
    { method: 'GET', path: '/Users', query: { startIndex: 1, count: 1 } },
    signal,
  );
  if (!users.ok) return users.failure.kind === 'refused' ? 'unproved' : users.failure;
  const [first] = listOf(users.body)?.resources ?? [];
  const path = first === undefined ? null : resourcePath('/Users', idOf(first) ?? '');
  if (path === null) return 'unproved';
  const answer = await context.client.send({ method: 'GET', path }, signal);
  if (answer.ok) return 'absent';
  return answer.failure.kind === 'refused' || answer.status === 404 ? 'unproved' : answer.failure;
}

function groupIdOf(entry: unknown): string | null {
  if (!isObject(entry)) return textOf(entry);
  return textOf(attribute(entry, 'value')) ?? memberId({ $ref: attribute(entry, '$ref') });
}

/**
 * Whether the resource is found by a filter for a value of its list. That it is found counts once a value that cannot be
 * there does not find it; that it is not found counts once the filter found somebody.
 */
async function byFilter(
  context: ScimContext,
  slot: Pick<Slot, 'endpoint' | 'attribute' | 'id' | 'value'>,
  signal: AbortSignal,
): Promise<'held' | 'absent' | 'unproved' | Failure> {
  if (await declines(context, 'filters', signal)) return 'unproved';
  const { endpoint, id, value } = slot;
  const believed = context.seen.filtered;
  const filterFor = (wanted: string): string =>
    `id eq ${filterValue(id)} and ${slot.attribute}.value eq ${filterValue(wanted)}`;
  const found = await finds(context, endpoint, filterFor(value), id, signal);
  if (found === null) return 'unproved';
  if (typeof found === 'object') return found;
  if (!found) return believed.has(listName(slot)) ? 'absent' : 'unproved';
  if (believed.has(listName(slot))) return 'held';
  const impossible = await finds(context, endpoint, filterFor(randomUUID()), id, signal);
  if (impossible !== false) return impossible === null || impossible === true ? 'unproved' : impossible;
  believed.add(listName(slot));
  return 'held';
}

/** Null: the server does not answer such a filter. */
async function finds(
  context: ScimContext,
  endpoint: string,
  filter: string,
  id: string,
  signal: AbortSignal,
): Promise<boolean | null | Failure> {
  const answer = await context.client.send(
    { method: 'GET', path: endpoint, query: { filter, startIndex: 1, count: 2 } },
    signal,
  );
  if (!answer.ok) return answer.failure.kind === 'refused' || answer.status === 404 ? null : answer.failure;
  const list = listOf(answer.body);
  return list === null ? null : list.resources.some((resource) => idOf(resource) === id);
}

/** Whether some other resource of the endpoint shows values when it is asked for alike: then one without has none. */
export async function showsSomebody(
  context: ScimContext,
  slot: Pick<Slot, 'endpoint' | 'attribute' | 'id' | 'holder'>,
  signal: AbortSignal,
): Promise<boolean | Failure> {
  const { endpoint, attribute: name, id } = slot;
  const answer = await context.client.send(
    { method: 'GET', path: endpoint, query: { startIndex: 1, count: context.pageSize } },
    signal,
  );
  if (!answer.ok) return answer.failure.kind === 'refused' || answer.status === 404 ? false : answer.failure;
  const listed = listOf(answer.body)?.resources ?? [];
  // Those that show values in the list first; where lists leave them out, the first ones have to do.
  const candidates = listed
    .toSorted((one, other) => valuesOf(other, name).size - valuesOf(one, name).size)
    .flatMap((resource) => idOf(resource) ?? [])
    .filter((candidate) => candidate !== id);
  for (const candidate of candidates.slice(0, mostWitnesses)) {
    const reading = await readResource(context, { ...slot, id: candidate }, signal);
    if (reading.kind === 'resource' && context.seen.shown.has(listName(slot))) return true;
    if (reading.kind === 'retryable' || reading.kind === 'needsPerson') return reading;
  }
  return false;
}

/** Whether the filter for a member finds somebody else in any group, and so does what it says. */
async function provenByOthers(
  context: ScimContext,
  { endpoint, attribute: name }: Pick<Slot, 'endpoint' | 'attribute'>,
  signal: AbortSignal,
): Promise<boolean | Failure> {
  const users = await context.client.send(
    { method: 'GET', path: '/Users', query: { startIndex: 1, count: mostWitnesses } },
    signal,
  );
  if (!users.ok) return users.failure.kind === 'refused' ? false : users.failure;
  const ids = (listOf(users.body)?.resources ?? []).flatMap((user) => idOf(user) ?? []).slice(0, mostWitnesses);
  for (const value of ids) {
    const filter = `members.value eq ${filterValue(value)}`;
    const answer = await context.client.send(
      { method: 'GET', path: endpoint, query: { filter, startIndex: 1, count: 2 } },
      signal,
    );
    if (!answer.ok) return answer.failure.kind === 'refused' || answer.status === 404 ? false : answer.failure;
    const [first] = listOf(answer.body)?.resources ?? [];
    const id = first === undefined ? null : idOf(first);
    if (id === null) continue;
    const found = await byFilter(context, { endpoint, attribute: name, id, value }, signal);
    return typeof found === 'object' ? found : found === 'held';
  }
  return false;
}
