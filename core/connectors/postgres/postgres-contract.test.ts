/** What every connector must do, proved by this one against a real PostgreSQL server. */
import { afterAll, beforeAll } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { describeConnectorContract, type ContractHarness } from '#core/connectors/contract-suite.ts';
import { startRoleTestbed, type RoleTestbed } from '#core/testing/role-testbed.ts';
import { postgresConnector } from './index.ts';

let bed: RoleTestbed;
beforeAll(async () => {
  bed = await startRoleTestbed();
});
afterAll(() => bed.close());

function open(secrets: Readonly<Record<string, string>>): Connector {
  const configuration = postgresConnector.configuration.parse({ ...bed.configuration, pageSize: 3 });
  return postgresConnector.open({ configuration, secrets });
}

async function start(): Promise<ContractHarness> {
  await bed.reset();
  return {
    connector: open(bed.secrets),
    openWithWrongCredential: () => open({ password: 'not the password' }),
    makeEntitlement: (name) => bed.createGroup(name),
    async makeAccount(username) {
      const externalId = await bed.createAccount(username);
      // What Gatehouse needs from PostgreSQL 16 on to disable an account it did not create.
      await bed.sql(`grant "${username}" to gatehouse with admin option`);
      return { externalId, username, email: null, displayName: null, active: true };
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
    abilities: ['discover', 'createAccount', 'disableAccount', 'enableAccount', 'deleteAccount'],
    names: [
      'quo"ted',
      "o'neil",
      'back\\slash',
      'späce ünïcode 名前',
      '50%_*',
      'emoji 🦉',
      'x; drop role gatehouse --',
      '$1',
    ],
  },
  start,
);
