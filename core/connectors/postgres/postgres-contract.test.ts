/** What every connector must do, proved by this one against a real PostgreSQL server. */
import { afterAll, beforeAll } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { uniqueName } from '#core/connectors/contract-harness.ts';
import { describeConnectorContract, type ContractHarness, type OpenSettings } from '#core/connectors/contract-suite.ts';
import { startRoleTestbed, type RoleTestbed } from '#core/testing/role-testbed.ts';
import { startWireTap, type WireTap } from '#core/testing/wire-tap.ts';
import { postgresConnector } from './index.ts';

let bed: RoleTestbed;
let tap: WireTap;
beforeAll(async () => {
  bed = await startRoleTestbed();
  const { hostname: host, port } = new URL(String(bed.configuration['address']));
  tap = await startWireTap({ host, port: Number(port) });
});
afterAll(async () => {
  await tap.close();
  await bed.close();
});

function open({ credential, timeoutSeconds, pageSize = 3 }: OpenSettings = {}): Connector {
  const address = new URL(String(bed.configuration['address']));
  address.host = `127.0.0.1:${tap.port}`;
  const configuration = postgresConnector.configuration.parse({
    ...bed.configuration,
    address: address.href,
    timeoutSeconds,
    pageSize,
  });
  const secrets = credential === 'wrong' ? { password: 'not the password' } : bed.secrets;
  return postgresConnector.open({ configuration, secrets });
}

async function start(): Promise<ContractHarness> {
  await bed.reset();
  return {
    open,
    makeEntitlement: (name) => bed.createGroup(name),
    async makeAccount(username) {
      const externalId = await bed.createAccount(username);
      // What Gatehouse needs from PostgreSQL 16 on to disable an account it did not create.
      await bed.sql(`grant "${username}" to gatehouse with admin option`);
      return { externalId, username, email: null, displayName: null, active: true };
    },
    async removeAccount({ username }) {
      await bed.sql(`drop role "${username}"`);
    },
    async makeCrowd(size) {
      const [role, prefix] = [uniqueName(), uniqueName()];
      const entitlement = await bed.createGroup(role);
      await bed.sql(
        `do $$ begin for n in 1..${size} loop execute format('create role %I login', '${prefix}' || n); execute format('grant %I to %I granted by gatehouse', '${role}', '${prefix}' || n); end loop; end $$`,
      );
      const made = await bed.sql<{ oid: string }>(`select oid::text from pg_roles where rolname ~ '^${prefix}[0-9]+$'`);
      return { entitlement, accounts: made.map(({ oid }) => oid) };
    },
    async hush() {
      tap.hold();
      return async () => tap.release();
    },
    draftOf: (username) => ({
      username,
      email: `${username}@example.com`,
      displayName: username,
      firstName: null,
      lastName: null,
      department: null,
      jobTitle: null,
      employeeId: 'e-1',
    }),
    unknownAccount: '4000000000',
    unknownEntitlement: '4000000001',
    async holdersOf(entitlement) {
      const rows = await bed.sql<{ member: string }>(
        `select distinct member::text as member from pg_auth_members join pg_roles on pg_roles.oid = member
         where roleid = $1::oid and rolname <> 'gatehouse'`,
        [entitlement],
      );
      return rows.map(({ member }) => member);
    },
    async countAccounts(username) {
      return (await bed.sql('select 1 from pg_roles where lower(rolname) = lower($1)', [username])).length;
    },
    close: async () => undefined,
  };
}

describeConnectorContract(
  'PostgreSQL',
  {
    capabilities: postgresConnector.description.capabilities,
    names: ['x; drop role gatehouse --', '$1'],
    usernames: ['quo"ted', "o'neil", 'back\\slash', 'späce ünïcode 名前', '50%_*', 'emoji 🦉', '$1'],
  },
  start,
);
