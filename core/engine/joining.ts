/** Whether a line wishes for no more than what an open request asks for already, so that it joins that one. */
import type { RequestItem, Term } from '#core/domain/request.ts';
import type { ItemDraft } from './item-draft.ts';
import type { ItemFacts } from './state.ts';

/** A line of an open request about the same access. */
export interface OpenLine extends Pick<RequestItem, 'action' | 'term' | 'startsAt' | 'extendsItemId'> {
  /** Of the request. */
  readonly number: number;
}

type Wish = Pick<ItemDraft, 'action'> & Partial<Pick<ItemDraft, 'term' | 'startsAt' | 'extendsItemId'>>;

/** The request that a line joins, or the one it has to wait for; both null: nobody asks for it yet. */
export function joining(open: OpenLine | null, wish: Wish): Pick<ItemFacts, 'joins' | 'pendingIn' | 'pendingAs'> {
  if (open === null) return { joins: null, pendingIn: null };
  const differs = difference(open, wish);
  return differs === null
    ? { joins: open.number, pendingIn: null }
    : { joins: null, pendingIn: open.number, pendingAs: differs };
}

function difference(open: OpenLine, wish: Wish): NonNullable<ItemFacts['pendingAs']> | null {
  if (open.action !== wish.action) return 'opposite';
  if (open.extendsItemId !== (wish.extendsItemId ?? null)) return 'otherTime';
  if (wish.term !== undefined && !lastsAsLong(open.term, wish.term)) return 'otherTime';
  return beginsAsSoon(open.startsAt, wish.startsAt ?? null) ? null : 'later';
}

/** An end that counts from delivery and a fixed one cannot be told apart before the delivery. */
function lastsAsLong(open: Term, wish: Term): boolean {
  if (open.kind === 'permanent') return true;
  if (open.kind === 'until') return wish.kind === 'until' && open.endsAt >= wish.endsAt;
  return wish.kind === 'duration' && open.minutes >= wish.minutes;
}

function beginsAsSoon(open: RequestItem['startsAt'], wish: RequestItem['startsAt']): boolean {
  return open === null || (wish !== null && open <= wish);
}
