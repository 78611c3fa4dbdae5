/**
 * Reading groups: the one question every write rests on is whether an account is a member now.
 */
import { randomUUID } from 'node:crypto';
import type { Failure, RemoteGrant } from '#core/connectors/connector.ts';
import { resourcePath, type ScimClient } from './client.ts';
import { retryable } from './faults.ts';
import { attribute, isObject, textOf, type JsonObject } from './json.ts';
import { listOf } from './paging.ts';
import { filterValue, idOf, memberIds, showsMembers } from './resources.ts';

/** What every part of the connector works with. */
export interface ScimContext {
  readonly client: ScimClient;
  readonly pageSize: number;
}

export interface GroupReading {
  readonly kind: 'group';
  readonly group: JsonObject;
  readonly status: number;
  /** The version to hold a replacement to (RFC 7644 section 3.14), where the server gives one. */
  readonly version: string | null;
}

export interface MembershipReading {
  readonly kind: 'membership';
  readonly held: boolean;
  readonly reading: GroupReading;
  /** Null when the server shows no members and had to be asked by filter. */
  readonly members: ReadonlySet<string> | null;
}

function groupMissing(id: string): Failure {
  return { kind: 'notFound', what: 'entitlement', message: `The application has no group with the id ${id}.` };
}

/** One group, with its members wherever the server is willing to show them. */
export async function readGroup(
  context: ScimContext,
  id: string,
  signal: AbortSignal,
): Promise<GroupReading | Failure> {
  const plain = await fetchGroup(context, id, false, signal);
  if (plain.kind !== 'group' || showsMembers(plain.group)) return plain;
  // No members at all: empty, or kept back until asked for by name (RFC 7644 section 3.9).
  const named = await fetchGroup(context, id, true, signal);
  if (named.kind === 'group')
    return showsMembers(named.group) ? { ...plain, group: { ...plain.group, ...named.group } } : plain;
  return named.kind === 'refused' ? plain : named;
}

async function fetchGroup(
  context: ScimContext,
  id: string,
  members: boolean,
  signal: AbortSignal,
): Promise<GroupReading | Failure> {
  const path = resourcePath('/Groups', id);
  if (path === null) return groupMissing(id);
  const answer = await context.client.send(
    { method: 'GET', path, ...(members ? { query: { attributes: 'displayName,members' } } : {}) },
    signal,
  );
  if (!answer.ok) return answer.status === 404 ? groupMissing(id) : answer.failure;
  if (answer.body === null || idOf(answer.body) !== id) {
    return retryable(`The server did not answer with the group ${id} (HTTP ${answer.status}).`);
  }
  const meta = attribute(answer.body, 'meta');
  const version = answer.entityTag ?? (isObject(meta) ? textOf(attribute(meta, 'version')) : null);
  return { kind: 'group', group: answer.body, status: answer.status, version };
}

/** Whether the account is a member of the group now. */
export async function readMembership(
  context: ScimContext,
  grant: RemoteGrant,
  signal: AbortSignal,
): Promise<MembershipReading | Failure> {
  const reading = await readGroup(context, grant.entitlementExternalId, signal);
  if (reading.kind !== 'group') return reading;
  if (showsMembers(reading.group)) {
    const members = memberIds(reading.group);
    return { kind: 'membership', held: members.has(grant.accountExternalId), reading, members };
  }
  const found = await foundByFilter(context, grant, signal);
  if (found === null) return { kind: 'membership', held: false, reading, members: new Set() };
  return typeof found === 'boolean'
    ? { kind: 'membership', held: found, reading, members: found ? null : new Set() }
    : found;
}

/**
 * For servers that never show members: is the group among those that have this member? One answer
 * proves nothing, since filters are ignored in part or as a whole; so the same is asked of a member that cannot
 * exist, and only a server that tells the two apart is believed. Null: it does not.
 */
async function foundByFilter(
  context: ScimContext,
  grant: RemoteGrant,
  signal: AbortSignal,
): Promise<boolean | null | Failure> {
  const wanted = await groupHasMember(context, grant.entitlementExternalId, grant.accountExternalId, signal);
  if (wanted !== true) return wanted;
  const impossible = await groupHasMember(context, grant.entitlementExternalId, randomUUID(), signal);
  if (typeof impossible !== 'boolean') return impossible;
  return impossible ? null : true;
}

async function groupHasMember(
  context: ScimContext,
  groupId: string,
  memberId: string,
  signal: AbortSignal,
): Promise<boolean | null | Failure> {
  const filter = `id eq ${filterValue(groupId)} and members.value eq ${filterValue(memberId)}`;
  const answer = await context.client.send(
    { method: 'GET', path: '/Groups', query: { filter, startIndex: 1, count: 2 } },
    signal,
  );
  if (!answer.ok) return answer.failure.kind === 'refused' || answer.status === 404 ? null : answer.failure;
  const list = listOf(answer.body);
  return list === null ? null : list.resources.some((group) => idOf(group) === groupId);
}
