/**
 * Finding and creating accounts. A user name that was derived from an address proves little: somebody else may
 * have had it first. So the address is asked for before the name, and a name with another address waits for a person.
 */
import { Attribute, EqualityFilter, OrFilter, type Filter } from 'ldapts';
import type { AccountDraft, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { needsPerson, refused } from '../failures.ts';
import type { Entry } from './entries.ts';
import { accountMissing, LdapFault, resultCodes } from './faults.ts';
import { everything, findEntries, withSession, type LdapContext } from './lookups.ts';
import { escapeDnValue } from './names.ts';
import { newAccount, problemWithName } from './new-account.ts';
import { accountAttributes, accountOf } from './schema.ts';
import type { Session } from './session.ts';
import { freeUidNumber, keepUidNumberUnique } from './uid-numbers.ts';

type Wanted = Pick<AccountDraft, 'username' | 'email'>;

/** The user name in the directory, and whether it is only the first part of an address. */
export function accountName(
  username: string,
  context: LdapContext,
): { readonly name: string; readonly derived: boolean } {
  const at = username.lastIndexOf('@');
  if (at <= 0 || context.configuration.accountNames === 'asGiven') return { name: username, derived: false };
  return { name: username.slice(0, at), derived: true };
}

/** The account of this user name, without regard to case, or else the only one of this e-mail address. */
export async function findAccount(
  context: LdapContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  return withSession(context, signal, (session) => find(session, context, wanted));
}

async function find(session: Session, context: LdapContext, wanted: Wanted): Promise<Outcome<RemoteAccount>> {
  const { name, derived } = accountName(wanted.username, context);
  const byName = () => namedBy(session, context, wanted, name, derived);
  const byEmail = () => addressedBy(session, context, wanted);
  for (const ask of derived ? [byEmail, byName] : [byName, byEmail]) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  return accountMissing(`The directory has no account ${name}, and none with the address ${wanted.email}.`);
}

async function namedBy(
  session: Session,
  context: LdapContext,
  wanted: Wanted,
  name: string,
  derived: boolean,
): Promise<Outcome<RemoteAccount> | null> {
  const { schema } = context;
  if (name === '') return null;
  const equals = (attribute: string, value: string): Filter => new EqualityFilter({ attribute, value });
  const filter = schema.activeDirectory
    ? new OrFilter({ filters: [equals(schema.username, name), equals('userPrincipalName', wanted.username)] })
    : equals(schema.username, name);
  const answer = choose(await findEntries(session, context, 'account', filter), context, name, schema.username);
  if (answer?.kind !== 'already' || !derived) return answer;
  const { email } = answer.value;
  if (email === null || folded(email) === folded(wanted.email)) return answer;
  return needsPerson(
    `The account ${answer.value.username} has the address ${email}, not ${wanted.email}. Link the right account to the person, or make one with another name.`,
  );
}

async function addressedBy(
  session: Session,
  context: LdapContext,
  wanted: Wanted,
): Promise<Outcome<RemoteAccount> | null> {
  const { schema } = context;
  if (wanted.email === '') return null;
  const filter = new EqualityFilter({ attribute: schema.email, value: wanted.email });
  return choose(await findEntries(session, context, 'account', filter), context, wanted.email, schema.email);
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function choose(
  found: readonly Entry[],
  { schema }: LdapContext,
  value: string,
  attribute: string,
): Outcome<RemoteAccount> | null {
  const accounts = found.flatMap((entry) => accountOf(entry, schema) ?? []);
  if (accounts.length < found.length)
    return needsPerson(
      `The bind account may not read ${schema.idAttribute} of an account it finds. Give it the right.`,
    );
  const exact = accounts.filter((account) => account.username === value);
  const [chosen, ...others] = exact.length === 1 ? exact : accounts;
  if (chosen === undefined) return null;
  if (others.length > 0) {
    const names = [chosen, ...others].slice(0, 5).map(({ username }) => username);
    return needsPerson(
      `Several accounts of the directory fit ${value}: ${names.join(', ')}. Link the right one to the person.`,
    );
  }
  return { kind: 'already', value: chosen, facts: { accountId: chosen.externalId, foundBy: attribute } };
}

/** Creates the account in one request, or answers `already` with the one that is there. */
export async function createAccount(
  context: LdapContext,
  draft: AccountDraft,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  return withSession(context, signal, async (session) => {
    // Asked first, since an earlier answer may have been lost.
    const existing = await find(session, context, draft);
    if (existing.kind !== 'notFound') return existing;
    const { name } = accountName(draft.username, context);
    const problem = problemWithName(name, context.configuration);
    if (problem !== null) return refused(problem);
    if (
      draft.initialPassword !== undefined &&
      context.schema.activeDirectory &&
      context.settings.encryption === 'plain'
    )
      return needsPerson('Active Directory takes passwords over an encrypted connection alone. Use LDAPS or StartTLS.');
    return add(session, context, draft, name);
  });
}

async function add(
  session: Session,
  context: LdapContext,
  draft: AccountDraft,
  name: string,
): Promise<Outcome<RemoteAccount>> {
  const { configuration, schema } = context;
  const uidNumber = isPosix(context) ? await freeUidNumber(session, context) : null;
  const rdn = schema.activeDirectory ? 'cn' : schema.username;
  const dn = `${rdn}=${escapeDnValue(name)},${configuration.newAccountsBase ?? configuration.accountsBase}`;
  const attributes = newAccount(draft, name, uidNumber, context);
  try {
    await session.add(
      dn,
      Object.entries(attributes).map(([type, values]) => new Attribute({ type, values: values as string[] })),
    );
  } catch (thrown) {
    if (!(thrown instanceof LdapFault) || thrown.code === null) throw thrown;
    if (thrown.code === resultCodes.noSuchObject)
      return needsPerson(
        `${dn} cannot be made, because what is above it is not there. Check the base DN of new accounts.`,
      );
    // Somebody else was faster; Active Directory refuses a name that is taken with one of several codes.
    const taken = await find(session, context, draft);
    if (taken.kind !== 'notFound' || thrown.code !== resultCodes.entryAlreadyExists)
      return taken.kind === 'already' ? taken : thrown.failure;
    return refused(`${dn} or its user name is taken by an entry that is no account here. Rename one of them.`);
  }
  if (uidNumber !== null) await keepUidNumberUnique(session, context, dn, uidNumber);
  const [entry] = await session.search({
    base: dn,
    scope: 'base',
    filter: everything,
    attributes: accountAttributes(schema),
  });
  const account = entry === undefined ? null : accountOf(entry, schema);
  if (account === null)
    return needsPerson(`${dn} was made, but the bind account may not read it back. Give it the right to read.`);
  return { kind: 'applied', value: account, facts: { accountId: account.externalId, accountDn: dn } };
}

function isPosix({ configuration, schema }: LdapContext): boolean {
  return (
    !schema.activeDirectory && (configuration.accountKind === 'posixAccount' || configuration.schema === 'posixGroup')
  );
}
