/**
 * Reading all members of a group. Active Directory gives a long list in parts (`member;range=0-1499`), each by a
 * request of its own, and a member who leaves in between moves others across the seams.
 */
import { entitlementMissing, LdapFault, resultCodes } from './faults.ts';
import type { Entry } from './entries.ts';
import { everything, type LdapContext } from './lookups.ts';
import type { Session } from './session.ts';
import { needsPerson } from '../failures.ts';

/** How often a list in parts is read before two readings in a row must not agree any more. */
const mostReadings = 4;

/** The values of the member attribute, placeholders included. @throws LdapFault */
export async function membersOf(session: Session, context: LdapContext, group: Entry): Promise<readonly string[]> {
  const first = await readOnce(session, context, group.dn);
  if (first.parts === 1) return first.values;
  // Of several readings every value counts: one that is gone is seen at the next discovery, one that is
  // overlooked would be taken for access that somebody removed.
  const all = new Set(first.values);
  let previous = first.values;
  for (let reading = 1; reading < mostReadings; reading += 1) {
    const { values } = await readOnce(session, context, group.dn);
    for (const value of values) all.add(value);
    if (values.length === previous.length && values.every((value, index) => value === previous[index])) break;
    previous = values;
  }
  return [...all];
}

async function readOnce(
  session: Session,
  context: LdapContext,
  dn: string,
): Promise<{ readonly values: readonly string[]; readonly parts: number }> {
  const { member } = context.schema;
  const values: string[] = [];
  let wanted = member;
  for (let parts = 1; ; parts += 1) {
    const entry = await readGroup(session, dn, wanted);
    const range = entry?.range(member) ?? null;
    if (range === null) {
      const whole = entry?.texts(member) ?? [];
      if (whole.length === 0 && parts === 1 && entry !== null) await requireReadable(session, context, entry);
      return { values: [...values, ...whole], parts };
    }
    values.push(...range.values);
    if (range.next === null) return { values, parts };
    // A part that brings nothing and promises more would be asked for without end.
    if (range.values.length === 0) return { values, parts };
    wanted = `${member};range=${range.next}-*`;
  }
}

/** Null: the group went away since it was listed, and nobody holds it. */
async function readGroup(session: Session, dn: string, attribute: string): Promise<Entry | null> {
  try {
    const [entry] = await session.search({ base: dn, scope: 'base', filter: everything, attributes: [attribute] });
    return entry ?? null;
  } catch (thrown) {
    if (thrown instanceof LdapFault && thrown.code === resultCodes.noSuchObject) return null;
    throw thrown;
  }
}

/**
 * No member at all: an empty group, or one whose members are kept back. A comparison tells, since it is an
 * error where it is not allowed. @throws LdapFault
 */
async function requireReadable(session: Session, { schema, configuration }: LdapContext, group: Entry): Promise<void> {
  const hidden = needsPerson(`The bind account may not read ${schema.member} of ${group.dn}. Give it the right.`);
  try {
    // Not with the group's own name: Samba puts the value into a filter as it is, parentheses and all.
    await session.compare(group.dn, schema.member, schema.memberIs === 'dn' ? configuration.groupsBase : 'nobody');
  } catch (thrown) {
    if (!(thrown instanceof LdapFault)) throw thrown;
    if (thrown.code === resultCodes.noSuchAttribute) return;
    if (thrown.code === resultCodes.noSuchObject)
      throw new LdapFault(entitlementMissing(`The group ${group.dn} is gone.`), 'work', thrown.code);
    throw thrown;
  }
  // The object class does not let such a group be empty (RFC 4519 sections 3.5 and 3.6).
  if (schema.needsMember) throw new LdapFault(hidden, 'work');
}
