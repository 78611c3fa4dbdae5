/** Bulk decisions whose console is killed (SIGKILL, a real process): the next one goes on exactly where it stood. */
import { dirname } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { eventFromRow } from '#core/audit/append-events.ts';
import { verifyChain } from '#core/audit/verify-chain.ts';
import { undoBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { changeReviewSettings } from '#core/commands/review-settings.command.ts';
import { newId, type BulkDecisionId, type EmployeeId } from '#core/domain/ids.ts';
import { epochMilliseconds } from '#core/domain/instant.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { commandOf, employeeRow, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { startConsole, type Console } from '#core/testing/console-process.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';

const people = 40;
const tasks = people * 4;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Forty people of one manager, each with a line for two entitlements of two applications; nothing decided yet. */
async function begin(open: OpenWorkspace, undoSeconds: number) {
  const workspace = await open();
  const built = await organisation(workspace);
  const { manager, requester, administrator } = built.people;
  const team: EmployeeId[] = Array.from({ length: people }, () => newId());
  // The consoles go by the machine's clock, and what they decide has to lie before it.
  workspace.clock.pass(Date.now() - 60_000 - epochMilliseconds(workspace.clock.now()));
  await workspace.database.transaction((writer) =>
    insertRows(
      writer,
      'employee',
      team.map((id, index) => employeeRow({ id, name: `member${index}`, managerId: manager })),
    ),
  );
  const settings = { bulkDecidesHighRisk: true, undoSeconds };
  expect(await workspace.execute(changeReviewSettings, commandOf(administrator, settings))).toMatchObject({
    outcome: 'done',
  });
  for (let first = 0; first < people; first += 5) {
    const lines = team
      .slice(first, first + 5)
      .flatMap((who) => [...built.entitlements.reviewed, ...built.entitlements.manual].map((id) => line(who, id)));
    await submitted(workspace.execute, requester, lines);
  }
  const console = async (ahead = 0): Promise<Console> => {
    const started = await startConsole({
      directory: workspace.location.kind === 'sqlite' ? dirname(workspace.location.file) : '/tmp',
      location: workspace.location,
      ahead,
      runtime: true,
      secrets: {},
    });
    closers.push(() => started.kill());
    return started;
  };
  const startBulk = commandOf(manager, { filter: {}, verdict: 'approve', reason: null });
  const bulkRow = async () => (await rowsOf(workspace, 'bulk_decision'))[0]!;
  const results = () => rowsOf(workspace, 'bulk_decision_result');
  return { workspace, ...built, console, startBulk, bulkRow, results };
}

type Begun = Awaited<ReturnType<typeof begin>>;

/** What is written so far fits together: never a decision without its result, nor progress without both. */
async function expectWhole({ workspace, bulkRow, results }: Begun): Promise<number> {
  const [bulk, told, decisions] = [await bulkRow(), await results(), await rowsOf(workspace, 'decision')];
  expect([bulk.decided, bulk.refused, decisions.length]).toEqual([told.length, 0, told.length]);
  expect(new Set(decisions.map((decision) => decision.taskId))).toEqual(new Set(told.map((row) => row.taskId)));
  return told.length;
}

async function expectIntactTrail({ workspace }: Begun): Promise<void> {
  const events = (await rowsOf(workspace, 'audit_event')).map(eventFromRow);
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  for (const chain of Map.groupBy(events, (event) => event.requestId).values())
    expect(verifyChain(chain)).toMatchObject({ intact: true });
}

describeEachDatabase('a bulk decision whose console is killed', (open) => {
  it('goes on exactly where it stood, decides nothing twice and has one result for every task', async () => {
    const begun = await begin(open, 0);
    const { workspace, console, startBulk, bulkRow, results } = begun;
    const first = await console();
    // The commit that starts it, and two chunks.
    await first.tell({ kind: 'dieAfterCommits', topic: 'bulk', commits: 3 });
    await first.tell({ kind: 'startBulk', command: startBulk });
    await expect.poll(() => first.dead, { timeout: 30_000 }).toBe(true);
    const afterFirst = await expectWhole(begun);
    expect(afterFirst).toBeGreaterThan(0);
    expect(afterFirst).toBeLessThan(tasks);
    expect(await bulkRow()).toMatchObject({ state: 'running', endedAt: null });

    // Killed from outside this time, wherever it may be.
    const second = await console(10_000);
    await expect
      .poll(async () => (await results()).length, { timeout: 30_000, interval: 2 })
      .toBeGreaterThan(afterFirst);
    await second.kill();
    expect(await expectWhole(begun)).toBeGreaterThan(afterFirst);

    const third = await console(20_000);
    await expect.poll(async () => (await bulkRow()).state, { timeout: 30_000 }).toBe('done');
    await third.tell({ kind: 'close' });
    expect(await bulkRow()).toMatchObject({ total: tasks, decided: tasks, refused: 0 });
    expect(await expectWhole(begun)).toBe(tasks);
    expect(new Set((await results()).map((row) => row.taskId)).size).toBe(tasks);
    const decided = (await rowsOf(workspace, 'review_task')).filter((task) => task.state === 'approved');
    expect(decided.map((task) => task.id).toSorted()).toEqual((await results()).map((row) => row.taskId).toSorted());
    const types = (await rowsOf(workspace, 'audit_event')).map((event) => event.type);
    const told = (type: string) => types.filter((one) => one === type).length;
    expect([told('review.approved'), told('bulkDecision.started'), told('bulkDecision.ended')]).toEqual([tasks, 1, 1]);
    await expectIntactTrail(begun);
  }, 120_000);

  it('can still be taken back in the next console until its time has come', async () => {
    const begun = await begin(open, 60);
    const { workspace, people: persons, console, startBulk, bulkRow } = begun;
    const first = await console();
    const { value } = (await first.tell({ kind: 'startBulk', command: startBulk })) as {
      readonly value: { readonly bulkDecisionId: BulkDecisionId };
    };
    await first.kill();
    expect(await bulkRow()).toMatchObject({ state: 'waiting', decided: 0 });
    const second = await console();
    const undo = commandOf(persons.manager, { bulkDecisionId: value.bulkDecisionId });
    expect(await second.tell({ kind: 'undoBulk', command: undo })).toMatchObject({ outcome: 'done' });
    await second.kill();
    // Long after its time: it stays taken back.
    const third = await console(600_000);
    await third.tell({ kind: 'reviewsIdle' });
    await third.tell({ kind: 'close' });
    expect(await bulkRow()).toMatchObject({ state: 'undone', decided: 0 });
    expect(await rowsOf(workspace, 'decision')).toEqual([]);
    workspace.clock.pass(3_600_000);
    expect(
      await workspace.execute(undoBulkDecision, commandOf(persons.manager, { bulkDecisionId: value.bulkDecisionId })),
    ).toMatchObject({ refusal: { code: 'bulk.tooLate' } });
    await expectIntactTrail(begun);
  }, 120_000);
});
