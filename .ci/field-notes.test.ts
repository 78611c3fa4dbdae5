/** Twelve defects of other products that may not exist in this one: each has a test whose title names it by its number. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

const defects: readonly string[] = [
  'Temporary access became permanent by being discovered.',
  'Approved, then lost between a decision and its workflow.',
  'A decision on stale state did nothing, silently.',
  'Expired in the portal, still in the application, then added again by the sync.',
  'A double removal left the account alive.',
  'History vanished with the request.',
  'Automatic decisions left no record.',
  'People approved their own requests by way of a fallback or an administrator option.',
  'The time to decide was mixed up with the time the access lasts.',
  'Stand-ins got future tasks only.',
  'An error in one item hid the others.',
  'What to try again was found by matching error texts.',
];

function titles(): readonly string[] {
  const files = ['core', 'e2e'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:test|spec)\.ts$/.test(name) && !name.includes('node_modules'))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
  return files.flatMap((source) => [...source.matchAll(/\(defects? [\d, and]+\)(?=['"`],)/g)].map(([title]) => title));
}

/** `(defects 1 and 4)` -> 1, 4. */
function numbersIn(title: string): readonly number[] {
  return [...title.matchAll(/\d+/g)].map(([number]) => Number(number));
}

describe('The defects of the field', () => {
  it.each(defects.map((defect, index) => [index + 1, defect] as const))('%i has a test: %s', (number) => {
    expect(new Set(titles().flatMap(numbersIn))).toContain(number);
  });

  it('are counted by the numbers in titles alone', () => {
    expect(numbersIn('(defects 1 and 4)')).toEqual([1, 4]);
    expect(numbersIn('(defect 12)')).toEqual([12]);
  });
});
