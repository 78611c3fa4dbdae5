/** Signed calls to the receiver, and what its answers and its own calls say. */
import { z } from 'zod';
import type {
  Failure,
  IncomingCall,
  Outcome,
  Secrets,
  Ticket,
  TicketDraft,
  TicketReading,
  TicketReport,
} from '#core/connectors/connector.ts';
import { epochMilliseconds, type Instant } from '#core/domain/instant.ts';
import { needsPerson, refused, retryable } from '../failures.ts';
import { authorizationOf } from '../credentials.ts';
import { callHttp, failureOfStatus, type HttpAnswer } from '../http.ts';
import { headersOf, isExpected } from '../outbound-fields.ts';
import { keyOfSecret, signatureProblem, signedHeaders } from '../standard-webhooks.ts';
import { fillIn } from '../text-template.ts';
import { valuesOf } from '../ticket-values.ts';
import type { WebhookConfiguration } from './configuration.ts';

const largestAnswer = 1024 * 1024;

export interface WebhookContext {
  readonly configuration: WebhookConfiguration;
  readonly secrets: Secrets;
}

/** What a receiver may say in an answer, at its status address, or in a call of its own. All of it is optional there. */
const saidSchema = z.object({
  state: z.enum(['open', 'done', 'rejected']).optional(),
  reference: z.union([z.string().min(1).max(500), z.number().transform(String)]).optional(),
  url: z.string().max(2000).optional(),
  note: z.string().max(2000).optional(),
  by: z.string().max(500).optional(),
});
const reportSchema = saidSchema.extend({
  key: z.string().min(1).max(200),
  state: z.enum(['open', 'done', 'rejected']),
});

/** Sends what is to be done. The id is the ticket's key, so that a receiver knows a repeated call by it. */
export async function openTicket(
  context: WebhookContext,
  draft: TicketDraft,
  signal: AbortSignal,
): Promise<Outcome<Ticket>> {
  const { configuration } = context;
  const values = valuesOf(draft);
  const json = configuration.bodyFormat === 'json';
  const body = fillIn(configuration.body, values, json ? 'json' : 'url');
  const headers = {
    ...headersOf(configuration.headers, values),
    'Idempotency-Key': draft.key,
    'Content-Type': json ? 'application/json' : 'application/x-www-form-urlencoded',
  };
  const answer = await send(
    context,
    { id: draft.key, method: configuration.method, url: configuration.url, body, headers },
    signal,
  );
  if (answer.kind === 'fault') return answer.failure;
  const { state, reference = draft.key, url = null, note = '', by } = answer.said;
  // Where the answer itself confirms, it only has to say so when something is wrong.
  const confirmed = configuration.confirmation === 'answer' ? 'done' : 'open';
  return {
    kind: 'applied',
    value: {
      reference,
      url,
      state: configuration.confirmation === 'answer' && state === 'open' ? 'done' : (state ?? confirmed),
      note,
      ...(by === undefined ? {} : { by }),
    },
    facts: { httpStatus: String(answer.status) },
  };
}

/** Reads the status address, signed like every other call. */
export async function readTicket(
  context: WebhookContext,
  reference: string,
  signal: AbortSignal,
): Promise<Outcome<TicketReading>> {
  const { configuration } = context;
  if (configuration.confirmation !== 'poll') return refused('This connection has no status address.');
  const url = fillIn(configuration.statusUrl, { reference }, 'url');
  const id = `status-${reference}`.replace(/[^\x21-\x7e]/g, '-').slice(0, 200);
  const answer = await send(context, { id, method: 'GET', url, body: null, headers: {} }, signal);
  if (answer.kind === 'fault')
    return answer.status === 404
      ? { kind: 'notFound', what: 'entitlement', message: `The status address knows no ${reference} (HTTP 404).` }
      : answer.failure;
  const { state, note = '', by } = answer.said;
  if (state === undefined)
    return retryable('The status address says neither open, nor done, nor rejected in "state" of its answer.');
  return {
    kind: 'already',
    value: { state, note, ...(by === undefined ? {} : { by }) },
    facts: { httpStatus: String(answer.status) },
  };
}

/** A call of the receiver, believed only with its signature. */
export function takeReport(
  { configuration, secrets }: WebhookContext,
  call: IncomingCall,
  now: Instant,
): Outcome<TicketReport> {
  if (configuration.confirmation !== 'callback') return needsPerson('This connection takes no calls.');
  const key = keyOfSecret(secrets['callbackSecret'] ?? '');
  if (key === null) return needsPerson(secretProblem('secret of the receiver'));
  const problem = signatureProblem(key, call.headers, call.body, Math.floor(epochMilliseconds(now) / 1000));
  if (problem !== null) return needsPerson(problem);
  let json: unknown;
  try {
    json = JSON.parse(call.body.toString('utf8'));
  } catch {
    return refused('The body of the call is no JSON.');
  }
  const report = reportSchema.safeParse(json);
  if (!report.success) {
    const [issue] = report.error.issues;
    return refused(`The call cannot be understood: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`);
  }
  const { key: ticketKey, state, note = '', reference, url, by } = report.data;
  return {
    kind: 'applied',
    value: {
      key: ticketKey,
      state,
      note,
      ...(reference === undefined ? {} : { reference }),
      ...(url === undefined ? {} : { url }),
      ...(by === undefined ? {} : { by }),
    },
    facts: {},
  };
}

interface SignedCall {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export type Said =
  | { readonly kind: 'said'; readonly status: number; readonly said: z.output<typeof saidSchema> }
  | { readonly kind: 'fault'; readonly status: number | null; readonly failure: Failure };

export async function send(
  { configuration, secrets }: WebhookContext,
  { id, method, url, body, headers }: SignedCall,
  signal: AbortSignal,
): Promise<Said> {
  const fault = (status: number | null, failure: Failure): Said => ({ kind: 'fault', status, failure });
  const key = keyOfSecret(secrets['signingSecret'] ?? '');
  if (key === null) return fault(null, needsPerson(secretProblem('signing secret')));
  if (
    configuration.confirmation === 'callback' &&
    secrets['callbackSecret']?.trim() === secrets['signingSecret']?.trim()
  )
    return fault(
      null,
      needsPerson(
        'The secret of the receiver is the signing secret. Use two: with one, a call of ours that was overheard could be sent back as a report.',
      ),
    );
  const authorization =
    configuration.authentication === 'none' ? null : authorizationOf({ authentication: 'bearer' }, secrets);
  if (authorization !== null && typeof authorization !== 'string') return fault(null, authorization);
  const { host } = new URL(url);
  const answer = await callHttp(
    {
      method,
      url,
      headers: {
        ...headers,
        Accept: 'application/json',
        ...(authorization === null ? {} : { Authorization: authorization }),
        ...signedHeaders(key, id, Math.floor(Date.now() / 1000), body ?? ''),
      },
      ...(body === null ? {} : { body }),
    },
    {
      timeoutMilliseconds: configuration.timeoutSeconds * 1000,
      largest: largestAnswer,
      secrets: Object.values(secrets).map((secret) => secret.trim()),
    },
    signal,
  );
  if (answer.kind === 'none') return fault(null, answer.failure);
  const { status } = answer;
  if (status < 200 || status > 299) return fault(status, failureOfStatus(answer, host, Date.now()));
  if (!isExpected(configuration.expectedStatuses, status))
    return fault(
      status,
      needsPerson(`${host} answered with HTTP ${status}, which is not among the expected statuses.`),
    );
  return saidBy(answer, host);
}

/** An empty answer, or one in words of its own, says that it was taken and nothing more. */
function saidBy({ status, text }: Extract<HttpAnswer, { readonly kind: 'answer' }>, host: string): Said {
  if (/^\s*</.test(text))
    return {
      kind: 'fault',
      status,
      failure: retryable(`${host} sent a web page instead of an answer (HTTP ${status}). Check the address.`),
    };
  let json: unknown = null;
  try {
    json = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { kind: 'said', status, said: {} };
  }
  const said = saidSchema.safeParse(json);
  return { kind: 'said', status, said: said.success ? said.data : {} };
}

function secretProblem(name: string): string {
  return `The ${name} is not whsec_ followed by 24 to 64 bytes in Base64. Make one with: echo "whsec_$(openssl rand -base64 32)", and enter it in the connection's settings.`;
}
