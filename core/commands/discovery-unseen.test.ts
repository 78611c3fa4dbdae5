/** When so much would be gone that a discovery asks first. */
import { expect, it } from 'vitest';
import { isSuspicious } from './discovery-unseen.ts';

const nothing = { known: 0, gone: 0 };
const asks = (gone: number, known: number, { seen = known - gone, percent = 20 } = {}) => ({
  accounts: isSuspicious({ accounts: { known, gone }, grants: nothing }, seen, percent),
  grants: isSuspicious({ accounts: nothing, grants: { known, gone } }, 1, percent),
});
const yes = { accounts: true, grants: true };
const no = { accounts: false, grants: false };

it.each([
  // Small applications: people come and go.
  [1, 2, no],
  [2, 3, no],
  [2, 6, no],
  [3, 15, no],
  // They do not lose most of what they have.
  [3, 14, yes],
  [5, 6, yes],
  [3, 3, yes],
  [8, 8, yes],
  // Large ones.
  [20, 100, no],
  [21, 100, yes],
])('%i of %i gone', (gone, known, expected) => {
  expect(asks(gone, known)).toEqual(expected);
});

it('asks when no account at all is listed where some were known, and when all grants are gone, whatever the share', () => {
  expect(asks(1, 1)).toEqual({ accounts: true, grants: false });
  expect(asks(2, 2)).toEqual({ accounts: true, grants: false });
  // Others took their place.
  expect(asks(2, 2, { seen: 2 })).toEqual(no);
  expect(asks(90, 100, { percent: 100 })).toEqual(no);
  expect(asks(100, 100, { percent: 100, seen: 1 })).toEqual(yes);
  expect(isSuspicious({ accounts: nothing, grants: nothing }, 0, 20)).toBe(false);
});
