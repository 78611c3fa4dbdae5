/** What else than membership in a group a server can give: roles of users, and membership in things of its own. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Connector, DiscoveryPage } from '#core/connectors/connector.ts';
import { scimConnector } from '#core/connectors/scim/index.ts';
import { startSampleTestbed, startSecondTestbed, type ScimTestbed } from '#core/testing/scim-testbed.ts';
import type { SecondScimServer, SecondScimServerOptions } from '#core/testing/second-scim-server.ts';
import { entitlementId, entitlementPlace } from './entitlement-ids.ts';

const never = new AbortController().signal;
const names = ['ada', 'grace', 'edsger', 'tony'];
const users = names.map((userName) => ({ userName, email: `${userName}@example.com` }));
const contents = { users, groups: { Readers: ['ada'] } };
const odd = "späce, ünïcode 名前 \u{1F989}, o'neil & 50%_*";
const awkward = 'quo"ted \\ "role"] or roles[value pr\n*%\u{1F989}';

let bed: ScimTestbed;
afterEach(() => bed.close());

function open(): Required<Connector> {
  const configuration = scimConnector.configuration.parse({ ...bed.configuration, pageSize: 3 });
  return scimConnector.open({ configuration, secrets: bed.secrets }) as Required<Connector>;
}

async function second(
  options: Partial<SecondScimServerOptions>,
): Promise<{ readonly connector: Required<Connector>; readonly server: SecondScimServer }> {
  const started = await startSecondTestbed(contents, options);
  bed = started;
  return { connector: open(), server: started.server };
}

const role = (value: string, accountExternalId: string) => ({
  accountExternalId,
  entitlementExternalId: entitlementId({ kind: 'role', value }),
});

const writes = () =>
  bed.proxy.requests.filter(({ method }) => method === 'PATCH' || method === 'PUT').map(({ method }) => method);

async function found(connector: Required<Connector>, checkpoint: string | null = null) {
  const pages: DiscoveryPage[] = [];
  for await (const page of connector.discover(checkpoint, never)) pages.push(page);
  const kinds = ['role', 'entitlement', 'work project'];
  return {
    pages,
    entitlements: pages.flatMap((page) => page.entitlements.filter(({ kind }) => kinds.includes(kind))),
    grants: pages.flatMap((page) => page.grants.filter((grant) => grant.entitlementExternalId.startsWith('scim:'))),
  };
}

const admin = { value: 'admin', display: 'Administrator', type: 'WindowsAzureActiveDirectoryRole', primary: true };

describe('roles', () => {
  it('are granted, read, discovered and revoked one by one at the sample service', async () => {
    bed = await startSampleTestbed(contents);
    const connector = open();
    const ada = bed.userId('ada');
    for (const wanted of [role('admin', ada), role(odd, ada), role(awkward, ada), role('admin', bed.userId('grace'))]) {
      expect(await connector.read(wanted, never)).toMatchObject({ value: { held: false } });
      expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'applied' });
      expect(await connector.grant(wanted, never)).toMatchObject({ kind: 'already' });
      expect(await connector.read(wanted, never)).toMatchObject({ value: { held: true } });
    }
    const license = { ...role('', ada), entitlementExternalId: entitlementId({ kind: 'entitlement', value: 'admin' }) };
    expect(await connector.grant(license, never)).toMatchObject({ kind: 'applied', facts: { entitlements: 'admin' } });
    const { entitlements, grants } = await found(open());
    expect(entitlements.map(({ name, kind }) => `${kind} ${name}`).toSorted()).toEqual(
      ['entitlement admin', 'role admin', `role ${odd}`, `role ${awkward}`].toSorted(),
    );
    expect(grants).toHaveLength(5);
    for (const wanted of [role(odd, ada), role(awkward, ada)]) {
      expect(await connector.revoke(wanted, never)).toMatchObject({ kind: 'applied' });
      expect(await connector.revoke(wanted, never)).toMatchObject({ kind: 'already' });
    }
    // The last one, seen by a connection that has seen none: the server's schema promises to show them.
    expect(await connector.revoke(role('admin', ada), never)).toMatchObject({ kind: 'applied' });
    expect(await open().read(role('admin', ada), never)).toMatchObject({ value: { held: false } });
    expect((await found(open())).grants.map(({ accountExternalId }) => accountExternalId).toSorted()).toEqual(
      [ada, bed.userId('grace')].toSorted(),
    );
    const nobody = role('admin', '0190c0de-0000-7000-8000-000000000000');
    expect(await connector.grant(nobody, never)).toMatchObject({ kind: 'notFound', what: 'account' });
  });

  it('keep everything that stands beside them, however they are written', async () => {
    const held = [{ ...admin }, { value: 'auditor', primary: false }];
    for (const [options, way] of [
      [{}, ['PATCH', 'PATCH']],
      // No PATCH, and it says so; or it says so wrongly and answers 501.
      [{ says: { patch: false }, patches: false }, ['PUT', 'PUT']],
      [{ says: { patch: 'True' }, patches: false }, ['PATCH', 'PUT', 'PATCH', 'PUT']],
      [{ roles: { as: 'objects', filterRefused: true } }, ['PATCH', 'PATCH', 'PUT']],
    ] as const) {
      const { connector, server } = await second({
        users: [{ userName: 'ada', roles: held }, ...users.slice(1)],
        roles: { as: 'objects' },
        versions: true,
        ...options,
      });
      expect(await connector.grant(role('reader', 'ada'), never)).toMatchObject({ kind: 'applied' });
      expect(server.rolesOf('ada')).toEqual([...held, { value: 'reader' }]);
      expect(await connector.revoke(role('auditor', 'ada'), never)).toMatchObject({ kind: 'applied' });
      expect(server.rolesOf('ada')).toEqual([admin, { value: 'reader' }]);
      expect(writes()).toEqual(way);
      await bed.close();
    }
    const { connector, server } = await second({
      users: [{ userName: 'ada', roles: ['admin', 'auditor'] }, ...users.slice(1)],
      roles: { as: 'texts' },
      offeredRoles: ['reader'],
    });
    expect(await connector.grant(role('reader', 'ada'), never)).toMatchObject({ kind: 'applied' });
    expect(await connector.revoke(role('admin', 'ada'), never)).toMatchObject({ kind: 'applied' });
    // The schema says that they are texts, where no user shows it.
    expect(await connector.grant(role('reader', 'grace'), never)).toMatchObject({ kind: 'applied' });
    expect([server.rolesOf('ada'), server.rolesOf('grace')]).toEqual([['auditor', 'reader'], ['reader']]);
    expect(await connector.grant(role(awkward, 'ada'), never)).toMatchObject({ kind: 'applied' });
    expect(await connector.revoke(role(awkward, 'ada'), never)).toMatchObject({ kind: 'applied' });
    expect(server.rolesOf('ada')).toEqual(['auditor', 'reader']);
  });

  it('are left to a person where no way takes a single one safely, and to a later attempt where somebody was faster', async () => {
    const given = [{ userName: 'ada', roles: [admin, { value: 'auditor' }] }];
    const roles = { as: 'objects', filterRefused: true } as const;
    const without = await second({ users: given, roles });
    expect(await without.connector.revoke(role('admin', 'ada'), never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('no single role from a user'),
    });
    expect(without.server.rolesOf('ada')).toEqual(given[0]?.roles);
    await bed.close();
    const { connector, server } = await second({ users: given, roles, versions: true });
    const other = { kind: 'afterAction', action: () => connector.revoke(role('auditor', 'ada'), never) } as const;
    bed.proxy.addRule({ method: 'PUT', fault: other });
    expect(await connector.revoke(role('admin', 'ada'), never)).toMatchObject({ kind: 'retryable' });
    expect(await connector.revoke(role('admin', 'ada'), never)).toMatchObject({ kind: 'applied' });
    expect(server.rolesOf('ada')).toEqual([]);
  });

  it('are discovered also where lists leave them out, with those nobody has', async () => {
    for (const inLists of [true, false]) {
      const { connector } = await second({
        users: [...users.slice(0, 3), { userName: 'zoe', roles: [admin, admin, { value: 'auditor' }] }],
        roles: { as: 'objects', inLists },
        offeredRoles: ['admin', 'reader'],
      });
      const { pages, entitlements, grants } = await found(connector);
      expect(entitlements.map(({ externalId, name, kind }) => [externalId, name, kind])).toEqual([
        ['scim:role:admin', 'Administrator', 'role'],
        ['scim:role:auditor', 'auditor', 'role'],
        ['scim:role:reader', 'reader', 'role'],
      ]);
      expect(grants).toEqual([role('admin', 'zoe'), role('auditor', 'zoe')]);
      const rest = await found(open(), pages[0]?.checkpoint);
      expect(rest.grants).toEqual(grants);
      if (inLists) await bed.close();
    }
  });
});

describe('what has members and is no group', () => {
  const projects = { Apollo: ['ada', 'grace'], Gemini: [] };
  const apollo = (accountExternalId: string) => ({
    accountExternalId,
    entitlementExternalId: 'scim:resource:/Projects:Apollo',
  });

  // Without schemas, the resources themselves tell what has members.
  it.each([[[]], [undefined]])(
    'is discovered, granted and revoked like one (roles in schemas: %j)',
    async (offeredRoles) => {
      const { connector, server } = await second({
        projects,
        removalByFilter: 'works',
        ...(offeredRoles === undefined ? {} : { offeredRoles }),
      });
      const { pages, entitlements, grants } = await found(connector);
      expect(entitlements.map(({ externalId, name, kind }) => [externalId, name, kind])).toEqual([
        ['scim:resource:/Projects:Apollo', 'Apollo', 'work project'],
        ['scim:resource:/Projects:Gemini', 'Gemini', 'work project'],
      ]);
      expect(grants).toEqual([apollo('ada'), apollo('grace')]);
      expect(pages.flatMap((page) => page.entitlements).map(({ externalId }) => externalId)).toContain('Readers');
      for (const [index, { checkpoint }] of pages.slice(0, -1).entries()) {
        const rest = await found(open(), checkpoint);
        expect(rest.pages.flatMap((page) => page.grants)).toEqual(
          pages.slice(index + 1).flatMap((page) => page.grants),
        );
      }
      expect(await connector.grant(apollo('tony'), never)).toMatchObject({ kind: 'applied' });
      expect(await connector.revoke(apollo('ada'), never)).toMatchObject({
        kind: 'applied',
        facts: { resource: '/Projects/Apollo', accountId: 'ada' },
      });
      expect(await connector.read(apollo('grace'), never)).toMatchObject({ value: { held: true } });
      expect(server.membersOfProject('Apollo')).toEqual(['grace', 'tony']);
      expect(bed.proxy.requests.filter(({ path }) => path.includes('admin'))).toEqual([]);
      const { passed, checks } = await connector.test(never);
      expect(passed).toBe(true);
      expect(checks.at(-1)?.message).toContain('group, work project');
    },
  );

  it('ends a discovery with a fault, not without it, when it may not be listed', async () => {
    const { connector } = await second({ projects, offeredRoles: [] });
    bed.proxy.addRule({ path: /Projects/, times: Infinity, fault: { kind: 'answer', status: 403 } });
    await expect(found(connector)).rejects.toMatchObject({ failure: { kind: 'needsPerson' } });
  });

  it('is not asked for again and again where the server answers with web pages instead of saying what it has', async () => {
    const { connector } = await second({ projects, offeredRoles: [] });
    const page = { kind: 'answer', status: 200, body: '<html>Not here</html>' } as const;
    bed.proxy.addRule({ path: /ServiceProvider|ResourceTypes|Schemas/, times: Infinity, fault: page });
    expect((await found(connector)).pages.flatMap(({ accounts }) => accounts)).toHaveLength(names.length);
    expect((await connector.test(never)).passed).toBe(true);
    expect(bed.proxy.requests.filter(({ path }) => path.includes('ResourceTypes'))).toHaveLength(2);
    // A page that comes once, as of a proxy with a bad moment, is no answer.
    bed.proxy.clearRules();
    bed.proxy.addRule({ path: /ResourceTypes/, fault: page });
    expect((await found(open())).grants).toHaveLength(2);
    bed.proxy.addRule({ path: /Schemas/, fault: { kind: 'answer', status: 503 } });
    await expect(found(open())).rejects.toMatchObject({ failure: { kind: 'retryable' } });
  });
});

it('looks through everybody at once where the server says it has no filters', async () => {
  const { connector } = await second({ says: { filter: false } });
  expect(await connector.findAccount({ username: 'TONY', email: '' }, never)).toMatchObject({ kind: 'already' });
  expect(bed.proxy.requests.some(({ path }) => path.includes('filter='))).toBe(false);
});

it('knows by its external id what an entitlement is, and no group for anything else', () => {
  for (const place of [
    { kind: 'resource', endpoint: '/Groups', id: 'plain' },
    { kind: 'resource', endpoint: '/Groups', id: 'scim:other' },
    { kind: 'resource', endpoint: '/Groups', id: 'scim:role:admin' },
    { kind: 'resource', endpoint: '/Groups', id: 'scim:resource:/Projects:7' },
    { kind: 'resource', endpoint: '/v2/Projects', id: 'a:b\nc' },
    { kind: 'role', value: awkward },
    { kind: 'entitlement', value: 'a:b' },
  ] as const)
    expect(entitlementPlace(entitlementId(place))).toEqual(place);
  expect(entitlementId({ kind: 'resource', endpoint: '/Groups', id: 'scim:other' })).toBe('scim:other');
  // What would leave the base URL is an id like any other.
  for (const id of ['scim:resource:/../admin:1', 'scim:resource:/a?b:1', 'scim:resource://host:1', 'scim:role:'])
    expect(entitlementPlace(id)).toEqual({ kind: 'resource', endpoint: '/Groups', id });
});
