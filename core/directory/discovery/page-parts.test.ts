/** What is written of a page, part by part, is the page. */
import { describe, expect, it } from 'vitest';
import { partsOf } from './page-parts.ts';

function pageOf(accounts: number, grants: number) {
  return {
    accounts: Array.from({ length: accounts }, (_, index) => ({
      externalId: `account ${index}`,
      username: `account ${index}`,
      email: null,
      displayName: null,
      active: true,
    })),
    entitlements: [{ externalId: 'readers', name: 'Readers', kind: 'group', description: null }],
    grants: Array.from({ length: grants }, (_, index) => ({
      accountExternalId: `account ${index}`,
      entitlementExternalId: 'readers',
    })),
    holdersUnknown: ['writers'],
    checkpoint: 'further',
  };
}

describe('a page in parts of at most three rows of a kind', () => {
  it.each([
    [0, 0, 1],
    [3, 3, 1],
    [4, 0, 2],
    [0, 4, 2],
    [6, 6, 3],
    [7, 7, 5],
  ])('with %i accounts and %i grants', (accounts, grants, expected) => {
    const page = pageOf(accounts, grants);
    const parts = [...partsOf({ page, pages: 2 }, 3)];
    expect(parts).toHaveLength(expected);
    for (const { page: part } of parts) {
      expect(Math.max(part.accounts.length, part.grants.length)).toBeLessThanOrEqual(3);
      expect(part.checkpoint).toBe('further');
    }
    expect(parts.flatMap((part) => part.page.accounts)).toEqual(page.accounts);
    expect(parts.flatMap((part) => part.page.entitlements)).toEqual(page.entitlements);
    expect(parts.flatMap((part) => part.page.grants)).toEqual(page.grants);
    expect(parts.flatMap((part) => part.page.holdersUnknown ?? [])).toEqual(page.holdersUnknown);
    // Whom a grant is of, and what, is written before it or with it.
    const withGrants = parts.findIndex((part) => part.page.grants.length > 0);
    const later = withGrants < 0 ? [] : parts.slice(withGrants + 1);
    expect(later.flatMap((part) => [...part.page.accounts, ...part.page.entitlements])).toEqual([]);
    expect(parts.map((part) => part.seen)).toEqual([
      ...Array.from({ length: expected - 1 }, () => null),
      { pages: 2, accounts, entitlements: 1, grants },
    ]);
  });
});
