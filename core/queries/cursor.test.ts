import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId, type EmployeeId } from '#core/domain/ids.ts';
import {
  cursorKind,
  decodeCursor,
  decodeNameCursor,
  encodeCursor,
  keyParts,
  nameCursorKind,
  nameKey,
} from './cursor.ts';
import { QueryRefused } from './query-refused.ts';
import { containing, searchWords } from './search.ts';

const kind = cursorKind('a.list', z.tuple([keyParts.instant, keyParts.id]));
const id = newId<EmployeeId>();

describe('a cursor', () => {
  it('comes back as it went out, and is safe in an address', () => {
    const text = encodeCursor(kind, ['2026-03-02T08:00:00.000Z', id]);
    expect(text).toMatch(/^[\w-]+$/);
    expect(decodeCursor(kind, text)).toEqual(['2026-03-02T08:00:00.000Z', id]);
    expect(decodeCursor(kind, null)).toBeNull();
  });

  it.each([
    ['empty', ''],
    ['no base64url', 'not a cursor!'],
    ['no JSON', Buffer.from('[').toString('base64url')],
    ['no list', Buffer.from('{"a":1}').toString('base64url')],
    ['of another list', encodeCursor(cursorKind('b.list', kind.key), ['2026-03-02T08:00:00.000Z', id])],
    [
      'with an id that is none',
      Buffer.from(JSON.stringify(['a.list', '2026-03-02T08:00:00.000Z', "' or 1=1"])).toString('base64url'),
    ],
    ['with a time that is none', Buffer.from(JSON.stringify(['a.list', 'yesterday', id])).toString('base64url')],
    [
      'with more than it should have',
      Buffer.from(JSON.stringify(['a.list', '2026-03-02T08:00:00.000Z', id, 1])).toString('base64url'),
    ],
    ['cut off', encodeCursor(kind, ['2026-03-02T08:00:00.000Z', id]).slice(0, -3)],
    ['padded', `${encodeCursor(kind, ['2026-03-02T08:00:00.000Z', id])}==`],
  ])('is refused when it is %s', (_what, text) => {
    expect(() => decodeCursor(kind, text)).toThrow(QueryRefused);
  });

  it('stays short however long a name is, and looks the name up again', async () => {
    const names = nameCursorKind('names');
    const long = 'Ö'.repeat(5_000);
    const text = encodeCursor(names, nameKey(long, id));
    expect(text.length).toBeLessThanOrEqual(500);
    expect(await decodeNameCursor(names, text, async () => long)).toEqual([long, id]);
    await expect(decodeNameCursor(names, text, async () => undefined)).rejects.toThrow(QueryRefused);
    const short = encodeCursor(names, nameKey("O'Neil 50%", id));
    expect(await decodeNameCursor(names, short, async () => 'not asked')).toEqual(["O'Neil 50%", id]);
    expect(encodeCursor(names, nameKey('Ö'.repeat(100), id)).length).toBeLessThanOrEqual(500);
  });
});

describe('a search', () => {
  it('looks for every word, in lower case', () => {
    expect(searchWords('  Zoë   MÜLLER zoë ')).toEqual(['zoë', 'müller']);
    expect(searchWords('   ')).toEqual([]);
  });

  it('looks for very many words as one text', () => {
    expect(searchWords('a b c d e f g h i')).toEqual(['a b c d e f g h i']);
  });

  it('takes wildcards as themselves', () => {
    expect(containing(String.raw`50%_a\b`)).toBe(String.raw`%50\%\_a\\b%`);
  });
});
