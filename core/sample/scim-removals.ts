/**
 * Removals of single values from a user (RFC 7644 section 3.5.2.2), as the sample SCIM service does them. The library
 * reads no quote, backslash or bracket within the filter of a path, and would answer that it removed what is still there.
 */
import type { StoredResource } from './scim-store.ts';

/** `roles[value eq "…"]` */
const byValue = /^(\w+)\[value eq ("(?:[^"\\]|\\.)*")\]$/i;
const unreadable = /["\\[\]().]/;

/** The message of a PATCH that is such a removal, written as what is left. Anything else stays as it is. */
export function readableRemovals(message: unknown, user: StoredResource | undefined): unknown {
  if (user === undefined || !isObject(message) || !Array.isArray(message['Operations'])) return message;
  const operations: readonly unknown[] = message['Operations'];
  // What an operation before it changes is not known here.
  return operations.length > 1
    ? message
    : { ...message, Operations: operations.map((operation) => readable(operation, user.attributes)) };
}

function readable(operation: unknown, attributes: Readonly<Record<string, unknown>>): unknown {
  if (!isObject(operation) || String(operation['op']).toLowerCase() !== 'remove') return operation;
  const [, path = '', literal = '""'] = byValue.exec(String(operation['path'])) ?? [];
  const entries = attributes[path];
  const value = textOf(literal);
  if (value === null || !unreadable.test(value) || !Array.isArray(entries)) return operation;
  const left = entries.filter((entry: unknown) => !isObject(entry) || entry['value'] !== value);
  return left.length === 0 ? { op: 'remove', path } : { op: 'replace', path, value: left };
}

function textOf(literal: string): string | null {
  try {
    return String(JSON.parse(literal));
  } catch {
    // No JSON string: left for the library to refuse.
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
