/** Deciding 10,000 items by one filter, trail and fulfillment tasks included, beside the same statements written alone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { createExecutor, wallClock } from '#core/commands/execute.ts';
import { freshCommand } from '#core/domain/command.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import { openDatabase, type Database } from '#core/persistence/open-database.ts';
import { listMyTasks } from '#core/queries/my-tasks.ts';
import { listRequests } from '#core/queries/requests-list.ts';
import { loadViewer } from '#core/queries/visibility.ts';
import { bulkWork } from '#core/reviews/bulk-work.ts';
import { askWhile, forRounds, meanwhile, memoryFigure, watchMemory } from './bystanders.ts';
import { measurementOf, type Benchmark } from './figure.ts';
import { buildManyRequests, type ManyRequests } from './many-requests.ts';
import { copyDatabase, openBareWriter, recordWrites, rowsOfFile } from './recorded-writes.ts';

const limits = { ratio: 2.5, queryMilliseconds: 50, memoryMegabytes: 200 };
/** A tenth of the tasks are the reviewer's, nine in ten of them not of high risk; a request has 1.55 items. */
const requestsPerItem = 10 / 1.55 / 0.95 / 0.9;

export const bulkDecision: Benchmark = {
  name: 'bulk-decision-10000',
  title: 'Approve 10,000 items by a filter (250 in quick mode)',
  async run({ quick, directory }) {
    const requests = Math.ceil((quick ? 250 : 10_000) * requestsPerItem);
    const workspace = await buildManyRequests(directory, { requests, open: 95 });
    const copies = ['watched', 'ours', 'floor'].map((name) => {
      mkdirSync(join(directory, name));
      const file = join(directory, name, 'workspace.db');
      copyDatabase(workspace.file, file);
      return file;
    });
    const [watched = '', ours = '', floor = ''] = copies;
    const seen = await watch(watched, workspace);
    const { items, product, bare } = await besideFloor(ours, floor, workspace);
    return [
      measurementOf({
        name: 'bulk-decision-10000',
        unit: 's',
        measured: product / 1000,
        floor: bare / 1000,
        limit: limits.ratio,
        limitOf: 'ratio',
        notes: [`${items.toLocaleString('en')} items decided, ${(items / (product / 1000)).toFixed(0)} a second`],
      }),
      meanwhile('bulk-decision', limits.queryMilliseconds, seen),
      memoryFigure('bulk-decision', limits.memoryMegabytes, seen.grown),
    ];
  },
};

interface Deciding {
  readonly database: Database;
  /** Performs one turn; true when nothing is left. */
  turn(): Promise<boolean>;
}

/** Everything is started and due; nothing is decided yet. */
async function deciding(file: string, workspace: ManyRequests): Promise<Deciding> {
  const database = await openDatabase({ kind: 'sqlite', file });
  let ahead = 0;
  const now = () => plusMilliseconds(wallClock(), ahead);
  const execute = createExecutor({ database, now, committed: () => undefined });
  const started = await execute(
    startBulkDecision,
    freshCommand(
      { filter: { risks: ['low', 'medium'] }, verdict: 'approve' },
      { kind: 'employee', employeeId: workspace.reviewer },
      now(),
    ),
  );
  if (started.outcome === 'refused') throw new Error(started.refusal.message);
  ahead = 60_000;
  const work = bulkWork({
    database,
    execute,
    now,
    log: (problem, error) => {
      throw new Error(problem, { cause: error });
    },
  });
  return {
    database,
    async turn() {
      await work.run(now());
      return (await work.nextDueAt(database.read, now())) === null;
    },
  };
}

/** The queries of other people and the memory, while it runs. A query's time counts from when it was due. */
async function watch(file: string, workspace: ManyRequests) {
  const { database, turn } = await deciding(file, workspace);
  try {
    const viewer = await loadViewer(database.read, workspace.administrator);
    const reviewer = await loadViewer(database.read, workspace.reviewer);
    if (viewer === null || reviewer === null) throw new Error('The benchmark has lost one of its people');
    const asked = { status: 'open', search: '', cursor: null, limit: 50 } as const;
    const queries = [
      () => listMyTasks(database.read, reviewer, asked),
      () => listRequests(database.read, viewer, { ...asked, scope: 'visible', applicationId: null, sort: 'newest' }),
    ];
    let ended = false;
    const before = await askWhile(queries, forRounds(60));
    const memory = watchMemory();
    const asking = askWhile(queries, () => !ended);
    while (!(await turn())) await pause(0);
    ended = true;
    const during = await asking;
    const grown = memory.stop();
    return { before, during, grown };
  } finally {
    await database.close();
  }
}

/** Turns of the product and of the floor alternate, so that what slows the machine slows both. */
async function besideFloor(ours: string, floor: string, workspace: ManyRequests) {
  const recorder = recordWrites(ours);
  const { database, turn } = await deciding(ours, workspace);
  const writer = openBareWriter(floor);
  let [product, bare] = [0, 0];
  try {
    // What starting it wrote is the floor's beginning too.
    writer.write(recorder.take());
    for (let ended = false; !ended;) {
      const from = performance.now();
      ended = await turn();
      product += performance.now() - from;
      const writes = recorder.take();
      const floorFrom = performance.now();
      writer.write(writes);
      bare += performance.now() - floorFrom;
    }
    const [mine, others] = [rowsOfFile(ours), writer.rowsByTable()];
    if (JSON.stringify(mine) !== JSON.stringify(others))
      throw new Error(`The floor did not do the same writes: ${JSON.stringify(mine)} beside ${JSON.stringify(others)}`);
    const { decided = 0, refused = 0 } =
      (await database.read.selectFrom('bulk_decision').select(['decided', 'refused']).executeTakeFirst()) ?? {};
    if (decided < 8 * refused) throw new Error(`Only ${decided} items were decided, and ${refused} refused`);
    return { items: decided + refused, product, bare };
  } finally {
    writer.close();
    await database.close();
    recorder.stop();
  }
}
