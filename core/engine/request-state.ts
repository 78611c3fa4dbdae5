/** The state of a request, derived from its items. */
import type { ItemState, RequestState } from '#core/domain/request.ts';
import type { RequestAggregate } from './state.ts';

/**
 * In review while any item is; fulfilling while any approved item is on its way; then completed (with
 * failures when any failed); and when nothing was to be fulfilled at all: denied (or left out), expired, or
 * cancelled, whichever comes first in this order.
 */
export function requestStateOf(counts: Readonly<Partial<Record<ItemState, number>>>): RequestState {
  const any = (state: ItemState) => (counts[state] ?? 0) > 0;
  if (any('inReview')) return 'inReview';
  if (any('approved')) return 'fulfilling';
  if (any('failed')) return 'completedWithFailures';
  if (any('fulfilled')) return 'completed';
  if (any('denied') || any('dropped')) return 'denied';
  return any('expired') ? 'expired' : 'cancelled';
}

/** How many items stand in each state, the ones in hand and the others. */
export function itemCounts({
  items,
  otherItems,
}: Pick<RequestAggregate, 'otherItems'> & { readonly items: readonly { readonly state: ItemState }[] }): Readonly<
  Partial<Record<ItemState, number>>
> {
  const counts: Partial<Record<ItemState, number>> = { ...otherItems };
  for (const item of items) counts[item.state] = (counts[item.state] ?? 0) + 1;
  return counts;
}

export function isFinal(state: RequestState): boolean {
  return state !== 'inReview' && state !== 'fulfilling';
}
