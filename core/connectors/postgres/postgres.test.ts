/** What the connector does with a real server, on good days and with names made to harm. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import type { AccountDraft, Connector, RemoteAccount } from '#core/connectors/connector.ts';
import { startRoleTestbed, type RoleTestbed } from '#core/testing/role-testbed.ts';
import { postgresConnector } from './index.ts';

const never = new AbortController().signal;

const awkwardNames = [
  'quo"ted "name"',
  "o'neil; drop role gatehouse; --",
  'back\\slash\\',
  'späce and ünïcode 名前',
  '50%_*? & more#/x',
  'emoji 🦉',
  '$$ $1 {}',
  'MiXed Case',
  ' blanks ',
];

let bed: RoleTestbed;
beforeAll(async () => {
  bed = await startRoleTestbed();
});
afterAll(() => bed.close());
beforeEach(() => bed.reset());

function open(more: Readonly<Record<string, unknown>> = {}): Required<Connector> {
  const configuration = postgresConnector.configuration.parse({ ...bed.configuration, ...more });
  return postgresConnector.open({ configuration, secrets: bed.secrets }) as Required<Connector>;
}

function draftOf(username: string, more: Partial<AccountDraft> = {}): AccountDraft {
  const nobody = { firstName: null, lastName: null, department: null, jobTitle: null };
  return { username, email: username, displayName: 'Ada Lovelace', employeeId: 'e-1', ...nobody, ...more };
}

async function created(username: string, more: Partial<AccountDraft> = {}): Promise<RemoteAccount> {
  const outcome = await open().createAccount(draftOf(username, more), never);
  if (outcome.kind !== 'applied') throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

async function signIn(user: string, password: string): Promise<string> {
  const { host, port } = new URL(String(bed.configuration['address']).replace('postgres:', 'http:')) as URL;
  const [hostname = ''] = host.split(':');
  const client = new pg.Client({ host: hostname, port: Number(port), database: 'postgres', user, password });
  return client.connect().then(
    async () => {
      await client.end();
      return 'signed in';
    },
    (error: unknown) => String((error as { readonly code?: string }).code),
  );
}

describe('accounts', () => {
  it('are created as plain login roles, with the first password', async () => {
    const account = await created('ada@example.com', { initialPassword: 'first secret' });
    expect(account).toMatchObject({
      username: 'ada@example.com',
      email: 'ada@example.com',
      displayName: 'Ada Lovelace',
      active: true,
    });
    const [role] = await bed.sql(
      `select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin,
         rolpassword like 'SCRAM-SHA-256$4096:%' as scram from pg_authid where oid = $1`,
      [account.externalId],
    );
    expect(role).toEqual({
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
      rolcanlogin: true,
      scram: true,
    });
    expect(await signIn('ada@example.com', 'first secret')).toBe('signed in');
    expect(await signIn('ada@example.com', 'other secret')).toBe('28P01');
  });

  it('are created once, in whatever case they are asked for again', async () => {
    const account = await created('New.Person@example.com');
    for (const username of ['New.Person@example.com', 'new.person@example.com', 'NEW.PERSON@EXAMPLE.COM']) {
      expect(await open().createAccount(draftOf(username), never)).toMatchObject({ kind: 'already', value: account });
    }
    const rows = await bed.sql(`select 1 from pg_roles where lower(rolname) = 'new.person@example.com'`);
    expect(rows).toHaveLength(1);
  });

  it('are created once when many ask in different cases at the same moment', async () => {
    const names = ['Grace@x.example', 'grace@x.example', 'GRACE@X.EXAMPLE', 'gRACE@x.example'];
    const outcomes = await Promise.all(names.map((name) => open().createAccount(draftOf(name), never)));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['already', 'already', 'already', 'applied']);
    expect(await bed.sql(`select 1 from pg_roles where lower(rolname) = 'grace@x.example'`)).toHaveLength(1);
  });

  it('are found in another case, beyond ASCII too, and not through wildcards', async () => {
    const oid = await bed.createAccount('Jörg');
    const connector = open();
    expect(await connector.findAccount({ username: 'JÖRG', email: '' }, never)).toMatchObject({
      kind: 'already',
      value: { externalId: oid, username: 'Jörg' },
    });
    for (const username of ['J%', 'J_rg', '%', '*', 'Jörg" or true --'])
      expect(await connector.findAccount({ username, email: '' }, never)).toMatchObject({ kind: 'notFound' });
  });

  it('that differ in case alone are left to a person, unless one is meant exactly', async () => {
    await bed.createAccount('Twin');
    const exact = await bed.createAccount('twin');
    expect(await open().findAccount({ username: 'TWIN', email: '' }, never)).toMatchObject({ kind: 'needsPerson' });
    expect(await open().findAccount({ username: 'twin', email: '' }, never)).toMatchObject({
      value: { externalId: exact },
    });
  });

  it('do not take the name of a group', async () => {
    await bed.createGroup('readers');
    const outcome = await open().createAccount(draftOf('READERS'), never);
    expect(outcome).toMatchObject({ kind: 'needsPerson', message: expect.stringContaining('group role') });
  });

  it.each([
    ['x'.repeat(64), '64 bytes'],
    ['ä'.repeat(32), '64 bytes'],
    ['zero\0', 'zero character'],
    ['half \ud800', 'half a character'],
    ['pg_mine', 'pg_'],
    ['public', 'itself'],
  ])('are not created under %j, which the server could not keep', async (username, reason) => {
    const before = await bed.sql('select rolname from pg_roles order by 1');
    expect(await open().createAccount(draftOf(username), never)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(reason),
    });
    expect(await bed.sql('select rolname from pg_roles order by 1')).toEqual(before);
  });

  it('take a name of exactly 63 bytes', async () => {
    const name = `${'ä'.repeat(31)}x`;
    expect(await created(name)).toMatchObject({ username: name });
  });

  it('are called by the work e-mail up to the @, for people of the domain alone', async () => {
    const connector = open({ roleNames: 'localPart', emailDomain: '@Example.com' });
    expect(await connector.createAccount(draftOf('Ada@EXAMPLE.com'), never)).toMatchObject({
      kind: 'applied',
      value: { username: 'Ada', email: 'Ada@example.com' },
    });
    expect(await connector.findAccount({ username: 'ada@example.com', email: '' }, never)).toMatchObject({
      value: { username: 'Ada' },
    });
    expect(await connector.findAccount({ username: 'ada@other.example', email: '' }, never)).toMatchObject({
      kind: 'notFound',
    });
    expect(await connector.createAccount(draftOf('ada@other.example'), never)).toMatchObject({ kind: 'needsPerson' });
  });

  it('are disabled and enabled, once each, and stay accounts in between', async () => {
    const account = await created('ada', { initialPassword: 'first secret' });
    const connector = open();
    expect(await connector.disableAccount(account, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.disableAccount(account, never)).toMatchObject({ kind: 'already' });
    expect(await signIn('ada', 'first secret')).toBe('28000');
    expect(await connector.findAccount({ username: 'ada', email: '' }, never)).toMatchObject({
      kind: 'already',
      value: { externalId: account.externalId, active: false },
    });
    expect(await connector.enableAccount(account, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.enableAccount(account, never)).toMatchObject({ kind: 'already' });
    expect(await signIn('ada', 'first secret')).toBe('signed in');
  });

  it.each([
    ['are ended where Gatehouse may do that', 'grant pg_signal_backend to gatehouse', { sessionsEnded: '1' }],
    ['are counted where Gatehouse may not', 'select 1', { sessionsLeftOpen: '1' }],
  ])('that are disabled keep no session unseen: they %s', async (_what, statement, facts) => {
    await bed.sql(statement);
    const account = await created('ada', { initialPassword: 'first secret' });
    const { port } = new URL(String(bed.configuration['address']));
    const client = new pg.Client({
      host: '127.0.0.1',
      port: Number(port),
      database: 'postgres',
      user: 'ada',
      password: 'first secret',
    });
    // The server ends the session in the first case.
    client.on('error', () => undefined);
    await client.connect();
    expect(await open().disableAccount(account, never)).toMatchObject({ kind: 'applied', facts });
    await client.end();
  });

  it('keep the comment people wrote on them when they are disabled', async () => {
    const oid = await bed.createAccount('robot');
    await bed.sql(`comment on role robot is 'Nightly loads'`);
    await bed.sql(`grant robot to gatehouse with admin option`);
    const account = { externalId: oid, username: 'robot', email: null, displayName: null, active: true };
    expect(await open().disableAccount(account, never)).toMatchObject({ kind: 'applied' });
    const [row] = await bed.sql(`select shobj_description($1::oid, 'pg_authid') as comment`, [oid]);
    expect(row).toEqual({ comment: 'Nightly loads [Gatehouse account]' });
  });

  it('are deleted, once', async () => {
    const account = await created('ada');
    expect(await open().deleteAccount(account, never)).toMatchObject({ kind: 'applied' });
    expect(await open().deleteAccount(account, never)).toMatchObject({ kind: 'already' });
    expect(await bed.sql(`select 1 from pg_roles where rolname = 'ada'`)).toEqual([]);
  });

  it('that own something are not deleted, and the message says what and where', async () => {
    const account = await created('ada');
    await bed.sql('create database sales owner ada');
    await bed.sql('create table public.ledger ()');
    await bed.sql('alter table public.ledger owner to ada');
    const outcome = await open().deleteAccount(account, never);
    await bed.sql('drop table public.ledger');
    expect(outcome).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /in postgres it owns 1 object \(table public\.ledger\).*the whole server it owns 1 object \(database sales\)/,
      ),
    });
  });
});

describe('grants', () => {
  it('are made once and taken once, however often it is asked, and nobody else is touched', async () => {
    const group = await bed.createGroup('readers');
    const other = await bed.createAccount('grace');
    await bed.sql('grant readers to grace');
    const ada = { accountExternalId: await bed.createAccount('ada'), entitlementExternalId: group };
    const connector = open();
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'already' });
    expect(await connector.grant(ada, never)).toMatchObject({
      kind: 'applied',
      facts: { role: 'readers', account: 'ada' },
    });
    expect(await connector.grant(ada, never)).toMatchObject({ kind: 'already' });
    expect(await connector.read(ada, never)).toMatchObject({ kind: 'already', value: { held: true } });
    expect(await bed.membersOf('readers')).toEqual(['ada', 'grace']);
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'already' });
    expect(await connector.read(ada, never)).toMatchObject({ kind: 'already', value: { held: false } });
    expect(await bed.membersOf('readers')).toEqual(['grace']);
    expect(other).toMatch(/^\d+$/);
  });

  it.each(awkwardNames)('take the name %j from creation to revocation', async (name) => {
    const group = await bed.createGroup(`group of ${name}`);
    const account = await created(name);
    expect(account.username).toBe(name);
    expect(await open().createAccount(draftOf(name), never)).toMatchObject({ kind: 'already', value: account });
    const wanted = { accountExternalId: account.externalId, entitlementExternalId: group };
    expect(await open().grant(wanted, never)).toMatchObject({ kind: 'applied' });
    expect(await bed.membersOf(`group of ${name}`)).toEqual([name]);
    expect(await open().revoke(wanted, never)).toMatchObject({ kind: 'applied' });
    expect(await bed.membersOf(`group of ${name}`)).toEqual([]);
    expect(await open().disableAccount(account, never)).toMatchObject({ kind: 'applied' });
    expect(await open().deleteAccount(account, never)).toMatchObject({ kind: 'applied' });
    expect(await bed.oidOf('gatehouse')).toMatch(/^\d+$/);
  });

  it('follow roles through a rename, and never a role that took over the name', async () => {
    const group = await bed.createGroup('readers');
    const ada = { accountExternalId: await bed.createAccount('ada'), entitlementExternalId: group };
    await bed.sql('alter role readers rename to old_readers');
    await bed.createGroup('readers');
    await bed.sql('alter role ada rename to ada2');
    await bed.createAccount('ada');
    expect(await open().grant(ada, never)).toMatchObject({
      kind: 'applied',
      facts: { role: 'old_readers', account: 'ada2' },
    });
    expect(await bed.membersOf('readers')).toEqual([]);
    expect(await bed.membersOf('old_readers')).toEqual(['ada2']);
    const known = { externalId: ada.accountExternalId, username: 'ada', email: null, displayName: null, active: true };
    expect(await open().disableAccount(known, never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('another role'),
    });
  });

  it('of what is not there are answered as not found', async () => {
    const group = await bed.createGroup('readers');
    const ada = await bed.createAccount('ada');
    const connector = open();
    for (const entitlementExternalId of ['4000000000', '0', '99999999999', 'readers', '', '1; drop role ada']) {
      const wanted = { accountExternalId: ada, entitlementExternalId };
      for (const answer of [await connector.grant(wanted, never), await connector.revoke(wanted, never)])
        expect(answer).toMatchObject({ kind: 'notFound', what: 'entitlement' });
    }
    const wanted = { accountExternalId: '4000000000', entitlementExternalId: group };
    expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'notFound', what: 'account' });
    expect(await connector.revoke(wanted, never)).toMatchObject({ kind: 'already' });
  });

  it('of predefined roles, superusers, accounts and the own role need to be named, or are refused', async () => {
    await bed.sql('create role almighty superuser');
    const ada = await bed.createAccount('ada');
    const boss = await bed.createAccount('boss', 'superuser');
    const readers = await bed.createGroup('readers');
    const connector = open();
    const grantTo = async (account: string, role: string) =>
      connector.grant({ accountExternalId: account, entitlementExternalId: role }, never);
    expect(await grantTo(ada, await bed.oidOf('almighty'))).toMatchObject({ kind: 'needsPerson' });
    expect(await grantTo(ada, await bed.oidOf('pg_read_all_data'))).toMatchObject({ kind: 'needsPerson' });
    expect(await grantTo(ada, await bed.oidOf('gatehouse'))).toMatchObject({ kind: 'refused' });
    expect(await grantTo(ada, boss)).toMatchObject({ kind: 'refused' });
    expect(await grantTo(boss, readers)).toMatchObject({ kind: 'refused' });
    expect(await grantTo(await bed.oidOf('gatehouse'), readers)).toMatchObject({ kind: 'refused' });
    expect(
      await open({ offered: 'app_*' }).grant({ accountExternalId: ada, entitlementExternalId: readers }, never),
    ).toMatchObject({ kind: 'needsPerson' });
    await bed.sql('grant pg_read_all_data to gatehouse with admin option');
    const named = open({ alsoOffered: 'pg_read_all_data' });
    const wanted = { accountExternalId: ada, entitlementExternalId: await bed.oidOf('pg_read_all_data') };
    expect(await named.grant(wanted, never)).toMatchObject({ kind: 'applied' });
    // Taking access away stays possible when the settings no longer name the role.
    expect(await open().revoke(wanted, never)).toMatchObject({ kind: 'applied' });
    const bossAccount = { externalId: boss, username: 'boss', email: null, displayName: null, active: true };
    for (const change of [connector.disableAccount, connector.enableAccount, connector.deleteAccount])
      expect(await change(bossAccount, never)).toMatchObject({ kind: 'refused' });
  });

  it('held through another group are reported, and count as no grant', async () => {
    const readers = await bed.createGroup('readers');
    await bed.createGroup('analysts');
    await bed.sql('grant readers to analysts');
    const ada = { accountExternalId: await bed.createAccount('ada'), entitlementExternalId: readers };
    await bed.sql('grant analysts to ada');
    expect(await open().read(ada, never)).toMatchObject({
      value: { held: false },
      facts: { inheritedThrough: 'analysts' },
    });
    expect(await open().grant(ada, never)).toMatchObject({ kind: 'applied' });
    expect(await open().revoke(ada, never)).toMatchObject({ kind: 'applied', facts: { inheritedThrough: 'analysts' } });
  });

  it('keep every change when many are made at once', async () => {
    const readers = await bed.createGroup('readers');
    const names = Array.from({ length: 8 }, (_, index) => `person${index}`);
    const accounts: string[] = [];
    for (const name of names) accounts.push(await bed.createAccount(name));
    const answers = await Promise.all(
      accounts.map((accountExternalId) => open().grant({ accountExternalId, entitlementExternalId: readers }, never)),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(names.map(() => 'applied'));
    expect(await bed.membersOf('readers')).toEqual(names);
  });
});

describe('passwords that end', () => {
  const soon = '2031-05-06T07:08:09.000Z' as never;
  const later = '2032-05-06T07:08:09.000Z' as never;
  const validUntil = async (name: string) =>
    (
      await bed.sql<{ until: Date | null }>(
        `select nullif(rolvaliduntil, 'infinity') as until from pg_roles where rolname = $1`,
        [name],
      )
    )[0]?.until?.toISOString() ?? null;

  it('follow the only grant of an account Gatehouse created, and end no more once there is another', async () => {
    const connector = open({ passwordEnds: 'withOnlyGrant' });
    const readers = await bed.createGroup('readers');
    const writers = await bed.createGroup('writers');
    const { externalId } = await created('ada');
    const pair = (entitlementExternalId: string) => ({ accountExternalId: externalId, entitlementExternalId });
    expect(await connector.grant({ ...pair(readers), expiresAt: soon }, never)).toMatchObject({
      kind: 'applied',
      facts: { passwordValidUntil: soon },
    });
    expect(await validUntil('ada')).toBe(soon);
    expect(await connector.read(pair(readers), never)).toEqual(expect.objectContaining({ value: { held: true } }));
    await connector.grant({ ...pair(readers), expiresAt: later }, never);
    expect(await validUntil('ada')).toBe(later);
    await connector.grant({ ...pair(writers), expiresAt: soon }, never);
    expect(await validUntil('ada')).toBeNull();
  });

  it('are not set where nobody asked for it, nor on accounts of others', async () => {
    const readers = await bed.createGroup('readers');
    const mine = await created('ada');
    await open().grant({ accountExternalId: mine.externalId, entitlementExternalId: readers, expiresAt: soon }, never);
    const theirs = await bed.createAccount('grace');
    await open({ passwordEnds: 'withOnlyGrant' }).grant(
      { accountExternalId: theirs, entitlementExternalId: readers, expiresAt: soon },
      never,
    );
    expect([await validUntil('ada'), await validUntil('grace')]).toEqual([null, null]);
  });
});
