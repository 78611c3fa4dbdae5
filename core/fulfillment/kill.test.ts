/**
 * Consoles that are killed (SIGKILL, a real process) at the worst moments, and what the next one makes of it:
 * nothing that was committed is lost, nothing is half, nothing is done twice. First at moments that are chosen, then in a
 * hundred schedules that follow from seeds.
 */
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { newId, type CommandId } from '#core/domain/ids.ts';
import { openDatabase } from '#core/persistence/open-database.ts';
import {
  commandOf,
  connect,
  discoveryActor,
  line,
  organisation,
  renameEntitlements,
  rowCounts,
  rowsOf,
} from '#core/testing/builders.ts';
import { startConsole, type Console } from '#core/testing/console-process.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { hostileFaults, type HostileFault } from '#core/testing/hostile-connector.ts';
import { consolesElsewhere, crashModes, type CrashMode } from '#core/testing/hostile-consoles.ts';
import { beginHostile, doneTwice, lost, unaccounted, unexplained } from '#core/testing/hostile-oracles.ts';
import { actual, intended, playSchedule, type HostileRun } from '#core/testing/hostile-schedule.ts';
import { startSampleTestbed, type ScimTestbed } from '#core/testing/scim-testbed.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function begin(
  open: OpenWorkspace,
  contents: Parameters<typeof startSampleTestbed>[0] = { users: [], groups: { Readers: [], Writers: [] } },
) {
  const workspace = await open();
  const built = await organisation(workspace);
  const bed = await startSampleTestbed(contents);
  closers.push(() => bed.close());
  await connect(workspace, built.applications.automatic, {
    connector: 'scim',
    configuration: { ...bed.configuration, pageSize: 2 },
    secretName: 'secret',
  });
  await renameEntitlements(
    workspace,
    built.entitlements.automatic.map((id, index) => [id, bed.groupId(['Readers', 'Writers'][index] ?? '')] as const),
  );
  let opened = 0;
  /** Opens the workspace in a process of its own; leases of those before it have ended by its clock. */
  const console = async (runtime = true): Promise<Console> => {
    opened += 1;
    const directory = workspace.location.kind === 'sqlite' ? dirname(workspace.location.file) : '/tmp';
    const started = await startConsole({
      directory,
      location: workspace.location,
      ahead: opened * 130_000,
      runtime,
      secrets: { secret: bed.secrets },
    });
    closers.push(() => started.kill());
    return started;
  };
  const submission = (
    items = [line(built.people.requester, built.entitlements.automatic[0])],
    id: CommandId = newId(),
  ) => commandOf(built.people.requester, { justification: 'work', items }, { id });
  const tasks = () => rowsOf(workspace, 'fulfillment_task');
  return { workspace, ...built, bed, console, submission, tasks };
}

function took(bed: ScimTestbed, method: string): number {
  return bed.proxy.requests.filter(
    (request) => request.method === method && request.status !== null && request.status < 300,
  ).length;
}

describeEachDatabase('a console that is killed', (open) => {
  it('between the commit of a decision and its effect: the next one delivers, once', async () => {
    const { bed, console, submission, tasks } = await begin(open);
    // Once before the runtime has looked, once with the first call on its way.
    const first = await console(false);
    expect(await first.tell({ kind: 'submit', command: submission() })).toMatchObject({ outcome: 'done' });
    await first.kill();
    expect(await tasks()).toMatchObject([{ state: 'ready', attempts: 0 }]);
    expect(bed.proxy.requests).toEqual([]);
    const second = await console();
    bed.proxy.addRule({ fault: { kind: 'silence' } });
    await expect.poll(() => bed.proxy.requests.length, { timeout: 15_000 }).toBe(1);
    await second.kill();
    expect(await tasks()).toMatchObject([{ state: 'running', attempts: 1 }]);
    const third = await console();
    await third.tell({ kind: 'idle' });
    expect(await tasks()).toMatchObject([
      { state: 'done', attempts: 2, evidence: { outcome: 'applied', accountCreated: true } },
    ]);
    expect(await bed.membersOf('Readers')).toEqual(['requester@example.com']);
    expect([took(bed, 'POST'), took(bed, 'PATCH')]).toEqual([1, 1]);
  }, 60_000);

  it.each(['POST', 'PATCH'])(
    'between the %s and recording it: the next one finds it done and writes no second one',
    async (method) => {
      const { workspace, bed, console, submission, tasks } = await begin(open);
      const first = await console();
      bed.proxy.addRule({ method, fault: { kind: 'beforeAnswer', action: () => first.kill() } });
      // The submission itself was answered; the delivery starts after that.
      await first.tell({ kind: 'submit', command: submission() });
      await expect.poll(() => first.dead, { timeout: 15_000 }).toBe(true);
      expect(await tasks()).toMatchObject([{ state: 'running', attempts: 1, evidence: null }]);
      const second = await console();
      await second.tell({ kind: 'idle' });
      expect(await tasks()).toMatchObject([{ state: 'done', attempts: 2, evidence: { heldAfterwards: true } }]);
      expect(await bed.userNames()).toEqual(['requester@example.com']);
      expect(await bed.membersOf('Readers')).toEqual(['requester@example.com']);
      expect([took(bed, 'POST'), took(bed, 'PATCH')]).toEqual([1, 1]);
      expect(await rowsOf(workspace, 'access_grant')).toMatchObject([{ status: 'active', origin: 'request' }]);
      expect(await rowsOf(workspace, 'access_request')).toMatchObject([{ state: 'completed' }]);
    },
    60_000,
  );

  it('in the middle of a large transaction: nothing of it is there, and the workspace works', async () => {
    const { workspace, console, submission } = await begin(open);
    const before = await rowCounts(workspace, ['setting', 'command_record', 'audit_event']);
    const first = await console(false);
    const never = first.tell({
      kind: 'writeHalf',
      command: commandOf({ kind: 'system', part: 'setup' }, { rows: 3000 }),
    });
    await first.half();
    await first.kill();
    await expect(never).rejects.toThrow('dead');
    expect(await rowCounts(workspace, ['setting', 'command_record', 'audit_event'])).toEqual(before);
    const second = await console(false);
    expect(await second.tell({ kind: 'submit', command: submission() })).toMatchObject({
      outcome: 'done',
      value: { number: 1 },
    });
  }, 60_000);

  it('during a discovery: the next one goes on at its checkpoint, and the result is complete', async () => {
    const names = ['ada', 'grace', 'edsger', 'tony', 'alan'].map((name) => `${name}@example.com`);
    const { workspace, bed, console, applications } = await begin(open, {
      users: names.map((userName) => ({ userName, email: userName })),
      groups: { Readers: names, Writers: ['ada@example.com'], Others: ['tony@example.com'] },
    });
    const order = { kind: 'discover', applicationId: applications.automatic, actor: discoveryActor } as const;
    const first = await console();
    // Pages that come quickly are written together: the second one takes its time, so that it is written before the third.
    bed.proxy.addRule({
      path: /\/Users\?startIndex=2/,
      fault: { kind: 'beforeAnswer', action: () => setTimeout(600) },
    });
    bed.proxy.addRule({
      path: /\/Users\?startIndex=4/,
      fault: {
        kind: 'beforeAnswer',
        action: async () => {
          const seen = async () => (await rowsOf(workspace, 'sync_run')).map(({ accountsSeen }) => accountsSeen);
          await expect.poll(seen, { timeout: 15_000 }).toEqual([4]);
          await first.kill();
        },
      },
    });
    await expect(first.tell(order)).rejects.toThrow('dead');
    expect(await rowsOf(workspace, 'sync_run')).toMatchObject([
      { state: 'running', accountsSeen: 4, checkpoint: expect.stringContaining('5') },
    ]);
    bed.proxy.forgetRequests();
    const second = await console();
    expect(await second.tell(order)).toMatchObject({ outcome: 'done' });
    const lists = bed.proxy.requests
      .filter((request) => /\/Users\?startIndex/.test(request.path))
      .map((request) => request.path);
    expect(lists).toEqual([expect.stringContaining('startIndex=4')]);
    expect(await rowsOf(workspace, 'sync_run')).toMatchObject([
      { state: 'completed', accountsSeen: 5, entitlementsSeen: 3, grantsSeen: 7 },
    ]);
    expect(await rowsOf(workspace, 'account')).toHaveLength(5);
    expect((await rowsOf(workspace, 'access_grant')).filter((grant) => grant.status === 'active')).toHaveLength(7);
  }, 60_000);
});

/** Another start than usual, to look further: every schedule of a run follows from it. */
const firstSeed = Number(process.env['GATEHOUSE_SEED'] ?? 1);
const kills = Object.fromEntries(crashModes.map((mode) => [mode, 0])) as Record<CrashMode, number>;
const struck = Object.fromEntries(hostileFaults.map((fault) => [fault, 0])) as Record<HostileFault, number>;
const cutShort = new Map<string, number>();
let deadly = 0;

describeEachDatabase('schedules whose consoles are killed in the middle of their work', (open, dialect) => {
  const enough = dialect === 'sqlite' ? 100 : 4;

  it(`end as intended, once, and in time, against a hostile application (${enough} with kills, seeds from ${firstSeed})`, async () => {
    const run = await beginHostile(open);
    run.application.evenly = true;
    const consoles = consolesElsewhere();
    closers.push(() => consoles.close());
    const killed = () => Object.values(run.crashes).reduce((sum, count) => sum + count);
    // Whether somebody is killed in a schedule depends on how quick the machine is; that it ends as intended does not.
    let withKills = 0;
    for (let seed = firstSeed; withKills < enough && seed < firstSeed + enough * 2; seed += 1) {
      const before = killed();
      await playSchedule(run, {
        seed,
        consoles,
        deaths: seed % 10 === 0 ? 4 : 1,
        diesLate: seed % 4 === 0,
        trouble: seed % 2 === 0 ? 0.2 : 0.4,
      });
      if (killed() > before) withKills += 1;
    }
    deadly += withKills;
    await consoles.close();
    expect(actual(run)).toEqual(intended(run, true));
    for (const oracle of [doneTwice, unaccounted, unexplained, lost]) expect(await oracle(run)).toEqual([]);
    for (const mode of crashModes) kills[mode] += run.crashes[mode];
    for (const fault of hostileFaults) struck[fault] += run.application.struck[fault];
    for (const what of run.cutShort) cutShort.set(what, (cutShort.get(what) ?? 0) + 1);
    // It opens again like any other.
    await (await openDatabase(run.workspace.location)).close();
    // The few of the other database may hold nothing to plant in.
    if (dialect === 'sqlite') await seesWhatIsPlanted(run);
  }, 600_000);
});

/** The same oracles see a broken connector and a forgetful engine in `hostile.test.ts`; here, that they look at these books. */
async function seesWhatIsPlanted(run: HostileRun): Promise<void> {
  const { application } = run;
  const dueAt = (await rowsOf(run.workspace, 'fulfillment_task')).map((task) => task.dueAt);
  // As if everything had been looked for when it was due, on a good day.
  expect(await unexplained({ ...run, troubles: [], looks: dueAt.toSorted() })).not.toEqual([]);
  expect(await lost({ ...run, acknowledged: [newId()] })).toHaveLength(1);
  const writes = application.writes.flatMap((write) => Array.from({ length: 100 }, () => write));
  expect(await unaccounted({ ...run, application: { ...application, writes } })).not.toEqual([]);
  const accounts = [...application.accounts, ...application.accounts];
  expect(await doneTwice({ ...run, application: { ...application, accounts } })).not.toEqual([]);
  const members = new Map([...application.members].slice(1));
  expect(actual({ application: { ...application, members } })).not.toEqual(intended(run, true));
}

it('and in a hundred of them a console was killed, at every point, with much under way, and every fault struck', () => {
  expect(deadly).toBeGreaterThanOrEqual(100);
  expect(crashModes.filter((mode) => kills[mode] < 10)).toEqual([]);
  expect(cutShort.get('grant decision')).toBeGreaterThanOrEqual(20);
  expect(cutShort.get('revoke expiry')).toBeGreaterThanOrEqual(3);
  expect(hostileFaults.filter((fault) => struck[fault] < 15)).toEqual([]);
});
