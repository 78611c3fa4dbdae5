/** Reading an answer at a place that a person wrote down, such as `fields.status.name` or `issues.0.key`. */

/** The text or number that stands there; null when there is none. Only what the answer itself has counts. */
export function valueAt(answer: unknown, place: string): string | null {
  let value = answer;
  for (const name of place.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
