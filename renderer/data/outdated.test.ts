import { expect, it } from 'vitest';
import { foldChanges, noChanges } from './outdated.ts';

it('takes the first notice of a subscription as the start of the count', () => {
  const outdated = foldChanges(noChanges, { topics: ['workspace', 'requests'], number: 41 });
  expect(outdated).toMatchObject({ everything: false, lastNumber: 41 });
  expect(outdated.topics.size).toBe(0);
});

it('gathers the topics of notices that follow each other', () => {
  const start = foldChanges(noChanges, { topics: [], number: 1 });
  const outdated = [
    { topics: ['requests'] as const, number: 2 },
    { topics: ['tasks', 'requests'] as const, number: 3 },
  ].reduce((before, change) => foldChanges(before, { topics: [...change.topics], number: change.number }), start);
  expect([...outdated.topics]).toEqual(['requests', 'tasks']);
  expect(outdated.everything).toBe(false);
});

it('outdates everything when a notice was missed', () => {
  const start = foldChanges(noChanges, { topics: [], number: 1 });
  expect(foldChanges(start, { topics: ['tasks'], number: 3 }).everything).toBe(true);
});
