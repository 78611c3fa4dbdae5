/** What becomes of a discovery when the application has a bad day: a real SCIM server behind a scripted proxy. */
import { afterEach, expect, it } from 'vitest';
import { recordConnectionTest } from '#core/commands/connection.command.ts';
import { finishDiscovery, recordDiscoveryPage, startDiscovery } from '#core/commands/discovery.command.ts';
import { commandOf, discoveryActor, organisation, rowsOf } from '#core/testing/builders.ts';
import { connectScim, startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { startSampleTestbed } from '#core/testing/scim-testbed.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const names = ['ada', 'grace', 'edsger', 'tony', 'alan'].map((name) => `${name}@example.com`);
  const bed = await startSampleTestbed({
    users: names.map((userName) => ({ userName, email: userName })),
    groups: { Readers: names, Writers: [] },
  });
  closers.push(() => bed.close());
  const delivery = startDelivery(workspace, { now: workspace.clock.now });
  workspace.onClose(() => delivery.stop());
  await connectScim(workspace, delivery.secrets, built, 'automatic', bed, {
    groups: ['Readers', 'Writers'],
    configuration: { pageSize: 2 },
  });
  const discover = async () => {
    await delivery.discovery.start(built.applications.automatic, discoveryActor);
    await delivery.discovery.idle();
  };
  const run = async () => (await rowsOf(workspace, 'sync_run')).at(-1);
  const notices = async (kind: string) =>
    (await rowsOf(workspace, 'notice')).filter((notice) => notice.kind === kind).length;
  return { workspace, ...built, bed, delivery, discover, run, notices };
}

/** It begins with the last of the page before. */
const thirdPage = /\/Users\?startIndex=4/;

describeEachDatabase('a discovery', (open) => {
  it('keeps its pages through a passing fault, comes back when the server asked for, and through a refused credential', async () => {
    const { workspace, bed, delivery, applications, discover, run, notices } = await begin(open);
    const busy = { kind: 'answer', status: 503, headers: { 'retry-after': '3600' } } as const;
    bed.proxy.addRule({ path: thirdPage, times: 1, fault: busy });
    await discover();
    const paused = await run();
    expect(paused).toMatchObject({ state: 'running', accountsSeen: 4, faults: 1, leaseOwner: null, failure: null });
    expect(paused?.checkpoint).toContain('5');
    const waits = Date.parse(paused?.resumeAt ?? '') - Date.parse(workspace.clock.now());
    expect(waits).toBeGreaterThanOrEqual(3_600_000);
    expect(waits).toBeLessThanOrEqual(3_603_000);

    // Looking earlier is of no use; a token that has expired meanwhile is no reason to lose a page either.
    bed.proxy.forgetRequests();
    await delivery.discovery.look();
    expect(bed.proxy.requests).toEqual([]);
    workspace.clock.pass(waits);
    bed.proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 401 } });
    await discover();
    expect(await run()).toMatchObject({ state: 'running', accountsSeen: 4, faults: 1, leaseOwner: null });
    expect(await rowsOf(workspace, 'credential_fault')).toHaveLength(1);
    expect(await notices('credentialRefused')).toBeGreaterThan(0);

    bed.proxy.clearRules();
    bed.proxy.forgetRequests();
    await delivery.execute(
      recordConnectionTest,
      commandOf(discoveryActor, { applicationId: applications.automatic, passed: true, message: 'ok' }),
    );
    await discover();
    expect(await run()).toMatchObject({ state: 'completed', accountsSeen: 5, grantsSeen: 5, resumeAt: null });
    const pages = bed.proxy.requests.flatMap(({ path }) => (/\/Users\?startIndex/.test(path) ? [path] : []));
    expect(pages).toEqual([expect.stringMatching(thirdPage)]);
    expect(await notices('discoveryFails')).toBe(0);
  });

  it('that has read everything is finished by whoever comes next, without reading anything again', async () => {
    const { workspace, bed, delivery, applications, discover, run } = await begin(open);
    const system = { kind: 'system', part: 'discovery' } as const;
    const begun = await delivery.execute(
      startDiscovery,
      commandOf(system, { applicationId: applications.automatic, leaseOwner: 'dead' }),
    );
    if (begun.outcome === 'refused') throw new Error(begun.refusal.message);
    const { runId } = begun.value;
    const account = { externalId: 'a', username: 'ada@example.com', email: null, displayName: null, active: true };
    const page = { accounts: [account], entitlements: [], grants: [], checkpoint: null };
    const record = (seen: object | null) =>
      delivery.execute(recordDiscoveryPage, commandOf(system, { runId, leaseOwner: 'dead', page, seen }));
    // A part of a page is no page: died there, all of it is read again.
    expect(await record(null)).toMatchObject({ outcome: 'done' });
    expect(await run()).toMatchObject({ accountsSeen: 0, pages: 0, ending: null });
    expect(await record({ pages: 1, accounts: 1, entitlements: 0, grants: 0 })).toMatchObject({ outcome: 'done' });
    expect(await run()).toMatchObject({ accountsSeen: 1, pages: 1, ending: { stage: 'countAccounts' } });
    const abilities = { effects: [], compares: [] };
    const step = { runId, leaseOwner: 'dead', failure: null, abilities };
    expect(await delivery.execute(finishDiscovery, commandOf(system, step))).toMatchObject({ value: { goesOn: true } });
    const half = await run();
    expect(half).toMatchObject({ state: 'running', ending: { stage: expect.not.stringMatching(/^count/) } });

    bed.proxy.forgetRequests();
    workspace.clock.pass(200_000);
    await discover();
    expect(await run()).toMatchObject({ id: runId, state: 'completed', ending: null, leaseOwner: null });
    expect(bed.proxy.requests).toEqual([]);
  });

  it('is given up after many faults without a page between them, and its failure is told once', async () => {
    const { workspace, bed, discover, run, notices } = await begin(open);
    bed.proxy.addRule({ path: thirdPage, times: Infinity, fault: { kind: 'answer', status: 503 } });
    for (let fault = 1; fault < 12; fault += 1) {
      await discover();
      expect(await run()).toMatchObject({ state: 'running', accountsSeen: 4, faults: fault });
      workspace.clock.pass(3_600_000);
    }
    await discover();
    expect(await run()).toMatchObject({ state: 'failed', failure: expect.stringContaining('503') });
    const told = await notices('discoveryFails');
    expect(told).toBeGreaterThan(0);
    bed.proxy.clearRules();
    bed.proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 404 } });
    await discover();
    expect(await run()).toMatchObject({ state: 'failed' });
    expect(await rowsOf(workspace, 'sync_run')).toHaveLength(2);
    expect(await notices('discoveryFails')).toBe(told);
  });
});
