/**
 * Entries of a directory as Gatehouse reads them: attributes by name without regard to case, values as texts
 * or bytes, and immutable ids in the form people see in other tools.
 */
import { EqualityFilter, type Filter, type SearchEntry } from 'ldapts';

export interface Entry {
  readonly dn: string;
  /** Texts of an attribute; empty when it has none or was not shown. Its name without options. */
  texts(attribute: string): readonly string[];
  bytes(attribute: string): readonly Buffer[];
  /**
   * Values of an attribute that the server gives in parts, and the index where the next part starts (null:
   * this was the last). Null: the attribute is not given in parts. MS-ADTS section 3.1.1.3.1.3.3.
   */
  range(attribute: string): { readonly values: readonly string[]; readonly next: number | null } | null;
}

export function entryOf(found: SearchEntry): Entry {
  const values = new Map(
    found.attributes.map((attribute) => [attribute.type.toLowerCase(), attribute.parsedBuffers] as const),
  );
  const bytes = (attribute: string): readonly Buffer[] => values.get(attribute.toLowerCase()) ?? [];
  return {
    dn: found.name,
    bytes,
    texts: (attribute) => bytes(attribute).map((value) => value.toString('utf8')),
    range(attribute) {
      for (const [type, part] of values) {
        const option = /^(.+);range=(\d+)-(\d+|\*)$/.exec(type);
        if (option?.[1] !== attribute.toLowerCase()) continue;
        const last = option[3];
        return {
          values: part.map((value) => value.toString('utf8')),
          next: last === '*' || last === undefined ? null : Number(last) + 1,
        };
      }
      return null;
    },
  };
}

/** The first text of an attribute; null when it has none. */
export function textOf(entry: Entry, attribute: string): string | null {
  return entry.texts(attribute)[0] ?? null;
}

/** Active Directory keeps ids as 16 bytes (MS-DTYP section 2.3.4.2); everybody writes them as a GUID. */
const binaryIds: ReadonlySet<string> = new Set(['objectguid']);

/** The immutable id of an entry, in lower case where it is a UUID; null when the server does not show it. */
export function idOf(entry: Entry, idAttribute: string): string | null {
  const [value] = entry.bytes(idAttribute);
  if (value === undefined) return null;
  if (!binaryIds.has(idAttribute.toLowerCase())) return value.toString('utf8');
  return value.length === 16 ? guidOf(value) : null;
}

/** The filter that finds one entry by its id; null for an id of another form, which no entry can have. */
export function idFilter(id: string, idAttribute: string): Filter | null {
  if (binaryIds.has(idAttribute.toLowerCase())) {
    const bytes = bytesOfGuid(id);
    return bytes === null ? null : new EqualityFilter({ attribute: idAttribute, value: bytes });
  }
  // Servers answer a text that is no UUID with nothing or with a fault; either way there is no such entry.
  if (idAttribute.toLowerCase() === 'entryuuid' && !uuid.test(id)) return null;
  return id === '' ? null : new EqualityFilter({ attribute: idAttribute, value: id });
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The first three groups of a GUID are little-endian in its 16 bytes (MS-DTYP section 2.3.4.2). */
export function guidOf(bytes: Buffer): string {
  const hex = (part: Uint8Array): string => Buffer.from(part).toString('hex');
  const reversed = (from: number, to: number): string => hex(Uint8Array.from(bytes.subarray(from, to)).toReversed());
  return [reversed(0, 4), reversed(4, 6), reversed(6, 8), hex(bytes.subarray(8, 10)), hex(bytes.subarray(10))].join(
    '-',
  );
}

export function bytesOfGuid(guid: string): Buffer | null {
  if (!uuid.test(guid)) return null;
  const [first = '', second = '', third = '', ...rest] = guid.split('-');
  const reversed = (part: string): Uint8Array => Uint8Array.from(Buffer.from(part, 'hex')).toReversed();
  return Buffer.concat([reversed(first), reversed(second), reversed(third), Buffer.from(rest.join(''), 'hex')]);
}

/** The last part of a security identifier (MS-DTYP section 2.4.2.2): a group's number within its domain. */
export function relativeId(sid: Buffer | undefined): string | null {
  return sid === undefined || sid.length < 12 ? null : String(sid.readUInt32LE(sid.length - 4));
}
