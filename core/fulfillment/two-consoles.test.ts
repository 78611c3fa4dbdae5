/** What keeps two consoles out of each other's way, and what each learns from the other. */
import { afterEach, expect, it, vi } from 'vitest';
import { createExecutor } from '#core/commands/execute.ts';
import { connect, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { createHostileApplication, hostileDefinition, openHostile, randomOf } from '#core/testing/hostile-connector.ts';
import { leaseMilliseconds } from './attempt.ts';
import { createCredentials } from './credentials.ts';
import { createLanes } from './lanes.ts';

const limits = { concurrency: 4, effectsPerSecond: null };
/** How often a lease is renewed, in milliseconds. */
const beat = 18_000;

afterEach(() => void vi.useRealTimers());

describeEachDatabase('two consoles', (open) => {
  it('leave each other what takes longer than a lease, for as long as it is renewed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const workspace = await open();
    const { clock } = workspace;
    const { people, applications, entitlements } = await organisation(workspace);
    await connect(workspace, applications.automatic, { connector: 'hostile' });
    const application = createHostileApplication([]);
    const released = Promise.withResolvers<void>();
    const begun: AbortSignal[] = [];
    const definition = hostileDefinition(() => {
      const connector = openHostile(application, randomOf(1));
      return {
        ...connector,
        async grant(grant, signal) {
          begun.push(signal);
          await released.promise;
          return connector.grant!(grant, signal);
        },
      };
    });
    const start = (owner: string) => {
      const delivery = startDelivery(workspace, { now: clock.now, definitions: [definition], owner });
      workspace.onClose(() => delivery.stop());
      return delivery;
    };
    const first = start('first');
    const second = start('second');
    const task = async () => (await rowsOf(workspace, 'fulfillment_task'))[0];
    await submitted(first.execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
    await expect.poll(() => begun.length).toBe(1);
    for (let round = 0; round < 5; round += 1) {
      clock.pass(beat);
      vi.advanceTimersByTime(beat);
      await expect
        .poll(async () => Date.parse((await task())?.leaseUntil ?? ''))
        .toBe(Date.parse(clock.now()) + leaseMilliseconds);
      await second.fulfillment.idle();
    }
    expect(await task()).toMatchObject({ state: 'running', leaseOwner: 'first', attempts: 1 });

    // A machine that sleeps renews nothing. The other one takes over, and what the first is about is cut off.
    clock.pass(leaseMilliseconds + 1);
    second.fulfillment.wake();
    await expect.poll(() => begun.length).toBe(2);
    vi.advanceTimersByTime(beat);
    await expect.poll(() => begun.map((signal) => signal.aborted)).toEqual([true, false]);
    released.resolve();
    await Promise.all([first.fulfillment.idle(), second.fulfillment.idle()]);
    expect(await task()).toMatchObject({ state: 'done', attempts: 2, evidence: { heldAfterwards: true } });
    expect(first.problems).toEqual([expect.stringContaining('was not taken')]);
    expect(second.problems).toEqual([]);
  });

  it('learn from each other of a credential that is refused and of an application that is down', async () => {
    const workspace = await open();
    const { clock, database } = workspace;
    const { applications } = await organisation(workspace);
    const id = applications.automatic;
    await connect(workspace, id, { connector: 'hostile' });
    const execute = createExecutor({ database, now: clock.now, committed: () => undefined });
    const shared = { database, execute, now: clock.now };
    const consoleOn = (machine: string) => ({
      credentials: createCredentials({ ...shared, machine }),
      lanes: createLanes(shared),
    });
    const one = consoleOn('here');
    const other = consoleOn('here');
    const elsewhere = consoleOn('elsewhere');
    const passages = async () => {
      for (const each of [other, elsewhere]) await each.credentials.load();
      return [one, other, elsewhere].map(({ credentials }) => credentials.passage(id));
    };
    const connection = (await rowsOf(workspace, 'connector_instance')).find((row) => row.applicationId === id);
    expect(await passages()).toEqual(['free', 'free', 'free']);
    expect(await one.credentials.refused(id, connection?.changedAt ?? null, 'The token is wrong.')).toBe(true);
    // The keychain of another machine may hold another credential.
    expect(await passages()).toEqual(['refused', 'refused', 'free']);
    clock.pass(31 * 60_000);
    expect(await passages()).toEqual(['probe', 'probe', 'free']);
    await other.credentials.accepted(id);
    await one.credentials.load();
    expect(await passages()).toEqual(['free', 'free', 'free']);

    const down = { kind: 'fault', problem: 'It is down.', afterMilliseconds: null } as const;
    for (let fault = 0; fault < 5; fault += 1) {
      await other.lanes.load();
      expect(other.lanes.room(id, limits)).toBe(0);
      one.lanes.enter(id, limits);
      await one.lanes.leave(id, down);
    }
    await other.lanes.load();
    expect(other.lanes.room(id, limits)).toBe('paused');
    // After the pause a single one tries; what it finds holds for both.
    clock.pass(60_000);
    other.lanes.enter(id, limits);
    expect(other.lanes.room(id, limits)).toBe('full');
    await other.lanes.leave(id, { kind: 'answered' });
    await one.lanes.load();
    one.lanes.enter(id, limits);
    expect(one.lanes.room(id, limits)).toBe(0);
  });
});
