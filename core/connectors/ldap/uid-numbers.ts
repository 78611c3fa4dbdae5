/**
 * Numbers for new Unix accounts. A directory hands out none and does not keep them apart, so the next free one is
 * looked for, and looked at again once it is taken.
 */
import { AndFilter, Attribute, Change, EqualityFilter, GreaterThanEqualsFilter } from 'ldapts';
import { textOf } from './entries.ts';
import { LdapFault } from './faults.ts';
import { guardBase, type LdapContext } from './lookups.ts';
import type { Session } from './session.ts';
import { needsPerson } from '../failures.ts';

const mostAttempts = 10;

/** The number after the highest in use, at least the first of the configuration. */
export async function freeUidNumber(session: Session, context: LdapContext): Promise<number> {
  const { accountsBase, firstUidNumber } = context.configuration;
  const filter = new AndFilter({
    filters: [
      new EqualityFilter({ attribute: 'objectClass', value: 'posixAccount' }),
      new GreaterThanEqualsFilter({ attribute: 'uidNumber', value: String(firstUidNumber) }),
    ],
  });
  let next = firstUidNumber;
  const found = await guardBase(
    accountsBase,
    session.search({ base: accountsBase, scope: 'sub', filter, attributes: ['uidNumber'] }),
  );
  for (const entry of found) next = Math.max(next, Number(textOf(entry, 'uidNumber') ?? 0) + 1);
  return next;
}

/** Gives the new account another number when somebody else took the same at the same moment. */
export async function keepUidNumberUnique(
  session: Session,
  context: LdapContext,
  dn: string,
  first: number,
): Promise<void> {
  let current = first;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const same = await session.search({
      base: context.configuration.accountsBase,
      scope: 'sub',
      filter: new EqualityFilter({ attribute: 'uidNumber', value: String(current) }),
      attributes: ['1.1'],
    });
    if (same.length <= 1) return;
    // All that took it at the same moment move on, by different steps, wider each time, so that many part too.
    const next = (await freeUidNumber(session, context)) + Math.floor(Math.random() * 2 ** (attempt + 2));
    await session.modify(dn, [
      new Change({ operation: 'replace', modification: new Attribute({ type: 'uidNumber', values: [String(next)] }) }),
    ]);
    current = next;
  }
  throw new LdapFault(
    needsPerson(
      `${dn} was made, but its uidNumber ${current} is also another account's. Give one of them a free number.`,
    ),
    'work',
  );
}
