/** What is different in Active Directory, against a real Samba domain controller; and the contract of connectors there. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { uniqueName } from '#core/connectors/contract-harness.ts';
import { describeConnectorContract, pagesOf, type ContractHarness } from '#core/connectors/contract-suite.ts';
import {
  acceptsLogin,
  awkwardNames,
  equals,
  openDirectory,
  personDraft,
  type DirectoryAdmin,
} from '#core/testing/ldap-testbed.ts';
import { canRunSambaAd, startSambaAd, type SambaAdServer } from '#core/testing/samba-ad-server.ts';
import { guidOf } from './entries.ts';
import { ldapConnector } from './index.ts';
import { escapeDnValue } from './names.ts';

const never = new AbortController().signal;
describe.skipIf(!canRunSambaAd())('Active Directory (Samba)', () => {
  let server: SambaAdServer;
  let admin: DirectoryAdmin;
  let unit: string;
  let counter = 0;

  beforeAll(async () => {
    server = await startSambaAd();
    admin = await openDirectory({
      url: `ldaps://${server.host}`,
      certificateAuthority: server.certificateAuthority,
      login: server.admin,
    });
  }, 120_000);
  afterAll(async () => {
    await admin?.close();
    await server?.stop();
  });

  type Settings = Readonly<Record<string, string | number>>;

  function open(more: Settings = {}, password = server.admin.password): Required<Connector> {
    return ldapConnector.open({
      configuration: ldapConnector.configuration.parse({
        address: `ldaps://${server.host}`,
        encryption: 'tls',
        certificateAuthority: server.certificateAuthority,
        bindDn: server.admin.dn,
        schema: 'activeDirectory',
        accountsBase: unit,
        groupsBase: unit,
        pageSize: 2,
        ...more,
      }),
      secrets: { password },
    }) as Required<Connector>;
  }

  async function newUnit(): Promise<string> {
    unit = `OU=${randomUUID()},${server.base}`;
    await admin.add(unit, { objectClass: 'organizationalUnit' });
    return unit;
  }

  const idAt = async (dn: string): Promise<string> => guidOf((await admin.bytes(dn, 'objectGUID')) ?? Buffer.alloc(16));

  const idsByDn = async (): Promise<ReadonlyMap<string, string>> =>
    new Map([...(await admin.valuesBelow(unit, 'objectGUID'))].map(([dn, value]) => [dn, guidOf(value)]));

  async function makeGroup(name: string): Promise<{ readonly dn: string; readonly id: string }> {
    const dn = `CN=${escapeDnValue(name)},${unit}`;
    counter += 1;
    await admin.add(dn, { objectClass: 'group', sAMAccountName: `group${counter}` });
    return { dn, id: await idAt(dn) };
  }

  async function makeUser(username: string): Promise<{ readonly dn: string; readonly id: string }> {
    const dn = `CN=${escapeDnValue(username)},${unit}`;
    await admin.add(dn, {
      objectClass: 'user',
      sAMAccountName: username,
      mail: `${username}@example.com`,
      displayName: `Person ${username}`,
      userAccountControl: '512',
      unicodePwd: Buffer.from('"Some-Passw0rd"', 'utf16le'),
    });
    return { dn, id: await idAt(dn) };
  }

  const guidFilter = (id: string) => equals('objectGUID', id);

  // Enough for a list of members that comes in parts; making 5,000 users takes Samba minutes.
  const options = { capabilities: ldapConnector.description.capabilities, names: awkwardNames, crowd: 1600 };
  describeConnectorContract('Active Directory', options, async () => {
    await newUnit();
    await makeGroup('always there');
    const harness: ContractHarness = {
      open: ({ credential, ...settings } = {}) =>
        open(settings, credential === 'wrong' ? 'Not-the-passw0rd' : server.admin.password),
      makeEntitlement: async (name) => (await makeGroup(name)).id,
      async makeAccount(username) {
        const { id } = await makeUser(username);
        return { externalId: id, username, email: `${username}@example.com`, displayName: username, active: true };
      },
      async removeAccount({ username }) {
        await admin.remove(`CN=${escapeDnValue(username)},${unit}`);
      },
      async makeCrowd(size) {
        const people = Array.from({ length: size }, () => uniqueName());
        for (const name of people) await admin.add(`CN=${name},${unit}`, { objectClass: 'user', sAMAccountName: name });
        const group = await makeGroup('crowd');
        await admin.change(
          group.dn,
          'add',
          'member',
          people.map((name) => `CN=${name},${unit}`),
        );
        const ids = await idsByDn();
        return {
          entitlement: group.id,
          accounts: people.map((name) => ids.get(`CN=${name},${unit}`) ?? name),
        };
      },
      async hush() {
        server.signal('SIGSTOP');
        return async () => server.signal('SIGCONT');
      },
      draftOf: (username) => personDraft(username, { initialPassword: 'Some-Passw0rd' }),
      unknownAccount: randomUUID(),
      unknownEntitlement: randomUUID(),
      async holdersOf(entitlement) {
        const [dn = ''] = await admin.find(unit, guidFilter(entitlement));
        // The list of members itself comes in parts when it is long.
        const [ids, members] = [await idsByDn(), await admin.find(unit, equals('memberOf', dn))];
        return members.map((member) => ids.get(member) ?? member);
      },
      countAccounts: async (username) => (await admin.find(server.base, equals('sAMAccountName', username))).length,
      async close() {
        // The next case has a unit of its own; the server goes with the file.
      },
    };
    return harness;
  });

  const signsIn = (dn: string, password: string): Promise<boolean> =>
    acceptsLogin({
      url: `ldaps://${server.host}`,
      certificateAuthority: server.certificateAuthority,
      login: { dn, password },
    });

  it('passes its test and says that it is an Active Directory', async () => {
    await newUnit();
    await makeGroup('readers');
    const { passed, checks } = await open().test(never);
    expect(checks.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      expect.stringContaining('Server:'),
      expect.stringContaining('LDAPS; the certificate is valid'),
      expect.stringContaining('Sign-in:'),
      expect.stringContaining('fits the schema'),
      expect.stringContaining('0 accounts'),
      expect.stringContaining('1 group'),
      expect.stringContaining('can be read: 0'),
      expect.stringContaining('Not tried'),
    ]);
    expect(passed).toBe(true);
    const other = await open({ schema: 'groupOfNames', groupFilter: '(objectClass=group)' }).test(never);
    expect(other.checks.find(({ name }) => name === 'Directory')).toMatchObject({ passed: false });
  });

  it('works over StartTLS, and says what to do where a simple bind needs encryption', async () => {
    await newUnit();
    const { id } = await makeGroup('readers');
    const user = await makeUser('starttls');
    const grant = { accountExternalId: user.id, entitlementExternalId: id };
    const overStartTls = open({ address: `ldap://${server.host}`, encryption: 'startTls' });
    expect((await overStartTls.grant(grant, never)).kind).toBe('applied');
    const plain = open({ address: `ldap://${server.host}`, encryption: 'plain' });
    expect(await plain.grant(grant, never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('LDAPS or StartTLS'),
    });
  });

  it('creates an account whose first password must be changed, with everything it knows of the person', async () => {
    await newUnit();
    const draft = personDraft('ada.lovelace@corp.example', {
      email: 'ada.lovelace@corp.example',
      displayName: 'Ada "The First" Lovelace, Countess',
      initialPassword: 'F1rst-Passw0rd äß',
    });
    const created = await open({ principalSuffix: 'corp.example' }).createAccount(draft, never);
    expect(created).toMatchObject({
      kind: 'applied',
      value: { username: 'ada.lovelace', email: draft.email, displayName: draft.displayName, active: true },
    });
    expect(JSON.stringify(created)).not.toContain('Passw0rd');
    const dn = `CN=ada.lovelace,${unit}`;
    expect(await admin.texts(dn, 'pwdLastSet')).toEqual(['0']);
    expect(await admin.texts(dn, 'userAccountControl')).toEqual(['512']);
    expect(await admin.texts(dn, 'userPrincipalName')).toEqual(['ada.lovelace@corp.example']);
    expect(await admin.texts(dn, 'department')).toEqual(['Engineering']);
    expect(await signsIn('ada.lovelace@corp.example', 'F1rst-Passw0rd äß')).toBe(false);
    await admin.change(dn, 'replace', 'pwdLastSet', ['-1']);
    expect(await signsIn('ada.lovelace@corp.example', 'F1rst-Passw0rd äß')).toBe(true);
  });

  it('creates an account without a password disabled, and refuses names the directory does not take', async () => {
    await newUnit();
    const connector = open();
    expect(await connector.createAccount(personDraft('nopassword'), never)).toMatchObject({
      kind: 'applied',
      value: { active: false },
    });
    for (const username of ['a-name-of-more-than-20-letters', 'with/slash', 'dot.'])
      expect(await connector.createAccount(personDraft(username), never)).toMatchObject({ kind: 'refused' });
    const weak = personDraft('weakling', { initialPassword: 'a' });
    expect(await connector.createAccount(weak, never)).toMatchObject({ kind: 'refused' });
    expect(await admin.find(unit, equals('sAMAccountName', 'weakling'))).toEqual([]);
  });

  it('does not take an account elsewhere in the domain for a new one', async () => {
    await newUnit();
    const first = unit;
    await makeUser('elsewhere');
    await newUnit();
    const draft = personDraft('elsewhere', { email: 'other@example.com', initialPassword: 'Some-Passw0rd' });
    expect(await open().createAccount(draft, never)).toMatchObject({ kind: 'refused' });
    expect(await admin.find(server.base, equals('sAMAccountName', 'elsewhere'))).toEqual([`CN=elsewhere,${first}`]);
  });

  it('switches a login off and on, and leaves the other flags as they are', async () => {
    await newUnit();
    const { dn, id } = await makeUser('switched');
    await admin.change(dn, 'replace', 'userAccountControl', ['66048']);
    const account = { externalId: id, username: 'switched', email: null, displayName: null, active: true };
    const connector = open();
    expect((await connector.disableAccount(account, never)).kind).toBe('applied');
    expect(await admin.texts(dn, 'userAccountControl')).toEqual(['66050']);
    expect(await signsIn(`switched@${server.domain}`, 'Some-Passw0rd')).toBe(false);
    expect((await connector.enableAccount(account, never)).kind).toBe('applied');
    expect(await admin.texts(dn, 'userAccountControl')).toEqual(['66048']);
    expect(await signsIn(`switched@${server.domain}`, 'Some-Passw0rd')).toBe(true);
  });

  it('knows an account and a group by their ids after both were renamed and moved', async () => {
    await newUnit();
    const user = await makeUser('before');
    const group = await makeGroup('before the change');
    await admin.add(`OU=inner,${unit}`, { objectClass: 'organizationalUnit' });
    await admin.rename(user.dn, `CN=after\\, the change,OU=inner,${unit}`);
    await admin.rename(group.dn, `CN=group after,OU=inner,${unit}`);
    const grant = { accountExternalId: user.id, entitlementExternalId: group.id };
    expect(await open().grant(grant, never)).toMatchObject({ kind: 'applied' });
    expect(await admin.texts(`CN=group after,OU=inner,${unit}`, 'member')).toEqual([
      `CN=after\\, the change,OU=inner,${unit}`,
    ]);
  });

  it('counts direct members alone, and says when access comes through another group', async () => {
    await newUnit();
    const [outer, inner, user] = [await makeGroup('outer'), await makeGroup('inner'), await makeUser('nested')];
    await admin.change(outer.dn, 'add', 'member', [inner.dn]);
    await admin.change(inner.dn, 'add', 'member', [user.dn]);
    const grant = { accountExternalId: user.id, entitlementExternalId: outer.id };
    const direct = open();
    expect(await direct.read(grant, never)).toMatchObject({
      value: { held: false },
      facts: { throughOtherGroup: 'yes' },
    });
    expect((await direct.revoke(grant, never)).kind).toBe('already');
    const grants = (await pagesOf(direct)).flatMap((page) => page.grants);
    expect(grants).toEqual([{ accountExternalId: user.id, entitlementExternalId: inner.id }]);
  });

  it('counts members through other groups where that is asked for, and does not call them revoked', async () => {
    await newUnit();
    const [outer, inner, user] = [await makeGroup('outer'), await makeGroup('inner'), await makeUser('effective')];
    await admin.change(outer.dn, 'add', 'member', [inner.dn]);
    await admin.change(inner.dn, 'add', 'member', [user.dn]);
    const grant = { accountExternalId: user.id, entitlementExternalId: outer.id };
    const effective = open({ nestedGroups: 'effective' });
    expect(await effective.read(grant, never)).toMatchObject({ value: { held: true } });
    expect((await effective.grant(grant, never)).kind).toBe('applied');
    expect(await effective.revoke(grant, never)).toMatchObject({ kind: 'needsPerson' });
    expect(await admin.texts(outer.dn, 'member')).toEqual([inner.dn]);
    const grants = (await pagesOf(effective)).flatMap((page) => page.grants);
    expect(grants).toHaveLength(2);
    await admin.change(inner.dn, 'delete', 'member', [user.dn]);
    expect((await effective.revoke(grant, never)).kind).toBe('already');
  });

  it('counts the primary group, and leaves its removal to a person', async () => {
    await newUnit();
    const user = await makeUser('primary');
    const connector = open({ groupsBase: `CN=Users,${server.base}`, groupFilter: '(cn=Domain Users)' });
    const entitlementExternalId = await idAt(`CN=Domain Users,CN=Users,${server.base}`);
    const grant = { accountExternalId: user.id, entitlementExternalId };
    expect(await connector.read(grant, never)).toMatchObject({ value: { held: true } });
    expect((await connector.grant(grant, never)).kind).toBe('already');
    expect((await connector.revoke(grant, never)).kind).toBe('needsPerson');
    expect((await pagesOf(connector)).flatMap((page) => page.grants)).toEqual([grant]);
  });
});
