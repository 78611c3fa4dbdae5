/** What every connector must do, proved by this one against a server that keeps to GitHub's published schemas. */
import { describe } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { uniqueName } from '#core/connectors/contract-harness.ts';
import { describeConnectorContract, type ContractHarness, type OpenSettings } from '#core/connectors/contract-suite.ts';
import { startGithubServer } from '#core/testing/github-server.ts';
import { removeMember } from '#core/testing/github-state.ts';
import { startScriptedProxy } from '#core/testing/scripted-proxy.ts';
import { githubConnector } from './index.ts';

async function start(): Promise<ContractHarness> {
  const server = await startGithubServer();
  const proxy = await startScriptedProxy(server.baseUrl);
  const open = ({ credential, timeoutSeconds, pageSize = 3 }: OpenSettings = {}): Connector =>
    githubConnector.open({
      configuration: githubConnector.configuration.parse({
        baseUrl: proxy.baseUrl,
        organization: 'example-inc',
        authentication: 'token',
        identities: 'username',
        timeoutSeconds,
        pageSize: Math.min(pageSize, 100),
      }),
      secrets: { token: credential === 'wrong' ? 'ghp_wrong' : server.token },
    });
  const teams = new Map<string, ReturnType<typeof server.addTeam>>();
  return {
    open,
    async makeEntitlement(name) {
      const team = server.addTeam(name);
      teams.set(String(team.id), team);
      return String(team.id);
    },
    async makeAccount(username) {
      const { id, login } = server.addMember(username);
      return { externalId: String(id), username: login, email: null, displayName: null, active: true };
    },
    async removeAccount({ externalId }) {
      removeMember(server.state, Number(externalId));
    },
    async makeCrowd(size) {
      const team = server.addTeam('Crowd');
      const members = server.state.teamMembers.get(team.id);
      const ids = Array.from({ length: size }, () => server.addMember(uniqueName()).id);
      for (const id of ids) members?.set(id, 'member');
      return { entitlement: String(team.id), accounts: ids.map(String) };
    },
    async hush() {
      proxy.addRule({ times: Infinity, fault: { kind: 'silence' } });
      return async () => proxy.clearRules();
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
      await proxy.close();
      await server.close();
      if (server.problems.length > 0) throw new Error(server.problems.join('\n'));
    },
  };
}

describe('with people known by their user names', () => {
  describeConnectorContract(
    'GitHub',
    {
      capabilities: githubConnector.description.capabilities,
      names: ['a/b?c#d', '../..'],
    },
    start,
  );
});
