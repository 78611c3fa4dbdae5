/**
 * The GitHub connector: accounts are members of an organization, entitlements are its teams, and membership in a
 * team is the grant.
 */
import type { Connector, ConnectorDefinition } from '#core/connectors/connector.ts';
import { createAccount, deleteAccount, findAccount } from './accounts.ts';
import { createGithubClient } from './client.ts';
import { githubConfiguration, githubFields, type GithubConfiguration } from './configuration.ts';
import { testConnection } from './connection-test.ts';
import type { GithubContext } from './context.ts';
import { discover } from './discovery.ts';
import { grant, read, revoke } from './memberships.ts';

export type { GithubConfiguration } from './configuration.ts';

export const githubConnector: ConnectorDefinition<GithubConfiguration> = {
  description: {
    name: 'github',
    title: 'GitHub',
    summary: 'An organization on GitHub: accounts are its members, entitlements are its teams.',
    fields: githubFields,
    capabilities: ['test', 'discover', 'createAccount', 'deleteAccount', 'grant', 'revoke', 'read'],
    requiredPermissions: [
      'A token of an owner: fine-grained with the organization permission Members (read and write), or classic with admin:org',
      'Or a GitHub App with the organization permission Members (read and write), installed in the organization',
    ],
    accountAttributes: [
      { name: 'email', becomes: 'the address the invitation goes to', required: true },
      { name: 'username', becomes: 'the login, where the connection says so', required: true },
    ],
    nativeExpiry: false,
    effects: {
      // An invitation that was sent has been read, perhaps.
      createAccount: 'irreversible',
      deleteAccount: 'irreversible',
      grant: 'idempotent',
      revoke: 'idempotent',
    },
    // GitHub asks to write one after the other, a second apart ("Best practices for using the REST API").
    limits: { concurrency: 1, effectsPerSecond: 1 },
  },
  configuration: githubConfiguration,
  open({ configuration, secrets }): Connector {
    const context: GithubContext = {
      client: createGithubClient(configuration, secrets),
      configuration,
      learned: { organizationId: null, identities: null },
    };
    return {
      source: `${configuration.baseUrl}/orgs/${configuration.organization}`,
      test: (signal) => testConnection(context, signal),
      discover: (checkpoint, signal) => discover(context, checkpoint, signal),
      findAccount: (draft, signal) => findAccount(context, draft, signal),
      createAccount: (draft, signal) => createAccount(context, draft, signal),
      deleteAccount: (account, signal) => deleteAccount(context, account, signal),
      grant: (wanted, signal) => grant(context, wanted, signal),
      revoke: (unwanted, signal) => revoke(context, unwanted, signal),
      read: (asked, signal) => read(context, asked, signal),
      async close() {
        // Nothing is held open: each request cleans up after itself.
      },
    };
  },
};
