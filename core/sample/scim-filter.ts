/**
 * Filters of the sample SCIM service. The library reads neither the escapes of RFC 7644 section
 * 3.4.2.2 nor compares without case, so values are wrapped before it parses them and unwrapped before
 * anything is compared.
 */
import SCIMMY from 'scimmy';
import { fold } from './scim-store.ts';

/** Attributes that are compared with their case (RFC 7643 sections 3.1 and 8.7.1). */
const caseExact: ReadonlySet<string> = new Set(['id', 'externalid', '$ref', 'members', 'groups', 'meta']);

/** Rewrites the string values of a filter so that no quote or backslash is left in them. */
export function wrapFilterValues(filter: string): string {
  return filter.replace(/"(?:[^"\\]|\\.)*"/g, (literal) => {
    try {
      return `"${encodeURIComponent(String(JSON.parse(literal)))}"`;
    } catch {
      // No JSON string: left for the parser to refuse.
      return literal;
    }
  });
}

/** The resources a wrapped filter selects. */
export function select<Resource extends object>(
  resources: readonly Resource[],
  filter: SCIMMY.Types.Filter | undefined,
): readonly Resource[] {
  if (filter === undefined) return resources;
  const unwrapped = new SCIMMY.Types.Filter([...filter].map((expression) => unwrap(expression, false)) as never);
  return resources.filter((resource) => {
    try {
      return unwrapped.match([foldedCopy(resource, false) as never]).length > 0;
    } catch (thrown) {
      // The library stumbles over a part of an attribute that the resource does not have at all; that is no match.
      if (thrown instanceof TypeError) return false;
      throw thrown;
    }
  });
}

/** Expressions are objects of attributes; what is compared is `[comparator, value]` or `["not", comparator, value]`. */
function unwrap(expression: unknown, exact: boolean): unknown {
  if (Array.isArray(expression)) {
    const parts: readonly unknown[] = expression;
    const [first] = parts;
    if (typeof first !== 'string') return parts.map((entry) => unwrap(entry, exact));
    const at = first.toLowerCase() === 'not' ? 2 : 1;
    return parts.map((part, index) =>
      index === at && typeof part === 'string' ? comparable(decodeURIComponent(part), exact) : part,
    );
  }
  if (typeof expression !== 'object' || expression === null) return expression;
  return Object.fromEntries(
    Object.entries(expression).map(([name, value]) => [
      name,
      unwrap(value, exact || caseExact.has(name.toLowerCase())),
    ]),
  );
}

function foldedCopy(value: unknown, exact: boolean): unknown {
  if (typeof value === 'string') return comparable(value, exact);
  if (Array.isArray(value)) return value.map((entry) => foldedCopy(entry, exact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, foldedCopy(entry, exact || caseExact.has(name.toLowerCase()))]),
  );
}

function comparable(text: string, exact: boolean): string {
  return exact ? text : fold(text);
}
