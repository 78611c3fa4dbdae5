/**
 * Granting and revoking: a value is added to, or removed from, a list of one resource. Every write is preceded and
 * followed by a read, and only what the read proves is called done.
 */
import type { Failure, Outcome, RemoteGrant } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { resourcePath, type ScimFault, type ScimSuccess } from './client.ts';
import type { ScimContext } from './context.ts';
import { readSlot, type SlotReading } from './holdings.ts';
import { keyOf, without } from './json.ts';
import { filterValue, patchMessage, readOnlyAttributes, schemas, type PatchOperation } from './resources.ts';
import { declines, listAttributeOf } from './service.ts';
import { entriesOf, factsOf, nounOf, slotOf, valueOf, type ResourceReading, type Slot } from './slots.ts';

type Answer = ScimSuccess | ScimFault;

/** Adds the account to the group's members, or the role to the user's (RFC 7644 section 3.5.2.1). */
export async function grant(context: ScimContext, wanted: RemoteGrant, signal: AbortSignal): Promise<Outcome<void>> {
  const slot = slotOf(wanted);
  const before = await readSlot(context, slot, signal);
  if (!isReading(before)) return before;
  if (before.kind === 'read' && before.held)
    return { kind: 'already', value: undefined, facts: factsOf(slot, before.reading.status) };
  const entry = await entryFor(context, slot, before.reading, signal);
  const add = (values: readonly unknown[]): readonly unknown[] => [...values, entry];
  let answer: Answer;
  if (isReplaceable(before) && (await declines(context, 'patches', signal))) {
    answer = await replaceValues(context, slot, before.reading, add, signal);
  } else {
    answer = await patch(context, slot, { op: 'add', path: slot.attribute, value: [entry] }, signal);
    // PATCH is optional (RFC 7644 section 3.5.2); a server without it says so by these, whatever it says of itself.
    if (!answer.ok && (answer.status === 405 || answer.status === 501) && isReplaceable(before)) {
      answer = await replaceValues(context, slot, before.reading, add, signal);
    }
  }
  // 500 is one of the answers to an unknown member, so it is looked into before it counts as passing.
  if (isFinal(answer) && answer.status !== 500) return answer.failure;
  const after = await readSlot(context, slot, signal);
  if (!isReading(after)) return after;
  if (after.kind === 'read' && after.held)
    return { kind: 'applied', value: undefined, facts: factsOf(slot, answer.status) };
  if (answer.ok && after.kind === 'unproved') {
    return needsPerson(
      `The server accepted the new ${slot.noun} (HTTP ${answer.status}), but ${showsNothing(slot)} Look in the application whether it is there.`,
    );
  }
  if (answer.ok)
    return retryable(`The server accepted the new ${slot.noun} (HTTP ${answer.status}), but does not show it yet.`);
  return (await accountMissing(context, wanted.accountExternalId, signal)) ?? answer.failure;
}

/**
 * Takes the account out of the group, or the role from the user (RFC 7644 section 3.5.2.2). Servers that do not know the
 * path filter are asked in the other ways there are.
 */
export async function revoke(context: ScimContext, unwanted: RemoteGrant, signal: AbortSignal): Promise<Outcome<void>> {
  const slot = slotOf(unwanted);
  const before = await readSlot(context, slot, signal);
  if (!isReading(before)) return before;
  if (before.kind === 'read' && !before.held)
    return { kind: 'already', value: undefined, facts: factsOf(slot, before.reading.status) };

  let first: Answer | null = null;
  let last: Answer | null = null;
  let current = before;
  if (!isReplaceable(before) || !(await declines(context, 'patches', signal))) {
    // Sent also where nobody can tell whether it is held: it takes away this one value or does nothing.
    const byFilter: PatchOperation = {
      op: 'remove',
      path: `${slot.attribute}[value eq ${filterValue(slot.value)}]`,
    };
    first = await patch(context, slot, byFilter, signal);
    last = first;
    const afterFirst = await settle(context, slot, before, first, signal);
    if (!isReading(afterFirst)) return afterFirst;
    current = afterFirst;

    // Only a server that refused the path filter is asked with a value: those that follow the RFC to the
    // letter take a bare remove of `members` as "all of them", whatever its value says. A user's roles are not put at
    // that risk: few servers keep them, and fewer in a way of their own.
    if (!first.ok && current.values !== null && slot.attribute === 'members') {
      last = await patch(context, slot, { op: 'remove', path: slot.attribute, value: [{ value: slot.value }] }, signal);
      const afterSecond = await settle(context, slot, current, last, signal);
      if (!isReading(afterSecond)) return afterSecond;
      current = afterSecond;
    }
  }

  if (isReplaceable(current)) {
    const others = (values: readonly unknown[]): readonly unknown[] =>
      values.filter((entry) => valueOf(entry, slot.attribute) !== slot.value);
    last = await replaceValues(context, slot, current.reading, others, signal);
    first ??= last;
    const afterThird = await settle(context, slot, current, last, signal);
    if (!isReading(afterThird)) return afterThird;
    current = afterThird;
  }
  return notTaken(slot, current, first, last);
}

/** What a removal came to that did not take the value away, or did not show that it has. */
function notTaken(slot: Slot, current: SlotReading, first: Answer | null, last: Answer | null): Failure {
  const refusal = first === null || first.ok ? '' : ` ${first.failure.message}`;
  if (current.kind === 'unproved') {
    const answered = first?.ok === true ? `accepted the removal (HTTP ${first.status})` : 'refused the removal';
    return needsPerson(
      `The server ${answered}, but ${showsNothing(slot)} Look in the application, and remove the ${slot.noun} there if it is still in place.${refusal}`,
    );
  }
  if (first?.ok === true || last?.ok === true)
    return retryable(`The server accepted the removal (HTTP ${last?.status}), but still shows the ${slot.noun}.`);
  const from = slot.attribute === 'members' ? `a ${nounOf(slot.endpoint)}` : 'a user';
  return needsPerson(
    `The server removes no single ${slot.noun} from ${from}. Remove the ${slot.noun} in the application.${refusal}`,
  );
}

/** Looks what a removal did: `applied` when the value is gone, a failure when nothing more can be done now, else what is there. */
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
  const facts = factsOf(slot, answer.status);
  const name = slot.attribute === 'members' ? 'otherMembersGone' : 'otherValuesGone';
  return {
    kind: 'applied',
    value: undefined,
    facts: others.length === 0 ? facts : { ...facts, [name]: `${others.length}: ${others.slice(0, 20).join(', ')}` },
  };
}

function showsNothing({ attribute: name }: Slot): string {
  const [what, whose] = name === 'members' ? ['members', 'any group'] : [name, 'any user'];
  return `it shows no ${what} of ${whose}, and answers no other question from which one could tell who has what.`;
}

function isReading<Other extends Outcome<void> | Failure>(answer: Other | SlotReading): answer is SlotReading {
  return answer.kind === 'read' || answer.kind === 'unproved';
}

/** What a question gets whose answer cannot be proved. */
export function unproved(slot: Slot): Failure {
  return needsPerson(`The server answers, but ${showsNothing(slot)} Look in the application.`);
}

/** What is added to the list: an object with a value, or the value alone where the server's own are that. */
async function entryFor(
  context: ScimContext,
  slot: Slot,
  { resource }: ResourceReading,
  signal: AbortSignal,
): Promise<unknown> {
  const asObject = { value: slot.value };
  if (slot.attribute === 'members') return asObject;
  const [shown] = entriesOf(resource, slot.attribute);
  if (shown !== undefined) return typeof shown === 'string' ? slot.value : asObject;
  const said = await listAttributeOf(context, schemas.user, slot.attribute, signal);
  return said !== null && !('kind' in said) && said.plain ? slot.value : asObject;
}

async function patch(
  context: ScimContext,
  slot: Slot,
  operation: PatchOperation,
  signal: AbortSignal,
): Promise<Answer> {
  return context.client.send({ method: 'PATCH', path: pathOf(slot), body: patchMessage(operation) }, signal);
}

/**
 * Replacing a resource writes every value of its list anew, and could give back access that was removed since it was
 * read. The version prevents that; without one, a person has to do it. Values that are kept back would all be lost.
 */
function isReplaceable({ values, reading }: SlotReading): boolean {
  return values !== null && reading.version !== null;
}

/** Replaces the resource (RFC 7644 section 3.5.1), held to the version that was read; the other values stay as written. */
async function replaceValues(
  context: ScimContext,
  slot: Slot,
  reading: ResourceReading,
  change: (values: readonly unknown[]) => readonly unknown[],
  signal: AbortSignal,
): Promise<Answer> {
  const body = without(reading.resource, slot.holder === 'account' ? readOnlyAttributes : ['meta']);
  body[keyOf(body, slot.attribute) ?? slot.attribute] = change(entriesOf(reading.resource, slot.attribute));
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
