/** What a series of change notices has outdated so far. */
import type { Change, Topic } from '#core/contract/index.ts';

export interface Outdated {
  readonly topics: ReadonlySet<Topic>;
  readonly everything: boolean;
  /** The number of the last notice; null before the first of a subscription. */
  readonly lastNumber: number | null;
}

export const noChanges: Outdated = { topics: new Set(), everything: false, lastNumber: null };

/** The first notice of a subscription only sets the count; a number that does not follow the last one outdates everything. */
export function foldChanges(outdated: Outdated, change: Change): Outdated {
  if (outdated.lastNumber === null) return { ...outdated, lastNumber: change.number };
  const missed = change.number !== outdated.lastNumber + 1;
  return {
    topics: new Set([...outdated.topics, ...change.topics]),
    everything: outdated.everything || missed,
    lastNumber: change.number,
  };
}
