/**
 * An application that has bad days by a seed: the same seed, the same days. It keeps books of its own, against which
 * a test compares what Gatehouse believes, and counts how often each fault struck.
 */
import { z } from 'zod';
import {
  ConnectorFault,
  type Connector,
  type ConnectorDefinition,
  type Failure,
  type Outcome,
  type RemoteAccount,
  type RemoteGrant,
} from '#core/connectors/connector.ts';

export const hostileFaults = [
  /** The write happens; its answer never arrives. */
  'responseLost',
  /** The network delivers the same write twice. */
  'duplicate',
  'slow',
  /** So slow that the lease ends meanwhile, and whoever else is there takes over. */
  'stalled',
  /** Down for a few calls, then up again. */
  'flapping',
  /** A page of a discovery breaks off. */
  'partialPage',
  /** The token is not accepted until somebody renews it. */
  'tokenExpired',
  /** Between the write and its reading somebody undoes it. */
  'drift',
  /** The write is taken, and the access is there only after it was read a few times. */
  'pending',
] as const;
export type HostileFault = (typeof hostileFaults)[number];

/** What can be wrong with the connector itself, so that an oracle can be seen to fail. */
export type Breakage = 'none' | 'liesAboutWrites' | 'createsBlindly' | 'grantsTwice' | 'writesAgain';

export interface HostileApplication {
  readonly accounts: RemoteAccount[];
  readonly members: Map<string, Set<string>>;
  /** What a discovery lists. */
  readonly listed: readonly string[];
  /** Every write that got here, whatever came of it: `add account entitlement`. */
  readonly writes: string[];
  /** Writes that changed nothing because the same had been written before, not counting the network's own. */
  readonly doubleWrites: string[];
  readonly struck: Record<HostileFault, number>;
  /** The share of calls that meet a fault; 0: a good day. */
  trouble: number;
  /** The fault that struck least so far strikes more readily, so that few calls are enough to meet each of them. */
  evenly: boolean;
  tokenIsValid: boolean;
  /** Told of each fault that struck. */
  onStrike: (fault: HostileFault) => void;
  /** Lets so much time pass that a lease ends. */
  onStall: () => void;
}

export function createHostileApplication(listed: readonly string[]): HostileApplication {
  return {
    accounts: [],
    members: new Map(),
    listed,
    writes: [],
    doubleWrites: [],
    struck: Object.fromEntries(hostileFaults.map((fault) => [fault, 0])) as Record<HostileFault, number>,
    trouble: 0,
    evenly: false,
    tokenIsValid: true,
    onStrike: () => undefined,
    onStall: () => undefined,
  };
}

/** A generator of its own seed: a linear congruence is enough to choose among days, and the same everywhere. */
export function randomOf(seed: number): (limit: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const description: ConnectorDefinition['description'] = {
  name: 'hostile',
  title: 'Hostile',
  summary: 'An application with bad days.',
  fields: [],
  capabilities: ['test', 'discover', 'createAccount', 'grant', 'revoke', 'read'],
  requiredPermissions: [],
  accountAttributes: [{ name: 'username', becomes: 'its name', required: true }],
  nativeExpiry: false,
  effects: { createAccount: 'checkThenAct', grant: 'idempotent', revoke: 'idempotent' },
  limits: { concurrency: 4, effectsPerSecond: null },
};

/** @param open what stands between Gatehouse and the application. */
export function hostileDefinition(open: () => Connector): ConnectorDefinition<Record<string, never>> {
  return { description, configuration: z.object({}) as unknown as z.ZodType<Record<string, never>>, open };
}

export function hostileConnector(
  application: HostileApplication,
  random: (limit: number) => number,
  breakage: Breakage = 'none',
): ConnectorDefinition<Record<string, never>> {
  return hostileDefinition(() => openHostile(application, random, breakage));
}

const down: Failure = { kind: 'retryable', message: 'The application is down.', afterMilliseconds: null };
const lost: Failure = {
  kind: 'retryable',
  message: 'The connection broke before the answer.',
  afterMilliseconds: null,
};
const noToken: Failure = { kind: 'needsPerson', message: 'The token has expired.', cause: 'credential' };

export function openHostile(
  application: HostileApplication,
  random: (limit: number) => number,
  breakage: Breakage = 'none',
): Connector {
  let downFor = 0;
  const awaited = new Map<string, number>();
  const claimed = new Set<string>();

  function strikes(fault: HostileFault, share = 1): boolean {
    const isRarest = application.struck[fault] === Math.min(...Object.values(application.struck));
    const readily = application.evenly && isRarest ? 2 : share;
    if (application.trouble === 0 || random(1000) >= application.trouble * 1000 * readily) return false;
    application.struck[fault] += 1;
    application.onStrike(fault);
    return true;
  }

  /** What stands in the way of a call before it reaches the application; null: nothing. */
  async function obstacle(): Promise<Failure | null> {
    if (strikes('slow')) for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    if (strikes('stalled', 0.1)) {
      application.onStall();
      for (let turn = 0; turn < 25; turn += 1) await nextTurn();
    }
    if (!application.tokenIsValid) return noToken;
    if (application.trouble === 0) downFor = 0;
    if (downFor > 0) {
      downFor -= 1;
      return down;
    }
    if (strikes('flapping', 0.3)) {
      downFor = random(7);
      return down;
    }
    if (strikes('tokenExpired', 0.3)) {
      application.tokenIsValid = false;
      return noToken;
    }
    return null;
  }

  function membersOf(entitlement: string): Set<string> {
    const known = application.members.get(entitlement) ?? new Set();
    application.members.set(entitlement, known);
    return known;
  }

  function accountNamed(username: string): RemoteAccount | undefined {
    return application.accounts.find((account) => account.username === username.toLowerCase());
  }

  async function write(grant: RemoteGrant, effect: 'add' | 'delete'): Promise<Outcome<void>> {
    const failure = await obstacle();
    if (failure !== null) return failure;
    const { accountExternalId: account, entitlementExternalId: entitlement } = grant;
    if (!application.accounts.some(({ externalId }) => externalId === account))
      return { kind: 'notFound', what: 'account', message: 'There is no such account.' };
    const members = membersOf(entitlement);
    const key = `${account} ${entitlement}`;
    application.writes.push(`${effect} ${key}`);
    // As if the engine had sent it once more than it said.
    if (breakage === 'writesAgain') application.writes.push(`${effect} ${key}`);
    if (effect === 'delete') awaited.delete(key);
    if (members.has(account) === (effect === 'add')) {
      // A well-made connector looks first; one that does not writes what is so already.
      if (breakage !== 'grantsTwice') return { kind: 'already', value: undefined, facts: {} };
      application.doubleWrites.push(`${effect} ${key}`);
    }
    if (breakage === 'liesAboutWrites') {
      claimed[effect](key);
      return { kind: 'applied', value: undefined, facts: {} };
    }
    if (effect === 'add' && (awaited.has(key) || strikes('pending', 0.4))) {
      if (!awaited.has(key)) awaited.set(key, 1 + random(2));
      return { kind: 'applied', value: undefined, facts: {} };
    }
    members[effect](account);
    if (strikes('duplicate')) members[effect](account);
    if (strikes('drift', 0.4)) members[effect === 'add' ? 'delete' : 'add'](account);
    return strikes('responseLost') ? lost : { kind: 'applied', value: undefined, facts: {} };
  }

  return {
    source: 'hostile:',
    test: async () => ({ passed: true, checks: [] }),
    async findAccount({ username }) {
      const failure = await obstacle();
      if (failure !== null) return failure;
      const found = accountNamed(username);
      return found === undefined || breakage === 'createsBlindly'
        ? { kind: 'notFound', what: 'account', message: 'There is no such account.' }
        : { kind: 'already', value: found, facts: {} };
    },
    async createAccount({ username, email, displayName }) {
      const failure = await obstacle();
      if (failure !== null) return failure;
      const known = accountNamed(username);
      if (known !== undefined && breakage !== 'createsBlindly') return { kind: 'already', value: known, facts: {} };
      const account = {
        externalId: `account-${application.accounts.length}`,
        username: username.toLowerCase(),
        email,
        displayName,
        active: true,
      };
      application.accounts.push(account);
      return strikes('responseLost') ? lost : { kind: 'applied', value: account, facts: {} };
    },
    grant: (grant) => write(grant, 'add'),
    revoke: (grant) => write(grant, 'delete'),
    async read({ accountExternalId: account, entitlementExternalId: entitlement }) {
      const failure = await obstacle();
      if (failure !== null) return failure;
      const key = `${account} ${entitlement}`;
      const left = awaited.get(key);
      if (left !== undefined) {
        if (left > 0) awaited.set(key, left - 1);
        else {
          awaited.delete(key);
          membersOf(entitlement).add(account);
        }
      }
      const held = breakage === 'liesAboutWrites' ? claimed.has(key) : membersOf(entitlement).has(account);
      return { kind: 'applied', value: { held, ...(awaited.has(key) ? { pending: true } : {}) }, facts: {} };
    },
    async *discover(checkpoint) {
      const size = 20;
      for (let start = Number(checkpoint ?? 0); ; start += size) {
        const accounts = application.accounts.slice(start, start + size);
        if (!application.tokenIsValid) throw new ConnectorFault(noToken);
        if (strikes('partialPage', 2)) throw new ConnectorFault(lost);
        const last = start + size >= application.accounts.length;
        yield {
          accounts,
          entitlements: application.listed.map((externalId) => ({
            externalId,
            name: externalId,
            kind: 'group',
            description: null,
          })),
          grants: accounts.flatMap(({ externalId }) =>
            [...application.members]
              .filter(([entitlement, members]) => application.listed.includes(entitlement) && members.has(externalId))
              .map(([entitlement]) => ({ accountExternalId: externalId, entitlementExternalId: entitlement })),
          ),
          checkpoint: last ? null : String(start + size),
        };
        if (last) return;
      }
    },
    close: async () => undefined,
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
