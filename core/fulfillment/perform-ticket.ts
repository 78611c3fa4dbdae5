/**
 * Has others make the change: opens a ticket in another system, and looks at it until they say that it is done. The
 * ticket's key is the same in every attempt, so that one that was opened without our hearing of it is found again.
 */
import type { Connector, Failure, Outcome, TicketDraft, TicketReading } from '#core/connectors/connector.ts';
import type { TicketSaid } from '#core/commands/ticket.command.ts';
import type { FulfillmentTicket } from '#core/domain/request.ts';

export interface TicketWork {
  readonly draft: TicketDraft;
  /** The ticket as it is known; null: none was opened yet. */
  readonly known: FulfillmentTicket | null;
}

/** Whoever cannot change the application has others do it. */
export function asksOthers(connector: Connector): connector is Connector & Required<Pick<Connector, 'openTicket'>> {
  return connector.openTicket !== undefined && connector.grant === undefined && connector.revoke === undefined;
}

/** @param accepted the ticket is open: it is only looked at. */
export async function performTicket(
  { draft, known }: TicketWork,
  accepted: boolean,
  connector: Connector & Required<Pick<Connector, 'openTicket'>>,
  { signal, jitter }: { readonly signal: AbortSignal; readonly jitter: () => number },
): Promise<{ readonly news: TicketSaid } | { readonly failure: Failure }> {
  const { readTicket, readTicketAfter, source } = connector;
  const said = (
    how: TicketSaid['how'],
    ticket: { readonly reference: string; readonly url: string | null },
    { state, note, by = null }: Omit<TicketReading, 'by'> & { readonly by?: string | null },
  ): { readonly news: TicketSaid } => ({
    news: {
      reference: ticket.reference.slice(0, 500),
      url: ticket.url === null || ticket.url.length > 2000 ? null : ticket.url,
      state,
      note: note.slice(0, 500),
      by: by === null ? null : by.slice(0, 200),
      how,
      source: source.slice(0, 500),
      afterMilliseconds: readTicket === undefined ? null : (readTicketAfter ?? null),
      jitter: jitter(),
    },
  });
  if (accepted && known !== null) {
    // The other system reports by itself: until then there is nothing to look at.
    if (readTicket === undefined) return said('asked', known, known);
    const reading = await attempted(() => readTicket.call(connector, known.reference, signal));
    if (reading.kind === 'notFound')
      return said('asked', known, { state: 'rejected', note: `It is not there any more. ${reading.message}` });
    return reading.kind === 'applied' || reading.kind === 'already'
      ? said('asked', known, reading.value)
      : { failure: reading };
  }
  const opened = await attempted(() => connector.openTicket(draft, signal));
  return opened.kind === 'applied' || opened.kind === 'already'
    ? said('answered', opened.value, opened.value)
    : { failure: opened };
}

/** A connector that throws has a bug or was stopped: whether the ticket is open is found out by the next attempt. */
async function attempted<Value>(call: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
  try {
    return await call();
  } catch (error) {
    const message = `The connector stopped unexpectedly: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'retryable', message, afterMilliseconds: null };
  }
}
