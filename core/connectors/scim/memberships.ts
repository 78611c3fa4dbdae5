/**
 * Granting and revoking: a member is added to, or removed from, a group. Every write is preceded and
 * followed by a read, and only what the read shows is called done.
 */
import type { Facts, Failure, Outcome, RemoteGrant } from '#core/connectors/connector.ts';
import { resourcePath, type ScimFault, type ScimSuccess } from './client.ts';
import { needsPerson, retryable } from './faults.ts';
import { attribute, keyOf, type JsonObject } from './json.ts';
import { readMembership, type GroupReading, type MembershipReading, type ScimContext } from './groups.ts';
import { filterValue, memberId, patchMessage, type PatchOperation } from './resources.ts';

type Answer = ScimSuccess | ScimFault;

/** Makes the account a member of the group (RFC 7644 section 3.5.2.1). */
export async function grant(context: ScimContext, wanted: RemoteGrant, signal: AbortSignal): Promise<Outcome<void>> {
  const before = await readMembership(context, wanted, signal);
  if (before.kind !== 'membership') return before;
  if (before.held) return { kind: 'already', value: undefined, facts: factsOf(wanted, before.reading.status) };
  let answer = await patch(
    context,
    wanted,
    { op: 'add', path: 'members', value: [{ value: wanted.accountExternalId }] },
    signal,
  );
  // PATCH is optional (RFC 7644 section 3.5.2); a server without it says so by these. As for the version, see `revoke`.
  if (!answer.ok && (answer.status === 405 || answer.status === 501) && before.reading.version !== null) {
    answer = await replaceMembers(
      context,
      wanted,
      before.reading,
      (members) => [...members, { value: wanted.accountExternalId }],
      signal,
    );
  }
  // 500 is one of the answers to an unknown member, so it is looked into before it counts as passing.
  if (isFinal(answer) && answer.status !== 500) return answer.failure;
  const after = await readMembership(context, wanted, signal);
  if (after.kind !== 'membership') return after;
  if (after.held) return { kind: 'applied', value: undefined, facts: factsOf(wanted, answer.status) };
  if (answer.ok)
    return retryable(`The server accepted the new member (HTTP ${answer.status}), but does not show it yet.`);
  return (await accountMissing(context, wanted.accountExternalId, signal)) ?? answer.failure;
}

/**
 * Takes the account out of the group (RFC 7644 section 3.5.2.2). Servers that do not know the path
 * filter are asked in the two other ways there are.
 */
export async function revoke(context: ScimContext, unwanted: RemoteGrant, signal: AbortSignal): Promise<Outcome<void>> {
  const before = await readMembership(context, unwanted, signal);
  if (before.kind !== 'membership') return before;
  if (!before.held) return { kind: 'already', value: undefined, facts: factsOf(unwanted, before.reading.status) };

  const byFilter: PatchOperation = {
    op: 'remove',
    path: `members[value eq ${filterValue(unwanted.accountExternalId)}]`,
  };
  const first = await patch(context, unwanted, byFilter, signal);
  const afterFirst = await settle(context, unwanted, before, first, signal);
  if (afterFirst.kind !== 'membership') return afterFirst;

  // Only a server that refused the path filter is asked with a value: those that follow the RFC to the
  // letter take a bare remove of `members` as "all of them", whatever its value says.
  let last: Answer = first;
  let current = afterFirst;
  if (!first.ok && current.members !== null) {
    last = await patch(
      context,
      unwanted,
      { op: 'remove', path: 'members', value: [{ value: unwanted.accountExternalId }] },
      signal,
    );
    const afterSecond = await settle(context, unwanted, current, last, signal);
    if (afterSecond.kind !== 'membership') return afterSecond;
    current = afterSecond;
  }

  // Replacing the group writes every member anew, and could give back access that was removed since
  // it was read. The version prevents that; without one, a person has to do it.
  if (current.members !== null && current.reading.version !== null) {
    const without = (members: readonly unknown[]): readonly unknown[] =>
      members.filter((entry) => memberId(entry) !== unwanted.accountExternalId);
    last = await replaceMembers(context, unwanted, current.reading, without, signal);
    const afterThird = await settle(context, unwanted, current, last, signal);
    if (afterThird.kind !== 'membership') return afterThird;
  }
  if (first.ok || last.ok)
    return retryable(`The server accepted the removal (HTTP ${last.status}), but still shows the member.`);
  return needsPerson(
    `The server removes no single member from a group. Remove the member in the application. ${first.failure.message}`,
  );
}

/** Looks what a removal did: `applied` when the member is gone, a failure when nothing more can be done now, else what is there. */
async function settle(
  context: ScimContext,
  unwanted: RemoteGrant,
  before: MembershipReading,
  answer: Answer,
  signal: AbortSignal,
): Promise<Outcome<void> | MembershipReading> {
  if (isFinal(answer)) return answer.failure;
  const after = await readMembership(context, unwanted, signal);
  if (after.kind !== 'membership' || after.held) return after;
  // Others who are gone too may have been removed by somebody else at the same time, or by a server that
  // emptied the group. Giving access back is not for a connector to decide; saying so is.
  const others = [...(before.members ?? [])].filter(
    (id) => id !== unwanted.accountExternalId && after.members?.has(id) === false,
  );
  const facts = factsOf(unwanted, answer.status);
  return {
    kind: 'applied',
    value: undefined,
    facts:
      others.length === 0
        ? facts
        : { ...facts, otherMembersGone: `${others.length}: ${others.slice(0, 20).join(', ')}` },
  };
}

async function patch(
  context: ScimContext,
  target: RemoteGrant,
  operation: PatchOperation,
  signal: AbortSignal,
): Promise<Answer> {
  return context.client.send({ method: 'PATCH', path: groupPath(target), body: patchMessage(operation) }, signal);
}

/** Replaces the group (RFC 7644 section 3.5.1), held to the version that was read where the server has versions. */
async function replaceMembers(
  context: ScimContext,
  target: RemoteGrant,
  reading: GroupReading,
  change: (members: readonly unknown[]) => readonly unknown[],
  signal: AbortSignal,
): Promise<Answer> {
  const members = attribute(reading.group, 'members');
  const group: Record<string, unknown> = { ...reading.group };
  const meta = keyOf(group, 'meta');
  if (meta !== null) delete group[meta];
  group[keyOf(group, 'members') ?? 'members'] = change(Array.isArray(members) ? members : []);
  const body: JsonObject = group;
  return context.client.send({ method: 'PUT', path: groupPath(target), body, ifMatch: reading.version }, signal);
}

/** Only called for groups that were read, so their ids make a path. */
function groupPath(target: RemoteGrant): string {
  const path = resourcePath('/Groups', target.entitlementExternalId);
  if (path === null) throw new Error(`No path for the group id ${JSON.stringify(target.entitlementExternalId)}`);
  return path;
}

/** A fault that nothing further can be learned from: credential, network, rate limit, a server in trouble. */
function isFinal(answer: Answer): answer is ScimFault {
  return !answer.ok && answer.failure.kind !== 'refused' && answer.status !== 404;
}

/** Servers answer an unknown member with 400, 404 or 500: only asking for the account tells. */
async function accountMissing(context: ScimContext, id: string, signal: AbortSignal): Promise<Failure | null> {
  const path = resourcePath('/Users', id);
  const answer = path === null ? null : await context.client.send({ method: 'GET', path }, signal);
  if (answer !== null && (answer.ok || answer.status !== 404)) return null;
  return { kind: 'notFound', what: 'account', message: `The application has no user with the id ${id}.` };
}

function factsOf(target: RemoteGrant, status: number | null): Facts {
  return {
    groupId: target.entitlementExternalId,
    accountId: target.accountExternalId,
    ...(status === null ? {} : { httpStatus: String(status) }),
  };
}
