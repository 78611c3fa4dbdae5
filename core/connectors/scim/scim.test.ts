/** What the connector does with two servers of different behaviour, on good days. */
import { afterEach, describe, expect, it } from 'vitest';
import type { AccountDraft, Connector, DiscoveryPage } from '#core/connectors/connector.ts';
import { connectorNamed } from '#core/connectors/registry.ts';
import { scimTestbeds, type ScimTestbed, type TestbedContents } from '#core/testing/scim-testbed.ts';

const never = new AbortController().signal;

const people = ['ada', 'Grace.Hopper', "o'brien", 'edsger', 'barbara', 'donald', 'frances', 'alan', 'radia', 'tony'];
const contents: TestbedContents = {
  users: people.map((userName) => ({ userName, email: `${userName}@example.com` })),
  groups: {
    Readers: ['ada', 'Grace.Hopper'],
    Writers: ['ada'],
    Empty: [],
    'Release managers': ['tony'],
    'Data «Öl»': [],
    Finance: [],
    Legal: ['ada'],
  },
};

const awkwardNames = [
  'quo"ted "name"',
  'back\\slash\\',
  'späce and ünïcode 名前',
  '50% & more?#/x',
  "o'neil",
  'a) or (userName pr',
  'emoji 🦉',
];

function draftOf(username: string, more: Partial<AccountDraft> = {}): AccountDraft {
  const nobody = { firstName: null, lastName: null, department: null, jobTitle: null };
  return { username, email: `${username}@example.com`, displayName: username, employeeId: 'e-1', ...nobody, ...more };
}

function open(bed: ScimTestbed, pageSize = 3): Required<Connector> {
  const definition = connectorNamed('scim');
  if (definition === null) throw new Error('no SCIM connector');
  const configuration = definition.configuration.parse({ ...bed.configuration, pageSize });
  return definition.open({ configuration, secrets: bed.secrets }) as Required<Connector>;
}

async function collect(pages: AsyncIterable<DiscoveryPage>): Promise<DiscoveryPage[]> {
  const all: DiscoveryPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

function summary(pages: readonly DiscoveryPage[]) {
  return {
    accounts: pages.flatMap(({ accounts }) => accounts.map(({ externalId }) => externalId)).toSorted(),
    entitlements: pages.flatMap(({ entitlements }) => entitlements.map(({ name }) => name)).toSorted(),
    grants: pages
      .flatMap(({ grants }) => grants.map((grant) => `${grant.accountExternalId} in ${grant.entitlementExternalId}`))
      .toSorted(),
  };
}

describe.each(scimTestbeds)('against %s', (_name, start) => {
  let bed: ScimTestbed;
  let connector: Required<Connector>;
  const begin = async (more: Partial<TestbedContents> = {}): Promise<void> => {
    bed = await start({ ...contents, ...more });
    connector = open(bed);
  };
  afterEach(() => bed.close());

  const membership = (user: string, group: string) => ({
    accountExternalId: bed.userId(user),
    entitlementExternalId: bed.groupId(group),
  });
  const expectedGrants = () =>
    Object.entries(contents.groups).flatMap(([group, members]) =>
      members.map((user) => `${bed.userId(user)} in ${bed.groupId(group)}`),
    );

  it('passes the connection test and says how much there is', async () => {
    await begin();
    const test = await connector.test(never);
    expect(test.passed).toBe(true);
    expect(test.checks.map(({ name }) => name)).toEqual(['Server', 'Credential', 'Users', 'Groups', 'Entitlements']);
    expect(test.checks[2]?.message).toContain('10');
  });

  it('discovers every account, group and membership over many pages, each once', async () => {
    await begin();
    const pages = await collect(connector.discover(null, never));
    expect(pages.length).toBeGreaterThan(6);
    expect(summary(pages)).toEqual({
      accounts: people.map((user) => bed.userId(user)).toSorted(),
      entitlements: Object.keys(contents.groups).toSorted(),
      grants: expectedGrants().toSorted(),
    });
    expect(pages.slice(0, -1).every(({ checkpoint }) => checkpoint !== null)).toBe(true);
    expect(pages.at(-1)?.checkpoint).toBeNull();
  });

  it('goes on from any checkpoint with exactly what is left', async () => {
    await begin();
    const pages = await collect(connector.discover(null, never));
    for (const [index, { checkpoint }] of pages.slice(0, -1).entries()) {
      const rest = await collect(open(bed).discover(checkpoint, never));
      expect(summary(rest)).toEqual(summary(pages.slice(index + 1)));
    }
  });

  it('reads what else is known of an account', async () => {
    await begin();
    const found = await connector.findAccount({ username: 'ada', email: 'x@example.com' }, never);
    expect(found).toMatchObject({
      kind: 'already',
      value: { externalId: bed.userId('ada'), username: 'ada', email: 'ada@example.com', active: true },
    });
  });

  it('reads what an account says of the person it was made for, by our names', async () => {
    await begin();
    const person = { firstName: 'Mary', lastName: "O'Neil", jobTitle: 'Engineer', department: null };
    expect(await connector.createAccount(draftOf('mary', person), never)).toMatchObject({ kind: 'applied' });
    const pages = await collect(connector.discover(null, never));
    const made = pages.flatMap(({ accounts }) => accounts).find(({ username }) => username === 'mary');
    expect(made?.attributes).toEqual({ firstName: 'Mary', lastName: "O'Neil", jobTitle: 'Engineer' });
  });

  it('finds an account under another case, by e-mail, and not at all', async () => {
    await begin();
    expect(await connector.findAccount({ username: 'GRACE.hopper', email: '' }, never)).toMatchObject({
      kind: 'already',
      value: { username: 'Grace.Hopper' },
    });
    expect(await connector.findAccount({ username: 'nobody', email: 'Tony@Example.COM' }, never)).toMatchObject({
      kind: 'already',
      value: { username: 'tony' },
    });
    expect(await connector.findAccount({ username: 'nobody', email: 'nobody@example.com' }, never)).toMatchObject({
      kind: 'notFound',
      what: 'account',
    });
  });

  it('leaves an ambiguous e-mail address to a person', async () => {
    await begin({ users: [...contents.users, { userName: 'ada2', email: 'ADA@example.com' }] });
    expect(await connector.findAccount({ username: 'nobody', email: 'ada@example.com' }, never)).toMatchObject({
      kind: 'needsPerson',
    });
  });

  it('creates an account, and answers already from then on, under any case', async () => {
    await begin();
    const created = await connector.createAccount(
      draftOf('New.Person', { firstName: 'New', lastName: 'Person', jobTitle: 'Pilot' }),
      never,
    );
    expect(created).toMatchObject({
      kind: 'applied',
      value: { username: 'New.Person', email: 'New.Person@example.com' },
      facts: { httpStatus: '201' },
    });
    for (const username of ['New.Person', 'new.person', 'NEW.PERSON']) {
      expect(await connector.createAccount(draftOf(username), never)).toMatchObject({
        kind: 'already',
        value: { username: 'New.Person' },
      });
    }
    expect(bed.proxy.reached('POST')).toBe(1);
    expect(await bed.userNames()).toHaveLength(11);
  });

  it('answers already when somebody else creates the account at the same moment', async () => {
    await begin();
    bed.proxy.addRule({ method: 'POST', fault: { kind: 'afterAction', action: () => bed.createUser('NEWCOMER') } });
    expect(await connector.createAccount(draftOf('newcomer'), never)).toMatchObject({
      kind: 'already',
      value: { username: 'NEWCOMER' },
    });
    expect(await bed.userNames()).toHaveLength(11);
  });

  it('grants once, however often it is asked', async () => {
    await begin();
    const wanted = membership('edsger', 'Readers');
    expect(await connector.read(wanted, never)).toMatchObject({ value: { held: false } });
    expect(await connector.grant(wanted, never)).toMatchObject({
      kind: 'applied',
      facts: { groupId: wanted.entitlementExternalId, accountId: wanted.accountExternalId },
    });
    expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'already' });
    expect(await connector.read(wanted, never)).toMatchObject({ value: { held: true } });
    expect(bed.proxy.reached('PATCH')).toBe(1);
    expect(await bed.membersOf('Readers')).toEqual(['ada', 'Grace.Hopper', 'edsger']);
  });

  it('revokes once, however often it is asked, and nobody else', async () => {
    await begin();
    const unwanted = membership('ada', 'Readers');
    expect(await connector.revoke(unwanted, never)).toMatchObject({ kind: 'applied' });
    const writes = bed.proxy.reached('PATCH');
    expect(await connector.revoke(unwanted, never)).toMatchObject({ kind: 'already' });
    expect(bed.proxy.reached('PATCH')).toBe(writes);
    expect(await connector.read(unwanted, never)).toMatchObject({ value: { held: false } });
    expect(await bed.membersOf('Readers')).toEqual(['Grace.Hopper']);
    expect(await bed.membersOf('Writers')).toEqual(['ada']);
  });

  it('revokes the last member, and what was never held', async () => {
    await begin();
    expect(await connector.revoke(membership('ada', 'Writers'), never)).toMatchObject({ kind: 'applied' });
    expect(await bed.membersOf('Writers')).toEqual([]);
    bed.proxy.forgetRequests();
    expect(await connector.revoke(membership('alan', 'Readers'), never)).toMatchObject({ kind: 'already' });
    expect(bed.proxy.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('says that a group is not there', async () => {
    await begin();
    const wanted = { accountExternalId: bed.userId('ada'), entitlementExternalId: 'no such group' };
    for (const answer of [
      await connector.grant(wanted, never),
      await connector.revoke(wanted, never),
      await connector.read(wanted, never),
    ]) {
      expect(answer).toMatchObject({ kind: 'notFound', what: 'entitlement' });
    }
  });

  it('says that an account is not there', async () => {
    await begin();
    const wanted = { accountExternalId: 'no such user', entitlementExternalId: bed.groupId('Readers') };
    expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'notFound', what: 'account' });
    expect(await connector.revoke(wanted, never)).toMatchObject({ kind: 'already' });
    expect(await bed.membersOf('Readers')).toEqual(['ada', 'Grace.Hopper']);
  });

  it.each(['.', '..', '%2e%2e', '../Users', ''])('takes the id %j for no path', async (id) => {
    await begin();
    expect(await connector.read({ accountExternalId: 'x', entitlementExternalId: id }, never)).toMatchObject({
      kind: 'notFound',
      what: 'entitlement',
    });
    expect(bed.proxy.requests.every(({ path }) => path.includes('/Groups/'))).toBe(true);
  });

  it.each(awkwardNames)('takes the name %j from creation to revocation', async (username) => {
    await begin();
    const created = await connector.createAccount(draftOf(username), never);
    if (created.kind !== 'applied') throw new Error(JSON.stringify(created));
    expect(created.value.username).toBe(username);
    expect(await connector.createAccount(draftOf(username), never)).toMatchObject({
      kind: 'already',
      value: created.value,
    });
    expect(await connector.findAccount({ username: username.toUpperCase(), email: '' }, never)).toMatchObject({
      value: created.value,
    });
    const wanted = { accountExternalId: created.value.externalId, entitlementExternalId: bed.groupId('Data «Öl»') };
    expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'applied' });
    expect(await bed.membersOf('Data «Öl»')).toEqual([username]);
    expect(await connector.revoke(wanted, never)).toMatchObject({ kind: 'applied' });
    expect(await bed.membersOf('Data «Öl»')).toEqual([]);
  });

  it('finds nobody through a name that tries to be a filter', async () => {
    await begin();
    expect(
      await connector.findAccount({ username: 'x" or userName pr or userName eq "', email: '' }, never),
    ).toMatchObject({ kind: 'notFound' });
  });

  it('keeps every change when many are made at once', async () => {
    await begin();
    const answers = await Promise.all(people.map((user) => connector.grant(membership(user, 'Finance'), never)));
    expect(answers.map(({ kind }) => kind)).toEqual(people.map(() => 'applied'));
    expect((await bed.membersOf('Finance')).toSorted()).toEqual(people.toSorted());
  });
});
