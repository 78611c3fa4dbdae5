/**
 * The SCIM 2.0 connector (RFC 7643, RFC 7644): users are accounts; groups, other things with members, and the roles and
 * entitlements of users are entitlements; membership, or the value at the user, is the grant.
 */
import type { Connector, ConnectorDefinition, Secrets } from '#core/connectors/connector.ts';
import { needsPerson } from '../failures.ts';
import { authorizationOf } from '../credentials.ts';
import { deleteAccount, setActive, updateAccount } from './account-changes.ts';
import { createAccount, findAccount } from './accounts.ts';
import { createScimClient } from './client.ts';
import { scimConfiguration, scimFields, type ScimConfiguration } from './configuration.ts';
import { testConnection } from './connection-test.ts';
import { discover } from './discovery.ts';
import { nothingAsked, nothingSeen, type ScimContext } from './context.ts';
import { readSlot } from './holdings.ts';
import { grant, revoke, unproved } from './memberships.ts';
import { clientCredentialsSignIn, fixedSignIn, type SignIn } from './sign-in.ts';
import { factsOf, slotOf } from './slots.ts';

export type { ScimConfiguration } from './configuration.ts';

export const scimConnector: ConnectorDefinition<ScimConfiguration> = {
  description: {
    name: 'scim',
    title: 'SCIM 2.0',
    summary:
      'Any application with a SCIM 2.0 service: accounts are its users; entitlements are its groups, its other resources with members, and the roles and entitlements of users.',
    fields: scimFields,
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
      'Read users, groups and other resources with members',
      'Create, change and delete users',
      'Change the members of groups and of other resources',
    ],
    accountAttributes: [
      { name: 'username', becomes: 'userName', required: true },
      { name: 'email', becomes: 'emails', required: true },
      { name: 'displayName', becomes: 'displayName', required: true },
      { name: 'firstName', becomes: 'name.givenName', required: false },
      { name: 'lastName', becomes: 'name.familyName', required: false },
      { name: 'department', becomes: 'department of the enterprise extension', required: false },
      { name: 'jobTitle', becomes: 'title', required: false },
      { name: 'employeeId', becomes: 'externalId', required: true },
    ],
    nativeExpiry: false,
    effects: {
      createAccount: 'checkThenAct',
      updateAccount: 'idempotent',
      disableAccount: 'idempotent',
      enableAccount: 'idempotent',
      deleteAccount: 'irreversible',
      grant: 'idempotent',
      revoke: 'idempotent',
    },
    limits: { concurrency: 8, effectsPerSecond: null },
  },
  configuration: scimConfiguration,
  open({ configuration, secrets }): Connector {
    const context: ScimContext = {
      client: createScimClient({
        baseUrl: configuration.baseUrl,
        timeoutMilliseconds: configuration.timeoutSeconds * 1000,
        signIn: signInOf(configuration, secrets),
      }),
      pageSize: configuration.pageSize,
      seen: nothingSeen(),
      service: nothingAsked(),
    };
    return {
      source: configuration.baseUrl,
      test: (signal) => testConnection(context, signal),
      discover: (checkpoint, signal) => discover(context, checkpoint, signal),
      findAccount: (draft, signal) => findAccount(context, draft, signal),
      createAccount: (draft, signal) => createAccount(context, draft, signal),
      updateAccount: (account, draft, signal) => updateAccount(context, account, draft, signal),
      disableAccount: (account, signal) => setActive(context, account, false, signal),
      enableAccount: (account, signal) => setActive(context, account, true, signal),
      deleteAccount: (account, signal) => deleteAccount(context, account, signal),
      grant: (wanted, signal) => grant(context, wanted, signal),
      revoke: (unwanted, signal) => revoke(context, unwanted, signal),
      async read(asked, signal) {
        const slot = slotOf(asked);
        const reading = await readSlot(context, slot, signal);
        if (reading.kind === 'unproved') return unproved(slot);
        if (reading.kind !== 'read') return reading;
        return { kind: 'already', value: { held: reading.held }, facts: factsOf(slot, reading.reading.status) };
      },
      async close() {
        // Nothing is held open: each request cleans up after itself.
      },
    };
  },
};

function signInOf(configuration: ScimConfiguration, secrets: Secrets): SignIn {
  if (configuration.authentication === 'oauth') {
    const clientSecret = (secrets['clientSecret'] ?? '').trim();
    if (clientSecret === '')
      return fixedSignIn(
        needsPerson("No client secret is stored for this connection. Enter it in the connection's settings."),
        [],
      );
    const timeoutMilliseconds = configuration.timeoutSeconds * 1000;
    return clientCredentialsSignIn({ ...configuration, clientSecret, timeoutMilliseconds });
  }
  return fixedSignIn(
    authorizationOf(configuration, secrets),
    Object.values(secrets).map((secret) => secret.trim()),
  );
}
