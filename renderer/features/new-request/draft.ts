/**
 * The request that is being written: people, lines, how long, why. Pure functions from one draft to the
 * next, so that the cart's rules can be read, and tested, without a screen.
 */
import { z } from 'zod';
import {
  namedSchema,
  idSchema,
  instantSchema,
  personSchema,
  riskSchema,
  termSchema,
  type ApplicationId,
  type EmployeeId,
  type EntitlementId,
  type ItemAction,
  type ItemDraft,
  type Person,
  type RequestId,
  type RequestItemId,
  type Term,
} from '#core/contract/index.ts';

/** As the contract allows for one request. */
export const maximumLines = 4000;

export const draftEntitlementSchema = z.object({
  id: idSchema<EntitlementId>(),
  name: z.string(),
  kind: z.string(),
  risk: riskSchema,
  application: namedSchema<ApplicationId>(),
  maximumDurationMinutes: z.number().int().nullable(),
});
export type DraftEntitlement = z.output<typeof draftEntitlementSchema>;

const draftLineSchema = z.object({
  action: z.enum(['GRANT', 'REVOKE']),
  beneficiaryId: idSchema<EmployeeId>(),
  entitlement: draftEntitlementSchema,
  /** Null follows the term of the whole request. */
  ownTerm: termSchema.nullable(),
  /** The service account it is for, owned by the person; null: their own account. */
  serviceAccount: z.string().nullable().default(null),
  /** The item whose temporary access it prolongs. */
  extendsItemId: idSchema<RequestItemId>().nullable().default(null),
  /** When it begins, at once (`at` null) or later; null follows the start of the whole request. */
  ownStart: z.object({ at: instantSchema.nullable() }).nullable().default(null),
});
export type DraftLine = z.output<typeof draftLineSchema>;

export const draftSchema = z.object({
  people: z.array(personSchema),
  lines: z.array(draftLineSchema),
  term: termSchema,
  justification: z.string(),
  ticketReference: z.string(),
  /** Nothing is delivered before this; null: as soon as it is approved. */
  startsAt: instantSchema.nullable().default(null),
  /** The request that came to nothing and is asked for again. */
  resubmits: z.object({ requestId: idSchema<RequestId>(), number: z.number().int() }).nullable().default(null),
});
export type Draft = z.output<typeof draftSchema>;

export const permanent: Term = { kind: 'permanent' };

/** For the person's own account, and new. */
const ordinary = { serviceAccount: null, extendsItemId: null, ownStart: null } as const;

/** A draft for oneself with nothing in it yet. */
export function emptyDraft(operator: Person): Draft {
  return {
    people: [operator],
    lines: [],
    term: permanent,
    justification: '',
    ticketReference: '',
    startsAt: null,
    resubmits: null,
  };
}

/** One account holds one entitlement or not, so a person has at most one line for each of their accounts, whatever its action. */
export function lineKey(line: {
  readonly beneficiaryId: string;
  readonly entitlement: { readonly id: string };
  /** Left out or null: the person's own account. */
  readonly serviceAccount?: string | null;
}): string {
  const account = line.serviceAccount ?? null;
  const pair = `${line.beneficiaryId}:${line.entitlement.id}`;
  return account === null ? pair : `${pair}:${account.toLowerCase()}`;
}

export function effectiveTerm(draft: Draft, line: DraftLine): Term {
  if (line.action === 'REVOKE') return permanent;
  return line.ownTerm ?? draft.term;
}

/** Null: as soon as it is approved. Access is prolonged without a gap. */
export function effectiveStart(draft: Pick<Draft, 'startsAt'>, line: DraftLine): Draft['startsAt'] {
  if (line.extendsItemId !== null) return null;
  return line.ownStart === null ? draft.startsAt : line.ownStart.at;
}

/** Entitlements of which the cart has at least one GRANT line, in the order they were added. */
export function chosenEntitlements(draft: Draft): DraftEntitlement[] {
  const chosen = new Map<string, DraftEntitlement>();
  for (const line of draft.lines) {
    if (line.action === 'GRANT' && !chosen.has(line.entitlement.id)) chosen.set(line.entitlement.id, line.entitlement);
  }
  return [...chosen.values()];
}

/** Adds lines; a pair that has one already keeps it, unless the action differs: then the newer wish counts. */
function withLines(draft: Draft, added: readonly DraftLine[]): Draft {
  const byKey = new Map(draft.lines.map((line) => [lineKey(line), line]));
  let changed = false;
  for (const line of added) {
    const key = lineKey(line);
    if (byKey.get(key)?.action === line.action) continue;
    byKey.set(key, line);
    changed = true;
  }
  return changed ? { ...draft, lines: [...byKey.values()] } : draft;
}

/** Adds people, each with a line for everything the cart asks for already. */
export function addPeople(draft: Draft, people: readonly Person[]): Draft {
  const known = new Set(draft.people.map((person) => person.id));
  const fresh = people.filter((person) => !known.has(person.id) && known.add(person.id));
  if (fresh.length === 0) return draft;
  const entitlements = chosenEntitlements(draft);
  const lines = fresh.flatMap((person) =>
    entitlements.map((entitlement) => ({
      action: 'GRANT' as const,
      beneficiaryId: person.id,
      entitlement,
      ownTerm: sharedOwnTerm(draft, entitlement.id),
      ...ordinary,
    })),
  );
  return withLines({ ...draft, people: [...draft.people, ...fresh] }, lines);
}

/** The own term that all lines of an entitlement agree on; a newcomer takes it over. */
function sharedOwnTerm(draft: Draft, entitlementId: string): Term | null {
  const terms = draft.lines
    .filter((line) => line.action === 'GRANT' && line.entitlement.id === entitlementId)
    .map((line) => line.ownTerm);
  const first = terms[0] ?? null;
  return terms.every((term) => JSON.stringify(term) === JSON.stringify(first)) ? first : null;
}

export function removePerson(draft: Draft, personId: string): Draft {
  return {
    ...draft,
    people: draft.people.filter((person) => person.id !== personId),
    lines: draft.lines.filter((line) => line.beneficiaryId !== personId),
  };
}

/** Asks for an entitlement for everybody in the request. */
export function addEntitlement(draft: Draft, entitlement: DraftEntitlement): Draft {
  return withLines(
    draft,
    draft.people.map((person) => ({
      action: 'GRANT',
      beneficiaryId: person.id,
      entitlement,
      ownTerm: sharedOwnTerm(draft, entitlement.id),
      ...ordinary,
    })),
  );
}

/** Takes the GRANT lines of an entitlement out again; REVOKE lines are a wish of their own and stay. */
export function removeEntitlement(draft: Draft, entitlementId: string): Draft {
  return {
    ...draft,
    lines: draft.lines.filter((line) => line.action === 'REVOKE' || line.entitlement.id !== entitlementId),
  };
}

/** Adds exactly one line, and its person when missing, without giving that person the rest of the cart. */
export function addLine(
  draft: Draft,
  action: ItemAction,
  person: Person,
  entitlement: DraftEntitlement,
  serviceAccount: string | null = null,
): Draft {
  const people = draft.people.some((known) => known.id === person.id) ? draft.people : [...draft.people, person];
  return withLines({ ...draft, people }, [
    { action, beneficiaryId: person.id, entitlement, ownTerm: null, ...ordinary, serviceAccount },
  ]);
}

export function removeLines(draft: Draft, keys: ReadonlySet<string>): Draft {
  return { ...draft, lines: draft.lines.filter((line) => !keys.has(lineKey(line))) };
}

/** Gives GRANT lines a term of their own; null lets them follow the whole request again. */
export function setOwnTerm(draft: Draft, keys: ReadonlySet<string>, term: Term | null): Draft {
  return {
    ...draft,
    lines: draft.lines.map((line) =>
      line.action === 'GRANT' && keys.has(lineKey(line)) ? { ...line, ownTerm: term } : line,
    ),
  };
}

/** Puts a line on another account of its person; null: their own. A line that account had already gives way. */
export function setServiceAccount(draft: Draft, key: string, name: string | null): Draft {
  const moved = draft.lines.find((line) => lineKey(line) === key);
  if (moved === undefined) return draft;
  const there = lineKey({ ...moved, serviceAccount: name });
  return {
    ...draft,
    lines: draft.lines
      .filter((line) => line === moved || lineKey(line) !== there)
      .map((line) => (line === moved ? { ...line, serviceAccount: name } : line)),
  };
}

/** Adds a line like another one for a service account of the same person, right after it. */
export function addForServiceAccount(draft: Draft, key: string, name: string): Draft {
  const index = draft.lines.findIndex((line) => lineKey(line) === key);
  const line = draft.lines[index];
  if (line === undefined) return draft;
  const added = { ...line, serviceAccount: name };
  if (draft.lines.some((known) => lineKey(known) === lineKey(added))) return draft;
  return { ...draft, lines: draft.lines.toSpliced(index + 1, 0, added) };
}

/** Gives a line a start of its own; null lets it follow the whole request again. */
export function setOwnStart(draft: Draft, key: string, ownStart: DraftLine['ownStart']): Draft {
  return {
    ...draft,
    lines: draft.lines.map((line) => (lineKey(line) === key ? { ...line, ownStart } : line)),
  };
}

/** Lines of a request that is there already: to be prolonged, or to be asked for again. Newer wishes win. */
export function addWhole(draft: Draft, person: Person, line: DraftLine): Draft {
  const people = draft.people.some((known) => known.id === person.id) ? draft.people : [...draft.people, person];
  const others = draft.lines.filter((known) => lineKey(known) !== lineKey(line));
  return { ...draft, people, lines: [...others, line] };
}

/** Whether anything was entered that would be a pity to lose. */
export function hasContent(draft: Draft): boolean {
  return draft.lines.length > 0 || draft.justification.trim() !== '' || draft.ticketReference.trim() !== '';
}

/** The lines as the contract wants them, in the cart's order. */
export function toItems(draft: Draft): ItemDraft[] {
  return draft.lines.map((line) => ({
    action: line.action,
    beneficiaryId: line.beneficiaryId,
    entitlementId: line.entitlement.id,
    term: effectiveTerm(draft, line),
    ...startOf(draft, line),
    ...(line.serviceAccount === null ? {} : { serviceAccount: line.serviceAccount }),
    ...(line.extendsItemId === null ? {} : { extendsItemId: line.extendsItemId }),
  }));
}

function startOf(draft: Draft, line: DraftLine): Pick<ItemDraft, 'startsAt'> {
  const startsAt = effectiveStart(draft, line);
  return startsAt === null ? {} : { startsAt };
}
