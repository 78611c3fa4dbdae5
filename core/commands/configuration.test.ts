/** Applications, connections and roles: who may change them, and what is kept of it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { connectors } from '#core/connectors/registry.ts';
import { newId, type CommandId, type EmployeeId } from '#core/domain/ids.ts';
import { createConnections } from '#core/fulfillment/connections.ts';
import { createConnectorRuntime } from '#core/fulfillment/connector-runtime.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import { commandOf, organisation, rowsOf, type Organisation } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { changeApplication, createApplication } from './application.command.ts';
import { setRoles } from './set-roles.command.ts';

const settings = (people: Organisation['people'], name: string) => ({
  name,
  description: 'described',
  primaryOwnerId: people.owner,
  secondaryOwnerIds: [people.secondOwner, people.manager],
  fulfillment: 'manual' as const,
  reviewSettings: { approval: 'review' as const, reviewers: ['applicationOwner' as const, 'manager' as const] },
});

describeEachDatabase('an application', (open) => {
  it('is added by administrators, and changed by owners too, every column of it', async () => {
    const workspace = await open();
    const { people, applications } = await organisation(workspace);
    expect(await workspace.execute(createApplication, commandOf(people.owner, settings(people, 'New')))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    const created = await workspace.execute(
      createApplication,
      commandOf(people.administrator, settings(people, 'New')),
    );
    if (created.outcome === 'refused') throw new Error(created.refusal.message);
    const change = { ...settings(people, 'Renamed'), applicationId: applications.reviewed, version: 1 };
    expect(await workspace.execute(changeApplication, commandOf(people.manager, change))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await workspace.execute(changeApplication, commandOf(people.secondOwner, change))).toMatchObject({
      outcome: 'done',
      value: { version: 2 },
    });
    const rows = new Map((await rowsOf(workspace, 'application')).map((row) => [row.id, row]));
    const { secondaryOwnerIds: _, ...columns } = settings(people, 'Renamed');
    expect(rows.get(applications.reviewed)).toEqual({
      id: applications.reviewed,
      ...columns,
      nameKey: 'renamed',
      version: 2,
    });
    expect(rows.get(created.value.applicationId)).toMatchObject({
      name: 'New',
      nameKey: 'new',
      version: 1,
      reviewSettings: columns.reviewSettings,
    });
    const owners = (await rowsOf(workspace, 'secondary_owner'))
      .filter((owner) => owner.applicationId === applications.reviewed)
      .toSorted((a, b) => a.position - b.position);
    expect(owners.map((owner) => owner.employeeId)).toEqual([people.secondOwner, people.manager]);
  });

  it('is not changed by somebody who looked at an earlier version', async () => {
    const workspace = await open();
    const { people, applications } = await organisation(workspace);
    const change = { ...settings(people, 'Renamed'), applicationId: applications.reviewed, version: 1 };
    await workspace.execute(changeApplication, commandOf(people.owner, change));
    const before = await rowsOf(workspace, 'application');
    expect(
      await workspace.execute(changeApplication, commandOf(people.owner, { ...change, name: 'Again' })),
    ).toMatchObject({ refusal: { code: 'application.invalid', data: { version: 2 } } });
    expect(await rowsOf(workspace, 'application')).toEqual(before);
  });

  it('has a name of its own, owners who work here, and each kind of reviewer once', async () => {
    const workspace = await open();
    const { people, applications } = await organisation(workspace);
    const create = (more: object) =>
      workspace.execute(createApplication, commandOf(people.administrator, { ...settings(people, 'New'), ...more }));
    expect(await create({ name: 'REVIEWED' })).toMatchObject({ refusal: { code: 'application.nameTaken' } });
    expect(await create({ primaryOwnerId: people.leaver })).toMatchObject({ refusal: { code: 'application.invalid' } });
    expect(await create({ secondaryOwnerIds: [newId<EmployeeId>()] })).toMatchObject({
      refusal: { code: 'application.invalid' },
    });
    expect(await create({ reviewSettings: { approval: 'review', reviewers: ['manager', 'manager'] } })).toMatchObject({
      outcome: 'refused',
    });
    expect(
      await workspace.execute(
        changeApplication,
        commandOf(people.owner, { ...settings(people, 'Reviewed'), applicationId: applications.reviewed, version: 1 }),
      ),
    ).toMatchObject({ outcome: 'done' });
  });
});

describeEachDatabase('roles', (open) => {
  it('are changed by administrators who still work here, and one of them always remains', async () => {
    const workspace = await open();
    const { people } = await organisation(workspace);
    const set = (who: EmployeeId, employeeId: EmployeeId, roles: readonly string[]) =>
      workspace.execute(setRoles, commandOf(who, { employeeId, roles }));
    expect(await set(people.owner, people.owner, ['administrator'])).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await set(people.administrator, people.manager, ['riskManager', 'riskManager'])).toMatchObject({
      outcome: 'done',
    });
    expect(await set(people.administrator, people.secondAdministrator, [])).toMatchObject({ outcome: 'done' });
    // One who has left does not count.
    expect(await set(people.administrator, people.leaver, ['administrator'])).toMatchObject({ outcome: 'done' });
    expect(await set(people.administrator, people.administrator, ['riskManager'])).toMatchObject({
      refusal: { code: 'access.notAllowed', message: expect.stringContaining('last administrator') },
    });
    expect(await set(people.leaver, people.administrator, [])).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(new Set((await rowsOf(workspace, 'role_assignment')).map((row) => `${row.employeeId} ${row.role}`))).toEqual(
      new Set([
        `${people.administrator} administrator`,
        `${people.leaver} administrator`,
        `${people.manager} riskManager`,
      ]),
    );
  });
});

/** Everything the database keeps, as bytes: its files, or the text of all its tables. */
async function everythingKept({ database, location }: TestWorkspace): Promise<string> {
  if (location.kind === 'sqlite') {
    const folder = dirname(location.file);
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'latin1'))
      .join('\n');
  }
  const { rows: tables } = await sql<{
    name: string;
  }>`select table_name as name from information_schema.tables where table_schema = 'public'`.execute(database.read);
  const texts = await Promise.all(
    tables.map(({ name }) =>
      sql<{ all: string | null }>`select string_agg(t::text, ' ') as all from ${sql.table(name)} t`.execute(
        database.read,
      ),
    ),
  );
  return texts.map(({ rows }) => rows[0]?.all ?? '').join('\n');
}

describeEachDatabase('the credential of a connection', (open) => {
  async function prepare() {
    const workspace = await open();
    const built = await organisation(workspace);
    const secrets = createMemorySecretStore();
    const connections = createConnections({ database: workspace.database, secrets, definitions: connectors });
    const runtime = createConnectorRuntime({
      database: workspace.database,
      execute: workspace.execute,
      secrets,
      connections,
      definitions: connectors,
      now: workspace.clock.now,
    });
    const token = `token-${randomBytes(12).toString('hex')}`;
    const draft = (given: string) => ({
      applicationId: built.applications.reviewed,
      connector: 'scim',
      // A careless window sends the secret among the other fields too.
      configuration: { baseUrl: 'http://127.0.0.1:9/scim', authentication: 'bearer', token: given },
      secrets: { token: given },
    });
    const set = (who: EmployeeId, given: string) =>
      runtime.setConnection(draft(given), {
        actor: { kind: 'employee', employeeId: who },
        commandId: newId<CommandId>(),
      });
    return { workspace, ...built, secrets, runtime, token, draft, set };
  }

  it('goes to the secret store and nowhere into the database', async () => {
    const { workspace, people, secrets, token, set } = await prepare();
    expect(await set(people.owner, token)).toMatchObject({ outcome: 'done' });
    const [instance] = await rowsOf(workspace, 'connector_instance');
    expect(await secrets.read(instance!.secretName)).toEqual({ token });
    expect(instance!.configuration).toEqual({ baseUrl: 'http://127.0.0.1:9/scim', authentication: 'bearer' });
    const kept = await everythingKept(workspace);
    expect(kept).toContain('http://127.0.0.1:9/scim');
    expect(kept).not.toContain(token);
    expect((await rowsOf(workspace, 'audit_event')).at(-1)).toMatchObject({
      type: 'connection.changed',
      data: expect.stringContaining('"secretsSet":["token"]'),
    });
  });

  it('is not replaced by somebody who may not change the connection, nor by a change that was refused', async () => {
    const { workspace, people, secrets, token, runtime, draft, set } = await prepare();
    await set(people.owner, token);
    const [instance] = await rowsOf(workspace, 'connector_instance');
    expect(await set(people.requester, 'stolen-token')).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await secrets.read(instance!.secretName)).toEqual({ token });
    // The same command id with something else in it is refused after the keychain was written.
    const issued = { actor: { kind: 'employee' as const, employeeId: people.owner }, commandId: newId<CommandId>() };
    expect(await runtime.setConnection(draft(token), issued)).toMatchObject({ outcome: 'done' });
    const other = {
      ...draft('other-token'),
      configuration: { baseUrl: 'http://127.0.0.1:10/scim', authentication: 'bearer' },
    };
    expect(await runtime.setConnection(other, issued)).toMatchObject({ refusal: { code: 'command.idReused' } });
    expect(await secrets.read(instance!.secretName)).toEqual({ token });
  });

  it('is sent to no other address than the one it was entered for, until it is entered again', async () => {
    const { people, token, runtime, draft, set } = await prepare();
    await set(people.owner, token);
    const reached: string[] = [];
    const elsewhere = createServer((request, response) => {
      reached.push(request.headers.authorization ?? '');
      response.writeHead(401).end();
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const { port } = elsewhere.address() as AddressInfo;
    const moved = {
      ...draft(''),
      configuration: { baseUrl: `http://127.0.0.1:${port}/scim`, authentication: 'bearer' },
      secrets: {},
    };
    const issued = { actor: { kind: 'employee' as const, employeeId: people.owner }, commandId: newId<CommandId>() };
    const refused = { refusal: { code: 'connection.invalid', message: expect.stringContaining('again') } };
    expect(await runtime.test(moved)).toMatchObject(refused);
    expect(await runtime.setConnection(moved, issued)).toMatchObject(refused);
    expect(reached).toEqual([]);
    // Entered again it goes there, and the one in the keychain stays until the change is saved.
    expect(await runtime.test({ ...moved, secrets: { token: 'entered-again' } })).toMatchObject({ outcome: 'done' });
    expect(reached.length).toBeGreaterThan(0);
    expect(new Set(reached)).toEqual(new Set(['Bearer entered-again']));
    const unchanged = { ...moved, configuration: { baseUrl: 'http://127.0.0.1:9/scim/', authentication: 'bearer' } };
    expect(await runtime.test(unchanged)).toMatchObject({ outcome: 'done' });
    elsewhere.close();
  });

  const connections = {
    postgres: {
      saved: { address: 'postgres://127.0.0.1:9/postgres', username: 'gatehouse', tls: 'verify-full' },
      changes: [
        { tls: 'require' },
        { tls: 'plain' },
        { certificateAuthority: '-----BEGIN CERTIFICATE-----\nanother\n-----END CERTIFICATE-----' },
      ],
      scheme: 'postgres:// or postgresql://',
    },
    ldap: {
      saved: {
        address: 'ldap://127.0.0.1:9',
        encryption: 'startTls',
        bindDn: 'cn=gatehouse,dc=example',
        schema: 'groupOfNames',
        accountsBase: 'ou=people,dc=example',
        groupsBase: 'ou=groups,dc=example',
      },
      changes: [{ encryption: 'plain' }, { certificateAuthority: rootCertificates[0] ?? '' }],
      scheme: 'ldaps:// or ldap://',
    },
  } as const;

  it.each(['postgres', 'ldap'] as const)(
    'of %s is not sent over a connection that is protected otherwise',
    async (connector) => {
      const { people, applications, runtime } = await prepare();
      const { saved, changes, scheme } = connections[connector];
      const draft = (change: Readonly<Record<string, string>>, secrets: Readonly<Record<string, string>> = {}) => ({
        applicationId: applications.reviewed,
        connector,
        configuration: { ...saved, ...change },
        secrets,
      });
      const set = (given: ReturnType<typeof draft>) =>
        runtime.setConnection(given, {
          actor: { kind: 'employee', employeeId: people.owner },
          commandId: newId<CommandId>(),
        });
      expect(await set(draft({}, { password: 'first' }))).toMatchObject({ outcome: 'done' });
      expect(await set(draft({ pageSize: '50' }))).toMatchObject({ outcome: 'done' });
      const again = { refusal: { code: 'connection.invalid', message: expect.stringContaining('entered again') } };
      for (const change of changes) {
        expect(await set(draft(change))).toMatchObject(again);
        expect(await runtime.test(draft(change))).toMatchObject(again);
      }
      expect(await set(draft(changes[0], { password: 'entered-again' }))).toMatchObject({ outcome: 'done' });
      expect(await set(draft({ address: 'https://127.0.0.1:9' }, { password: 'first' }))).toMatchObject({
        refusal: { message: `Address: Enter a full address that starts with ${scheme}.`, data: { field: 'address' } },
      });
    },
  );
});
