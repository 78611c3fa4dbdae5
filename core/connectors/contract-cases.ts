/** The cases of the contract suite: what each connector must do, in the order in which a failure tells most. */
import { expect } from 'vitest';
import {
  never,
  pagesOf,
  prepare,
  readHeld,
  succeeded,
  summaryOf,
  uniqueName,
  type ContractCase,
  type Open,
} from './contract-harness.ts';

const grants: readonly ContractCase[] = [
  {
    title: 'passes its own test with a valid credential and says what it saw',
    needs: ['test'],
    async check(_harness, connector) {
      const tested = await connector.test(never);
      expect(tested.checks.filter(({ passed }) => !passed)).toEqual([]);
      expect(tested.passed).toBe(true);
      expect(tested.checks.every(({ message }) => message.length > 0)).toBe(true);
    },
  },
  {
    title: 'fails its test, and every effect for a person, with a wrong credential',
    needs: ['test', 'grant', 'revoke', 'read'],
    async check(harness) {
      const grant = await prepare(harness);
      const wrong = harness.open({ credential: 'wrong' }) as Open;
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
    needs: ['grant', 'revoke', 'read'],
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
    needs: ['grant', 'revoke', 'read'],
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
    needs: ['grant', 'revoke', 'read'],
    async check(harness, connector) {
      expect((await connector.revoke(await prepare(harness), never)).kind).toBe('already');
    },
  },
  {
    title: 'takes away the last holder, and grants again afterwards',
    needs: ['grant', 'revoke', 'read'],
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
    needs: ['grant', 'revoke', 'read'],
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
    needs: ['grant', 'revoke', 'read'],
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
    needs: ['grant', 'revoke', 'read'],
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
    needs: ['findAccount'],
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
    needs: ['createAccount', 'findAccount'],
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
    needs: ['createAccount', 'grant'],
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
    needs: ['disableAccount', 'enableAccount', 'findAccount', 'grant', 'read'],
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
    needs: ['discover', 'grant'],
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
    needs: ['discover', 'grant'],
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
      const wrong = harness.open({ credential: 'wrong' }) as Open;
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

export const contractCases: readonly ContractCase[] = [...grants, ...accounts, ...discoveries];
