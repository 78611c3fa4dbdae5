/** What the connector says on bad days: wrong password, wrong certificate, no rights, silence, broken lines. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, RemoteGrant } from '#core/connectors/connector.ts';
import { pagesOf } from '#core/connectors/contract-suite.ts';
import { createCertificateAuthority } from '#core/testing/certificates.ts';
import { personDraft } from '#core/testing/ldap-testbed.ts';
import { startOpenLdapTestbed, type OpenLdapTestbed } from '#core/testing/openldap-testbed.ts';
import { canRunSlapd, type Login } from '#core/testing/slapd-server.ts';
import { startWireTap, type WireTap } from '#core/testing/wire-tap.ts';
import { ldapConnector } from './index.ts';

const never = new AbortController().signal;

describe.skipIf(!canRunSlapd())('a directory on a bad day', () => {
  let bed: OpenLdapTestbed;
  let tap: WireTap;
  let grant: RemoteGrant;
  beforeAll(async () => {
    bed = await startOpenLdapTestbed();
  });
  beforeEach(async () => {
    await bed.newTree();
    tap = await startWireTap({ host: bed.server.host, port: bed.server.port });
    const ada = await bed.person('ada');
    grant = { accountExternalId: ada.externalId, entitlementExternalId: (await bed.group('readers')).id };
  });
  afterEach(() => tap.close());
  afterAll(() => bed?.close());

  function open(more: Readonly<Record<string, unknown>> = {}, login: Login = bed.server.service): Required<Connector> {
    const configuration = ldapConnector.configuration.parse(bed.form({ bindDn: login.dn, ...more }));
    return ldapConnector.open({ configuration, secrets: { password: login.password } }) as Required<Connector>;
  }

  const throughTap = () => ({ address: `ldap://127.0.0.1:${tap.port}`, encryption: 'plain', timeoutSeconds: 1 });
  const members = () => bed.admin.texts(`cn=readers,${bed.groups()}`, 'member');

  async function checksOf(connector: Required<Connector>) {
    return (await connector.test(never)).checks.map(({ name, passed }) => `${name} ${passed ? 'passed' : 'failed'}`);
  }

  it('has its checks pass one by one, and says that writing is not tried', async () => {
    const tested = await open().test(never);
    expect(tested.passed).toBe(true);
    expect(tested.checks.map(({ message }) => message)).toEqual([
      expect.stringContaining(`:${bed.server.tlsPort} takes connections`),
      expect.stringContaining('signed by the authority entered here'),
      expect.stringContaining(bed.server.service.dn),
      expect.stringContaining('page by page'),
      expect.stringContaining('1 account.'),
      expect.stringContaining('1 group.'),
      expect.stringContaining('can be read: 1'),
      expect.stringContaining('Not tried'),
    ]);
  });

  it.each(['tls', 'startTls'])('is not spoken to with a certificate of another authority (%s)', async (encryption) => {
    const address = `${encryption === 'tls' ? 'ldaps' : 'ldap'}://127.0.0.1:${encryption === 'tls' ? bed.server.tlsPort : tap.port}`;
    const certificateAuthority = createCertificateAuthority().certificate;
    for (const wrong of [{ certificateAuthority }, { certificateAuthority: '' }]) {
      const connector = open({ address, encryption, ...wrong });
      expect(await checksOf(connector)).toEqual(['Server passed', 'Encryption failed']);
      expect(await connector.grant(grant, never)).toMatchObject({
        kind: 'needsPerson',
        message: expect.stringContaining('certificate'),
      });
    }
    expect(tap.sent()).not.toContain(bed.server.service.password);
  });

  it('is not spoken to with a certificate for another name, or one that has expired', async () => {
    for (const options of [
      { certificateHosts: ['ldap.example.com'] },
      { validity: { from: new Date('2020-01-01'), to: new Date('2020-02-01') } },
    ]) {
      const other = await startOpenLdapTestbed(options);
      const connector = open(other.form());
      expect(await checksOf(connector)).toEqual(['Server passed', 'Encryption failed']);
      expect(await connector.read(grant, never)).toMatchObject({ kind: 'needsPerson' });
      await other.close();
    }
  });

  it('sends no password in the clear over StartTLS', async () => {
    const connector = open({ address: `ldap://127.0.0.1:${tap.port}`, encryption: 'startTls' });
    expect((await connector.grant(grant, never)).kind).toBe('applied');
    expect(tap.sent().length).toBeGreaterThan(0);
    expect(tap.sent()).not.toContain(bed.server.service.password);
    expect(tap.sent()).not.toContain('readers');
  });

  it('is told apart from a port that does not speak TLS', async () => {
    const connector = open({ address: `ldaps://127.0.0.1:${bed.server.port}`, timeoutSeconds: 2 });
    const tested = await connector.test(never);
    expect(tested.passed).toBe(false);
    expect(tested.checks.map(({ name }) => name)).toEqual(['Server', 'Encryption']);
  });

  it('refuses a wrong password, and nobody repeats it', async () => {
    const wrong = { ...bed.server.service, password: 'wrong-secret' };
    const connector = open(throughTap(), wrong);
    expect(await checksOf(connector)).toEqual(['Server passed', 'Encryption passed', 'Sign-in failed']);
    const outcome = await connector.grant(grant, never);
    expect(outcome).toMatchObject({ kind: 'needsPerson' });
    expect(JSON.stringify(outcome)).not.toContain('wrong-secret');
    expect(tap.sent().split('wrong-secret')).toHaveLength(3);
    expect(await open({}, { ...wrong, password: '' }).grant(grant, never)).toMatchObject({ kind: 'needsPerson' });
  });

  it('needs a person where the bind account may not write', async () => {
    const connector = open({}, bed.server.reader);
    expect(await connector.read(grant, never)).toMatchObject({ value: { held: false } });
    const account = {
      externalId: grant.accountExternalId,
      username: 'ada',
      email: null,
      displayName: null,
      active: true,
    };
    for (const outcome of [
      await connector.grant(grant, never),
      await connector.createAccount(personDraft('grace'), never),
      await connector.updateAccount(account, personDraft('ada', { jobTitle: 'Other' }), never),
      await connector.deleteAccount(account, never),
    ])
      expect(outcome).toMatchObject({ kind: 'needsPerson', message: expect.stringContaining('result 50') });
  });

  it('is not taken for empty by a bind account that may not look', async () => {
    const connector = open({}, bed.server.blind);
    expect(await checksOf(connector)).toEqual([
      'Server passed',
      'Encryption passed',
      'Sign-in passed',
      'Directory passed',
      'Accounts failed',
      'Groups failed',
      'Members failed',
      'Writing passed',
    ]);
    expect((await connector.revoke(grant, never)).kind).toBe('needsPerson');
    expect((await connector.findAccount(personDraft('ada'), never)).kind).toBe('needsPerson');
    await expect(pagesOf(connector)).rejects.toMatchObject({ failure: { kind: 'needsPerson' } });
  });

  it('is not taken for empty under a base DN that is not there', async () => {
    const missing = { groupsBase: `ou=nowhere,${bed.server.base}` };
    expect((await open(missing).revoke(grant, never)).kind).toBe('needsPerson');
    await expect(pagesOf(open(missing))).rejects.toMatchObject({ failure: { kind: 'needsPerson' } });
  });

  it('is asked again later when it is down', async () => {
    const connector = open(throughTap());
    await tap.close();
    tap = await startWireTap({ host: bed.server.host, port: bed.server.port });
    expect(await connector.grant(grant, never)).toMatchObject({ kind: 'retryable' });
    expect(await checksOf(connector)).toEqual(['Server failed']);
  });

  it.each(['freezeAt', 'cutAfter'] as const)('is asked again when a write gets no answer (%s)', async (fault) => {
    const connector = open(throughTap());
    // The value of the write, which stands behind the name of the attribute in no other request.
    tap[fault]('\x04\x06member1');
    expect(await connector.grant(grant, never)).toMatchObject({ kind: 'retryable' });
    expect((await connector.grant(grant, never)).kind).toMatch(/applied|already/);
    expect(await members()).toHaveLength(2);
    expect(await connector.read(grant, never)).toMatchObject({ value: { held: true } });
  });

  it('is asked again when it hangs, and a stop ends the wait', async () => {
    bed.server.signal('SIGSTOP');
    try {
      const connector = open({ ...throughTap(), timeoutSeconds: 600 });
      const stop = new AbortController();
      const waiting = connector.grant(grant, stop.signal);
      setTimeout(() => stop.abort(), 100);
      expect(await waiting).toMatchObject({ kind: 'retryable', message: expect.stringContaining('stopped') });
      expect(await open(throughTap()).grant(grant, never)).toMatchObject({
        kind: 'retryable',
        message: expect.stringContaining('within 1 s'),
      });
    } finally {
      bed.server.signal('SIGCONT');
    }
    expect(await open().read(grant, never)).toMatchObject({ value: { held: false } });
  });

  it('ends a discovery with a fault when the line breaks, and goes on from its last page', async () => {
    for (let made = 0; made < 9; made += 1) await bed.person(`more${made}`);
    const connector = open({ ...throughTap(), pageSize: 4 });
    const pages = connector.discover(null, never)[Symbol.asyncIterator]();
    const first = await pages.next();
    tap.cutAfter(bed.server.service.dn);
    await expect(pages.next()).rejects.toMatchObject({ failure: { kind: 'retryable' } });
    const checkpoint = (first.value as { checkpoint: string }).checkpoint;
    const rest = await pagesOf(connector, checkpoint);
    expect(rest.flatMap((page) => page.accounts)).toHaveLength(6);
  });
});
