/**
 * The PostgreSQL connector: accounts are login roles, entitlements are group roles, and a row of
 * pg_auth_members is the grant.
 */
import type { Connector, ConnectorDefinition } from '#core/connectors/connector.ts';
import { deleteAccount, disableAccount, enableAccount } from './account-changes.ts';
import { createAccount, findAccount } from './accounts.ts';
import { postgresConfiguration, postgresFields, type PostgresConfiguration } from './configuration.ts';
import { testConnection } from './connection-test.ts';
import { discover } from './discovery.ts';
import { grant, read, revoke } from './memberships.ts';
import type { PostgresContext } from './session.ts';

export type { PostgresConfiguration } from './configuration.ts';

export const postgresConnector: ConnectorDefinition<PostgresConfiguration> = {
  description: {
    name: 'postgres',
    title: 'PostgreSQL',
    summary:
      'Roles of a PostgreSQL server: accounts are login roles, entitlements are the group roles they can be members of.',
    fields: postgresFields,
    capabilities: [
      'test',
      'discover',
      'createAccount',
      'disableAccount',
      'enableAccount',
      'deleteAccount',
      'grant',
      'revoke',
      'read',
    ],
    requiredPermissions: [
      'CREATEROLE, to create, disable and delete accounts',
      'From PostgreSQL 16 on: ADMIN on every role that can be requested',
      'From PostgreSQL 16 on: ADMIN on accounts that Gatehouse did not create and shall disable or delete',
    ],
    accountAttributes: [
      { name: 'username', becomes: 'the name of the role', required: true },
      { name: 'email', becomes: 'the name of the role, up to the @ if the connection says so', required: true },
      { name: 'displayName', becomes: 'the comment on the role', required: true },
    ],
    // VALID UNTIL ends a password, not a membership: see password-end.ts.
    nativeExpiry: false,
    effects: {
      createAccount: 'idempotent',
      disableAccount: 'idempotent',
      enableAccount: 'idempotent',
      deleteAccount: 'irreversible',
      grant: 'idempotent',
      revoke: 'idempotent',
    },
    limits: { concurrency: 4, effectsPerSecond: null },
  },
  configuration: postgresConfiguration,
  open({ configuration, secrets }): Connector {
    const stored = secrets['password'] ?? '';
    const context: PostgresContext = { configuration, password: stored === '' ? null : stored };
    return {
      source: configuration.address,
      test: (signal) => testConnection(context, signal),
      discover: (checkpoint, signal) => discover(context, checkpoint, signal),
      findAccount: (draft, signal) => findAccount(context, draft, signal),
      createAccount: (draft, signal) => createAccount(context, draft, signal),
      disableAccount: (account, signal) => disableAccount(context, account, signal),
      enableAccount: (account, signal) => enableAccount(context, account, signal),
      deleteAccount: (account, signal) => deleteAccount(context, account, signal),
      grant: (wanted, signal) => grant(context, wanted, signal),
      revoke: (unwanted, signal) => revoke(context, unwanted, signal),
      read: (asked, signal) => read(context, asked, signal),
      async close() {
        // Nothing is held open: each transaction has a connection of its own.
      },
    };
  },
};
