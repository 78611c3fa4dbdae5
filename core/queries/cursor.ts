/**
 * Keyset paging. A cursor is the sort key of the last row of a page, so a page costs the same however
 * deep it lies, and rows that come or go meanwhile neither repeat nor hide others.
 */
import { z } from 'zod';
import { QueryRefused } from './query-refused.ts';

/** A tuple: what a list is sorted by, from the first column to the last. */
export type SortKey = readonly [string | number, ...(string | number)[]];

/** A sort key's schema under the name of its list, so that no list reads another one's cursor. */
export interface CursorKind<Key extends SortKey> {
  readonly list: string;
  readonly key: z.ZodType<Key>;
}

export function cursorKind<Key extends SortKey>(list: string, key: z.ZodType<Key>): CursorKind<Key> {
  return { list, key };
}

/** Parts of sort keys. Sizes are bounded because the text comes back from outside. */
export const keyParts = {
  id: z.guid(),
  instant: z.iso.datetime({ precision: 3 }),
  number: z.number().int(),
};

export function encodeCursor<Key extends SortKey>(kind: CursorKind<Key>, key: Key): string {
  return Buffer.from(JSON.stringify([kind.list, ...key]), 'utf8').toString('base64url');
}

/** @throws QueryRefused when the text is not a cursor of this list. */
export function decodeCursor<Key extends SortKey>(kind: CursorKind<Key>, text: string | null): Key | null {
  if (text === null) return null;
  const [list, ...key] = listOf(text);
  const parsed = list === kind.list ? kind.key.safeParse(key) : null;
  if (parsed?.success !== true) throw notACursor();
  return parsed.data;
}

function listOf(text: string): readonly unknown[] {
  // Buffer skips what is not base64url; a cursor that does not survive the round trip was not made here.
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw notACursor();
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    return Array.isArray(parsed) ? parsed : [];
  } catch (error) {
    throw new QueryRefused('command.invalid', notACursor().message, { cause: error });
  }
}

function notACursor(): QueryRefused {
  return new QueryRefused(
    'command.invalid',
    'This list cannot be continued from here. Load it again from its beginning.',
  );
}

/** Cuts what was read with one row more than asked for into a page and the key to go on with. */
export function pageOf<Row, Key extends SortKey>(
  rows: readonly Row[],
  limit: number,
  kind: CursorKind<Key>,
  keyOf: (row: Row) => NoInfer<Key>,
): { readonly rows: readonly Row[]; readonly nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(kind, keyOf(last)) : null };
}

/** The key of lists sorted by a name and then by id. A long name is left out and looked up again by the id. */
export type NameKey = [name: string, id: string];

/** A cursor must stay within what the contract takes, whatever an application calls its groups. */
const longestNameInCursor = 200;

export function nameKey(name: string, id: string): NameKey {
  return [Buffer.byteLength(name) > longestNameInCursor ? '' : name, id];
}

export function nameCursorKind(list: string): CursorKind<NameKey> {
  return cursorKind(list, z.tuple([z.string().max(longestNameInCursor), keyParts.id]));
}

/** The key a cursor stands for, its long name looked up. @throws QueryRefused when it is not a cursor of this list. */
export async function decodeNameCursor(
  kind: CursorKind<NameKey>,
  text: string | null,
  nameOf: (id: string) => Promise<string | undefined>,
): Promise<NameKey | null> {
  const key = decodeCursor(kind, text);
  if (key === null || key[0] !== '') return key;
  const name = await nameOf(key[1]);
  if (name === undefined) throw notACursor();
  return [name, key[1]];
}
