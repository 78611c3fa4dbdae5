/**
 * Granting and revoking: a value is added to, or removed from, a list of one resource. Every write is preceded and
 * followed by a read, and only what the read proves is called done.
 */
import type { Failure, Outcome, RemoteGrant } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { resourcePath, type ScimFault, type ScimSuccess } from './client.ts';
import type { ScimContext } from './context.ts';
import { readSlot, type SlotReading } from './holdings.ts';
import { attribute, keyOf, type JsonObject } from './json.ts';
import { filterValue, patchMessage, type PatchOperation } from './resources.ts';
import { factsOf, slotOf, valueOf, type ResourceReading, type Slot } from './slots.ts';

type Answer = ScimSuccess | ScimFault;

/** Makes the account a member of the group (RFC 7644 section 3.5.2.1). */
export async function grant(context: ScimContext, wanted: RemoteGrant, signal: AbortSignal): Promise<Outcome<void>> {
  const slot = slotOf(wanted);
  const before = await readSlot(context, slot, signal);
  if (!isReading(before)) return before;
  if (before.kind === 'read' && before.held)
    return { kind: 'already', value: undefined, facts: factsOf(wanted, before.reading.status) };
  let answer = await patch(context, slot, { op: 'add', path: slot.attribute, value: [{ value: slot.value }] }, signal);
  // PATCH is optional (RFC 7644 section 3.5.2); a server without it says so by these. As for the version, see `revoke`.
  if (
    !answer.ok &&
    (answer.status === 405 || answer.status === 501) &&
    // Members that are kept back would all be lost.
    before.values !== null &&
    before.reading.version !== null
  ) {
    answer = await replaceValues(context, slot, before.reading, (values) => [...values, { value: slot.value }], signal);
  }
  // 500 is one of the answers to an unknown member, so it is looked into before it counts as passing.
  if (isFinal(answer) && answer.status !== 500) return answer.failure;
  const after = await readSlot(context, slot, signal);
  if (!isReading(after)) return after;
  if (after.kind === 'read' && after.held)
    return { kind: 'applied', value: undefined, facts: factsOf(wanted, answer.status) };
  if (answer.ok && after.kind === 'unproved') {
    return needsPerson(
      `The server accepted the new member (HTTP ${answer.status}), but ${showsNobody} Look in the application whether it is there.`,
    );
  }
  if (answer.ok)
    return retryable(`The server accepted the new member (HTTP ${answer.status}), but does not show it yet.`);
  return (await accountMissing(context, wanted.accountExternalId, signal)) ?? answer.failure;
}

/**
 * Takes the account out of the group (RFC 7644 section 3.5.2.2). Servers that do not know the path
 * filter are asked in the two other ways there are.
 */
export async function revoke(context: ScimContext, unwanted: RemoteGrant, signal: AbortSignal): Promise<Outcome<void>> {
  const slot = slotOf(unwanted);
  const before = await readSlot(context, slot, signal);
  if (!isReading(before)) return before;
  if (before.kind === 'read' && !before.held)
    return { kind: 'already', value: undefined, facts: factsOf(unwanted, before.reading.status) };

  // Sent also where nobody can tell whether it is held: it takes away this one member or does nothing.
  const byFilter: PatchOperation = {
    op: 'remove',
    path: `${slot.attribute}[value eq ${filterValue(slot.value)}]`,
  };
  const first = await patch(context, slot, byFilter, signal);
  const afterFirst = await settle(context, slot, before, first, signal);
  if (!isReading(afterFirst)) return afterFirst;

  // Only a server that refused the path filter is asked with a value: those that follow the RFC to the
  // letter take a bare remove of `members` as "all of them", whatever its value says.
  let last: Answer = first;
  let current = afterFirst;
  if (!first.ok && current.values !== null) {
    last = await patch(context, slot, { op: 'remove', path: slot.attribute, value: [{ value: slot.value }] }, signal);
    const afterSecond = await settle(context, slot, current, last, signal);
    if (!isReading(afterSecond)) return afterSecond;
    current = afterSecond;
  }

  // Replacing the group writes every member anew, and could give back access that was removed since
  // it was read. The version prevents that; without one, a person has to do it.
  if (current.values !== null && current.reading.version !== null) {
    const without = (values: readonly unknown[]): readonly unknown[] =>
      values.filter((entry) => valueOf(entry, slot.attribute) !== slot.value);
    last = await replaceValues(context, slot, current.reading, without, signal);
    const afterThird = await settle(context, slot, current, last, signal);
    if (!isReading(afterThird)) return afterThird;
    current = afterThird;
  }
  if (current.kind === 'unproved') {
    const answered = first.ok ? `accepted the removal (HTTP ${first.status})` : 'refused the removal';
    return needsPerson(
      `The server ${answered}, but ${showsNobody} Look in the application, and remove the member there if it is still in the group.${first.ok ? '' : ` ${first.failure.message}`}`,
    );
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
  slot: Slot,
  before: SlotReading,
  answer: Answer,
  signal: AbortSignal,
): Promise<Outcome<void> | SlotReading> {
  if (isFinal(answer)) return answer.failure;
  const after = await readSlot(context, slot, signal);
  if (!isReading(after) || after.kind === 'unproved' || after.held) return after;
  // Others who are gone too may have been removed by somebody else at the same time, or by a server that
  // emptied the group. Giving access back is not for a connector to decide; saying so is.
  const others = [...(before.values ?? [])].filter((id) => id !== slot.value && after.values?.has(id) === false);
  const facts = factsOf(slot.grant, answer.status);
  return {
    kind: 'applied',
    value: undefined,
    facts:
      others.length === 0
        ? facts
        : { ...facts, otherMembersGone: `${others.length}: ${others.slice(0, 20).join(', ')}` },
  };
}

const showsNobody =
  'it shows no members of any group, and answers no other question from which one could tell who is in it.';

function isReading<Other extends Outcome<void> | Failure>(answer: Other | SlotReading): answer is SlotReading {
  return answer.kind === 'read' || answer.kind === 'unproved';
}

/** What a question gets whose answer cannot be proved. */
export function unproved(): Failure {
  return needsPerson(`The server answers, but ${showsNobody} Look in the application.`);
}

async function patch(
  context: ScimContext,
  slot: Slot,
  operation: PatchOperation,
  signal: AbortSignal,
): Promise<Answer> {
  return context.client.send({ method: 'PATCH', path: pathOf(slot), body: patchMessage(operation) }, signal);
}

/** Replaces the resource (RFC 7644 section 3.5.1), held to the version that was read where the server has versions. */
async function replaceValues(
  context: ScimContext,
  slot: Slot,
  reading: ResourceReading,
  change: (values: readonly unknown[]) => readonly unknown[],
  signal: AbortSignal,
): Promise<Answer> {
  const values = attribute(reading.resource, slot.attribute);
  const resource: Record<string, unknown> = { ...reading.resource };
  const meta = keyOf(resource, 'meta');
  if (meta !== null) delete resource[meta];
  resource[keyOf(resource, slot.attribute) ?? slot.attribute] = change(Array.isArray(values) ? values : []);
  const body: JsonObject = resource;
  return context.client.send({ method: 'PUT', path: pathOf(slot), body, ifMatch: reading.version }, signal);
}

/** Only called for resources that were read, so their ids make a path. */
function pathOf({ endpoint, id }: Slot): string {
  const path = resourcePath(endpoint, id);
  if (path === null) throw new Error(`No path for the id ${JSON.stringify(id)}`);
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
