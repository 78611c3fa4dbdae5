/**
 * The connector for LDAP directories (RFC 4511) and Active Directory (MS-ADTS): user entries are accounts, groups
 * are entitlements, and membership is the grant. Each piece of work has a connection of its own.
 */
import type { Connector, ConnectorDefinition, Secrets } from '#core/connectors/connector.ts';
import { deleteAccount, setActive, updateAccount } from './account-changes.ts';
import { createAccount, findAccount } from './accounts.ts';
import { ldapConfiguration, type LdapConfiguration } from './configuration.ts';
import { testConnection } from './connection-test.ts';
import { discover } from './discovery.ts';
import { ldapFields } from './fields.ts';
import type { LdapContext } from './lookups.ts';
import { grant, read, revoke } from './memberships.ts';
import { schemaOf } from './schema.ts';

export const ldapConnector: ConnectorDefinition<LdapConfiguration> = {
  description: {
    name: 'ldap',
    title: 'LDAP and Active Directory',
    summary:
      'OpenLDAP, Active Directory, Samba and other directories: accounts are user entries, entitlements are groups.',
    fields: ldapFields,
    capabilities: [
      'test',
      'discover',
      'createAccount',
      'updateAccount',
      'disableAccount',
      'enableAccount',
      'deleteAccount',
      'grant',
      'revoke',
      'read',
    ],
    requiredPermissions: [
      'Read accounts and groups with their immutable id, and read and compare the members of groups',
      'Write the member attribute of groups',
      'Create, change and delete accounts, where Gatehouse shall do that',
    ],
    accountAttributes: [
      { name: 'username', becomes: 'uid; sAMAccountName and userPrincipalName', required: true },
      { name: 'email', becomes: 'mail', required: true },
      { name: 'displayName', becomes: 'displayName, and cn where it is not the user name', required: true },
      { name: 'firstName', becomes: 'givenName', required: false },
      { name: 'lastName', becomes: 'sn', required: false },
      { name: 'department', becomes: 'departmentNumber; department', required: false },
      { name: 'jobTitle', becomes: 'title', required: false },
      { name: 'employeeId', becomes: 'employeeNumber', required: true },
    ],
    nativeExpiry: false,
    takesInitialPassword: true,
    effects: {
      createAccount: 'checkThenAct',
      updateAccount: 'idempotent',
      disableAccount: 'idempotent',
      enableAccount: 'idempotent',
      deleteAccount: 'irreversible',
      grant: 'idempotent',
      revoke: 'idempotent',
    },
    limits: { concurrency: 4, effectsPerSecond: null },
  },
  configuration: ldapConfiguration,
  open({ configuration, secrets }): Connector {
    const context = contextOf(configuration, secrets);
    const { disabling } = context.schema;
    return {
      source: configuration.address,
      test: (signal) => testConnection(context, signal),
      discover: (checkpoint, signal) => discover(context, checkpoint, signal),
      findAccount: (draft, signal) => findAccount(context, draft, signal),
      createAccount: (draft, signal) => createAccount(context, draft, signal),
      updateAccount: (account, draft, signal) => updateAccount(context, account, draft, signal),
      deleteAccount: (account, signal) => deleteAccount(context, account, signal),
      // Left out where the directory has no way to switch a login off.
      ...(disabling === null
        ? {}
        : {
            disableAccount: (account, signal) => setActive(context, disabling, account, false, signal),
            enableAccount: (account, signal) => setActive(context, disabling, account, true, signal),
          }),
      grant: (wanted, signal) => grant(context, wanted, signal),
      revoke: (unwanted, signal) => revoke(context, unwanted, signal),
      read: (asked, signal) => read(context, asked, signal),
      async close() {
        // Nothing is held open between two pieces of work.
      },
    };
  },
};

/** What the parts of the connector work with, from its form and its secrets. */
export function contextOf(configuration: LdapConfiguration, secrets: Secrets): LdapContext {
  const url = new URL(configuration.address);
  return {
    configuration,
    schema: schemaOf(configuration),
    settings: {
      host: url.hostname.replaceAll(/^\[|\]$/g, ''),
      port: Number(url.port),
      encryption: configuration.encryption,
      certificateAuthority: configuration.certificateAuthority ?? null,
      bindDn: configuration.bindDn,
      // Passed on as it is: a space at its end may belong to it.
      password: secrets['password'] ?? '',
      timeoutMilliseconds: configuration.timeoutSeconds * 1000,
      pageSize: configuration.pageSize,
    },
  };
}
