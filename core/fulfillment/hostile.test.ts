/**
 * A thousand random schedules against an application with bad days and consoles that crash at every commit point.
 * In the end intended equals actual, nothing was done twice, and whatever was late has a reason; and each of these
 * oracles is seen to fail when something is broken on purpose.
 */
import { describe, expect, it } from 'vitest';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { hostileFaults, type HostileFault } from '#core/testing/hostile-connector.ts';
import { commitPoints } from '#core/testing/hostile-consoles.ts';
import { beginHostile, doneTwice, lost, unaccounted, unexplained } from '#core/testing/hostile-oracles.ts';
import {
  actual,
  intended,
  playSchedule,
  type HostileRun,
  type ScheduleOptions,
} from '#core/testing/hostile-schedule.ts';

/** Another start than usual, to look further: every schedule of a run follows from it. */
const firstSeed = Number(process.env['GATEHOUSE_SEED'] ?? 1);

/** How often each fault and each crash struck, over all schedules of this file that are to succeed. */
const struck = Object.fromEntries(hostileFaults.map((fault) => [fault, 0])) as Record<HostileFault, number>;
const crashes = { before: 0, within: 0, after: 0 };
let played = 0;

async function play(run: HostileRun, count: number, options: ScheduleOptions): Promise<void> {
  for (let index = 0; index < count; index += 1) await playSchedule(run, { ...options, seed: options.seed + index });
}

function expectAsIntended(run: HostileRun, withLongTerms: boolean): void {
  expect(actual(run)).toEqual(intended(run, withLongTerms));
}

/** Batches share a workspace, as people do; each begins with a fresh one so that a seed can be looked at by itself. */
const batches = Array.from({ length: 40 }, (_, index) => firstSeed + index * 25);

describeEachDatabase('schedules against a hostile application', (open, dialect) => {
  it.each(dialect === 'sqlite' ? batches : batches.slice(0, 1))(
    'of 25 seeds from %i end as intended, once, and in time',
    async (seed) => {
      const run = await beginHostile(open);
      await play(run, 25, { seed });
      expectAsIntended(run, true);
      expect(await doneTwice(run)).toEqual([]);
      expect(await unaccounted(run)).toEqual([]);
      expect(await unexplained(run)).toEqual([]);
      expect(await lost(run)).toEqual([]);
      for (const fault of hostileFaults) struck[fault] += run.application.struck[fault];
      for (const mode of commitPoints) crashes[mode] += run.crashes[mode];
      played += 25;
    },
    180_000,
  );
});

describeEachDatabase('an oracle of schedules sees', (open) => {
  it('that nothing is there when a connector lies about its writes', async () => {
    const run = await beginHostile(open);
    await play(run, 6, { seed: 1, breakage: 'liesAboutWrites', trouble: 0 });
    expect(actual(run)).not.toEqual(intended(run, true));
  });

  it('that access stays when its end is forgotten', async () => {
    const run = await beginHostile(open);
    const { database } = run.workspace;
    const transaction = database.transaction.bind(database);
    const forgetful: HostileRun = {
      ...run,
      workspace: {
        ...run.workspace,
        database: {
          ...database,
          transaction: (work) =>
            transaction(async (writer) => {
              const value = await work(writer);
              await writer.deleteFrom('fulfillment_task').where('cause', '=', 'expiry').execute();
              return value;
            }),
        },
      },
    };
    await play(forgetful, 6, { seed: 1 });
    expect(actual(run)).not.toEqual(intended(run, true));
  });

  it('that an account was made twice when a connector does not look first', async () => {
    const run = await beginHostile(open);
    await play(run, 12, { seed: 1, breakage: 'createsBlindly', trouble: 0.3 });
    expect(await doneTwice(run)).not.toEqual([]);
  });

  it('that a write was repeated when a connector does not look first', async () => {
    const run = await beginHostile(open);
    await play(run, 12, { seed: 1, breakage: 'grantsTwice', trouble: 0.3 });
    expect(run.application.doubleWrites).not.toEqual([]);
  });

  it('that something was written more often than it was begun', async () => {
    const run = await beginHostile(open);
    await play(run, 3, { seed: 1, breakage: 'writesAgain', trouble: 0 });
    expect(await unaccounted(run)).toContainEqual(expect.stringContaining('without an attempt'));
  });

  it('that what was done is begun again, and recorded twice, when the engine forgets that it was', async () => {
    const run = await beginHostile(open);
    await play(run, 3, { seed: 1, trouble: 0 });
    expect([await unaccounted(run), await doneTwice(run)]).toEqual([[], []]);
    const { database, clock } = run.workspace;
    await database.transaction(async (writer) => {
      await writer
        .updateTable('fulfillment_task')
        .set({ state: 'ready', next_attempt_at: clock.now(), ended_at: null, evidence: null })
        .where('state', '=', 'done')
        .where('cause', '=', 'decision')
        .execute();
      await writer.updateTable('request_item').set({ state: 'approved' }).where('state', '=', 'fulfilled').execute();
      await writer
        .updateTable('access_request')
        .set({ state: 'fulfilling' })
        .where('state', '=', 'completed')
        .execute();
    });
    await play(run, 1, { seed: 51, trouble: 0 });
    expect(await unaccounted(run)).toContainEqual(expect.stringContaining('began again'));
    expect(await doneTwice(run)).toContainEqual(expect.stringMatching(/^access\./));
  });

  it('that access ended late for no reason when somebody says to look and does not', async () => {
    const run = await beginHostile(open);
    await play(run, 25, { seed: 1, trouble: 0, overlooks: true });
    expect(await unexplained(run)).not.toEqual([]);
  });
});

describe('the schedules together', () => {
  it('met every fault, and a crash at every commit point, often enough to prove something', () => {
    expect(played).toBeGreaterThanOrEqual(1000);
    expect(hostileFaults.filter((fault) => struck[fault] < 25)).toEqual([]);
    expect(commitPoints.filter((mode) => crashes[mode] < 50)).toEqual([]);
  });
});
