/** What every connector must do, proved by this one against a server that keeps to GitHub's published schemas. */
import { describe } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { describeConnectorContract, type ContractHarness } from '#core/connectors/contract-suite.ts';
import { startGithubServer } from '#core/testing/github-server.ts';
import { githubConnector } from './index.ts';

async function start(): Promise<ContractHarness> {
  const server = await startGithubServer();
  const open = (token: string): Connector =>
    githubConnector.open({
      configuration: githubConnector.configuration.parse({
        baseUrl: server.baseUrl,
        organization: 'example-inc',
        authentication: 'token',
        identities: 'username',
        pageSize: 3,
      }),
      secrets: { token },
    });
  const teams = new Map<string, ReturnType<typeof server.addTeam>>();
  return {
    connector: open(server.token),
    openWithWrongCredential: () => open('ghp_wrong'),
    async makeEntitlement(name) {
      const team = server.addTeam(name);
      teams.set(String(team.id), team);
      return String(team.id);
    },
    async makeAccount(username) {
      const { id, login } = server.addMember(username);
      return { externalId: String(id), username: login, email: null, displayName: null, active: true };
    },
    draftOf(username) {
      server.addPerson(username);
      const nobody = { firstName: null, lastName: null, department: null, jobTitle: null };
      return { username, email: `${username}@example.com`, displayName: username, employeeId: 'e-1', ...nobody };
    },
    unknownAccount: '4000000000',
    unknownEntitlement: '4000000001',
    async holdersOf(entitlement) {
      return [...(server.state.teamMembers.get(Number(entitlement))?.keys() ?? [])].map(String);
    },
    async countAccounts(username) {
      return [...server.state.members.values()].filter(({ login }) => login.toLowerCase() === username.toLowerCase())
        .length;
    },
    async close() {
      await server.close();
      if (server.problems.length > 0) throw new Error(server.problems.join('\n'));
    },
  };
}

describe('with people known by their user names', () => {
  describeConnectorContract(
    'GitHub',
    {
      abilities: ['discover', 'createAccount', 'deleteAccount'],
      names: ['quo"ted', "o'neil", 'back\\slash', 'späce ünïcode 名前', '50%_*', 'emoji 🦉', 'a/b?c#d', '../..'],
    },
    start,
  );
});
