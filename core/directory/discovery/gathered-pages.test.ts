/** What is gathered is what was read, in its order, up to a fault and never beyond. */
import { expect, it } from 'vitest';
import type { DiscoveryPage } from '#core/connectors/connector.ts';
import { gathered, type GatheredPages } from './gathered-pages.ts';

function pageOf(number: number, rows: number): DiscoveryPage {
  return {
    accounts: [],
    entitlements: [{ externalId: `group ${number}`, name: '', kind: 'group', description: null }],
    grants: Array.from({ length: rows - 1 }, (_, index) => ({
      accountExternalId: `account ${index}`,
      entitlementExternalId: `group ${number}`,
    })),
    holdersUnknown: [`hidden ${number}`],
    checkpoint: `after ${number}`,
  };
}

/** A list of pages of so many rows, and what became of it. */
function listOf(sizes: readonly number[], { faultAfter = Infinity } = {}) {
  const seen = { read: 0, closed: false };
  async function* pages(): AsyncGenerator<DiscoveryPage, void, void> {
    try {
      for (const [number, rows] of sizes.entries()) {
        if (number === faultAfter) throw new Error('busy');
        seen.read += 1;
        yield pageOf(number, rows);
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, pages: pages() };
}

async function all(pages: AsyncIterable<DiscoveryPage>, milliseconds = Infinity) {
  const taken: GatheredPages[] = [];
  let fault: unknown = null;
  try {
    for await (const each of gathered(pages, { rows: 10, milliseconds })) taken.push(each);
  } catch (error) {
    fault = error;
  }
  return { taken, fault };
}

it('takes small pages together until they are enough, and loses nothing of them', async () => {
  const { taken } = await all(listOf([4, 4, 4, 30, 1, 2]).pages);
  expect(taken.map(({ pages, page }) => [pages, page.checkpoint, page.grants.length])).toEqual([
    [3, 'after 2', 9],
    [1, 'after 3', 29],
    [2, 'after 5', 1],
  ]);
  expect(taken.flatMap(({ page }) => page.entitlements.map(({ externalId }) => externalId))).toEqual(
    [0, 1, 2, 3, 4, 5].map((number) => `group ${number}`),
  );
  expect(taken.flatMap(({ page }) => page.holdersUnknown ?? [])).toHaveLength(6);
});

it('holds nothing back when reading takes its time', async () => {
  const { taken } = await all(listOf([1, 1, 1]).pages, 0);
  expect(taken.map(({ pages }) => pages)).toEqual([1, 1, 1]);
});

it('gives what was read before a fault, and then the fault', async () => {
  const { taken, fault } = await all(listOf([2, 2, 2, 2], { faultAfter: 3 }).pages);
  expect(taken.map(({ pages, page }) => [pages, page.checkpoint])).toEqual([[3, 'after 2']]);
  expect(fault).toMatchObject({ message: 'busy' });
});

it('reads one page ahead, and closes the list when nobody wants more of it', async () => {
  const { seen, pages } = listOf([10, 10, 10, 10]);
  for await (const { page } of gathered(pages, { rows: 10, milliseconds: Infinity })) {
    expect(page.checkpoint).toBe('after 0');
    break;
  }
  expect(seen).toEqual({ read: 2, closed: true });
});
