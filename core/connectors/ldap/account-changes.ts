/**
 * Changing, disabling, enabling and deleting one account. What it is now is read first, and a change says what
 * it expects to find, so that two at the same moment cannot undo each other.
 */
import { Attribute, Change, type Filter } from 'ldapts';
import type { AccountDraft, Facts, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { textOf, type Entry } from './entries.ts';
import { LdapFault, resultCodes } from './faults.ts';
import { requireEntry, sameEntry, withSession, type LdapContext } from './lookups.ts';
import { parseDn } from './names.ts';
import { accountDisabled, accountOf, isActive, personAttributes, type Disabling } from './schema.ts';
import type { Session } from './session.ts';

/** How often a change is made anew because somebody else changed the same attribute in between. */
const mostAttempts = 3;

function replace(type: string, values: readonly string[]): Change {
  return new Change({ operation: 'replace', modification: new Attribute({ type, values: [...values] }) });
}

function factsOf(account: RemoteAccount, entry: Entry): Facts {
  return { accountId: account.externalId, accountDn: entry.dn };
}

/** Brings address, names, title, department and employee number to the draft; the user name stays what it is. */
export async function updateAccount(
  context: LdapContext,
  account: RemoteAccount,
  draft: AccountDraft,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  return withSession(context, signal, async (session) => {
    const entry = await requireEntry(session, context, 'account', account.externalId);
    const changes = changesFor(entry, draft, context);
    if (changes.length > 0) await session.modify(entry.dn, changes, sameEntry(context, account.externalId));
    const after = accountOf(await requireEntry(session, context, 'account', account.externalId), context.schema);
    if (after === null) return needsPerson(`${entry.dn} cannot be read back. Give the bind account the right to read.`);
    return { kind: changes.length > 0 ? 'applied' : 'already', value: after, facts: factsOf(account, entry) };
  });
}

function changesFor(entry: Entry, draft: AccountDraft, { schema }: LdapContext): readonly Change[] {
  const wanted: Record<string, string | null> = {
    [schema.email]: draft.email,
    [schema.displayName]: draft.displayName,
  };
  const given: Readonly<Record<string, string | null>> = {
    firstName: draft.firstName,
    lastName: draft.lastName,
    jobTitle: draft.jobTitle,
    department: draft.department,
    employeeId: draft.employeeId,
  };
  for (const [ours, theirs] of Object.entries(personAttributes(schema))) wanted[theirs] = given[ours] ?? null;
  // What the entry is named by changes only with its name (RFC 4511 section 4.6).
  const naming = new Set((parseDn(entry.dn)?.[0] ?? []).map(({ type }) => type));
  return Object.entries(wanted).flatMap(([type, value]) => {
    if (value === null || value.trim() === '' || naming.has(type.toLowerCase())) return [];
    const present = entry.texts(type);
    if (present.includes(value)) return [];
    // Further values, such as other addresses of the person, are not ours to remove.
    if (present.length > 1)
      return [new Change({ operation: 'add', modification: new Attribute({ type, values: [value] }) })];
    return [replace(type, [value])];
  });
}

export async function setActive(
  context: LdapContext,
  disabling: Disabling,
  account: RemoteAccount,
  active: boolean,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  return withSession(context, signal, async (session) => {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const entry = await requireEntry(session, context, 'account', account.externalId);
      const facts = factsOf(account, entry);
      if (isActive(entry, context.schema) === active)
        return { kind: attempt === 0 ? 'already' : 'applied', value: undefined, facts };
      const only = sameEntry(context, account.externalId);
      if (!(await changeState(session, entry, disabling, active, only))) continue;
      const after = await requireEntry(session, context, 'account', account.externalId);
      if (isActive(after, context.schema) === active) return { kind: 'applied', value: undefined, facts };
      return retryable(`The directory took the change of ${entry.dn}, but does not show it yet.`);
    }
    return retryable('Somebody else keeps changing the state of the account at the same time.');
  });
}

/** False: it was no longer what it was read as, and has to be read again. */
async function changeState(
  session: Session,
  entry: Entry,
  disabling: Disabling,
  active: boolean,
  only: Filter | undefined,
): Promise<boolean> {
  const changes = disabling.kind === 'attribute' ? [stateOf(disabling, active)] : flagsOf(entry, active);
  if (changes === null)
    throw new LdapFault(
      needsPerson(`The bind account may not read userAccountControl of ${entry.dn}. Give it the right.`),
      'work',
    );
  try {
    await session.modify(entry.dn, changes, only);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof LdapFault)) throw thrown;
    if (thrown.code === resultCodes.noSuchAttribute || thrown.code === resultCodes.attributeOrValueExists) return false;
    throw thrown;
  }
}

function stateOf(disabling: Extract<Disabling, { kind: 'attribute' }>, active: boolean): Change {
  const value = active ? disabling.enabled : disabling.disabled;
  return replace(disabling.attribute, value === null || value === '' ? [] : [value]);
}

/** The other flags stay what they are: the old value goes and the new one comes in one request, or neither. */
function flagsOf(entry: Entry, active: boolean): readonly Change[] | null {
  const before = textOf(entry, 'userAccountControl');
  if (before === null) return null;
  const flags = Number(before);
  const after = active ? flags & ~accountDisabled : flags | accountDisabled;
  const change = (operation: 'add' | 'delete', value: string): Change =>
    new Change({ operation, modification: new Attribute({ type: 'userAccountControl', values: [value] }) });
  return [change('delete', before), change('add', String(after))];
}

export async function deleteAccount(
  context: LdapContext,
  account: RemoteAccount,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  return withSession(context, signal, async (session) => {
    try {
      const entry = await requireEntry(session, context, 'account', account.externalId);
      await session.remove(entry.dn, sameEntry(context, account.externalId));
      return { kind: 'applied', value: undefined, facts: factsOf(account, entry) };
    } catch (thrown) {
      if (!(thrown instanceof LdapFault)) throw thrown;
      const gone = thrown.failure.kind === 'notFound' || thrown.code === resultCodes.noSuchObject;
      return gone ? { kind: 'already', value: undefined, facts: { accountId: account.externalId } } : thrown.failure;
    }
  });
}
