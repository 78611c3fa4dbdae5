/**
 * What a message from a window must look like before the RPC library sees it. The library trusts the
 * shape of its envelopes; a window is not trusted.
 */
import { z } from 'zod';

/** The most one message may hold: its JSON, and one file. Files to import come in pieces; one of evidence holds 5 MB. */
export const maximumMessageBytes = 15_000_000;
/** The most JSON in one message, in bytes: a request of 4,000 lines is below one million. */
export const maximumJsonBytes = 8_000_000;

/** Between the JSON and the bytes of a file; no byte of UTF-8 text has this value. */
const delimiter = 0xff;

const idSchema = z.string().regex(/^[\w-]{1,64}$/);
const requestSchema = z.object({
  i: idSchema,
  t: z.literal(1).optional(),
  p: z.object({
    u: z.string().max(2_000).regex(/^\//),
    m: z.string().max(10).optional(),
    h: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
    b: z.unknown().optional(),
  }),
});
const streamSchema = z.object({
  i: idSchema,
  t: z.literal(3),
  p: z.object({ e: z.enum(['message', 'error', 'done']), d: z.unknown().optional(), m: z.unknown().optional() }),
});
const abortSchema = z.object({ i: idSchema, t: z.literal(4) });
const messageSchema = z.union([requestSchema, streamSchema, abortSchema]);

export type RawMessage = string | Uint8Array;

/** What is known of a message: which call it belongs to, and whether it starts that call. */
export interface Envelope {
  readonly id: string;
  readonly startsCall: boolean;
}

/** Reads the envelope. Null: this is not a message of ours, and whoever sends such things is not our console. */
export function envelopeOf(raw: unknown): Envelope | 'tooLarge' | null {
  if (raw instanceof Uint8Array && raw.length > maximumMessageBytes) return 'tooLarge';
  const json = jsonOf(raw);
  if (json === null) return null;
  if (json.length > maximumJsonBytes) return 'tooLarge';
  const message = messageSchema.safeParse(parsed(json));
  if (!message.success) return null;
  return { id: message.data.i, startsCall: (message.data.t ?? 1) === 1 };
}

/** The call that an outgoing message belongs to. The library writes the id first; null when it ever stops doing so. */
export function answeredCall(message: RawMessage): string | null {
  const head =
    typeof message === 'string' ? message.slice(0, 80) : Buffer.from(message.subarray(0, 80)).toString('latin1');
  return /^\{"i":"([\w-]+)"/.exec(head)?.[1] ?? null;
}

/** The answer to a call whose message could not be read, as the client library decodes it. */
export function unreadableAnswer(id: string): string {
  const body = { defined: false, code: 'BAD_REQUEST', status: 400, message: 'The call could not be read.' };
  return JSON.stringify({ i: id, p: { s: 400, b: { json: body } } });
}

function jsonOf(raw: unknown): string | null {
  if (typeof raw === 'string') return raw;
  if (!(raw instanceof Uint8Array)) return null;
  const end = raw.indexOf(delimiter);
  const json = end === -1 ? raw : raw.subarray(0, end);
  // One character more than allowed is enough to know that there are too many.
  return Buffer.from(json.buffer, json.byteOffset, Math.min(json.length, maximumJsonBytes + 1)).toString('utf8');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // Not JSON is not a message; the schema says so.
  }
}
