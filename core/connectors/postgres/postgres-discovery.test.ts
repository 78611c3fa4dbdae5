/** Discovery of a real server: whole, resumable, unmoved by what changes meanwhile, and big. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, DiscoveryPage } from '#core/connectors/connector.ts';
import { startRoleTestbed, type RoleTestbed } from '#core/testing/role-testbed.ts';
import { postgresConnector } from './index.ts';

const never = new AbortController().signal;
const names = ['ada', 'grace', 'edsger', 'tony', 'alan', 'radia', "o'neil", 'quo"ted', 'späce ünïcode', '50%_*'];

let bed: RoleTestbed;
beforeAll(async () => {
  bed = await startRoleTestbed();
});
afterAll(() => bed.close());
beforeEach(async () => {
  await bed.reset();
  for (const name of names) await bed.createAccount(name);
  for (const name of ['readers', 'writers', 'app_sales', 'app_legal', 'empty "one"']) await bed.createGroup(name);
  await bed.sql('grant readers to ada, grace, "o\'neil"');
  await bed.sql('grant writers to ada');
  // A group within a group is no grant to an account.
  await bed.sql('grant readers to app_sales');
});

function open(more: Readonly<Record<string, unknown>> = {}): Required<Connector> {
  const configuration = postgresConnector.configuration.parse({ ...bed.configuration, pageSize: 3, ...more });
  return postgresConnector.open({ configuration, secrets: bed.secrets }) as Required<Connector>;
}

async function collect(pages: AsyncIterable<DiscoveryPage>): Promise<DiscoveryPage[]> {
  const all: DiscoveryPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

function summary(pages: readonly DiscoveryPage[]) {
  const accounts = new Map(
    pages.flatMap((page) => page.accounts.map((account) => [account.externalId, account.username])),
  );
  const entitlements = new Map(pages.flatMap((page) => page.entitlements.map((one) => [one.externalId, one.name])));
  return {
    accounts: [...accounts.values()].toSorted(),
    entitlements: [...entitlements.values()].toSorted(),
    grants: pages
      .flatMap((page) => page.grants.map((grant) => `${grant.accountExternalId} in ${grant.entitlementExternalId}`))
      .toSorted(),
  };
}

const expectedGrants = async () => {
  const [readers, writers, ada] = [await bed.oidOf('readers'), await bed.oidOf('writers'), await bed.oidOf('ada')];
  const [grace, oneil] = [await bed.oidOf('grace'), await bed.oidOf("o'neil")];
  return [
    `${ada} in ${readers}`,
    `${grace} in ${readers}`,
    `${oneil} in ${readers}`,
    `${ada} in ${writers}`,
  ].toSorted();
};

describe('discovery', () => {
  it('finds every account, role and membership over many pages, each once', async () => {
    const pages = await collect(open().discover(null, never));
    expect(pages.length).toBeGreaterThan(7);
    expect(summary(pages)).toEqual({
      accounts: [...names, 'gatehouse', 'postgres'].toSorted(),
      entitlements: ['app_legal', 'app_sales', 'empty "one"', 'readers', 'writers'],
      grants: await expectedGrants(),
    });
    expect(pages.slice(0, -1).every(({ checkpoint }) => checkpoint !== null)).toBe(true);
    expect(pages.at(-1)?.checkpoint).toBeNull();
  });

  it('goes on from any checkpoint with exactly what is left', async () => {
    const pages = await collect(open().discover(null, never));
    for (const [index, { checkpoint }] of pages.slice(0, -1).entries())
      expect(summary(await collect(open().discover(checkpoint, never)))).toEqual(summary(pages.slice(index + 1)));
  });

  it('starts from the beginning at a checkpoint it cannot read', async () => {
    const whole = summary(await collect(open().discover(null, never)));
    for (const checkpoint of [
      '',
      'nonsense',
      '[]',
      '{"phase":"roles","after":"x"}',
      '{"phase":"memberships","role":"1; drop"}',
    ])
      expect(summary(await collect(open().discover(checkpoint, never)))).toEqual(whole);
  });

  it('misses nobody when roles are dropped, renamed and created while it pages', async () => {
    const seen: DiscoveryPage[] = [];
    for await (const page of open().discover(null, never)) {
      seen.push(page);
      if (seen.length === 2) {
        await bed.sql('drop role ada');
        await bed.sql('alter role "50%_*" rename to renamed');
        await bed.createAccount('late');
      }
    }
    const { accounts, grants } = summary(seen);
    expect(accounts).toEqual(expect.arrayContaining(['grace', 'radia', "o'neil", 'späce ünïcode', 'late']));
    expect(accounts.filter((name) => name === 'renamed' || name === '50%_*')).toHaveLength(1);
    expect(grants).toHaveLength(2);
  });

  it('offers only what fits the patterns, and what was named', async () => {
    const offered = async (more: Readonly<Record<string, unknown>>) =>
      summary(await collect(open(more).discover(null, never))).entitlements;
    expect(await offered({ offered: 'app_*' })).toEqual(['app_legal', 'app_sales']);
    expect(await offered({ offered: 'app_*\n*ers' })).toEqual(['app_legal', 'app_sales', 'readers', 'writers']);
    expect(await offered({ offered: 'read_rs\n%' })).toEqual([]);
    expect(await offered({ offered: 'pg_*', alsoOffered: 'pg_monitor' })).toEqual(['pg_monitor']);
  });

  it('holds a grant made by several once, and an admin option alone not at all', async () => {
    await bed.sql('create role dba login createrole');
    await bed.sql('grant app_legal to dba with admin option');
    await bed.sql('set role dba');
    await bed.sql('grant app_legal to radia');
    await bed.sql('reset role');
    await bed.sql('grant app_legal to radia');
    const { grants } = summary(await collect(open().discover(null, never)));
    const pair = `${await bed.oidOf('radia')} in ${await bed.oidOf('app_legal')}`;
    expect(grants.filter((grant) => grant === pair)).toHaveLength(1);
    const own = await bed.oidOf('gatehouse');
    expect(grants.filter((grant) => grant.startsWith(`${own} `))).toEqual([]);
  });
});

describe('memberships granted by others', () => {
  const radiaInLegal = async () => ({
    accountExternalId: await bed.oidOf('radia'),
    entitlementExternalId: await bed.oidOf('app_legal'),
  });

  it('are reported with the statement that takes them away, and the own grant is gone', async () => {
    await bed.sql('create role dba login');
    await bed.sql('grant app_legal to dba with admin option');
    await bed.sql('set role dba');
    await bed.sql('grant app_legal to radia');
    await bed.sql('reset role');
    await bed.sql('set role gatehouse');
    await bed.sql('grant app_legal to radia');
    await bed.sql('reset role');
    const wanted = await radiaInLegal();
    expect(await open().read(wanted, never)).toMatchObject({
      value: { held: true },
      facts: { grantedBy: expect.stringContaining('dba') },
    });
    const outcome = await open().revoke(wanted, never);
    expect(outcome).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('REVOKE "app_legal" FROM "radia" GRANTED BY "dba";'),
    });
    expect(await open().read(wanted, never)).toMatchObject({ value: { held: true }, facts: { grantedBy: 'dba' } });
    await bed.sql('revoke app_legal from radia granted by dba');
    expect(await open().revoke(wanted, never)).toMatchObject({ kind: 'already' });
  });

  it('that the member granted on are left to a person: nothing cascades', async () => {
    await bed.sql('set role gatehouse');
    await bed.sql('grant app_legal to radia with admin option');
    await bed.sql('set role radia');
    await bed.sql('grant app_legal to alan');
    await bed.sql('reset role');
    expect(await open().revoke(await radiaInLegal(), never)).toMatchObject({ kind: 'refused' });
    expect(await bed.membersOf('app_legal')).toEqual(['alan', 'radia']);
  });
});
