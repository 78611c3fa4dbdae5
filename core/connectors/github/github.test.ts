/** What the connector does with an organization: who is who, invitations, teams within teams, long lists. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountDraft, Connector, DiscoveryPage } from '#core/connectors/connector.ts';
import { startGithubServer, type GithubServer } from '#core/testing/github-server.ts';
import { startScriptedProxy } from '#core/testing/scripted-proxy.ts';
import { githubConnector } from './index.ts';

const never = new AbortController().signal;

let server: GithubServer;
beforeEach(async () => {
  server = await startGithubServer();
});
afterEach(async () => {
  await server.close();
  // Whatever a test looked at, the server kept to GitHub's own schema and so did what it was asked.
  if (server.problems.length > 0) throw new Error(server.problems.join('\n'));
});

function open(
  more: Readonly<Record<string, unknown>> = {},
  secrets: Readonly<Record<string, string>> = { token: server.token },
): Required<Connector> {
  const configuration = githubConnector.configuration.parse({
    baseUrl: server.baseUrl,
    organization: 'example-inc',
    authentication: 'token',
    identities: 'saml',
    pageSize: 3,
    ...more,
  });
  return githubConnector.open({ configuration, secrets }) as Required<Connector>;
}

function draftOf(email: string): AccountDraft {
  const nobody = { firstName: null, lastName: null, department: null, jobTitle: null };
  return { username: email, email, displayName: 'Ada Lovelace', employeeId: 'e-1', ...nobody };
}

const sought = (email: string) => ({ username: email, email });

async function collect(pages: AsyncIterable<DiscoveryPage>): Promise<readonly DiscoveryPage[]> {
  const all: DiscoveryPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

function invitationId(externalId: string): number {
  return Number(externalId.replace('invitation:', ''));
}

describe('who is who', () => {
  it('is what single sign-on says, without regard to case', async () => {
    const ada = server.addMember('ada-l', { nameId: 'Ada@Example.com' });
    expect(await open().findAccount(sought('ADA@example.COM'), never)).toMatchObject({
      kind: 'already',
      value: { externalId: String(ada.id), username: 'ada-l', active: true },
    });
  });

  it('is what the verified domains say, over many pages', async () => {
    for (let index = 0; index < 7; index += 1)
      server.addMember(`m${index}`, { domainEmails: [`m${index}@example.com`] });
    expect(await open({ identities: 'verifiedDomain' }).findAccount(sought('m6@example.com'), never)).toMatchObject({
      value: { username: 'm6' },
    });
  });

  it('is what the list says before anything else', async () => {
    server.addMember('listed-one');
    const connector = open({ identities: 'listed', logins: 'ada@example.com listed-one\n' });
    expect(await connector.findAccount(sought('Ada@example.com'), never)).toMatchObject({
      value: { username: 'listed-one' },
    });
  });

  it('is never guessed from a login, a profile or a part of an address', async () => {
    server.addMember('ada');
    server.addMember('somebody', { nameId: 'ada@example.com.evil.example' });
    for (const identities of ['saml', 'verifiedDomain', 'listed']) {
      const connector = open({ identities });
      for (const email of ['ada@example.com', 'somebody-else@example.com', 'ada'])
        expect(await connector.findAccount(sought(email), never)).toMatchObject({ kind: 'notFound', what: 'account' });
    }
  });

  it('is left to a person when two accounts have the same address', async () => {
    server.addMember('one', { nameId: 'ada@example.com' });
    server.addMember('two', { nameId: 'ADA@example.com' });
    expect(await open().findAccount(sought('ada@example.com'), never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('one, two'),
    });
  });

  it('is left to a person when the organization has no single sign-on', async () => {
    server.state.saml = false;
    expect(await open().findAccount(sought('ada@example.com'), never)).toMatchObject({ kind: 'needsPerson' });
    expect(await open().test(never)).toMatchObject({ passed: false });
  });
});

describe('an invitation', () => {
  it('is sent once, in whatever case the address is given, and is an account until it is accepted', async () => {
    const connector = open();
    const created = await connector.createAccount(draftOf('Ada@example.com'), never);
    expect(created).toMatchObject({ kind: 'applied', value: { active: true, email: 'Ada@example.com' } });
    for (const email of ['Ada@example.com', 'ada@EXAMPLE.com'])
      expect(await connector.createAccount(draftOf(email), never)).toMatchObject({ kind: 'already' });
    expect(server.state.invitations.size).toBe(1);
    expect(await connector.findAccount(sought('ada@example.com'), never)).toMatchObject({
      kind: 'already',
      value: { externalId: expect.stringMatching(/^invitation:\d+$/) },
    });
  });

  it('is waited for, and the team follows once it is accepted', async () => {
    const connector = open();
    const team = server.addTeam('Readers');
    const created = await connector.createAccount(draftOf('ada@example.com'), never);
    if (created.kind !== 'applied') throw new Error(JSON.stringify(created));
    const wanted = { accountExternalId: created.value.externalId, entitlementExternalId: String(team.id) };
    expect(await connector.grant(wanted, never)).toMatchObject({
      kind: 'retryable',
      waitsFor: expect.stringContaining('accepted'),
    });
    expect(await connector.read(wanted, never)).toMatchObject({ value: { held: false } });
    server.accept(invitationId(created.value.externalId), 'ada-l');
    expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'notFound', what: 'account' });
    const found = await connector.createAccount(draftOf('ada@example.com'), never);
    if (found.kind !== 'already') throw new Error(JSON.stringify(found));
    expect(found.value).toMatchObject({ username: 'ada-l', active: true });
    expect(await connector.grant({ ...wanted, accountExternalId: found.value.externalId }, never)).toMatchObject({
      kind: 'applied',
    });
    expect(server.membersOf(team)).toEqual(['ada-l']);
    // What was accepted cannot be taken back as an invitation any more.
    expect(await connector.deleteAccount(created.value, never)).toMatchObject({ kind: 'needsPerson' });
  });

  it('that names the team is pending, and cannot be taken out of it', async () => {
    const team = server.addTeam('Readers');
    const id = (server.state.nextId += 1);
    server.state.invitations.set(id, { id, email: 'ada@example.com', login: null, teamIds: [team.id] });
    const asked = { accountExternalId: `invitation:${id}`, entitlementExternalId: String(team.id) };
    expect(await open().read(asked, never)).toMatchObject({ value: { held: false, pending: true } });
    expect(await open().grant(asked, never)).toMatchObject({ kind: 'already' });
    expect(await open().revoke(asked, never)).toMatchObject({ kind: 'needsPerson' });
  });

  it('goes to the very account that is listed for the person, whose team is pending then', async () => {
    const ada = server.addPerson('ada-l');
    const team = server.addTeam('Readers');
    const connector = open({ identities: 'listed', logins: 'ada@example.com ada-l' });
    expect(await connector.createAccount(draftOf('ada@example.com'), never)).toMatchObject({
      kind: 'applied',
      value: { externalId: String(ada.id), active: true },
    });
    const wanted = { accountExternalId: String(ada.id), entitlementExternalId: String(team.id) };
    expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.read(wanted, never)).toMatchObject({ value: { held: false, pending: true } });
    expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'already' });
  });

  it('is left to a person when GitHub knows the address as that of a member', async () => {
    server.addMember('ada-l', { nameId: 'ada@example.com' });
    const connector = open({ identities: 'verifiedDomain' });
    expect(await connector.createAccount(draftOf('ada@example.com'), never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('already a part of this organization'),
    });
    expect(server.state.invitations.size).toBe(0);
  });

  it('is left to a person once it expired or was declined, and goes on when they invited anew', async () => {
    const connector = open();
    const team = server.addTeam('Readers');
    const sent = async (email: string) => {
      const created = await connector.createAccount(draftOf(email), never);
      if (created.kind !== 'applied') throw new Error(JSON.stringify(created));
      const { externalId: accountExternalId } = created.value;
      return { accountExternalId, entitlementExternalId: String(team.id), person: draftOf(email) };
    };
    const late = await sent('Late@example.com');
    const no = await sent('no@example.com');
    const [page] = (await collect(connector.discover(null, never))).filter(
      ({ entitlements }) => entitlements.length > 0,
    );
    expect(page?.accounts.map(({ externalId }) => externalId)).toEqual([late, no].map((one) => one.accountExternalId));
    server.expire(invitationId(late.accountExternalId));
    server.decline(invitationId(no.accountExternalId));
    const expired = {
      kind: 'needsPerson',
      message: expect.stringContaining('came to nothing on 2026-11-08T00:00:00Z. GitHub says: Invitation expired.'),
    };
    const declined = { kind: 'needsPerson', message: expect.stringContaining('was declined or cancelled') };
    // However often it is asked, and whether or not it is remembered that there was one.
    for (const attempt of [1, 2]) {
      expect([attempt, await connector.grant(late, never)]).toMatchObject([attempt, expired]);
      expect([attempt, await connector.createAccount(draftOf('late@EXAMPLE.com'), never)]).toMatchObject([
        attempt,
        expired,
      ]);
      expect([attempt, await connector.grant(no, never)]).toMatchObject([attempt, declined]);
    }
    expect(
      server.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/invitations')),
    ).toHaveLength(2);
    // Invited by hand meanwhile: the other invitation is found, and waited for.
    const id = (server.state.nextId += 1);
    server.state.invitations.set(id, { id, email: 'late@example.com', login: null, teamIds: [] });
    expect(await connector.grant(late, never)).toMatchObject({ kind: 'notFound', what: 'account' });
    const anew = await connector.createAccount(draftOf('late@example.com'), never);
    expect(anew).toMatchObject({ kind: 'already', value: { externalId: `invitation:${id}` } });
    // Cleared away by hand: the person may be invited again.
    server.decline(id);
    server.state.failedInvitations.clear();
    expect(await sent('late@example.com')).toBeDefined();
  });

  it('is taken back, once', async () => {
    const connector = open();
    const created = await connector.createAccount(draftOf('ada@example.com'), never);
    if (created.kind !== 'applied') throw new Error(JSON.stringify(created));
    expect(await connector.deleteAccount(created.value, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.deleteAccount(created.value, never)).toMatchObject({ kind: 'already' });
    expect(server.state.invitations.size).toBe(0);
  });
});

describe('teams', () => {
  it('are found by their number whatever they and their members are called by now', async () => {
    const ada = server.addMember('ada');
    const team = server.addTeam('Readers');
    const wanted = { accountExternalId: String(ada.id), entitlementExternalId: String(team.id) };
    team.slug = 'renamed';
    ada.login = 'ada-lovelace';
    server.addMember('ada');
    expect(await open().grant(wanted, never)).toMatchObject({ kind: 'applied', facts: { login: 'ada-lovelace' } });
    expect(server.membersOf(team)).toEqual(['ada-lovelace']);
  });

  it('within teams: a member of a child is no member of its parent, and a grant makes them one', async () => {
    const ada = server.addMember('ada');
    const parent = server.addTeam('Engineering');
    const child = server.addTeam('Platform', ['ada'], parent);
    const wanted = { accountExternalId: String(ada.id), entitlementExternalId: String(parent.id) };
    const connector = open();
    expect(await connector.read(wanted, never)).toMatchObject({
      value: { held: false },
      facts: { inheritedFrom: 'a child team' },
    });
    expect(await connector.revoke(wanted, never)).toMatchObject({ kind: 'already' });
    expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.read(wanted, never)).toMatchObject({ value: { held: true } });
    expect(await connector.revoke(wanted, never)).toMatchObject({ kind: 'applied' });
    expect(server.membersOf(child)).toEqual(['ada']);
  });

  it('leave a maintainer a maintainer', async () => {
    const ada = server.addMember('ada');
    const team = server.addTeam('Readers', ['ada']);
    server.state.teamMembers.get(team.id)?.set(ada.id, 'maintainer');
    const wanted = { accountExternalId: String(ada.id), entitlementExternalId: String(team.id) };
    expect(await open().grant(wanted, never)).toMatchObject({ kind: 'already', facts: { role: 'maintainer' } });
    expect(server.state.teamMembers.get(team.id)?.get(ada.id)).toBe('maintainer');
  });

  it('kept by an identity provider are for a person', async () => {
    const ada = server.addMember('ada');
    const team = server.addTeam('Synced');
    server.state.synchronized.add(team.id);
    const wanted = { accountExternalId: String(ada.id), entitlementExternalId: String(team.id) };
    expect(await open().grant(wanted, never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('externally managed'),
    });
  });

  it('take nobody in who is no member: that would send an invitation nobody decided on', async () => {
    const stranger = server.addPerson('stranger');
    const team = server.addTeam('Readers');
    const wanted = { accountExternalId: String(stranger.id), entitlementExternalId: String(team.id) };
    expect(await open().grant(wanted, never)).toMatchObject({ kind: 'notFound', what: 'account' });
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});

describe('owners', () => {
  it('are removed by nobody but an owner', async () => {
    const boss = server.addMember('boss', { owner: true });
    const account = { externalId: String(boss.id), username: 'boss', email: null, displayName: null, active: true };
    expect(await open().deleteAccount(account, never)).toMatchObject({ kind: 'needsPerson' });
    expect(server.state.members.has(boss.id)).toBe(true);
  });
});

describe('discovery', () => {
  it('names teams by their path, people by the address single sign-on knows, and counts no inherited member', async () => {
    server.addMember('ada', { nameId: 'ada@example.com' });
    server.addMember('grace');
    const parent = server.addTeam('Engineering', ['grace']);
    const child = server.addTeam('Platform "A" / B', ['ada'], parent);
    const pages = await collect(open().discover(null, never));
    const accounts = pages.flatMap((page) => page.accounts);
    expect(accounts.map(({ username, email }) => [username, email])).toEqual([
      ['the-owner', null],
      ['ada', 'ada@example.com'],
      ['grace', null],
    ]);
    expect(pages.flatMap((page) => page.entitlements.map(({ name }) => name))).toEqual([
      'Engineering',
      'Engineering / Platform "A" / B',
    ]);
    const idOf = (login: string) => accounts.find(({ username }) => username === login)?.externalId;
    expect(pages.flatMap((page) => page.grants)).toEqual([
      { accountExternalId: idOf('grace'), entitlementExternalId: String(parent.id) },
      { accountExternalId: idOf('ada'), entitlementExternalId: String(child.id) },
    ]);
  });

  it('begins anew when somebody leaves meanwhile, and misses nobody', async () => {
    for (let index = 0; index < 10; index += 1) server.addMember(`member${index}`);
    const proxy = await startScriptedProxy(server.baseUrl);
    const leave = async () => void server.state.members.delete(Math.min(...server.state.members.keys()));
    proxy.addRule({ path: /\/members\?per_page=3&page=3/, fault: { kind: 'afterAction', action: leave } });
    const connector = open({ baseUrl: proxy.baseUrl, identities: 'listed' });
    const pages = await collect(connector.discover(null, never));
    const seen = new Set(pages.flatMap((page) => page.accounts.map(({ username }) => username)));
    await proxy.close();
    expect([...seen]).toEqual(expect.arrayContaining(Array.from({ length: 10 }, (_, index) => `member${index}`)));
  });

  it('goes on from a checkpoint after somebody left with everybody who is still there', async () => {
    for (let index = 0; index < 8; index += 1) server.addMember(`member${index}`);
    const connector = open({ identities: 'listed' });
    const pages = connector.discover(null, never)[Symbol.asyncIterator]();
    const first = (await pages.next()).value as DiscoveryPage;
    server.state.members.delete(Math.min(...server.state.members.keys()));
    const rest = await collect(open({ identities: 'listed' }).discover(first.checkpoint, never));
    const seen = rest.flatMap((page) => page.accounts.map(({ username }) => username));
    expect(seen).toEqual(expect.arrayContaining(Array.from({ length: 8 }, (_, index) => `member${index}`)));
  });

  it('starts from the beginning at a checkpoint it cannot read', async () => {
    server.addTeam('Readers', ['the-owner']);
    for (const checkpoint of [
      '',
      'nonsense',
      '[]',
      '{"phase":"members","list":{"page":-1}}',
      '{"phase":"teams","after":"x"}',
    ]) {
      const pages = await collect(open({ identities: 'listed' }).discover(checkpoint, never));
      expect(pages.flatMap((page) => page.accounts)).toHaveLength(1);
    }
  });
});

describe('a GitHub App', () => {
  it('signs in with its private key, whose text appears nowhere', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    server.useApp('4711', publicKey);
    const app = { authentication: 'app', appId: '4711', installationId: '815', identities: 'listed' };
    const tested = await open(app, { privateKey: pem }).test(never);
    expect(tested.checks.filter(({ passed }) => !passed)).toEqual([]);
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const answers = [
      await open(app, { privateKey: stranger.toString() }).findAccount(sought('a@example.com'), never),
      await open(app, { privateKey: 'not a key' }).findAccount(sought('a@example.com'), never),
      await open(app, {}).findAccount(sought('a@example.com'), never),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'needsPerson' });
    expect(JSON.stringify([tested, answers])).not.toMatch(/PRIVATE KEY|ghs_|eyJ/);
  });
});
