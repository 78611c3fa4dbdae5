/**
 * What every connector must do, proved against a real application. A connector's tests hand in a harness
 * that can make things in the application by another way than the connector; each case starts with a fresh one.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  AccountDraft,
  Connector,
  DiscoveryPage,
  Outcome,
  RemoteAccount,
  RemoteGrant,
} from '#core/connectors/connector.ts';

/** An application to test against, with nothing of an earlier case in it that a new name could meet. */
export interface ContractHarness {
  /** Opened with a valid credential. Small pages, so that a discovery has several. */
  readonly connector: Connector;
  /** The same application, opened with a credential it does not accept. */
  openWithWrongCredential(): Connector;
  /** Makes an entitlement by another way than the connector. Gives its external id. */
  makeEntitlement(name: string): Promise<string>;
  /** Makes an account by another way than the connector. */
  makeAccount(username: string): Promise<RemoteAccount>;
  /** What an account would be created from; its user name is unique to the case. */
  draftOf(username: string): AccountDraft;
  /** Well-formed ids of things that do not exist. */
  readonly unknownAccount: string;
  readonly unknownEntitlement: string;
  /** External ids of the accounts that hold it, asked of the application by another way. */
  holdersOf(entitlement: string): Promise<readonly string[]>;
  /** How many accounts have this user name, without regard to case, asked by another way. */
  countAccounts(username: string): Promise<number>;
  close(): Promise<void>;
}

/** Abilities that not every connector has; the cases that need one it lacks are left out of its suite. */
type OptionalAbility =
  | 'discover'
  | 'createAccount'
  | 'updateAccount'
  | 'disableAccount'
  | 'enableAccount'
  | 'deleteAccount';

type Open = Required<Connector>;

interface ContractCase {
  readonly title: string;
  readonly needs: readonly OptionalAbility[];
  check(harness: ContractHarness, connector: Open): Promise<void>;
}

export interface ContractOptions {
  readonly abilities: readonly OptionalAbility[];
  /** Names an entitlement can have in this application; awkward ones are what the suite is for. */
  readonly names: readonly string[];
}

const never = new AbortController().signal;
let counter = 0;

/** Letters and digits alone, so that any application takes it; unique in the run. */
function uniqueName(): string {
  counter += 1;
  return `case${process.pid.toString(36)}x${counter.toString(36)}`;
}

/** Everything a discovery gives, page by page. */
export async function pagesOf(connector: Open, checkpoint: string | null = null): Promise<readonly DiscoveryPage[]> {
  const pages: DiscoveryPage[] = [];
  for await (const page of connector.discover(checkpoint, never)) pages.push(page);
  return pages;
}

function succeeded<Value>(outcome: Outcome<Value>): Value {
  expect(['applied', 'already']).toContain(outcome.kind);
  return (outcome as Extract<Outcome<Value>, { kind: 'applied' }>).value;
}

async function readHeld(connector: Open, grant: RemoteGrant): Promise<boolean> {
  return succeeded(await connector.read(grant, never)).held;
}

async function prepare(harness: ContractHarness, name = uniqueName()): Promise<RemoteGrant> {
  const account = await harness.makeAccount(uniqueName());
  return { accountExternalId: account.externalId, entitlementExternalId: await harness.makeEntitlement(name) };
}

const grants: readonly ContractCase[] = [
  {
    title: 'passes its own test with a valid credential and says what it saw',
    needs: [],
    async check(_harness, connector) {
      const tested = await connector.test(never);
      expect(tested.checks.filter(({ passed }) => !passed)).toEqual([]);
      expect(tested.passed).toBe(true);
      expect(tested.checks.every(({ message }) => message.length > 0)).toBe(true);
    },
  },
  {
    title: 'fails its test, and every effect for a person, with a wrong credential',
    needs: [],
    async check(harness) {
      const grant = await prepare(harness);
      const wrong = harness.openWithWrongCredential() as Open;
      const tested = await wrong.test(never);
      expect(tested.passed).toBe(false);
      for (const outcome of [
        await wrong.read(grant, never),
        await wrong.grant(grant, never),
        await wrong.revoke(grant, never),
      ])
        expect(outcome.kind).toBe('needsPerson');
      await wrong.close();
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([]);
    },
  },
  {
    title: 'grants once, however often it is asked, and reads it back',
    needs: [],
    async check(harness, connector) {
      const grant = await prepare(harness);
      expect(await readHeld(connector, grant)).toBe(false);
      expect((await connector.grant(grant, never)).kind).toBe('applied');
      expect((await connector.grant(grant, never)).kind).toBe('already');
      expect(await readHeld(connector, grant)).toBe(true);
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([grant.accountExternalId]);
    },
  },
  {
    title: 'revokes once, however often it is asked, and touches nobody else',
    needs: [],
    async check(harness, connector) {
      const grant = await prepare(harness);
      const other = await harness.makeAccount(uniqueName());
      const others = { ...grant, accountExternalId: other.externalId };
      succeeded(await connector.grant(grant, never));
      succeeded(await connector.grant(others, never));
      expect((await connector.revoke(grant, never)).kind).toBe('applied');
      expect((await connector.revoke(grant, never)).kind).toBe('already');
      expect(await readHeld(connector, grant)).toBe(false);
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([other.externalId]);
    },
  },
  {
    title: 'has nothing to do for a revocation of what was never granted',
    needs: [],
    async check(harness, connector) {
      expect((await connector.revoke(await prepare(harness), never)).kind).toBe('already');
    },
  },
  {
    title: 'takes away the last holder, and grants again afterwards',
    needs: [],
    async check(harness, connector) {
      const grant = await prepare(harness);
      succeeded(await connector.grant(grant, never));
      expect((await connector.revoke(grant, never)).kind).toBe('applied');
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([]);
      expect((await connector.grant(grant, never)).kind).toBe('applied');
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([grant.accountExternalId]);
    },
  },
  {
    title: 'says which of the two is not there',
    needs: [],
    async check(harness, connector) {
      const grant = await prepare(harness);
      const noAccount = { ...grant, accountExternalId: harness.unknownAccount };
      const noEntitlement = { ...grant, entitlementExternalId: harness.unknownEntitlement };
      expect(await connector.grant(noAccount, never)).toMatchObject({ kind: 'notFound', what: 'account' });
      expect(await connector.grant(noEntitlement, never)).toMatchObject({ kind: 'notFound', what: 'entitlement' });
      // What does not exist is held by nobody: a revocation may say either.
      expect(['notFound', 'already']).toContain((await connector.revoke(noEntitlement, never)).kind);
      expect(['notFound', 'already']).toContain((await connector.revoke(noAccount, never)).kind);
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([]);
    },
  },
  {
    title: 'makes one grant of several asked for at the same moment',
    needs: [],
    async check(harness, connector) {
      const grant = await prepare(harness);
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => connector.grant(grant, never)));
      for (const outcome of outcomes) succeeded(outcome);
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([grant.accountExternalId]);
      const removals = await Promise.all([1, 2, 3, 4].map(() => connector.revoke(grant, never)));
      for (const outcome of removals) succeeded(outcome);
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([]);
    },
  },
  {
    title: 'does nothing more once it is cancelled',
    needs: [],
    async check(harness, connector) {
      const grant = await prepare(harness);
      const cancelled = AbortSignal.abort();
      for (const outcome of [await connector.grant(grant, cancelled), await connector.read(grant, cancelled)])
        expect(outcome.kind).toBe('retryable');
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([]);
    },
  },
];

const accounts: readonly ContractCase[] = [
  {
    title: 'finds an account by its user name without regard to case, and says so when there is none',
    needs: [],
    async check(harness, connector) {
      const account = await harness.makeAccount(uniqueName());
      const { email } = harness.draftOf(uniqueName());
      const found = succeeded(await connector.findAccount({ username: account.username.toUpperCase(), email }, never));
      expect(found.externalId).toBe(account.externalId);
      expect(await connector.findAccount(harness.draftOf(uniqueName()), never)).toMatchObject({
        kind: 'notFound',
        what: 'account',
      });
    },
  },
  {
    title: 'creates an account once, however often and in whichever case it is asked',
    needs: ['createAccount'],
    async check(harness, connector) {
      const draft = harness.draftOf(uniqueName());
      const created = await connector.createAccount(draft, never);
      expect(created.kind).toBe('applied');
      const account = succeeded(created);
      expect(account.externalId).not.toBe(draft.email);
      const again = await connector.createAccount(draft, never);
      expect(again).toMatchObject({ kind: 'already', value: { externalId: account.externalId } });
      const shouted = { ...draft, username: draft.username.toUpperCase(), email: draft.email.toUpperCase() };
      const otherwise = await connector.createAccount(shouted, never);
      expect(otherwise).toMatchObject({ kind: 'already', value: { externalId: account.externalId } });
      expect(await harness.countAccounts(account.username)).toBe(1);
      const found = succeeded(await connector.findAccount(draft, never));
      expect(found.externalId).toBe(account.externalId);
    },
  },
  {
    title: 'grants to an account it created',
    needs: ['createAccount'],
    async check(harness, connector) {
      const account = succeeded(await connector.createAccount(harness.draftOf(uniqueName()), never));
      const entitlementExternalId = await harness.makeEntitlement(uniqueName());
      const grant = { accountExternalId: account.externalId, entitlementExternalId };
      expect((await connector.grant(grant, never)).kind).toBe('applied');
      expect(await harness.holdersOf(entitlementExternalId)).toEqual([account.externalId]);
    },
  },
  {
    title: 'brings an account up to date, and has nothing to do the second time',
    needs: ['createAccount', 'updateAccount'],
    async check(harness, connector) {
      const draft = harness.draftOf(uniqueName());
      const account = succeeded(await connector.createAccount(draft, never));
      const newer = { ...draft, displayName: 'Another Name' };
      expect(await connector.updateAccount(account, newer, never)).toMatchObject({
        kind: 'applied',
        value: { externalId: account.externalId, displayName: 'Another Name' },
      });
      expect((await connector.updateAccount(account, newer, never)).kind).toBe('already');
    },
  },
  {
    title: 'disables and enables an account, each once, and leaves what it holds',
    needs: ['disableAccount', 'enableAccount'],
    async check(harness, connector) {
      const grant = await prepare(harness);
      succeeded(await connector.grant(grant, never));
      const account = await harness.makeAccount(uniqueName());
      const theirs = { ...grant, accountExternalId: account.externalId };
      succeeded(await connector.grant(theirs, never));
      expect((await connector.disableAccount(account, never)).kind).toBe('applied');
      expect((await connector.disableAccount(account, never)).kind).toBe('already');
      const found = succeeded(await connector.findAccount({ username: account.username, email: '' }, never));
      expect(found).toMatchObject({ externalId: account.externalId, active: false });
      expect(await readHeld(connector, theirs)).toBe(true);
      expect((await connector.enableAccount(account, never)).kind).toBe('applied');
      expect((await connector.enableAccount(account, never)).kind).toBe('already');
      const enabled = succeeded(await connector.findAccount({ username: account.username, email: '' }, never));
      expect(enabled.active).toBe(true);
    },
  },
  {
    title: 'deletes an account once, and no other',
    needs: ['deleteAccount'],
    async check(harness, connector) {
      const kept = await harness.makeAccount(uniqueName());
      const account = await harness.makeAccount(uniqueName());
      expect((await connector.deleteAccount(account, never)).kind).toBe('applied');
      expect((await connector.deleteAccount(account, never)).kind).toBe('already');
      expect(await harness.countAccounts(account.username)).toBe(0);
      expect(await harness.countAccounts(kept.username)).toBe(1);
    },
  },
];

const discoveries: readonly ContractCase[] = [
  {
    title: 'discovers what is there, each thing once',
    needs: ['discover'],
    async check(harness, connector) {
      const grant = await prepare(harness);
      const account = await harness.makeAccount(uniqueName());
      succeeded(await connector.grant(grant, never));
      const pages = await pagesOf(connector);
      const ids = pages.flatMap(({ accounts: page }) => page.map(({ externalId }) => externalId));
      const entitlements = pages.flatMap((page) => page.entitlements.map(({ externalId }) => externalId));
      expect(ids).toEqual([...new Set(ids)]);
      expect(entitlements).toEqual([...new Set(entitlements)]);
      expect(ids).toEqual(expect.arrayContaining([grant.accountExternalId, account.externalId]));
      expect(entitlements).toContain(grant.entitlementExternalId);
      expect(
        pages
          .flatMap(({ grants: page }) => page)
          .filter((found) => found.entitlementExternalId === grant.entitlementExternalId),
      ).toEqual([grant]);
      expect(pages.map(({ checkpoint }) => checkpoint).indexOf(null)).toBe(pages.length - 1);
    },
  },
  {
    title: 'goes on from any checkpoint to the same whole',
    needs: ['discover'],
    async check(harness, connector) {
      for (let made = 0; made < 4; made += 1) succeeded(await connector.grant(await prepare(harness), never));
      const whole = await pagesOf(connector);
      expect(whole.length).toBeGreaterThan(1);
      for (const [index, { checkpoint }] of whole.slice(0, -1).entries()) {
        const rest = await pagesOf(connector, checkpoint);
        expect(summaryOf([...whole.slice(0, index + 1), ...rest])).toEqual(summaryOf(whole));
      }
    },
  },
  {
    title: 'ends with a fault, not with a short list, when it may not look',
    needs: ['discover'],
    async check(harness) {
      const wrong = harness.openWithWrongCredential() as Open;
      await expect(pagesOf(wrong)).rejects.toMatchObject({ failure: { kind: 'needsPerson' } });
      await wrong.close();
    },
  },
  {
    title: 'ends with a fault when it is cancelled',
    needs: ['discover'],
    async check(_harness, connector) {
      const pages = connector.discover(null, AbortSignal.abort())[Symbol.asyncIterator]();
      await expect(pages.next()).rejects.toMatchObject({ failure: { kind: 'retryable' } });
    },
  },
];

/** What a discovery gave, whatever its pages were. */
function summaryOf(pages: readonly DiscoveryPage[]) {
  return {
    accounts: pages.flatMap((page) => page.accounts.map(({ externalId }) => externalId)).toSorted(),
    entitlements: pages.flatMap((page) => page.entitlements.map(({ externalId }) => externalId)).toSorted(),
    grants: pages
      .flatMap((page) => page.grants.map((grant) => `${grant.accountExternalId} in ${grant.entitlementExternalId}`))
      .toSorted(),
  };
}

/** Registers the suite. `start` gives each case a harness; servers behind it may be shared. */
export function describeConnectorContract(
  name: string,
  options: ContractOptions,
  start: () => Promise<ContractHarness>,
): void {
  const cases = [...grants, ...accounts, ...discoveries].filter((entry) =>
    entry.needs.every((ability) => options.abilities.includes(ability)),
  );
  describe(`the contract of connectors, kept by ${name}`, () => {
    let harness: ContractHarness;
    beforeEach(async () => {
      harness = await start();
    });
    afterEach(async () => {
      await harness.connector.close();
      await harness.close();
    });

    it.each(cases)('$title', async ({ check }) => {
      expect.hasAssertions();
      await check(harness, harness.connector as Open);
    });

    it.each(options.names)('grants, reads, finds and revokes %j', async (entitlementName) => {
      const connector = harness.connector as Open;
      const grant = await prepare(harness, entitlementName);
      expect((await connector.grant(grant, never)).kind).toBe('applied');
      expect(await readHeld(connector, grant)).toBe(true);
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([grant.accountExternalId]);
      expect((await connector.revoke(grant, never)).kind).toBe('applied');
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([]);
    });
  });
}
