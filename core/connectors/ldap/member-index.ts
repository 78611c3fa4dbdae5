/**
 * From what stands in a member attribute to the account it means. Members are written as DNs in whatever spelling
 * the writer chose, or as user names; accounts are known by their ids.
 */
import { AndFilter, ExtensibleFilter } from 'ldapts';
import { idOf, textOf, type Entry } from './entries.ts';
import { LdapFault, resultCodes } from './faults.ts';
import { baseOf, filterOf, type LdapContext } from './lookups.ts';
import { isPlaceholder } from './memberships.ts';
import { isWithin, normalDn } from './names.ts';
import type { Session } from './session.ts';

const inChain = '1.2.840.113556.1.4.1941';
/** invalidDNSyntax (RFC 4511 section 4.1.9). */
const invalidDn = 34;

export interface MemberIndex {
  /** The account's id; null for what is no account of this connection: a group, a placeholder, somebody gone. */
  accountOf(session: Session, group: Entry, value: string): Promise<string | null>;
  /** Ids of the accounts that have the group of this number for their primary one. */
  byPrimaryGroup(relativeId: string | null): readonly string[];
}

/** @param accounts with id, user name and, in Active Directory, primaryGroupID */
export function createMemberIndex(context: LdapContext, accounts: readonly Entry[]): MemberIndex {
  const { schema } = context;
  const byName = new Map<string, string | null>();
  const byPrimary = new Map<string, string[]>();
  for (const account of accounts) {
    const id = idOf(account, schema.idAttribute);
    if (id === null) continue;
    // Unix compares login names to the letter, and so does memberUid (RFC 2307 section 2.1).
    for (const key of schema.memberIs === 'dn' ? [normalDn(account.dn)] : account.texts(schema.username))
      byName.set(key, id);
    const primary = schema.activeDirectory ? textOf(account, 'primaryGroupID') : null;
    if (primary !== null) byPrimary.set(primary, [...(byPrimary.get(primary) ?? []), id]);
  }

  return {
    async accountOf(session, group, value) {
      if (schema.memberIs === 'username') return byName.get(value) ?? null;
      // uniqueMember may carry a unique identifier behind the DN (RFC 4517 section 3.3.21).
      const dn = value.replace(/#'[01]*'B$/, '');
      if (isPlaceholder(context, group, dn)) return null;
      const key = normalDn(dn);
      const known = byName.get(key);
      if (known !== undefined) return known;
      // Made or moved since the accounts were listed, or written in a way that only the server understands.
      const found = isWithin(dn, baseOf(context, 'account')) ? await lookUp(session, context, dn) : null;
      byName.set(key, found);
      return found;
    },
    byPrimaryGroup: (relativeId) => (relativeId === null ? [] : (byPrimary.get(relativeId) ?? [])),
  };
}

async function lookUp(session: Session, context: LdapContext, dn: string): Promise<string | null> {
  const { idAttribute } = context.schema;
  try {
    const filter = filterOf(context, 'account');
    const [entry] = await session.search({ base: dn, scope: 'base', filter, attributes: [idAttribute] });
    return entry === undefined ? null : idOf(entry, idAttribute);
  } catch (thrown) {
    // A member that was deleted, or was never a DN: where nothing keeps references whole, both are found.
    if (thrown instanceof LdapFault && (thrown.code === resultCodes.noSuchObject || thrown.code === invalidDn))
      return null;
    throw thrown;
  }
}

/** Ids of the accounts that belong to a group directly or through others (Active Directory). @throws LdapFault */
export async function effectiveMembers(
  session: Session,
  context: LdapContext,
  group: Entry,
): Promise<readonly string[]> {
  const { idAttribute } = context.schema;
  const filter = new AndFilter({
    filters: [
      filterOf(context, 'account'),
      new ExtensibleFilter({ matchType: 'memberOf', rule: inChain, value: group.dn }),
    ],
  });
  const base = baseOf(context, 'account');
  const found = await session.search({ base, scope: 'sub', filter, attributes: [idAttribute] });
  return found.flatMap((entry) => idOf(entry, idAttribute) ?? []);
}
