/**
 * Reading JSON that servers wrote. Attribute names are matched without regard to case, as RFC 7643
 * section 2.1 has it, because some servers answer `resources` or `displayname`.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The key under which an object holds an attribute, as the server spelled it. */
export function keyOf(object: JsonObject, name: string): string | null {
  if (Object.hasOwn(object, name)) return name;
  const folded = name.toLowerCase();
  return Object.keys(object).find((key) => key.toLowerCase() === folded) ?? null;
}

/** The value of an attribute; undefined when it is not there or null (RFC 7643 section 2.5: the same). */
export function attribute(object: JsonObject, name: string): unknown {
  const key = keyOf(object, name);
  return key === null ? undefined : (object[key] ?? undefined);
}

/** A non-empty text, or a number as text (some servers number their resources); otherwise null. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

/** A count, also when a server wrote it as text; null when it is none. */
export function countOf(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

/** The object without some of its attributes, however they are spelled. */
export function without(object: JsonObject, names: readonly string[]): Record<string, unknown> {
  const rest: Record<string, unknown> = { ...object };
  for (const name of names) {
    const key = keyOf(rest, name);
    if (key !== null) delete rest[key];
  }
  return rest;
}
