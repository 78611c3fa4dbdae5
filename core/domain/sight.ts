/** How much of a request somebody sees: all of it, or, having joined some of its lines, these and nothing else. */
import type { RequestItemId } from './ids.ts';

export type Sight = 'all' | ReadonlySet<RequestItemId>;

/** What concerns no single line concerns the request as a whole. */
export function sees(sight: Sight, itemId: RequestItemId | null): boolean {
  return sight === 'all' || (itemId !== null && sight.has(itemId));
}
