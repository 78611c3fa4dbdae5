/**
 * Finding entries. Every effect starts from an immutable id and asks for the DN of the moment. That nothing was
 * found is believed only while the base can be read: a directory hides what one may not see without a word.
 */
import { AndFilter, PresenceFilter, type Filter } from 'ldapts';
import type { Outcome } from '#core/connectors/connector.ts';
import { needsPerson } from '../failures.ts';
import type { LdapConfiguration } from './configuration.ts';
import { idFilter, type Entry } from './entries.ts';
import { accountMissing, entitlementMissing, LdapFault, resultCodes } from './faults.ts';
import { accountAttributes, groupAttributes, type LdapSchema } from './schema.ts';
import { openSession, type Session, type SessionSettings } from './session.ts';

/** What every part of the connector works with. */
export interface LdapContext {
  readonly settings: SessionSettings;
  readonly configuration: LdapConfiguration;
  readonly schema: LdapSchema;
}

export type EntryKind = 'account' | 'entitlement';

/** Does one piece of work in a session of its own; what the directory answered becomes its outcome. */
export async function withSession<Value>(
  context: LdapContext,
  signal: AbortSignal,
  work: (session: Session) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  let session: Session | null = null;
  try {
    session = await openSession(context.settings, signal);
    return await work(session);
  } catch (thrown) {
    if (thrown instanceof LdapFault) return thrown.failure;
    throw thrown;
  } finally {
    session?.close();
  }
}

export const everything: Filter = new PresenceFilter({ attribute: 'objectClass' });

export function baseOf(context: LdapContext, kind: EntryKind): string {
  return kind === 'account' ? context.configuration.accountsBase : context.configuration.groupsBase;
}

export function filterOf(context: LdapContext, kind: EntryKind): Filter {
  return kind === 'account' ? context.schema.accountFilter : context.schema.groupFilter;
}

/** Accounts or groups that fit a filter. @throws LdapFault also when the base cannot be read. */
export async function findEntries(
  session: Session,
  context: LdapContext,
  kind: EntryKind,
  filter: Filter,
): Promise<readonly Entry[]> {
  const base = baseOf(context, kind);
  const attributes = kind === 'account' ? accountAttributes(context.schema) : groupAttributes(context.schema);
  const both = new AndFilter({ filters: [filterOf(context, kind), filter] });
  const found = await guardBase(base, session.search({ base, scope: 'sub', filter: both, attributes }));
  if (found.length === 0) await requireBase(session, base);
  return found;
}

/** The entry with this id. @throws LdapFault with `notFound` when there is none. */
export async function requireEntry(
  session: Session,
  context: LdapContext,
  kind: EntryKind,
  id: string,
): Promise<Entry> {
  const filter = idFilter(id, context.schema.idAttribute);
  const found = filter === null ? [] : await findEntries(session, context, kind, filter);
  const [entry, ...others] = found;
  if (entry === undefined) {
    const base = baseOf(context, kind);
    throw new LdapFault(
      kind === 'account'
        ? accountMissing(`The directory has no account with the id ${id} below ${base}.`)
        : entitlementMissing(`The directory has no group with the id ${id} below ${base}.`),
      'work',
    );
  }
  if (others.length > 0)
    throw new LdapFault(
      needsPerson(`Several entries have the id ${id}: ${context.schema.idAttribute} is no unique attribute here.`),
      'work',
    );
  return entry;
}

/** What an entry must still be when it is written to. */
export function sameEntry(context: LdapContext, id: string): Filter | undefined {
  return idFilter(id, context.schema.idAttribute) ?? undefined;
}

/** @throws LdapFault when the base is not there or not to be seen. */
export async function requireBase(session: Session, base: string): Promise<void> {
  const seen = await guardBase(base, session.search({ base, scope: 'base', filter: everything, attributes: ['1.1'] }));
  if (seen.length === 0) throw new LdapFault(unreadable(base), 'work');
}

/** A base that is missing is a fault of the connection, not of the entry that was looked for below it. */
export async function guardBase<Value>(base: string, search: Promise<Value>): Promise<Value> {
  try {
    return await search;
  } catch (thrown) {
    if (thrown instanceof LdapFault && thrown.code === resultCodes.noSuchObject)
      throw new LdapFault(unreadable(base), thrown.step, thrown.code);
    throw thrown;
  }
}

function unreadable(base: string) {
  return needsPerson(`${base} is not there, or the bind account may not read it. Check the base DN and its rights.`);
}
