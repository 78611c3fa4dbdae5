/**
 * Opening tickets and looking at them. A ticket carries a key that is searched for before one is opened, so that an
 * answer that got lost, or a console that died, does not lead to a second one.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Facts, Outcome, Ticket, TicketDraft, TicketReading } from '#core/connectors/connector.ts';
import { retryable } from '../failures.ts';
import { valueAt } from '../json-places.ts';
import { headersOf } from '../outbound-fields.ts';
import { fillIn, type TemplateValues } from '../text-template.ts';
import { valuesOf } from '../ticket-values.ts';
import { beneath, type TicketAnswer, type TicketClient } from './client.ts';
import type { TicketConfiguration } from './configuration.ts';

export interface TicketContext {
  readonly client: TicketClient;
  readonly configuration: TicketConfiguration;
  /** How long the system's search lags behind, in milliseconds. */
  readonly indexDelay: number;
}

/** Long enough for the search to know what may have been opened without our hearing of it. */
const afterLostAnswer = 60_000;

export async function openTicket(
  context: TicketContext,
  draft: TicketDraft,
  signal: AbortSignal,
): Promise<Outcome<Ticket>> {
  const { client, configuration, indexDelay } = context;
  const values: TemplateValues = { ...valuesOf(draft), project: configuration.project };
  const found = await search(context, values, signal);
  if (found.kind !== 'none') return found.kind === 'found' ? opened(context, values, found, signal) : found.failure;
  if (draft.mayBeOpen && indexDelay > 0) {
    // Stopped meanwhile: the next call says so.
    await pause(indexDelay, undefined, { signal }).catch(() => undefined);
    const later = await search(context, values, signal);
    if (later.kind !== 'none') return later.kind === 'found' ? opened(context, values, later, signal) : later.failure;
  }
  const { idempotencyHeader } = configuration;
  const answer = await client.send(
    {
      method: 'POST',
      path: fillIn(configuration.createPath, values, 'url'),
      body: fillIn(configuration.body, values, 'json'),
      expected: configuration.expectedStatuses,
      headers: {
        ...headersOf(configuration.headers, values),
        ...(idempotencyHeader === '' ? {} : { [idempotencyHeader]: draft.key }),
      },
    },
    signal,
  );
  if (!answer.ok) return unanswered(answer);
  const reference = valueAt(answer.json, configuration.referenceAt);
  if (reference === null)
    return retryable(
      `The ticket may be open, but the answer has no number at ${configuration.referenceAt}. Check "Number in the answer" of the connection.`,
      afterLostAnswer,
    );
  return {
    kind: 'applied',
    value: { reference, url: pageOf(context, values, reference), state: 'open', note: '' },
    facts: { httpStatus: String(answer.status) },
  };
}

/** What was not answered, or by a server at fault, may have been done: the next attempt searches for it first. */
function unanswered({ status, failure }: Extract<TicketAnswer, { readonly ok: false }>): Outcome<Ticket> {
  if (failure.kind !== 'retryable' || status === 429) return failure;
  return { ...failure, afterMilliseconds: Math.max(afterLostAnswer, failure.afterMilliseconds ?? 0) };
}

type Found =
  | { readonly kind: 'found'; readonly reference: string; readonly facts: Facts }
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly failure: Extract<TicketAnswer, { readonly ok: false }>['failure'] };

async function search(
  { client, configuration: { searchPath, searchAt } }: TicketContext,
  values: TemplateValues,
  signal: AbortSignal,
): Promise<Found> {
  if (searchPath === null || searchAt === null) return { kind: 'none' };
  const answer = await client.send({ method: 'GET', path: fillIn(searchPath, values, 'url') }, signal);
  if (!answer.ok) return { kind: 'fault', failure: answer.failure };
  const reference = valueAt(answer.json, searchAt);
  return reference === null
    ? { kind: 'none' }
    : { kind: 'found', reference, facts: { httpStatus: String(answer.status) } };
}

/** The ticket is there from an earlier attempt: what became of it meanwhile counts. */
async function opened(
  context: TicketContext,
  values: TemplateValues,
  { reference, facts }: Extract<Found, { readonly kind: 'found' }>,
  signal: AbortSignal,
): Promise<Outcome<Ticket>> {
  const reading = await readTicket(context, reference, signal);
  if (reading.kind !== 'already' && reading.kind !== 'applied') return reading;
  return {
    kind: 'already',
    value: { ...reading.value, reference, url: pageOf(context, values, reference) },
    facts: { ...facts, ...reading.facts },
  };
}

export async function readTicket(
  { client, configuration }: TicketContext,
  reference: string,
  signal: AbortSignal,
): Promise<Outcome<TicketReading>> {
  const { statusPath, stateAt, doneStates, rejectedAt, rejectedStates, noteAt, project } = configuration;
  const values = { project, reference };
  const answer = await client.send({ method: 'GET', path: fillIn(statusPath, values, 'url') }, signal);
  if (!answer.ok)
    return answer.status === 404
      ? { kind: 'notFound', what: 'entitlement', message: `There is no ticket ${reference} (HTTP 404).` }
      : answer.failure;
  const state = valueAt(answer.json, stateAt);
  if (state === null) {
    // A search by number that finds nothing answers with an empty list.
    return isEmptyList(answer.json)
      ? { kind: 'notFound', what: 'entitlement', message: `There is no ticket ${reference}.` }
      : retryable(`The answer about ticket ${reference} has no state at ${stateAt}. Check "State" of the connection.`);
  }
  const rejection = rejectedAt === null ? null : valueAt(answer.json, rejectedAt);
  const note = noteAt.flatMap((place) => valueAt(answer.json, place) ?? []).join(', ');
  return {
    kind: 'already',
    value: {
      state: isAmong(rejection, rejectedStates) ? 'rejected' : isAmong(state, doneStates) ? 'done' : 'open',
      note: note === '' ? state : note,
    },
    facts: { httpStatus: String(answer.status) },
  };
}

function isAmong(value: string | null, states: readonly string[]): boolean {
  return value !== null && states.some((state) => state.toLowerCase() === value.toLowerCase());
}

function isEmptyList(json: unknown): boolean {
  if (Array.isArray(json)) return json.length === 0;
  return (
    typeof json === 'object' &&
    json !== null &&
    Object.values(json).some((value) => Array.isArray(value) && value.length === 0)
  );
}

/** Where people look at it: an address beneath the system's own, or none. */
function pageOf({ client, configuration }: TicketContext, values: TemplateValues, reference: string): string | null {
  return configuration.link === null
    ? null
    : beneath(client.baseUrl, fillIn(configuration.link, { ...values, reference }, 'url'));
}
