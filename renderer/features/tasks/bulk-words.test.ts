import { expect, it } from 'vitest';
import type { Person } from '#core/contract/index.ts';
import { endedWords, resultWords, wishWords } from './bulk-words.ts';

const bulk = { total: 15, decided: 12, refused: 3, toReviewer: null, shortenedTo: null };

it('says what was wished, what came of it, and of each task', () => {
  const given = { ...bulk, verdict: 'reassign' as const, toReviewer: { fullName: 'Noah Weber' } as Person };
  expect([wishWords(given), endedWords(given), resultWords(given)]).toEqual([
    'Give 15 tasks to Noah Weber',
    '12 tasks given on to Noah Weber, 3 refused',
    'Given on',
  ]);
  const shortened = {
    ...bulk,
    refused: 0,
    verdict: 'approve' as const,
    shortenedTo: { kind: 'duration', minutes: 60 } as const,
  };
  expect([wishWords(shortened), endedWords(shortened), resultWords(shortened)]).toEqual([
    'Approve 15 tasks for 1 hour from delivery',
    '12 tasks approved for 1 hour from delivery',
    'Decided',
  ]);
  expect([endedWords({ ...bulk, verdict: 'ask' }), resultWords({ verdict: 'ask' })]).toEqual([
    '12 tasks asked about, 3 refused',
    'Asked',
  ]);
});
