/**
 * Distinguished names and filters as texts. What people and servers write is taken apart here, and what
 * Gatehouse puts in is escaped here, so that no name can be more than a name.
 */
import { FilterParser, type Filter } from 'ldapts';

/** One value of a DN as text (RFC 4514 section 2.4): `Doe, "J" ` -> `Doe\, \"J\"\20`. */
export function escapeDnValue(value: string): string {
  const escaped = value
    .replaceAll(/[\\",+;<>=]/g, String.raw`\$&`)
    // A NUL cannot stand in a text at all, and some servers alter line breaks and their like.
    .replaceAll(/\p{Cc}/gu, (character) => escapedBytes(character));
  const start = escaped.replace(/^[ #]/, (first) => hexPair(first.charCodeAt(0)));
  return start.replace(/ $/, String.raw`\20`);
}

/** One value of a filter as text (RFC 4515 section 3): `50% (a*)` -> `50% \28a\2a\29`. */
export function escapeFilterValue(value: string): string {
  return value.replaceAll(/[\\*()\0]/g, (character) => hexPair(character.charCodeAt(0)));
}

function escapedBytes(text: string): string {
  return [...Buffer.from(text, 'utf8')].map(hexPair).join('');
}

function hexPair(byte: number): string {
  return `\\${byte.toString(16).padStart(2, '0')}`;
}

interface NamePart {
  readonly type: string;
  readonly value: string;
}

/** The parts of a DN, the most specific first; each is one or, for a multi-valued RDN, several pairs. Null: no DN. */
export function parseDn(text: string): readonly (readonly NamePart[])[] | null {
  if (/^ *$/.test(text)) return [];
  const names: NamePart[][] = [];
  let current: NamePart[] = [];
  let rest = text;
  for (;;) {
    const type = /^ *(?:oid\.)?([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*) *= */i.exec(rest);
    if (type?.[1] === undefined) return null;
    rest = rest.slice(type[0].length);
    const value = readValue(rest);
    if (value === null) return null;
    rest = value.rest;
    current.push({ type: type[1].toLowerCase(), value: value.value });
    const separator = rest[0];
    if (separator !== '+') {
      names.push(current);
      current = [];
    }
    if (separator === undefined) return names;
    if (separator !== ',' && separator !== ';' && separator !== '+') return null;
    rest = rest.slice(1);
  }
}

/** The value at the start of a text, unescaped, up to the separator that ends it. Also the quoted form of RFC 2253. */
function readValue(text: string): { readonly value: string; readonly rest: string } | null {
  const bytes: Buffer[] = [];
  const quoted = text.startsWith('"');
  let at = quoted ? 1 : 0;
  // How many bytes at the end are there whether they are spaces or not: an escaped space is no padding.
  let kept = 0;
  let size = 0;
  const push = (piece: Buffer, keep: boolean): void => {
    bytes.push(piece);
    size += piece.length;
    if (keep) kept = size;
  };
  for (;;) {
    const character = text.codePointAt(at);
    if (character === undefined) {
      if (quoted) return null;
      break;
    }
    const letter = String.fromCodePoint(character);
    if (letter === '\\') {
      const hex = /^[0-9a-f]{2}/i.exec(text.slice(at + 1, at + 3))?.[0];
      const next = text.codePointAt(at + 1);
      if (next === undefined) return null;
      push(hex === undefined ? Buffer.from(String.fromCodePoint(next), 'utf8') : Buffer.from(hex, 'hex'), true);
      at += 1 + (hex === undefined ? String.fromCodePoint(next).length : 2);
      continue;
    }
    if (quoted && letter === '"') {
      const after = /^ */.exec(text.slice(at + 1))?.[0].length ?? 0;
      return { value: Buffer.concat(bytes).toString('utf8'), rest: text.slice(at + 1 + after) };
    }
    if (!quoted && (letter === ',' || letter === ';' || letter === '+')) break;
    push(Buffer.from(letter, 'utf8'), quoted || letter !== ' ');
    at += letter.length;
  }
  return { value: Buffer.concat(bytes).subarray(0, kept).toString('utf8'), rest: text.slice(at) };
}

/**
 * A DN in the one form in which two spellings of it are equal: types in lower case, values folded and their
 * spaces collapsed, as `caseIgnoreMatch` does (RFC 4518). A text that is no DN stands for itself.
 */
export function normalDn(text: string): string {
  const names = parseDn(text);
  if (names === null) return text.trim().toLowerCase();
  return names
    .map((pairs) =>
      pairs
        .map(({ type, value }) => `${type}=${escapeDnValue(foldValue(value))}`)
        .toSorted()
        .join('+'),
    )
    .join(',');
}

function foldValue(value: string): string {
  return value.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/** Whether a DN is another or lies below it. */
export function isWithin(dn: string, base: string): boolean {
  const [inner, outer] = [normalDn(dn), normalDn(base)];
  return inner === outer || inner.endsWith(`,${outer}`);
}

/**
 * A filter that somebody wrote (RFC 4515). @throws Error for what is no filter, and for escaped bytes that are
 * no UTF-8: those stand for binary values, which the form's filters have no use for.
 */
export function parseFilter(text: string): Filter {
  // Escapes stand for bytes, and the parser takes each for a character: so all but ASCII is written out first.
  const written = text.trim().replaceAll(/(?:\\[0-9a-f]{2})+/gi, (run) => {
    const decoded = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(run.replaceAll('\\', ''), 'hex'));
    return escapeFilterValue(decoded);
  });
  return FilterParser.parseString(written);
}
