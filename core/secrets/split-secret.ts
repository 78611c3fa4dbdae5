/**
 * How a secret lies in the keychain. Windows limits one entry to 2,560 bytes, so a large secret is split
 * over numbered entries beside its head. There are two places for the parts, and the head says which one
 * counts: a write fills the other place first and turns the head over last, so that a crash in between
 * leaves the old secret whole.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { obstacleFault } from './keychain-faults.ts';
import type { SecretFields } from './secret-store.ts';

/** One entry of a keychain. */
export interface KeychainEntry {
  getPassword(): Promise<string | null>;
  setPassword(text: string): Promise<void>;
  /** False when there was nothing to delete. */
  deletePassword(): Promise<boolean>;
}

/** The entry of an account's name under Gatehouse's service. */
export type Entries = (account: string) => KeychainEntry;

/** Windows keeps text as UTF-16, so 2,560 bytes are 1,280 characters. */
const charactersPerEntry = 1_250;

const fieldsSchema = z.record(z.string(), z.string());
const headSchema = z.union([
  z.object({ fields: fieldsSchema }),
  z.object({ place: z.enum(['a', 'b']), parts: z.number().int().min(1).max(10_000), digest: z.string() }),
]);
type Head = z.output<typeof headSchema>;
type Place = 'a' | 'b';

export async function readSplit(entries: Entries, name: string): Promise<SecretFields | null> {
  const first = await readOnce(entries, name);
  // Another process may have turned the head over while its parts were being read.
  const found = first === 'torn' ? await readOnce(entries, name) : first;
  if (found === 'torn') throw obstacleFault('incomplete');
  return found;
}

export async function writeSplit(entries: Entries, name: string, fields: SecretFields): Promise<void> {
  const whole = ascii({ fields });
  if (whole.length <= charactersPerEntry) {
    await entries(name).setPassword(whole);
    await clearFrom(entries, name, 'a', 0);
    await clearFrom(entries, name, 'b', 0);
    return;
  }
  const before = await readHead(entries, name);
  const place: Place = before !== null && 'place' in before && before.place === 'a' ? 'b' : 'a';
  const text = ascii(fields);
  const parts = Math.ceil(text.length / charactersPerEntry);
  for (let part = 0; part < parts; part += 1) {
    const start = part * charactersPerEntry;
    await entries(accountOf(name, place, part)).setPassword(text.slice(start, start + charactersPerEntry));
  }
  await entries(name).setPassword(ascii({ place, parts, digest: digestOf(text) }));
  await clearFrom(entries, name, place, parts);
  await clearFrom(entries, name, place === 'a' ? 'b' : 'a', 0);
}

export async function removeSplit(entries: Entries, name: string): Promise<void> {
  // Without its head a secret is gone, whatever happens to the rest.
  await entries(name).deletePassword();
  await clearFrom(entries, name, 'a', 0);
  await clearFrom(entries, name, 'b', 0);
}

async function readOnce(entries: Entries, name: string): Promise<SecretFields | 'torn' | null> {
  const head = await readHead(entries, name);
  if (head === null) return null;
  if ('fields' in head) return head.fields;
  const parts: string[] = [];
  for (let part = 0; part < head.parts; part += 1) {
    const text = await entries(accountOf(name, head.place, part)).getPassword();
    if (text === null) return 'torn';
    parts.push(text);
  }
  const text = parts.join('');
  if (digestOf(text) !== head.digest) return 'torn';
  return fieldsSchema.parse(JSON.parse(text));
}

async function readHead(entries: Entries, name: string): Promise<Head | null> {
  const text = await entries(name).getPassword();
  if (text === null) return null;
  const head = headSchema.safeParse(parsed(text));
  // What is wrong with it is not said: a message about a secret must not quote it.
  if (!head.success) throw obstacleFault('incomplete');
  return head.data;
}

/** Removes what lies at a place from a number on; parts are numbered without gaps. */
async function clearFrom(entries: Entries, name: string, place: Place, first: number): Promise<void> {
  let part = first;
  while (await entries(accountOf(name, place, part)).deletePassword()) part += 1;
}

function accountOf(name: string, place: Place, part: number): string {
  return `${name}#${place}${part}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON without a character beyond ASCII, so that it can be cut anywhere. */
function ascii(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Whatever it is, it was not written by Gatehouse; the schema says so.
  }
}
