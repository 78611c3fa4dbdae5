/**
 * Granting, revoking and reading membership: one value of one group's member attribute. Every write is preceded
 * and followed by a question, and only what its answer shows is called done.
 */
import { Attribute, Change, EqualityFilter, ExtensibleFilter, type Filter } from 'ldapts';
import type { Facts, GrantReading, Outcome, RemoteGrant } from '#core/connectors/connector.ts';
import { needsPerson, refused, retryable } from '../failures.ts';
import { textOf, type Entry } from './entries.ts';
import { entitlementMissing, LdapFault, resultCodes } from './faults.ts';
import { requireEntry, sameEntry, withSession, type LdapContext } from './lookups.ts';
import { normalDn } from './names.ts';
import { isPrimaryGroup } from './schema.ts';
import type { Session } from './session.ts';

/** LDAP_MATCHING_RULE_IN_CHAIN (MS-ADTS section 3.1.1.3.4.4.3): membership through any number of groups. */
const inChain = '1.2.840.113556.1.4.1941';
const mostAttempts = 3;

interface Pair {
  readonly group: Entry;
  readonly account: Entry;
  /** What stands for the account in the member attribute. */
  readonly value: string;
}

interface Reading {
  readonly direct: boolean;
  readonly primary: boolean;
  /** Also through other groups; only Active Directory tells, elsewhere the same as the others. */
  readonly effective: boolean;
}

export async function grant(context: LdapContext, wanted: RemoteGrant, signal: AbortSignal): Promise<Outcome<void>> {
  return withSession(context, signal, async (session) => {
    const pair = await resolve(session, context, wanted);
    const facts = factsOf(wanted, pair);
    if (isPlaceholder(context, pair.group, pair.value))
      return refused(
        `${pair.account.dn} is the placeholder that keeps groups from being empty; it cannot be a member.`,
      );
    const before = await readPair(session, context, pair);
    if (before.direct || before.primary) return { kind: 'already', value: undefined, facts };
    const fault = await attempt(() =>
      session.modify(
        pair.group.dn,
        [change('add', context, pair.value)],
        sameEntry(context, wanted.entitlementExternalId),
      ),
    );
    if (fault !== null && isFinal(fault)) return missingGroup(fault, wanted) ?? fault.failure;
    const after = await readPair(session, context, pair);
    if (after.direct || after.primary) return { kind: fault === null ? 'applied' : 'already', value: undefined, facts };
    return (
      fault?.failure ?? retryable(`The directory took the new member of ${pair.group.dn}, but does not show it yet.`)
    );
  });
}

export async function revoke(context: LdapContext, unwanted: RemoteGrant, signal: AbortSignal): Promise<Outcome<void>> {
  return withSession(context, signal, async (session) => {
    const pair = await resolve(session, context, unwanted);
    const facts = factsOf(unwanted, pair);
    const before = await readPair(session, context, pair);
    if (before.primary)
      return needsPerson(
        `${pair.group.dn} is the primary group of ${pair.account.dn}. Give the account another one in the directory.`,
      );
    let fault: LdapFault | null = null;
    if (before.direct) {
      fault = await attempt(() =>
        removeMember(session, context, pair, sameEntry(context, unwanted.entitlementExternalId)),
      );
      if (fault !== null && isFinal(fault)) return missingGroup(fault, unwanted) ?? fault.failure;
    }
    const after = fault === null && !before.direct ? before : await readPair(session, context, pair);
    if (after.direct)
      return fault?.failure ?? retryable(`The directory took the removal from ${pair.group.dn}, but still shows it.`);
    if (after.effective && context.configuration.nestedGroups === 'effective')
      return needsPerson(
        `${pair.account.dn} is no direct member of ${pair.group.dn} any more, and still belongs to it through another group. Take it out of that one.`,
      );
    return { kind: before.direct && fault === null ? 'applied' : 'already', value: undefined, facts };
  });
}

export async function read(
  context: LdapContext,
  asked: RemoteGrant,
  signal: AbortSignal,
): Promise<Outcome<GrantReading>> {
  return withSession(context, signal, async (session) => {
    const pair = await resolve(session, context, asked);
    const reading = await readPair(session, context, pair);
    const direct = reading.direct || reading.primary;
    const held = context.configuration.nestedGroups === 'effective' ? direct || reading.effective : direct;
    const through = reading.effective && !direct ? { throughOtherGroup: 'yes' } : {};
    return { kind: 'already', value: { held }, facts: { ...factsOf(asked, pair), ...through } };
  });
}

async function resolve(session: Session, context: LdapContext, asked: RemoteGrant): Promise<Pair> {
  const group = await requireEntry(session, context, 'entitlement', asked.entitlementExternalId);
  const account = await requireEntry(session, context, 'account', asked.accountExternalId);
  return { group, account, value: memberValue(account, context) };
}

function memberValue(account: Entry, { schema }: LdapContext): string {
  if (schema.memberIs === 'dn') return account.dn;
  // The filter of accounts demands a user name, so there is one.
  return textOf(account, schema.username) ?? account.dn;
}

async function readPair(session: Session, context: LdapContext, pair: Pair): Promise<Reading> {
  const { schema } = context;
  const direct = !isPlaceholder(context, pair.group, pair.value) && (await isMember(session, context, pair));
  const primary = schema.activeDirectory && isPrimaryGroup(pair.group, pair.account);
  if (!schema.activeDirectory || direct || primary) return { direct, primary, effective: direct || primary };
  const filter = new ExtensibleFilter({ matchType: 'memberOf', rule: inChain, value: pair.group.dn });
  const found = await session.search({ base: pair.account.dn, scope: 'base', filter, attributes: ['1.1'] });
  return { direct, primary, effective: found.length > 0 };
}

/** Asked by a comparison: a search in which one may not look says "nothing", a comparison says that one may not. */
async function isMember(session: Session, context: LdapContext, { group, value }: Pair): Promise<boolean> {
  const { member } = context.schema;
  try {
    return await session.compare(group.dn, member, value);
  } catch (thrown) {
    if (!(thrown instanceof LdapFault) || thrown.code === null) throw thrown;
    // A group without a single member has no such attribute.
    if (thrown.code === resultCodes.noSuchAttribute) return false;
    if (thrown.code === resultCodes.noSuchObject)
      throw new LdapFault(entitlementMissing(`The group ${group.dn} is gone.`), 'work', thrown.code);
    if (thrown.failure.kind === 'needsPerson') throw thrown;
  }
  // Samba cannot compare with a DN that has an escaped character in it; a search it can.
  const filter = new EqualityFilter({ attribute: member, value });
  return (await session.search({ base: group.dn, scope: 'base', filter, attributes: ['1.1'] })).length > 0;
}

function change(operation: 'add' | 'delete', { schema }: LdapContext, value: string): Change {
  return new Change({ operation, modification: new Attribute({ type: schema.member, values: [value] }) });
}

/**
 * Takes the value out. Where the object class demands a member and this is the last, the placeholder comes in with
 * the same request; that it was the last is the server's word, not a count that may be old by then.
 */
async function removeMember(
  session: Session,
  context: LdapContext,
  { group, value }: Pair,
  only: Filter | undefined,
): Promise<void> {
  const placeholder = placeholderOf(context, group);
  for (let tried = 0; ; tried += 1) {
    const plain = await attempt(() => session.modify(group.dn, [change('delete', context, value)], only));
    if (plain === null) return;
    if (plain.code !== resultCodes.objectClassViolation || !context.schema.needsMember) throw plain;
    const both = await attempt(() =>
      session.modify(group.dn, [change('add', context, placeholder), change('delete', context, value)], only),
    );
    if (both === null) return;
    // Somebody else put the placeholder there in between: then the member is not the last any more.
    if (both.code !== resultCodes.attributeOrValueExists || tried + 1 >= mostAttempts) throw both;
  }
}

/** The DN that keeps a group from being empty; by default the group itself, which gives nobody anything. */
export function placeholderOf(context: LdapContext, group: Entry): string {
  return context.configuration.placeholderMember ?? group.dn;
}

export function isPlaceholder(context: LdapContext, group: Entry, value: string): boolean {
  return (
    context.schema.needsMember &&
    context.schema.memberIs === 'dn' &&
    normalDn(value) === normalDn(placeholderOf(context, group))
  );
}

async function attempt(write: () => Promise<void>): Promise<LdapFault | null> {
  try {
    await write();
    return null;
  } catch (thrown) {
    if (thrown instanceof LdapFault) return thrown;
    throw thrown;
  }
}

/**
 * A fault after which looking again tells nothing. Any other may mean that it was so already: OpenLDAP says 20 and
 * 16, Active Directory 68 and 53, and a group may have changed in between.
 */
function isFinal(fault: LdapFault): boolean {
  return fault.code === null || fault.failure.kind !== 'refused' || fault.code === resultCodes.noSuchObject;
}

function missingGroup(fault: LdapFault, { entitlementExternalId }: RemoteGrant) {
  return fault.code === resultCodes.noSuchObject
    ? entitlementMissing(`The group with the id ${entitlementExternalId} is gone.`)
    : null;
}

function factsOf(target: RemoteGrant, { group, account }: Pair): Facts {
  return {
    groupId: target.entitlementExternalId,
    groupDn: group.dn,
    accountId: target.accountExternalId,
    accountDn: account.dn,
  };
}
