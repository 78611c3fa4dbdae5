/** What the connector does with OpenLDAP beyond the contract: large groups, lists that change, placeholders, accounts. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { capabilitiesOf, type Connector, type DiscoveryPage } from '#core/connectors/connector.ts';
import { pagesOf } from '#core/connectors/contract-suite.ts';
import { acceptsLogin, equals, personDraft } from '#core/testing/ldap-testbed.ts';
import { startOpenLdapTestbed, type OpenLdapTestbed } from '#core/testing/openldap-testbed.ts';
import { canRunSlapd } from '#core/testing/slapd-server.ts';
import { contextOf, ldapConnector } from './index.ts';
import { sameEntry } from './lookups.ts';
import { openSession } from './session.ts';

const never = new AbortController().signal;

describe.skipIf(!canRunSlapd())('OpenLDAP', () => {
  let bed: OpenLdapTestbed;
  beforeAll(async () => {
    bed = await startOpenLdapTestbed();
  });
  beforeEach(() => bed.newTree());
  afterAll(() => bed?.close());

  function open(more: Readonly<Record<string, unknown>> = {}): Required<Connector> {
    const configuration = ldapConnector.configuration.parse(bed.form(more));
    return ldapConnector.open({
      configuration,
      secrets: { password: bed.server.service.password },
    }) as Required<Connector>;
  }

  const signsIn = (dn: string, password: string): Promise<boolean> =>
    acceptsLogin({
      url: `ldap://${bed.server.host}:${bed.server.port}`,
      certificateAuthority: null,
      login: { dn, password },
    });

  const accountsOf = (pages: readonly DiscoveryPage[]) => pages.flatMap((page) => page.accounts);
  const grantsOf = (pages: readonly DiscoveryPage[]) => pages.flatMap((page) => page.grants);

  it('calls a list that the server cuts off no list', { timeout: 120_000 }, async () => {
    for (let made = 0; made <= 500; made += 1)
      await bed.admin.add(`uid=many${made},${bed.people()}`, { objectClass: 'inetOrgPerson', cn: 'Many', sn: 'Many' });
    // The reader gets no more than 500 entries of any list.
    const { reader } = bed.server;
    const limited = ldapConnector.open({
      configuration: ldapConnector.configuration.parse(bed.form({ bindDn: reader.dn })),
      secrets: { password: reader.password },
    }) as Required<Connector>;
    await expect(pagesOf(limited)).rejects.toMatchObject({ failure: { kind: 'needsPerson' } });
  });

  it('discovers everything that stays, once, while accounts and groups come, go and move', async () => {
    const stays: string[] = [];
    for (let made = 0; made < 30; made += 1) stays.push((await bed.person(`stays${made}`)).externalId);
    for (let made = 0; made < 10; made += 1) await bed.person(`goes${made}`);
    for (let made = 0; made < 8; made += 1) await bed.group(`group${made}`, [`uid=stays${made},${bed.people()}`]);
    await bed.admin.add(`ou=moved,${bed.people()}`, { objectClass: 'organizationalUnit' });
    const pages: DiscoveryPage[] = [];
    for await (const page of open({ pageSize: 3 }).discover(null, never)) {
      const round = pages.length;
      pages.push(page);
      if (round < 10) {
        await bed.admin.remove(`uid=goes${round},${bed.people()}`);
        await bed.person(`comes${round}`);
        await bed.admin.rename(`uid=stays${round},${bed.people()}`, `uid=renamed${round},ou=moved,${bed.people()}`);
        await bed.admin.change(`cn=group${round % 8},${bed.groups()}`, 'replace', 'member', [
          `uid=renamed${round},ou=moved,${bed.people()}`,
        ]);
      }
    }
    const seen = accountsOf(pages).map(({ externalId }) => externalId);
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen).toEqual(expect.arrayContaining(stays));
    expect(pages.flatMap((page) => page.entitlements)).toHaveLength(8);
    // The last two rounds gave the first two groups another member; each is an account that was moved.
    const expected = [8, 9, 2, 3, 4, 5, 6, 7].map((index) => stays[index]);
    expect(
      grantsOf(pages)
        .map(({ accountExternalId }) => accountExternalId)
        .toSorted(),
    ).toEqual(expected.map(String).toSorted());
  });

  it('does not write to an entry that took the DN of another', async () => {
    const configuration = ldapConnector.configuration.parse(bed.form());
    const context = contextOf(configuration, { password: bed.server.service.password });
    const ada = await bed.person('ada');
    const dn = `uid=ada,${bed.people()}`;
    const session = await openSession(context.settings, never);
    await expect(session.remove(dn, sameEntry(context, randomUUID()))).rejects.toMatchObject({
      code: 122,
      failure: { kind: 'retryable' },
    });
    await session.remove(dn, sameEntry(context, ada.externalId));
    session.close();
    expect(await bed.admin.find(bed.people(), equals('uid', 'ada'))).toEqual([]);
  });

  it('follows no referral, and leaves references in a list aside', async () => {
    await bed.person('ada');
    await bed.group('readers');
    const elsewhere = { objectClass: ['referral', 'extensibleObject'], ref: 'ldap://127.0.0.1:9/dc=elsewhere' };
    await bed.admin.add(`ou=elsewhere,${bed.people()}`, elsewhere);
    expect(accountsOf(await pagesOf(open()))).toHaveLength(1);
    await expect(pagesOf(open({ groupsBase: `ou=elsewhere,${bed.people()}` }))).rejects.toMatchObject({
      failure: { kind: 'needsPerson', message: expect.stringContaining('does not follow') },
    });
  });

  it('gives one last, empty page for a directory without accounts and groups', async () => {
    expect(await pagesOf(open())).toEqual([{ accounts: [], entitlements: [], grants: [], checkpoint: null }]);
  });

  it('starts anew from a checkpoint it cannot read', async () => {
    await bed.person('ada');
    for (const checkpoint of ['', 'nonsense', '{"phase":"users","after":null}', '[]', '{"phase":"account","after":7}'])
      expect(accountsOf(await pagesOf(open(), checkpoint))).toHaveLength(1);
  });

  it('knows members however their DNs are written, and leaves out what is no account', async () => {
    const ada = await bed.person('ada');
    const { id } = await bed.group('spelled', [
      `UID=Ada , OU=People,${bed.people().slice('ou=people,'.length).toUpperCase()}`,
      `cn=spelled,${bed.groups()}`,
      `uid=gone,${bed.people()}`,
      'cn=elsewhere,dc=example,dc=com',
    ]);
    expect(grantsOf(await pagesOf(open()))).toEqual([{ accountExternalId: ada.externalId, entitlementExternalId: id }]);
  });

  describe('the last member', () => {
    it.each([
      ['the group itself', {}, (group: string) => group],
      ['the entry of the form', { placeholderMember: 'cn=Nobody, dc=example' }, () => 'cn=Nobody,dc=example'],
    ])('leaves %s behind, which is never a grant', async (_name, settings, placeholder) => {
      const ada = await bed.person('ada');
      const { dn, id } = await bed.group('readers', [`uid=ada,${bed.people()}`]);
      const grant = { accountExternalId: ada.externalId, entitlementExternalId: id };
      const connector = open(settings);
      expect((await connector.revoke(grant, never)).kind).toBe('applied');
      expect(await bed.admin.texts(dn, 'member')).toEqual([placeholder(dn)]);
      expect((await connector.revoke(grant, never)).kind).toBe('already');
      expect(grantsOf(await pagesOf(connector))).toEqual([]);
      expect((await connector.grant(grant, never)).kind).toBe('applied');
      expect(grantsOf(await pagesOf(connector))).toEqual([grant]);
      expect((await connector.revoke(grant, never)).kind).toBe('applied');
      expect(await bed.admin.texts(dn, 'member')).toEqual([placeholder(dn)]);
    });

    it('is no member where an account is the placeholder', async () => {
      const nobody = await bed.person('nobody');
      const placeholderMember = `uid=nobody,${bed.people()}`;
      const { id } = await bed.group('readers', [placeholderMember]);
      const grant = { accountExternalId: nobody.externalId, entitlementExternalId: id };
      const connector = open({ placeholderMember });
      expect(await connector.read(grant, never)).toMatchObject({ value: { held: false } });
      expect((await connector.grant(grant, never)).kind).toBe('refused');
      expect((await connector.revoke(grant, never)).kind).toBe('already');
      expect(grantsOf(await pagesOf(connector))).toEqual([]);
    });

    it('is one of two that are revoked at the same moment', async () => {
      const people = [await bed.person('ada'), await bed.person('grace')];
      const { dn, id } = await bed.group(
        'readers',
        ['ada', 'grace'].map((name) => `uid=${name},${bed.people()}`),
      );
      const connector = open();
      const outcomes = await Promise.all(
        people.map((person) =>
          connector.revoke({ accountExternalId: person.externalId, entitlementExternalId: id }, never),
        ),
      );
      expect(outcomes.map(({ kind }) => kind)).toEqual(['applied', 'applied']);
      expect(await bed.admin.texts(dn, 'member')).toEqual([dn]);
    });
  });

  describe('accounts', () => {
    it('are created with a first password that works, is not kept in the clear and is to be changed', async () => {
      const draft = personDraft('ada@example.com', { initialPassword: 'F1rst "Passwörd"' });
      const created = await open({ disabling: 'ppolicy', accountKind: 'posixAccount' }).createAccount(draft, never);
      expect(created).toMatchObject({ kind: 'applied', value: { username: 'ada', active: true } });
      const dn = `uid=ada,${bed.people()}`;
      expect(await bed.admin.texts(dn, 'userPassword')).toEqual([expect.stringMatching(/^\{SSHA\}/)]);
      expect(await bed.admin.texts(dn, 'pwdReset')).toEqual(['TRUE']);
      expect(await bed.admin.texts(dn, 'shadowLastChange')).toEqual(['0']);
      expect(await bed.admin.texts(dn, 'homeDirectory')).toEqual(['/home/ada']);
      expect(await signsIn(dn, 'F1rst "Passwörd"')).toBe(true);
      expect(JSON.stringify(created)).not.toContain('F1rst');
    });

    it('get numbers of their own, also when several are created at the same moment', async () => {
      const connector = open({ accountKind: 'posixAccount', firstUidNumber: 20_000 });
      const names = ['a1', 'a2', 'a3', 'a4'];
      const outcomes = await Promise.all(names.map((name) => connector.createAccount(personDraft(name), never)));
      expect(outcomes.map(({ kind }) => kind)).toEqual(names.map(() => 'applied'));
      const numbers = await Promise.all(
        names.map((name) => bed.admin.texts(`uid=${name},${bed.people()}`, 'uidNumber')),
      );
      expect(new Set(numbers.flat()).size).toBe(4);
      expect(Math.min(...numbers.flat().map(Number))).toBeGreaterThanOrEqual(20_000);
    });

    it.each(['comma, "quoted" + Ünï=cödé 名前', String.raw`back\slash`, '* (wild)', '#hash', ' leading space'])(
      'are created, found and deleted under the name %j',
      async (username) => {
        const connector = open();
        const draft = personDraft(username, { email: 'awkward@example.com' });
        const created = await connector.createAccount(draft, never);
        expect(created).toMatchObject({ kind: 'applied', value: { username } });
        const found = await connector.findAccount({ username, email: '' }, never);
        expect(found).toMatchObject({ kind: 'already', value: { username } });
        expect(await connector.createAccount(draft, never)).toMatchObject({ kind: 'already' });
        expect(await bed.admin.find(bed.people(), equals('objectClass', 'inetOrgPerson'))).toHaveLength(1);
        const account = (found as Extract<typeof found, { kind: 'already' }>).value;
        expect((await connector.deleteAccount(account, never)).kind).toBe('applied');
        expect(await bed.admin.find(bed.people(), equals('objectClass', 'inetOrgPerson'))).toEqual([]);
      },
    );

    it('are not guessed: a wildcard finds nobody, and a name with another address waits for a person', async () => {
      await bed.person('ada');
      const connector = open();
      expect(await connector.findAccount({ username: '*', email: '*' }, never)).toMatchObject({ kind: 'notFound' });
      const namesake = personDraft('ada@other.example', { email: 'ada@other.example' });
      expect(await connector.findAccount(namesake, never)).toMatchObject({ kind: 'needsPerson' });
      expect(await connector.createAccount(namesake, never)).toMatchObject({ kind: 'needsPerson' });
      await bed.person('ada2', { mail: 'ADA@other.example' });
      expect(await connector.findAccount(namesake, never)).toMatchObject({ value: { username: 'ada2' } });
      await bed.person('ada3', { mail: 'ada@other.example' });
      expect(await connector.findAccount(namesake, never)).toMatchObject({ kind: 'needsPerson' });
    });

    it('keep other addresses, and what they are named by, when they are brought up to date', async () => {
      const ada = await bed.person('ada', { mail: ['ada@example.com', 'alias@example.com'], title: 'Analyst' });
      const connector = open();
      const draft = personDraft('ada', { email: 'new@example.com', jobTitle: null });
      expect((await connector.updateAccount(ada, draft, never)).kind).toBe('applied');
      const dn = `uid=ada,${bed.people()}`;
      expect((await bed.admin.texts(dn, 'mail')).toSorted()).toEqual([
        'ada@example.com',
        'alias@example.com',
        'new@example.com',
      ]);
      expect(await bed.admin.texts(dn, 'title')).toEqual(['Analyst']);
      expect((await connector.updateAccount(ada, draft, never)).kind).toBe('already');
      await bed.admin.remove(dn);
      expect(await connector.updateAccount(ada, draft, never)).toMatchObject({ kind: 'notFound', what: 'account' });
    });

    it('are switched off by the attribute of the form; without one the ability is not there', async () => {
      const ada = await bed.person('ada', { employeeType: 'active' });
      const byAttribute = { disabling: 'attribute', disabledAttribute: 'employeeType', disabledValue: 'disabled' };
      const connector = open({ ...byAttribute, enabledValue: 'active' });
      expect((await connector.disableAccount(ada, never)).kind).toBe('applied');
      expect(await bed.admin.texts(`uid=ada,${bed.people()}`, 'employeeType')).toEqual(['disabled']);
      expect((await connector.enableAccount(ada, never)).kind).toBe('applied');
      expect(await bed.admin.texts(`uid=ada,${bed.people()}`, 'employeeType')).toEqual(['active']);
      expect(capabilitiesOf(connector)).toEqual(ldapConnector.description.capabilities);
      expect(capabilitiesOf(open())).not.toContain('disableAccount');
    });

    it('cannot sign in while the password policy has them locked', async () => {
      const ada = await bed.person('ada', { userPassword: 'correct horse' });
      const connector = open({ disabling: 'ppolicy' });
      expect((await connector.disableAccount(ada, never)).kind).toBe('applied');
      expect(await signsIn(`uid=ada,${bed.people()}`, 'correct horse')).toBe(false);
      expect((await connector.enableAccount(ada, never)).kind).toBe('applied');
      expect(await signsIn(`uid=ada,${bed.people()}`, 'correct horse')).toBe(true);
    });
  });
});
