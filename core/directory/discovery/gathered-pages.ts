/** Pages as they are written: small ones together, because a transaction's disk write costs more than a hundred rows. */
import type { DiscoveryPage } from '#core/connectors/connector.ts';

export interface GatheredPages {
  readonly page: DiscoveryPage;
  /** How many it was. */
  readonly pages: number;
}

export interface GatheringLimits {
  /** So many rows are enough. */
  readonly rows: number;
  /** Nothing is held back longer than until the next page after so many milliseconds: people watch what was found. */
  readonly milliseconds: number;
}

/**
 * Reads a page ahead: the application answers while what it gave before is written. What was gathered before a fault
 * is given before the fault is thrown: the run goes on behind it.
 */
export async function* gathered(
  pages: AsyncIterable<DiscoveryPage>,
  { rows, milliseconds }: GatheringLimits,
): AsyncGenerator<GatheredPages, void, void> {
  const reading = pages[Symbol.asyncIterator]();
  let next = readOn(reading);
  let waiting: DiscoveryPage[] = [];
  let size = 0;
  let since = performance.now();
  const take = () => {
    const taken = together(waiting);
    waiting = [];
    size = 0;
    return taken;
  };
  try {
    for (;;) {
      const read = await next;
      if (read.kind !== 'page') {
        if (waiting.length > 0) yield take();
        if (read.kind === 'fault') throw read.error;
        return;
      }
      next = readOn(reading);
      waiting.push(read.page);
      size += read.page.accounts.length + read.page.entitlements.length + read.page.grants.length;
      if (size < rows && performance.now() - since < milliseconds) continue;
      yield take();
      since = performance.now();
    }
  } finally {
    await next;
    await reading.return?.();
  }
}

type Read =
  | { readonly kind: 'page'; readonly page: DiscoveryPage }
  | { readonly kind: 'end' }
  | { readonly kind: 'fault'; readonly error: unknown };

/** Never rejects: a fault is met when its turn comes. */
async function readOn(reading: AsyncIterator<DiscoveryPage>): Promise<Read> {
  try {
    const read = await reading.next();
    return read.done === true ? { kind: 'end' } : { kind: 'page', page: read.value };
  } catch (error) {
    return { kind: 'fault', error };
  }
}

/** Accounts, entitlements and grants of each stay in their order; where to go on is behind the last. */
function together(pages: readonly DiscoveryPage[]): GatheredPages {
  const holdersUnknown = pages.flatMap((page) => page.holdersUnknown ?? []);
  const page = {
    accounts: pages.flatMap(({ accounts }) => accounts),
    entitlements: pages.flatMap(({ entitlements }) => entitlements),
    grants: pages.flatMap(({ grants }) => grants),
    ...(holdersUnknown.length === 0 ? {} : { holdersUnknown }),
    checkpoint: pages.at(-1)?.checkpoint ?? null,
  };
  return { page, pages: pages.length };
}
