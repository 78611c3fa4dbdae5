/**
 * A thousand random schedules against an application with bad days and consoles that crash at every commit point.
 * In the end intended equals actual, nothing was done twice, and whatever was late has a reason; and each of these
 * oracles is seen to fail when something is broken on purpose.
 */
import { describe, expect, it } from 'vitest';
import { secondsBetween, type Instant } from '#core/domain/instant.ts';
import { connect, organisation, rowsOf } from '#core/testing/builders.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { createHostileApplication, hostileFaults, type HostileFault } from '#core/testing/hostile-connector.ts';
import {
  actual,
  crashModes,
  intended,
  playSchedule,
  type CrashMode,
  type HostileRun,
  type ScheduleOptions,
} from '#core/testing/hostile-schedule.ts';

/** Another start than usual, to look further: every schedule of a run follows from it. */
const firstSeed = Number(process.env['GATEHOUSE_SEED'] ?? 1);

/** How often each fault and each crash struck, over all schedules of this file that are to succeed. */
const struck = Object.fromEntries(hostileFaults.map((fault) => [fault, 0])) as Record<HostileFault, number>;
const crashes = Object.fromEntries(crashModes.map((mode) => [mode, 0])) as Record<CrashMode, number>;
let played = 0;

async function begin(open: OpenWorkspace): Promise<HostileRun> {
  const workspace = await open();
  const built = await organisation(workspace);
  for (const name of ['reviewed', 'automatic'] as const)
    await connect(workspace, built.applications[name], { connector: 'hostile' });
  return {
    workspace,
    built,
    application: createHostileApplication(['automatic-0', 'automatic-1']),
    intents: [],
    troubles: [],
    looks: [],
    crashes: { before: 0, within: 0, after: 0 },
  };
}

/** Ends of access that came late though somebody looked in time and nothing was wrong. */
async function unexplained({ workspace, looks, troubles }: HostileRun): Promise<readonly string[]> {
  const tasks = await rowsOf(workspace, 'fulfillment_task');
  return tasks.flatMap((task) => {
    if (task.cause !== 'expiry' || task.state !== 'done' || task.endedAt === null) return [];
    const readBack = task.evidence?.readBackAt ?? task.endedAt;
    if (task.latenessSeconds !== secondsBetween(task.dueAt, readBack)) return [`${task.id} records another lateness`];
    const looked = looks.find((at) => at >= task.dueAt);
    if (looked === undefined || readBack <= looked) return [];
    const between = (at: Instant) => at >= task.dueAt && at <= readBack;
    return troubles.some(between) || task.attempts > 1 ? [] : [`${task.id} was late by ${task.latenessSeconds} s`];
  });
}

/** What the trail and the application show as done twice. */
async function doneTwice({ workspace, application }: HostileRun): Promise<readonly string[]> {
  const names = application.accounts.map(({ username }) => username);
  const accounts = names.filter((name, index) => names.indexOf(name) !== index);
  const events = (await rowsOf(workspace, 'audit_event'))
    .filter(({ type }) => ['access.granted', 'access.removed', 'access.expired'].includes(type))
    .map(({ type, itemId }) => `${type} ${itemId}`);
  const recorded = events.filter((event, index) => events.indexOf(event) !== index);
  return [...accounts, ...recorded, ...application.doubleWrites];
}

/**
 * What the engine did more often than it said: a write that got to the application without an attempt whose beginning was
 * on disk, or an attempt that began after the effect had been seen and recorded.
 */
async function unaccounted({ workspace, application }: HostileRun): Promise<readonly string[]> {
  const tasks = new Map((await rowsOf(workspace, 'fulfillment_task')).map((task) => [task.id as string, task]));
  const entitlements = new Map((await rowsOf(workspace, 'entitlement')).map((row) => [row.id, row.externalId]));
  const emails = new Map((await rowsOf(workspace, 'employee')).map((row) => [row.id, row.workEmail]));
  const usernames = new Map(application.accounts.map(({ externalId, username }) => [externalId, username]));
  const left = new Map<string, number>();
  const ended = new Set<string>();
  const found: string[] = [];
  for (const { type, itemId, data } of await rowsOf(workspace, 'audit_event')) {
    if (['access.granted', 'access.removed'].includes(type)) ended.add(`${itemId} decision`);
    if (type === 'access.expired') ended.add(`${itemId} expiry`);
    if (type !== 'fulfillment.started') continue;
    const { fulfillmentTaskId } = JSON.parse(data) as { readonly fulfillmentTaskId?: string };
    const task = tasks.get(fulfillmentTaskId ?? '');
    if (task === undefined) continue;
    if (ended.has(`${task.itemId} ${task.cause}`)) found.push(`${task.id} began again after it was done`);
    const key = `${task.effect === 'grant' ? 'add' : 'delete'} ${emails.get(task.beneficiaryId)} ${entitlements.get(task.entitlementId)}`;
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  for (const write of application.writes) {
    const [effect, account = '', entitlement] = write.split(' ');
    const key = `${effect} ${usernames.get(account)} ${entitlement}`;
    const count = left.get(key) ?? 0;
    if (count === 0) found.push(`${key} was written without an attempt`);
    else left.set(key, count - 1);
  }
  return found;
}

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
      const run = await begin(open);
      await play(run, 25, { seed });
      expectAsIntended(run, true);
      expect(await doneTwice(run)).toEqual([]);
      expect(await unaccounted(run)).toEqual([]);
      expect(await unexplained(run)).toEqual([]);
      for (const fault of hostileFaults) struck[fault] += run.application.struck[fault];
      for (const mode of crashModes) crashes[mode] += run.crashes[mode];
      played += 25;
    },
    180_000,
  );
});

describeEachDatabase('an oracle of schedules sees', (open) => {
  it('that nothing is there when a connector lies about its writes', async () => {
    const run = await begin(open);
    await play(run, 6, { seed: 1, breakage: 'liesAboutWrites', trouble: 0 });
    expect(actual(run)).not.toEqual(intended(run, true));
  });

  it('that access stays when its end is forgotten', async () => {
    const run = await begin(open);
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
    const run = await begin(open);
    await play(run, 12, { seed: 1, breakage: 'createsBlindly', trouble: 0.3 });
    expect(await doneTwice(run)).not.toEqual([]);
  });

  it('that a write was repeated when a connector does not look first', async () => {
    const run = await begin(open);
    await play(run, 12, { seed: 1, breakage: 'grantsTwice', trouble: 0.3 });
    expect(run.application.doubleWrites).not.toEqual([]);
  });

  it('that something was written more often than it was begun', async () => {
    const run = await begin(open);
    await play(run, 3, { seed: 1, breakage: 'writesAgain', trouble: 0 });
    expect(await unaccounted(run)).toContainEqual(expect.stringContaining('without an attempt'));
  });

  it('that what was done is begun again, and recorded twice, when the engine forgets that it was', async () => {
    const run = await begin(open);
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
    const run = await begin(open);
    await play(run, 25, { seed: 1, trouble: 0, overlooks: true });
    expect(await unexplained(run)).not.toEqual([]);
  });
});

describe('the schedules together', () => {
  it('met every fault, and a crash at every commit point, often enough to prove something', () => {
    expect(played).toBeGreaterThanOrEqual(1000);
    expect(hostileFaults.filter((fault) => struck[fault] < 25)).toEqual([]);
    expect(crashModes.filter((mode) => crashes[mode] < 50)).toEqual([]);
  });
});
