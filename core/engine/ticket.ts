/** The ticket of a fulfillment task: which one an attempt is about, and what becomes of it when the other system says something. */
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { FulfillmentTask, FulfillmentTicket } from '#core/domain/request.ts';

/** What another system said of a ticket, when it was opened, asked for or reported. */
export type TicketNews = Pick<FulfillmentTicket, 'reference' | 'url' | 'state' | 'note'>;

/**
 * Names the ticket that the next attempt is about, and is the same however often that is tried. One that was turned
 * down is over: what comes after it is another ticket.
 */
export function ticketKey(id: FulfillmentTaskId, ticket: FulfillmentTicket | null): string {
  return keyOfNumber(id, numberOf(ticket));
}

/** The key of a ticket of this task. @param number from 1 */
export function keyOfNumber(id: FulfillmentTaskId, number: number): string {
  return number === 1 ? id : `${id}-${number}`;
}

/** The task that a ticket of this key belongs to; null: it is no key of ours. */
export function taskOfKey(key: string): FulfillmentTaskId | null {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-[1-9]\d{0,8})?$/.exec(key);
  return match === null ? null : (match[1] as FulfillmentTaskId);
}

export function withNews(
  { ticket }: Pick<FulfillmentTask, 'ticket'>,
  news: TicketNews,
  now: Instant,
): FulfillmentTicket {
  const same = ticket !== null && ticket.state !== 'rejected';
  return {
    number: numberOf(ticket),
    reference: news.reference,
    url: news.url ?? (same ? ticket.url : null),
    openedAt: same ? ticket.openedAt : now,
    state: news.state,
    note: news.note,
    saidAt: now,
  };
}

/** Why a task whose ticket was turned down stopped, as a sentence. */
export function turnedDown({ reference, note }: Pick<FulfillmentTicket, 'reference' | 'note'>): string {
  return `Ticket ${reference} was turned down${note === '' ? ', without a reason.' : `: ${note}`}`;
}

function numberOf(ticket: FulfillmentTicket | null): number {
  if (ticket === null) return 1;
  return ticket.state === 'rejected' ? ticket.number + 1 : ticket.number;
}
