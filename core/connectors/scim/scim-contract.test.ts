/** What every connector must do, proved by this one against three servers of different authors. */
import { describeConnectorContract, type ContractHarness, type OpenSettings } from '#core/connectors/contract-suite.ts';
import { oddNames, uniqueName } from '#core/connectors/contract-harness.ts';
import {
  startBetterAuthTestbed,
  startSampleTestbed,
  startSecondTestbed,
  type ScimTestbed,
  type TestbedContents,
} from '#core/testing/scim-testbed.ts';
import { scimConnector } from './index.ts';

/** Somebody in some group, as in any application in use: what an empty group of the server means is seen from it. */
const contents = {
  users: [{ userName: 'resident', email: 'resident@example.com' }],
  groups: { Residents: ['resident'] },
};

const unknownId = '0190c0de-0000-7000-8000-000000000000';

function harnessOf(bed: ScimTestbed): ContractHarness {
  const user = (externalId: string, username: string) => {
    const email = `${username}@example.com`;
    return { externalId, username, email, displayName: username, active: true };
  };
  return {
    open({ credential, timeoutSeconds, pageSize = 3 }: OpenSettings = {}) {
      return scimConnector.open({
        configuration: scimConnector.configuration.parse({ ...bed.configuration, timeoutSeconds, pageSize }),
        secrets: credential === 'wrong' ? { token: 'wrong', password: 'wrong' } : bed.secrets,
      });
    },
    makeEntitlement: (name) => bed.createGroup(name),
    makeAccount: async (username) => user(await bed.createUser(username), username),
    removeAccount: ({ externalId }) => bed.removeUser(externalId),
    async makeCrowd(size) {
      const { group, users } = await bed.createCrowd(Array.from({ length: size }, () => uniqueName()));
      return { entitlement: group, accounts: users };
    },
    draftOf: (username) => ({
      username,
      email: `${username.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '')}@example.com`,
      displayName: username,
      firstName: 'First',
      lastName: 'Last',
      department: 'Engineering',
      jobTitle: 'Engineer',
      employeeId: `e-${username}`,
    }),
    unknownAccount: unknownId,
    unknownEntitlement: unknownId,
    holdersOf: (entitlement) => bed.holdersOf(entitlement),
    async countAccounts(username) {
      const names = await bed.userNames();
      return names.filter((name) => name.toLowerCase() === username.toLowerCase()).length;
    },
    async hush() {
      bed.proxy.addRule({ times: Infinity, fault: { kind: 'silence' } });
      return async () => bed.proxy.clearRules();
    },
    close: () => bed.close(),
  };
}

const servers = [
  { name: 'the sample service', start: (filled: TestbedContents) => startSampleTestbed(filled) },
  { name: 'the second server', start: (filled: TestbedContents) => startSecondTestbed(filled, { largestPage: 500 }) },
  // It takes some thirty milliseconds over every user.
  { name: 'Better Auth', start: startBetterAuthTestbed, crowd: 100 },
] as const;

for (const { name, start, ...more } of servers) {
  const options = {
    capabilities: scimConnector.description.capabilities,
    names: ['a/b?c#d', '../..', 'x" or id pr'],
    usernames: oddNames,
    ...more,
  };
  describeConnectorContract(name, options, async () => harnessOf(await start(contents)));
}
