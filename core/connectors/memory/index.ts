/**
 * An application that lives in this process's memory: what replays and benchmarks deliver to. It behaves
 * like a well-mannered real one and holds its own books, so that intended and actual can be compared.
 */
import { z } from 'zod';
import type { Connector, ConnectorDefinition, Outcome, RemoteAccount, RemoteGrant } from '../connector.ts';

export interface MemoryApplication {
  /** Accounts by user name in lower case. */
  readonly accounts: Map<string, RemoteAccount>;
  /** Members by entitlement. */
  readonly members: Map<string, Set<string>>;
  /** How many writes were performed. */
  writes: number;
}

export function createMemoryApplication(): MemoryApplication {
  return { accounts: new Map(), members: new Map(), writes: 0 };
}

export function memoryConnector(application: MemoryApplication): ConnectorDefinition<Record<string, never>> {
  return {
    description: {
      name: 'memory',
      title: 'In memory',
      summary: 'An application in the memory of this process, for replays and measurements.',
      fields: [],
      capabilities: ['test', 'createAccount', 'grant', 'revoke', 'read'],
      requiredPermissions: [],
      accountAttributes: [{ name: 'username', becomes: 'its name', required: true }],
      nativeExpiry: false,
      effects: { createAccount: 'idempotent', grant: 'idempotent', revoke: 'idempotent' },
      limits: { concurrency: 64, effectsPerSecond: null },
    },
    configuration: z.object({}) as unknown as z.ZodType<Record<string, never>>,
    open: () => openMemory(application),
  };
}

function openMemory(application: MemoryApplication): Connector {
  const membersOf = (entitlement: string) => {
    const known = application.members.get(entitlement);
    if (known !== undefined) return known;
    const fresh = new Set<string>();
    application.members.set(entitlement, fresh);
    return fresh;
  };
  return {
    source: 'memory:',
    test: async () => ({
      passed: true,
      checks: [{ name: 'Reach the application', passed: true, message: 'It is in memory.' }],
    }),
    async findAccount({ username }) {
      const account = application.accounts.get(username.toLowerCase());
      return account === undefined
        ? { kind: 'notFound', what: 'account', message: `There is no account ${username}.` }
        : already(account);
    },
    async createAccount(draft) {
      const key = draft.username.toLowerCase();
      const known = application.accounts.get(key);
      if (known !== undefined) return already(known);
      const account = {
        externalId: `account-${key}`,
        username: draft.username,
        email: draft.email,
        displayName: draft.displayName,
        active: true,
      };
      application.accounts.set(key, account);
      application.writes += 1;
      return applied(account);
    },
    async grant({ accountExternalId, entitlementExternalId }: RemoteGrant) {
      const members = membersOf(entitlementExternalId);
      if (members.has(accountExternalId)) return already(undefined);
      members.add(accountExternalId);
      application.writes += 1;
      return applied(undefined);
    },
    async revoke({ accountExternalId, entitlementExternalId }: RemoteGrant) {
      if (!membersOf(entitlementExternalId).delete(accountExternalId)) return already(undefined);
      application.writes += 1;
      return applied(undefined);
    },
    async read({ accountExternalId, entitlementExternalId }: RemoteGrant) {
      return applied({ held: membersOf(entitlementExternalId).has(accountExternalId) });
    },
    close: async () => undefined,
  };
}

function applied<Value>(value: Value): Outcome<Value> {
  return { kind: 'applied', value, facts: {} };
}

function already<Value>(value: Value): Outcome<Value> {
  return { kind: 'already', value, facts: {} };
}
