/** What the connector does when the line, the server, the credential or somebody else is in the way. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import { ConnectorFault, type Connector, type DiscoveryPage } from '#core/connectors/connector.ts';
import { startRoleTestbed, type RoleTestbed } from '#core/testing/role-testbed.ts';
import { startWireTap, type WireTap } from '#core/testing/wire-tap.ts';
import { postgresConnector } from './index.ts';

const never = new AbortController().signal;

let bed: RoleTestbed;
let tap: WireTap;
beforeAll(async () => {
  bed = await startRoleTestbed();
  tap = await startWireTap({ host: '127.0.0.1', port: Number(new URL(String(bed.configuration['address'])).port) });
});
afterAll(async () => {
  await tap.close();
  await bed.close();
});
beforeEach(() => bed.reset());

function open(more: Readonly<Record<string, unknown>> = {}, secrets = bed.secrets): Required<Connector> {
  const configuration = postgresConnector.configuration.parse({ ...bed.configuration, ...more });
  return postgresConnector.open({ configuration, secrets }) as Required<Connector>;
}

const tapped = (more: Readonly<Record<string, unknown>> = {}) =>
  open({ address: `postgres://127.0.0.1:${tap.port}/postgres`, ...more });

async function pair(): Promise<{ readonly accountExternalId: string; readonly entitlementExternalId: string }> {
  return {
    accountExternalId: await bed.createAccount('ada'),
    entitlementExternalId: await bed.createGroup('readers'),
  };
}

const draft = {
  username: 'ada@example.com',
  email: 'ada@example.com',
  displayName: 'Ada',
  firstName: null,
  lastName: null,
  department: null,
  jobTitle: null,
  employeeId: 'e-1',
};

async function faultOf(pages: AsyncIterable<DiscoveryPage>): Promise<unknown> {
  try {
    for await (const page of pages) expect(page).toBeDefined();
    return null;
  } catch (thrown) {
    return thrown;
  }
}

/** A superuser's session that holds the catalog of memberships until it is let go. */
async function holdMemberships(): Promise<() => Promise<void>> {
  const holder = new pg.Client({
    host: '127.0.0.1',
    port: Number(new URL(String(bed.configuration['address'])).port),
    database: 'postgres',
    user: bed.superuser.name,
    password: bed.superuser.password,
  });
  await holder.connect();
  await holder.query('begin');
  await holder.query('lock table pg_auth_members in access exclusive mode');
  return () => holder.end();
}

describe('secrets', () => {
  it('never cross the wire in clear text, neither the own password nor a first one', async () => {
    const outcome = await tapped().createAccount({ ...draft, initialPassword: 'first secret' }, never);
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect(tap.sent()).toContain('create role "ada@example.com" login password \'SCRAM-SHA-256$4096:');
    expect(tap.sent()).not.toContain('first secret');
    expect(tap.sent()).not.toContain(bed.secrets['password']);
    expect(JSON.stringify(outcome)).not.toMatch(/first secret|SCRAM|Pa55/);
  });

  it('that are wrong or missing are for a person to mend, and not repeated', async () => {
    const wanted = await pair();
    const wrong = open({}, { password: 'wr0ng-Pa55word' });
    const answers = [
      await wrong.grant(wanted, never),
      await wrong.revoke(wanted, never),
      await wrong.read(wanted, never),
      await wrong.createAccount(draft, never),
      await wrong.findAccount(draft, never),
      await open({}, {}).grant(wanted, never),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'needsPerson' });
    expect(JSON.stringify(answers)).not.toContain('wr0ng-Pa55word');
    const test = await wrong.test(never);
    expect(test).toMatchObject({ passed: false, checks: [{ passed: false }] });
    expect(JSON.stringify(test)).not.toContain('wr0ng-Pa55word');
    expect(await faultOf(wrong.discover(null, never))).toMatchObject({ failure: { kind: 'needsPerson' } });
  });
});

describe('rights that are missing', () => {
  it('are named, one by one, by the test of the connection', async () => {
    await bed.sql('alter role gatehouse nocreaterole');
    await bed.sql('create role readers');
    const { passed, checks } = await open().test(never);
    expect(passed).toBe(false);
    expect(checks.filter((check) => !check.passed).map(({ message }) => message)).toEqual([
      expect.stringContaining('ALTER ROLE "gatehouse" CREATEROLE;'),
      expect.stringContaining('GRANT "readers" TO "gatehouse" WITH ADMIN'),
    ]);
  });

  it('make an effect wait for a person', async () => {
    await bed.sql('alter role gatehouse nocreaterole');
    await bed.sql('create role readers');
    const wanted = {
      accountExternalId: await bed.createAccount('ada'),
      entitlementExternalId: await bed.oidOf('readers'),
    };
    expect(await open().grant(wanted, never)).toMatchObject({ kind: 'needsPerson' });
    expect(await open().createAccount(draft, never)).toMatchObject({ kind: 'needsPerson' });
  });

  it('are none where the role has what the page on PostgreSQL lists', async () => {
    await bed.createGroup('readers');
    const { passed, checks } = await open().test(never);
    expect(checks.filter((check) => !check.passed)).toEqual([]);
    expect(passed).toBe(true);
  });
});

describe('another cluster', () => {
  it('is noticed by its system identifier, before anything is read or written', async () => {
    const wanted = await pair();
    const [row] = await bed.sql<{ id: string }>('select system_identifier::text as id from pg_control_system()');
    expect(await open({ systemIdentifier: row?.id }).grant(wanted, never)).toMatchObject({ kind: 'applied' });
    const other = open({ systemIdentifier: '7000000000000000001' });
    expect(await other.revoke(wanted, never)).toMatchObject({ kind: 'needsPerson' });
    expect(await other.test(never)).toMatchObject({ passed: false });
    expect(await bed.membersOf('readers')).toEqual(['ada']);
  });
});

describe('a line that breaks', () => {
  it('before the commit leaves nothing behind, and the next attempt makes the grant', async () => {
    const wanted = await pair();
    tap.freezeAt('commit');
    expect(await tapped({ timeoutSeconds: 1 }).grant(wanted, never)).toMatchObject({ kind: 'retryable' });
    expect(await bed.membersOf('readers')).toEqual([]);
    expect(await tapped().grant(wanted, never)).toMatchObject({ kind: 'applied' });
  });

  it('after the commit does no harm: the next attempt finds the grant, and the account', async () => {
    const wanted = await pair();
    tap.cutAfter('commit');
    expect(await tapped().grant(wanted, never)).toMatchObject({ kind: 'retryable' });
    await expect.poll(() => bed.membersOf('readers')).toEqual(['ada']);
    expect(await tapped().grant(wanted, never)).toMatchObject({ kind: 'already' });
    tap.cutAfter('commit');
    expect(await tapped().createAccount(draft, never)).toMatchObject({ kind: 'retryable' });
    await expect.poll(() => open().createAccount(draft, never)).toMatchObject({ kind: 'already' });
  });

  it('while discovering is a fault, not the end of the list', async () => {
    tap.freezeAt('from pg_auth_members');
    const thrown = await faultOf(tapped({ timeoutSeconds: 1 }).discover(null, never));
    expect(thrown).toBeInstanceOf(ConnectorFault);
    expect(thrown).toMatchObject({ failure: { kind: 'retryable' } });
  });
});

describe('somebody in the way', () => {
  it('is waited for no longer than the limit', async () => {
    const wanted = await pair();
    const release = await holdMemberships();
    const answer = await open({ timeoutSeconds: 1 }).grant(wanted, never);
    await release();
    expect(answer).toMatchObject({ kind: 'retryable', message: expect.stringMatching(/55P03|57014/) });
    expect(await bed.membersOf('readers')).toEqual([]);
  });

  it('is no reason to wait when Gatehouse is stopped, and nothing happens afterwards', async () => {
    const wanted = await pair();
    const release = await holdMemberships();
    const controller = new AbortController();
    const answer = open().grant(wanted, controller.signal);
    await wait(200);
    controller.abort();
    expect(await answer).toMatchObject({ kind: 'retryable', message: expect.stringContaining('stopped') });
    await release();
    await wait(200);
    expect(await bed.membersOf('readers')).toEqual([]);
  });

  it('or not, a stopped connector asks the server nothing', async () => {
    const stop = AbortSignal.abort();
    const wanted = await pair();
    const before = tap.sent().length;
    expect(await tapped().grant(wanted, stop)).toMatchObject({ kind: 'retryable' });
    expect(await tapped().test(stop)).toMatchObject({ passed: false });
    expect(await faultOf(tapped().discover(null, stop))).toMatchObject({ failure: { kind: 'retryable' } });
    expect(tap.sent().length).toBe(before);
  });
});

describe('a server that is none', () => {
  let server: Server;
  const listen = async (answer: string | null): Promise<number> => {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => answer !== null && socket.write(Buffer.from(answer, 'latin1')));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  afterEach(() => server.close());

  it.each([
    ['never answers', null, 'plain'],
    ['hangs up after TLS was offered', 'S', 'verify-full'],
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'verify-full'],
  ])('%s: tried again later', async (_what, answer, tls) => {
    const port = await listen(answer);
    const connector = open({ address: `postgres://127.0.0.1:${port}/`, tls, timeoutSeconds: 1 });
    expect(await connector.read({ accountExternalId: '1', entitlementExternalId: '2' }, never)).toMatchObject({
      kind: 'retryable',
    });
  });

  it('offers no TLS: told to a person', async () => {
    const port = await listen('N');
    const connector = open({ address: `postgres://127.0.0.1:${port}/`, tls: 'require', timeoutSeconds: 1 });
    expect(await connector.read({ accountExternalId: '1', entitlementExternalId: '2' }, never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('no TLS'),
    });
  });

  it('is not there at all: tried again later', async () => {
    const port = await listen(null);
    server.close();
    await once(server, 'close');
    expect(
      await open({ address: `postgres://127.0.0.1:${port}/` }).findAccount({ username: 'a', email: '' }, never),
    ).toMatchObject({ kind: 'retryable', message: expect.stringContaining('ECONNREFUSED') });
  });
});
