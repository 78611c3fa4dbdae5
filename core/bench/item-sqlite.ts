/** Submitting, deciding and fulfilling one item at a time on SQLite, trail included, beside the same writes alone. */
import { join } from 'node:path';
import { newId, type EmployeeId, type EntitlementId } from '#core/domain/ids.ts';
import {
  nextDelivery,
  openReplayWorkspace,
  prepare,
  submitAndDecide,
  type ReplayWorkspace,
} from '#core/cli/replay/replay-workspace.ts';
import { measurementOf, median, mean, spread, type Benchmark } from './figure.ts';
import { copyDatabase, openBareWriter, recordWrites, rowsOfFile } from './recorded-writes.ts';

/** The most the product may take of the time of its own writes. */
const limit = 3;
const people = 400;
const entitlements = 50;

export const itemSqlite: Benchmark = {
  name: 'item-sqlite',
  title: 'Submit, decide and fulfil one item at a time on SQLite',
  async run({ quick, directory }) {
    const itemsPerBlock = 25;
    const warmUpBlocks = quick ? 3 : 12;
    const blocks = quick ? 6 : 80;
    const ours = join(directory, 'ours');
    const file = join(ours, 'workspace.db');
    const recorder = recordWrites(file);
    const replay = await openReplayWorkspace(ours, 'Benchmark');
    try {
      const cases = await prepareCases(replay);
      const floorFile = join(directory, 'floor.db');
      await snapshot(replay, file, floorFile);
      recorder.take();
      const floor = openBareWriter(floorFile);
      const measured = { blocks: [] as number[], items: [] as number[] };
      const bare: number[] = [];
      let transactions = 0;
      try {
        for (let block = 0; block < warmUpBlocks + blocks; block += 1) {
          const items: number[] = [];
          const from = performance.now();
          for (let item = 0; item < itemsPerBlock; item += 1) items.push(await oneItem(replay, cases));
          await replay.workspace.fulfillment.idle();
          const between = performance.now();
          const writes = recorder.take();
          const floorFrom = performance.now();
          floor.write(writes);
          const floorTime = performance.now() - floorFrom;
          // The first blocks fill caches and let the compiler finish, on both sides.
          if (block < warmUpBlocks) continue;
          transactions += writes.filter(({ sql }) => sql === 'commit').length;
          measured.items.push(...items);
          measured.blocks.push((between - from) / itemsPerBlock);
          bare.push(floorTime / itemsPerBlock);
        }
        sameRows(rowsOfFile(file), floor.rowsByTable());
      } finally {
        floor.close();
      }
      return [
        measurementOf({
          name: 'item-sqlite',
          unit: 'ms',
          measured: median(measured.blocks),
          floor: median(bare),
          // Of neighbouring blocks, so that what slows the machine for a while slows both sides of a quotient.
          ratio: median(measured.blocks.map((time, index) => time / (bare[index] ?? Number.NaN))),
          limit,
          limitOf: 'ratio',
          notes: [
            `an item: ${spread(measured.items)}`,
            `${(transactions / (blocks * itemsPerBlock)).toFixed(1)} transactions an item, ${blocks * itemsPerBlock} items, mean ${mean(measured.blocks).toFixed(2)} ms beside ${mean(bare).toFixed(2)} ms`,
          ],
        }),
      ];
    } finally {
      await replay.workspace.close();
      recorder.stop();
    }
  },
};

interface Cases {
  next(): { readonly beneficiaryId: EmployeeId; readonly managerId: EmployeeId; readonly entitlementId: EntitlementId };
}

async function prepareCases(replay: ReplayWorkspace): Promise<Cases> {
  const manager = {
    id: newId<EmployeeId>(),
    workEmail: 'manager@bench.example',
    fullName: 'Manager',
    department: 'Operations',
    jobTitle: 'Lead',
    managerId: null,
    attributes: {},
  };
  const employees = Array.from({ length: people }, (_, index) => ({
    ...manager,
    id: newId<EmployeeId>(),
    workEmail: `employee-${index}@bench.example`,
    fullName: `Employee ${index}`,
    managerId: manager.id,
  }));
  const things = Array.from({ length: entitlements }, (_, index) => ({
    id: newId<EntitlementId>(),
    externalId: `thing-${index}`,
    name: `Thing ${index}`,
  }));
  await prepare(replay, [manager, ...employees], things);
  let taken = 0;
  return {
    next() {
      const employee = employees[taken % people];
      const thing = things[Math.floor(taken / people)];
      if (employee === undefined || thing === undefined)
        throw new Error('The benchmark asks for more items than it has people and entitlements');
      taken += 1;
      return { beneficiaryId: employee.id, managerId: manager.id, entitlementId: thing.id };
    },
  };
}

/** From handing in the request to its delivery being recorded, in milliseconds. */
async function oneItem(replay: ReplayWorkspace, cases: Cases): Promise<number> {
  const delivered = nextDelivery(replay);
  const from = performance.now();
  const result = await submitAndDecide(replay, {
    ...cases.next(),
    approved: true,
    justification: 'For the on-call rotation of the next weeks.',
  });
  if (result.outcome === 'refused') throw new Error(`The benchmark's request was refused: ${result.refusal.message}`);
  await delivered;
  return performance.now() - from;
}

/** A copy of the database as it is before the first item: the same schema, indexes, triggers and rows. */
async function snapshot(replay: ReplayWorkspace, file: string, copy: string): Promise<void> {
  await replay.workspace.fulfillment.idle();
  copyDatabase(file, copy);
}

function sameRows(ours: Readonly<Record<string, number>>, floor: Readonly<Record<string, number>>): void {
  if (JSON.stringify(ours) !== JSON.stringify(floor)) {
    throw new Error(`The floor did not do the same writes: ${JSON.stringify(ours)} beside ${JSON.stringify(floor)}`);
  }
}
