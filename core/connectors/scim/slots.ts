/**
 * Where a grant is kept on the server: a value in a list of one resource. Membership is the account's id among
 * a group's `members` (RFC 7643 section 4.2); a role is its value among a user's `roles` (section 4.1.2).
 */
import type { Facts, Failure, RemoteGrant } from '#core/connectors/connector.ts';
import { retryable } from '../failures.ts';
import { resourcePath } from './client.ts';
import type { ScimContext } from './context.ts';
import { attribute, isObject, textOf, type JsonObject } from './json.ts';
import { idOf, memberId } from './resources.ts';

export interface Slot {
  readonly endpoint: string;
  readonly id: string;
  readonly attribute: 'members';
  readonly value: string;
  /** What is not there when the resource is not. */
  readonly holder: 'account' | 'entitlement';
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
  return {
    endpoint: '/Groups',
    id: grant.entitlementExternalId,
    attribute: 'members',
    value: grant.accountExternalId,
    holder: 'entitlement',
    grant,
  };
}

/** A resource with the values of one of its lists, wherever the server is willing to show them. */
export async function readResource(
  context: ScimContext,
  { endpoint, id, attribute: name, holder }: Pick<Slot, 'endpoint' | 'id' | 'attribute' | 'holder'>,
  signal: AbortSignal,
): Promise<ResourceReading | Failure> {
  const place = { endpoint, id, holder };
  const plain = await fetchResource(context, place, null, signal);
  if (plain.kind !== 'resource') return plain;
  if (valuesOf(plain.resource, name).size > 0) {
    context.seen.shown.add(`${endpoint} ${name}`);
    return plain;
  }
  // None at all: there are none, or they are kept back until asked for by name (RFC 7644 section 3.9).
  const named = await fetchResource(context, place, name, signal);
  if (named.kind !== 'resource') return named.kind === 'refused' ? plain : named;
  if (valuesOf(named.resource, name).size === 0) return plain;
  context.seen.shown.add(`${endpoint} ${name}`);
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
  const kind = endpoint.replace(/^\/|s$/g, '').toLowerCase();
  return { kind: 'notFound', what, message: `The application has no ${kind} with the id ${id}.` };
}

/** The values of a list that the resource shows: ids of users for `members`, plain values for anything else. */
export function valuesOf(resource: JsonObject, name: string): ReadonlySet<string> {
  const entries = attribute(resource, name);
  if (!Array.isArray(entries)) return new Set();
  return new Set(entries.flatMap((entry) => valueOf(entry, name) ?? []));
}

/** What one entry of a list stands for, or null when it is nothing of ours. */
export function valueOf(entry: unknown, _name: string): string | null {
  return memberId(entry);
}

export function factsOf({ accountExternalId, entitlementExternalId }: RemoteGrant, status: number | null): Facts {
  return {
    groupId: entitlementExternalId,
    accountId: accountExternalId,
    ...(status === null ? {} : { httpStatus: String(status) }),
  };
}
