/** The cases of the contract suite that are hard on a connector: change under its hands, silence, odd names, a crowd. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  never,
  oddNames,
  pagesOf,
  prepare,
  readHeld,
  succeeded,
  summaryOf,
  uniqueName,
  type ContractCase,
  type Open,
} from './contract-harness.ts';

/** Long enough for a question to be on its way, wherever it stands between the two. */
const underWayMilliseconds = 150;

export const hardCases: readonly ContractCase[] = [
  {
    title: 'grants, reads, finds and revokes whatever an entitlement is called',
    needs: ['grant', 'revoke', 'read', 'discover'],
    async check(harness, connector, { names = [] }) {
      const account = await harness.makeAccount(uniqueName());
      const ids = new Map<string, string>();
      for (const name of new Set([...oddNames, ...names])) {
        const grant = {
          accountExternalId: account.externalId,
          entitlementExternalId: await harness.makeEntitlement(name),
        };
        ids.set(name, grant.entitlementExternalId);
        expect({
          name,
          granted: (await connector.grant(grant, never)).kind,
          held: await readHeld(connector, grant),
          holders: await harness.holdersOf(grant.entitlementExternalId),
          revoked: (await connector.revoke(grant, never)).kind,
          left: await harness.holdersOf(grant.entitlementExternalId),
        }).toEqual({
          name,
          granted: 'applied',
          held: true,
          holders: [account.externalId],
          revoked: 'applied',
          left: [],
        });
      }
      const found = (await pagesOf(connector)).flatMap(({ entitlements }) => entitlements);
      for (const [name, id] of ids)
        expect(found.filter(({ externalId }) => externalId === id).map((entry) => entry.name)).toEqual([name]);
    },
  },
  {
    title: 'creates, finds and grants to whatever an account is called, and takes no name for a pattern',
    needs: ['createAccount', 'findAccount', 'grant', 'revoke', 'read'],
    async check(harness, connector, { usernames = [] }) {
      // One that a wildcard or a filter would find instead.
      const other = await harness.makeAccount(uniqueName());
      const entitlementExternalId = await harness.makeEntitlement(uniqueName());
      for (const username of [uniqueName(), ...usernames]) {
        const draft = harness.draftOf(username);
        const before = await connector.findAccount(draft, never);
        const account = succeeded(await connector.createAccount(draft, never));
        const found = await connector.findAccount({ username, email: '' }, never);
        const shouted = await connector.findAccount({ username: username.toUpperCase(), email: '' }, never);
        const grant = { accountExternalId: account.externalId, entitlementExternalId };
        expect({
          username,
          before: before.kind,
          isOther: account.externalId === other.externalId,
          found: succeeded(found).externalId,
          shouted: succeeded(shouted).externalId,
          granted: (await connector.grant(grant, never)).kind,
          holders: await harness.holdersOf(entitlementExternalId),
          revoked: (await connector.revoke(grant, never)).kind,
        }).toEqual({
          username,
          before: 'notFound',
          isOther: false,
          found: account.externalId,
          shouted: account.externalId,
          granted: 'applied',
          holders: [account.externalId],
          revoked: 'applied',
        });
      }
    },
  },
  {
    title: 'misses nobody who stays while accounts come and go',
    needs: ['discover', 'grant', 'read'],
    async check(harness, connector) {
      const staying = await prepare(harness);
      succeeded(await connector.grant(staying, never));
      const made = [];
      for (let index = 0; index < 9; index += 1) made.push(await harness.makeAccount(uniqueName()));
      // One of each third goes while pages are read, so that whatever is behind it moves.
      const going = new Set([made[1], made[4], made[7]].flatMap((account) => account?.externalId ?? []));
      const toGo = made.filter(({ externalId }) => going.has(externalId));
      const pages = [];
      for await (const page of connector.discover(null, never)) {
        pages.push(page);
        const account = toGo.shift();
        if (account === undefined) continue;
        await harness.removeAccount(account);
        await harness.makeAccount(uniqueName());
      }
      expect(toGo).toEqual([]);
      const { accounts, grants } = summaryOf(pages);
      expect(accounts).toEqual(
        expect.arrayContaining(made.flatMap(({ externalId }) => (going.has(externalId) ? [] : [externalId]))),
      );
      expect(grants).toContain(`${staying.accountExternalId} in ${staying.entitlementExternalId}`);
    },
  },
  {
    title: 'discovers a crowd whole, and changes one of it and nobody else',
    needs: ['discover', 'grant', 'revoke', 'read'],
    async check(harness, _connector, { crowd: size = 5000 }) {
      const { entitlement, accounts } = await harness.makeCrowd(size);
      const connector = harness.open({ pageSize: 500 }) as Open;
      try {
        const pages = await pagesOf(connector);
        const found = pages.flatMap((page) => page.accounts.map(({ externalId }) => externalId));
        expect(found.length).toBe(new Set(found).size);
        const known = new Set(found);
        expect(accounts.filter((id) => !known.has(id))).toEqual([]);
        const holders = pages
          .flatMap(({ grants }) => grants)
          .filter(({ entitlementExternalId }) => entitlementExternalId === entitlement)
          .map(({ accountExternalId }) => accountExternalId);
        expect(holders.toSorted()).toEqual(accounts.toSorted());

        const one = { accountExternalId: accounts[Math.floor(size / 2)] ?? '', entitlementExternalId: entitlement };
        const others = accounts.filter((id) => id !== one.accountExternalId).toSorted();
        expect((await connector.grant(one, never)).kind).toBe('already');
        expect((await connector.revoke(one, never)).kind).toBe('applied');
        expect((await harness.holdersOf(entitlement)).toSorted()).toEqual(others);
        expect((await connector.grant(one, never)).kind).toBe('applied');
        expect((await harness.holdersOf(entitlement)).toSorted()).toEqual(accounts.toSorted());
      } finally {
        await connector.close();
      }
    },
  },
  {
    title: 'stops at once when it is cancelled while it waits, and converges afterwards',
    needs: ['grant', 'revoke', 'read', 'discover', 'findAccount'],
    async check(harness) {
      const grant = await prepare(harness);
      // Were the wait not ended by the signal, it would be by nothing in this test.
      const connector = harness.open({ timeoutSeconds: 600 }) as Open;
      const speak = await harness.hush();
      try {
        const stop = new AbortController();
        const pages = connector.discover(null, stop.signal)[Symbol.asyncIterator]();
        const waiting = Promise.all([
          connector.grant(grant, stop.signal),
          connector.read(grant, stop.signal),
          connector.findAccount(harness.draftOf(uniqueName()), stop.signal),
          pages.next().then(
            () => ({ kind: 'a page' }),
            (thrown: unknown) => (thrown as { readonly failure: { readonly kind: string } }).failure,
          ),
        ]);
        await wait(underWayMilliseconds);
        stop.abort();
        for (const outcome of await waiting) expect(outcome).toMatchObject({ kind: 'retryable' });
      } finally {
        await speak();
      }
      succeeded(await connector.grant(grant, never));
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([grant.accountExternalId]);
      succeeded(await connector.revoke(grant, never));
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([]);
      await connector.close();
    },
  },
  {
    title: 'waits for an answer no longer than it is told, and is asked again',
    needs: ['test', 'grant', 'revoke', 'read', 'discover', 'findAccount'],
    async check(harness) {
      const grant = await prepare(harness);
      const connector = harness.open({ timeoutSeconds: 1 }) as Open;
      const speak = await harness.hush();
      try {
        const [tested, discovered, ...outcomes] = await Promise.all([
          connector.test(never),
          pagesOf(connector).then(
            () => ({ kind: 'all pages' }),
            (thrown: unknown) => (thrown as { readonly failure: { readonly kind: string } }).failure,
          ),
          connector.grant(grant, never),
          connector.revoke(grant, never),
          connector.read(grant, never),
          connector.findAccount(harness.draftOf(uniqueName()), never),
        ]);
        expect(tested.passed).toBe(false);
        for (const outcome of [discovered, ...outcomes]) expect(outcome).toMatchObject({ kind: 'retryable' });
      } finally {
        await speak();
      }
      await connector.close();
      const patient = harness.open() as Open;
      succeeded(await patient.grant(grant, never));
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([grant.accountExternalId]);
      await patient.close();
    },
  },
];
