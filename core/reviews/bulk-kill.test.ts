/**
 * Bulk decisions, hand-overs and questions whose console is killed (SIGKILL, a real process): the next one goes on
 * exactly where it stood.
 */
import { dirname } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { eventFromRow } from '#core/audit/append-events.ts';
import { verifyChain } from '#core/audit/verify-chain.ts';
import { undoBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { changeReviewSettings } from '#core/commands/review-settings.command.ts';
import type { BulkVerdict, TaskFilter } from '#core/domain/bulk-decision.ts';
import { newId, type ApplicationId, type BulkDecisionId, type EmployeeId } from '#core/domain/ids.ts';
import { epochMilliseconds } from '#core/domain/instant.ts';
import type { Term } from '#core/domain/request.ts';
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

const minutes = (many: number): Term => ({ kind: 'duration', minutes: many });

/** Forty people of one manager, each with a line for two entitlements of two applications; nothing decided yet. */
async function begin(open: OpenWorkspace) {
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
  for (let first = 0; first < people; first += 5) {
    const lines = team
      .slice(first, first + 5)
      .flatMap((who) =>
        [...built.entitlements.reviewed, ...built.entitlements.manual].map((id) =>
          line(who, id, { term: minutes(90) }),
        ),
      );
    await submitted(workspace.execute, requester, lines);
  }
  const mayBeUndoneFor = async (undoSeconds: number) => {
    const settings = { bulkDecidesHighRisk: true, undoSeconds };
    expect(await workspace.execute(changeReviewSettings, commandOf(administrator, settings))).toMatchObject({
      outcome: 'done',
    });
  };
  /** Its clock is so many seconds ahead: what the one before began is then past. */
  const console = async (ahead: number): Promise<Console> => {
    const started = await startConsole({
      directory: workspace.location.kind === 'sqlite' ? dirname(workspace.location.file) : '/tmp',
      location: workspace.location,
      ahead: ahead * 1000,
      runtime: true,
      secrets: {},
    });
    closers.push(() => started.kill());
    return started;
  };
  return { workspace, ...built, mayBeUndoneFor, console };
}

type Begun = Awaited<ReturnType<typeof begin>>;

interface Deed {
  readonly verdict: BulkVerdict;
  readonly filter?: TaskFilter;
  readonly reason?: string;
  readonly shortenedTo?: Term;
  readonly toReviewerId?: EmployeeId;
}

/** Answers with its id. */
async function start({ people: persons }: Begun, console: Console, deed: Deed): Promise<BulkDecisionId> {
  const payload = { filter: {}, reason: null, shortenedTo: null, toReviewerId: null, ...deed };
  const started = await console.tell({ kind: 'startBulk', command: commandOf(persons.manager, payload) });
  return (started as { readonly value: { readonly bulkDecisionId: BulkDecisionId } }).value.bulkDecisionId;
}

async function rowOf({ workspace }: Begun, id: BulkDecisionId) {
  return (await rowsOf(workspace, 'bulk_decision')).find((row) => row.id === id)!;
}

/**
 * The tasks with a result. What is written so far fits together: never a decision, a question or a task handed on
 * without its result, nor progress without both.
 */
async function expectWhole(begun: Begun, id: BulkDecisionId): Promise<readonly string[]> {
  const { workspace } = begun;
  const bulk = await rowOf(begun, id);
  const results = (await rowsOf(workspace, 'bulk_decision_result')).filter((row) => row.bulkDecisionId === id);
  const told = results.map((row) => row.taskId).toSorted();
  const { verdict } = bulk;
  const table = verdict === 'ask' ? 'review_message' : verdict === 'reassign' ? 'review_task' : 'decision';
  const left = (await rowsOf(workspace, table)).flatMap(
    (row) => ('fromTaskId' in row ? row.fromTaskId : row.taskId) ?? [],
  );
  expect([bulk.decided, bulk.refused, left.toSorted()]).toEqual([told.length, 0, told]);
  return told;
}

/** Kills it right after the commit that begins it and the first chunk; answers with what was done by then. */
async function startAndDie(begun: Begun, console: Console, deed: Deed) {
  await console.tell({ kind: 'dieAfterCommits', topic: 'bulk', commits: 2 });
  const id = await start(begun, console, deed);
  await expect.poll(() => console.dead, { timeout: 30_000 }).toBe(true);
  expect(await rowOf(begun, id)).toMatchObject({ state: 'running', endedAt: null });
  const done = (await expectWhole(begun, id)).length;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan((await rowOf(begun, id)).total);
  return { id, done };
}

/** The next console has come to its end with so many tasks, each once. */
async function expectEnd(begun: Begun, id: BulkDecisionId, total: number) {
  await expect.poll(async () => (await rowOf(begun, id)).state, { timeout: 30_000 }).toBe('done');
  expect(await rowOf(begun, id)).toMatchObject({ total, decided: total, refused: 0 });
  const told = await expectWhole(begun, id);
  expect(new Set(told).size).toBe(total);
}

async function expectIntactTrail({ workspace }: Begun): Promise<void> {
  const events = (await rowsOf(workspace, 'audit_event')).map(eventFromRow);
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  for (const chain of Map.groupBy(events, (event) => event.requestId).values())
    expect(verifyChain(chain)).toMatchObject({ intact: true });
}

/** Can still be taken back in the next console, and stays taken back. Answers with a third, long after its time. */
async function takeBackInTheNext(begun: Begun): Promise<Console> {
  const { workspace, people: persons, mayBeUndoneFor, console } = begun;
  await mayBeUndoneFor(60);
  const first = await console(0);
  const id = await start(begun, first, { verdict: 'approve' });
  await first.kill();
  expect(await rowOf(begun, id)).toMatchObject({ state: 'waiting', decided: 0 });
  const second = await console(0);
  const undo = commandOf(persons.manager, { bulkDecisionId: id });
  expect(await second.tell({ kind: 'undoBulk', command: undo })).toMatchObject({ outcome: 'done' });
  await second.kill();
  const third = await console(600);
  await third.tell({ kind: 'reviewsIdle' });
  expect(await rowOf(begun, id)).toMatchObject({ state: 'undone', decided: 0 });
  expect(await rowsOf(workspace, 'decision')).toEqual([]);
  expect(await workspace.execute(undoBulkDecision, commandOf(persons.manager, undo.payload))).toMatchObject({
    refusal: { code: 'bulk.tooLate' },
  });
  await mayBeUndoneFor(0);
  return third;
}

describeEachDatabase('what is done with many tasks at once, in a console that is killed', (open) => {
  it('goes on exactly where it stood, does nothing twice and has one result for every task, unless it was taken back before', async () => {
    const begun = await begin(open);
    const { workspace, people: persons, applications, console } = begun;
    const of = (applicationId: ApplicationId) => ({ applicationIds: [applicationId] });
    const half = tasks / 2;

    const first = await takeBackInTheNext(begun);
    const asked = await startAndDie(begun, first, { verdict: 'ask', reason: 'What for?' });

    const second = await console(700);
    await expectEnd(begun, asked.id, tasks);
    const handed = await startAndDie(begun, second, {
      verdict: 'reassign',
      filter: of(applications.manual),
      toReviewerId: persons.director,
    });

    const third = await console(800);
    await expectEnd(begun, handed.id, half);
    const shortened = await startAndDie(begun, third, { verdict: 'approve', shortenedTo: minutes(30) });

    // Killed from outside this time, wherever it may be.
    const fourth = await console(900);
    await expect
      .poll(async () => (await rowOf(begun, shortened.id)).decided, { timeout: 30_000, interval: 2 })
      .toBeGreaterThan(shortened.done);
    await fourth.kill();
    expect((await expectWhole(begun, shortened.id)).length).toBeGreaterThan(shortened.done);

    const fifth = await console(1000);
    await expectEnd(begun, shortened.id, half);
    await fifth.tell({ kind: 'close' });

    const states = (await rowsOf(workspace, 'review_task'))
      .filter((task) => ![persons.owner, persons.secondOwner].includes(task.reviewerId))
      .map((task) => `${task.reviewerId} ${task.state} ${task.via}`);
    expect(Object.fromEntries([...Map.groupBy(states, (one) => one)].map(([one, all]) => [one, all.length]))).toEqual({
      [`${persons.manager} approved planned`]: half,
      [`${persons.manager} handedOn planned`]: half,
      [`${persons.director} open reassigned`]: half,
    });
    const decisions = await rowsOf(workspace, 'decision');
    expect(decisions.map((decision) => decision.shortenedTo)).toEqual(decisions.map(() => minutes(30)));
    const types = (await rowsOf(workspace, 'audit_event')).map((event) => event.type);
    const told = (type: string) => types.filter((one) => one === type).length;
    expect(
      [
        'review.informationAsked',
        'review.reassigned',
        'review.approved',
        'bulkDecision.started',
        'bulkDecision.ended',
      ].map(told),
    ).toEqual([tasks, half, half, 4, 3]);
    await expectIntactTrail(begun);
  }, 120_000);
});
