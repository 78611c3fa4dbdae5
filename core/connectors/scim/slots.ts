/**
 * Where a grant is kept on the server: a value in a list of one resource. Membership is the account's id among
 * a group's `members` (RFC 7643 section 4.2); a role is its value among a user's `roles` (section 4.1.2).
 */
import type { Facts, Failure, RemoteGrant } from '#core/connectors/connector.ts';
import { retryable } from '../failures.ts';
import { resourcePath } from './client.ts';
import type { ScimContext } from './context.ts';
import { entitlementPlace, groupsEndpoint, userListOf, type UserList } from './entitlement-ids.ts';
import { attribute, isObject, textOf, type JsonObject } from './json.ts';
import { idOf, memberId } from './resources.ts';

export interface Slot {
  readonly endpoint: string;
  readonly id: string;
  readonly attribute: 'members' | UserList;
  readonly value: string;
  /** What is not there when the resource is not. */
  readonly holder: 'account' | 'entitlement';
  /** What one entry of the list is, for people. */
  readonly noun: 'member' | 'role' | 'entitlement';
  readonly grant: RemoteGrant;
}

export interface ResourceReading {
  readonly kind: 'resource';
  readonly resource: JsonObject;
  readonly status: number;
  /** The version to hold a replacement to (RFC 7644 section 3.14), where the server gives one. */
  readonly version: string | null;
}

export function slotOf(grant: RemoteGrant): Slot {
  const place = entitlementPlace(grant.entitlementExternalId);
  if (place.kind !== 'resource') {
    return {
      endpoint: '/Users',
      id: grant.accountExternalId,
      attribute: userListOf(place.kind),
      value: place.value,
      holder: 'account',
      noun: place.kind,
      grant,
    };
  }
  return {
    endpoint: place.endpoint,
    id: place.id,
    attribute: 'members',
    value: grant.accountExternalId,
    holder: 'entitlement',
    noun: 'member',
    grant,
  };
}

/** How a list is remembered by what the server was seen to do with it. */
export function listName({ endpoint, attribute: name }: Pick<Slot, 'endpoint' | 'attribute'>): string {
  return `${endpoint} ${name}`;
}

/** A resource with the values of one of its lists, wherever the server is willing to show them. */
export async function readResource(
  context: ScimContext,
  slot: Pick<Slot, 'endpoint' | 'id' | 'attribute' | 'holder'>,
  signal: AbortSignal,
): Promise<ResourceReading | Failure> {
  const { attribute: name } = slot;
  const plain = await fetchResource(context, slot, null, signal);
  if (plain.kind !== 'resource') return plain;
  if (valuesOf(plain.resource, name).size > 0) {
    context.seen.shown.add(listName(slot));
    return plain;
  }
  // None at all: there are none, or they are kept back until asked for by name (RFC 7644 section 3.9).
  const named = await fetchResource(context, slot, name, signal);
  if (named.kind !== 'resource') return named.kind === 'refused' ? plain : named;
  if (valuesOf(named.resource, name).size === 0) return plain;
  context.seen.shown.add(listName(slot));
  return { ...plain, resource: { ...plain.resource, ...named.resource } };
}

/** One resource as the server gives it. @param named a list to be asked for by name; null: whatever it gives */
export async function fetchResource(
  context: ScimContext,
  { endpoint, id, holder }: Pick<Slot, 'endpoint' | 'id' | 'holder'>,
  named: string | null,
  signal: AbortSignal,
): Promise<ResourceReading | Failure> {
  const path = resourcePath(endpoint, id);
  if (path === null) return missing(endpoint, id, holder);
  const answer = await context.client.send(
    { method: 'GET', path, ...(named === null ? {} : { query: { attributes: `displayName,${named}` } }) },
    signal,
  );
  if (!answer.ok) return answer.status === 404 ? missing(endpoint, id, holder) : answer.failure;
  if (answer.body === null || idOf(answer.body) !== id) {
    return retryable(`The server did not answer with ${endpoint}/${id} (HTTP ${answer.status}).`);
  }
  const meta = attribute(answer.body, 'meta');
  const version = answer.entityTag ?? (isObject(meta) ? textOf(attribute(meta, 'version')) : null);
  return { kind: 'resource', resource: answer.body, status: answer.status, version };
}

function missing(endpoint: string, id: string, what: Slot['holder']): Failure {
  return { kind: 'notFound', what, message: `The application has no ${nounOf(endpoint)} with the id ${id}.` };
}

/** What one resource of an endpoint is, for people: `/Groups` has groups. */
export function nounOf(endpoint: string): string {
  return endpoint.replace(/^\/|s$/g, '').toLowerCase();
}

/** The values of a list that the resource shows: ids of users for `members`, plain values for anything else. */
export function valuesOf(resource: JsonObject, name: Slot['attribute']): ReadonlySet<string> {
  return new Set(entriesOf(resource, name).flatMap((entry) => valueOf(entry, name) ?? []));
}

/** The entries of a list as the server wrote them. A single one may stand without its list. */
export function entriesOf(resource: JsonObject, name: Slot['attribute']): readonly unknown[] {
  const entries = attribute(resource, name);
  if (Array.isArray(entries)) return entries;
  return name === 'members' || entries === undefined ? [] : [entries];
}

/** What one entry of a list stands for, or null when it is nothing of ours. */
export function valueOf(entry: unknown, name: Slot['attribute']): string | null {
  if (name === 'members') return memberId(entry);
  return isObject(entry) ? textOf(attribute(entry, 'value')) : textOf(entry);
}

export function factsOf({ grant, endpoint, attribute: name, id, value }: Slot, status: number | null): Facts {
  return {
    ...(name === 'members'
      ? endpoint === groupsEndpoint
        ? { groupId: id }
        : { resource: `${endpoint}/${id}` }
      : { [name]: value }),
    accountId: grant.accountExternalId,
    ...(status === null ? {} : { httpStatus: String(status) }),
  };
}
