/**
 * The connection test: what a person who fills in the form needs to know, in the order in which they can mend it.
 */
import type { ConnectionCheck, ConnectionTest } from '#core/domain/connector.ts';
import { idOf } from './entries.ts';
import { LdapFault, type Step } from './faults.ts';
import { baseOf, everything, filterOf, guardBase, requireBase, type EntryKind, type LdapContext } from './lookups.ts';
import { membersOf } from './members.ts';
import { openSession, type Session } from './session.ts';

/** supportedCapabilities of Active Directory (MS-ADTS section 3.1.1.3.4.3). */
const activeDirectoryCapability = '1.2.840.113556.1.4.800';
const pagedResults = '1.2.840.113556.1.4.319';

const names: Readonly<Record<Step, string>> = {
  reach: 'Server',
  encrypt: 'Encryption',
  signIn: 'Sign-in',
  work: 'Directory',
};

export async function testConnection(context: LdapContext, signal: AbortSignal): Promise<ConnectionTest> {
  const { settings } = context;
  const server = `${settings.host}:${settings.port}`;
  const good: readonly ConnectionCheck[] = [
    { name: names.reach, passed: true, message: `${server} takes connections.` },
    { name: names.encrypt, passed: true, message: encryptionMessage(context) },
    { name: names.signIn, passed: true, message: `The directory accepts ${settings.bindDn} and its password.` },
  ];
  let session: Session;
  try {
    session = await openSession(settings, signal);
  } catch (thrown) {
    if (!(thrown instanceof LdapFault)) throw thrown;
    const { step, failure } = thrown;
    const reached = good.findIndex(({ name }) => name === names[step]);
    return {
      passed: false,
      checks: [...good.slice(0, reached), { name: names[step], passed: false, message: failure.message }],
    };
  }
  try {
    const checks = [
      ...good,
      await check('Directory', () => checkDirectory(session, context)),
      await check('Accounts', () => checkList(session, context, 'account')),
      await check('Groups', () => checkList(session, context, 'entitlement')),
      await check('Members', () => checkMembers(session, context)),
      {
        name: 'Writing',
        passed: true,
        message:
          'Not tried: whether the bind account may write shows only when something is written. The first delivery tells.',
      },
    ];
    return { passed: checks.every(({ passed }) => passed), checks };
  } finally {
    session.close();
  }
}

function encryptionMessage({ settings }: LdapContext): string {
  if (settings.encryption === 'plain') return 'Not encrypted: the server is on this machine.';
  const by = settings.certificateAuthority === null ? 'one this system trusts' : 'the authority entered here';
  return `${settings.encryption === 'tls' ? 'LDAPS' : 'StartTLS'}; the certificate is valid for ${settings.host} and signed by ${by}.`;
}

async function check(name: string, look: () => Promise<Omit<ConnectionCheck, 'name'>>): Promise<ConnectionCheck> {
  try {
    return { name, ...(await look()) };
  } catch (thrown) {
    if (thrown instanceof LdapFault) return { name, passed: false, message: thrown.failure.message };
    throw thrown;
  }
}

/** What the server says of itself (RFC 4512 section 5.1), where it says it. */
async function checkDirectory(session: Session, { schema }: LdapContext): Promise<Omit<ConnectionCheck, 'name'>> {
  const [root] = await session.search({
    base: '',
    scope: 'base',
    filter: everything,
    attributes: ['supportedCapabilities', 'supportedControl'],
  });
  const isActiveDirectory = root?.texts('supportedCapabilities').includes(activeDirectoryCapability) ?? false;
  if (schema.activeDirectory && !isActiveDirectory)
    return { passed: false, message: 'This is no Active Directory. Choose the schema of this directory.' };
  if (!schema.activeDirectory && isActiveDirectory)
    return { passed: false, message: 'This is an Active Directory. Choose its schema.' };
  return {
    passed: true,
    message: root?.texts('supportedControl').includes(pagedResults)
      ? 'The directory fits the schema and gives long lists page by page.'
      : 'The directory does not say that it gives long lists page by page; a size limit there can stop a discovery.',
  };
}

async function checkList(
  session: Session,
  context: LdapContext,
  kind: EntryKind,
): Promise<Omit<ConnectionCheck, 'name'>> {
  const base = baseOf(context, kind);
  const { idAttribute } = context.schema;
  await requireBase(session, base);
  const found = await guardBase(
    base,
    session.search({ base, scope: 'sub', filter: filterOf(context, kind), attributes: [idAttribute] }),
  );
  if (found.some((entry) => idOf(entry, idAttribute) === null))
    return { passed: false, message: `The bind account may not read ${idAttribute} below ${base}. Give it the right.` };
  const what = `${kind === 'account' ? 'account' : 'group'}${found.length === 1 ? '' : 's'}`;
  if (found.length === 0 && kind === 'entitlement')
    return { passed: false, message: `No groups are found below ${base}. Check the base DN and the filter of groups.` };
  return { passed: true, message: `${base} can be read: ${found.length} ${what}.` };
}

async function checkMembers(session: Session, context: LdapContext): Promise<Omit<ConnectionCheck, 'name'>> {
  const base = baseOf(context, 'entitlement');
  const filter = filterOf(context, 'entitlement');
  const pages = session.pages({ base, scope: 'sub', filter, attributes: ['1.1'] });
  const first = (await guardBase(base, pages.next())).value?.[0];
  if (first === undefined) return { passed: true, message: 'There is no group yet whose members could be read.' };
  const members = await membersOf(session, context, first);
  return { passed: true, message: `The members of ${first.dn} can be read: ${members.length}.` };
}
