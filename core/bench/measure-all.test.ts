import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { measurementOf, type Benchmark } from './figure.ts';
import { measureAll, unavailable } from './measure-all.ts';

const folders: string[] = [];
function benchmark(name: string, run: () => void): Benchmark {
  return {
    name,
    title: `Title of ${name}`,
    run: async ({ directory }) => {
      folders.push(directory);
      writeFileSync(join(directory, 'left-behind'), '');
      run();
      return [measurementOf({ name, unit: 'ms', measured: 2, floor: 1, limit: 1.5, limitOf: 'ratio', notes: [] })];
    },
  };
}

it('a benchmark that breaks or lacks something is named with its cause, and the others keep their figures', async () => {
  const broken = new Error('It broke');
  const begun: string[] = [];
  const { measurements, notMeasured, seconds } = await measureAll(
    [
      benchmark('first', () => undefined),
      benchmark('broken', () => {
        throw broken;
      }),
      benchmark('lacking', () => {
        throw unavailable('There is no browser.');
      }),
      benchmark('last', () => undefined),
    ],
    { quick: true, begins: ({ title }) => void begun.push(title) },
  );
  expect(measurements.map(({ name, holds }) => [name, holds])).toEqual([
    ['first', false],
    ['last', false],
  ]);
  expect(notMeasured).toEqual([
    { name: 'broken', why: 'failed', error: broken },
    { name: 'lacking', why: 'unavailable', error: expect.objectContaining({ message: 'There is no browser.' }) },
  ]);
  expect(begun).toHaveLength(4);
  expect(Object.keys(seconds)).toEqual(['first', 'broken', 'lacking', 'last']);
  expect(folders.map((folder) => existsSync(folder))).toEqual([false, false, false, false]);
});
