/**
 * Index paging (RFC 7644 section 3.4.2.4) for servers as they are: they give fewer than asked, leave
 * `totalResults` out or get it wrong, and answer the first page again past the end. Positions move when something
 * is deleted, so each page begins with the last resource of the one before; where it does not, the list is read
 * from further back. A list that cannot be shown to be whole is a fault, because what it lacks would look deleted.
 */
import { ConnectorFault } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import type { ScimClient } from './client.ts';
import { attribute, countOf, isObject, type JsonObject } from './json.ts';
import { idOf } from './resources.ts';

/** How often in a row it is read from further back before the list counts as one that never stands still. */
const mostStepsBack = 100;

/** How often a list that announces more than it gives is read from its start. */
const mostPasses = 3;

/** Where a list goes on. */
export interface ListPosition {
  readonly startIndex: number;
  /** What the server announced so far; null when it has not. */
  readonly total: number | null;
  /** The id of the first resource of all, by which a list that begins anew is known; null at the start. */
  readonly first: string | null;
  /** The id of the resource before; null at the start. */
  readonly after: string | null;
  /** The server's own place in the list (RFC 9865), where it is read by cursor. */
  readonly cursor: string | null;
}

export const listStart: ListPosition = { startIndex: 1, total: null, first: null, after: null, cursor: null };

export interface ListedPage {
  /** Resources not given on an earlier page; each has an id. */
  readonly resources: readonly JsonObject[];
  /** Where to go on, or null when the list is complete. */
  readonly next: ListPosition | null;
}

interface RawPage {
  readonly resources: readonly { readonly id: string; readonly resource: JsonObject }[];
  readonly total: number | null;
}

/**
 * Every resource of an endpoint, page by page; the last page has no `next`, and may be empty.
 * @throws ConnectorFault when a page cannot be had or the list does not become whole.
 */
export async function* listResources(
  client: ScimClient,
  endpoint: string,
  pageSize: number,
  from: ListPosition,
  signal: AbortSignal,
): AsyncGenerator<ListedPage, void, void> {
  const given = new Set<string>(from.after === null ? [] : [from.after]);
  let start = from;
  for (let pass = 1; ; pass += 1) {
    // Of this pass. Whatever stands before a resource that was seen was seen too, or is new.
    const seen = new Set<string>(start.after === null ? [] : [start.after]);
    let { startIndex, total, first, after } = start;
    let stepsBack = 0;
    for (;;) {
      const overlap = startIndex > 1 ? 1 : 0;
      let begins = startIndex - overlap;
      let page = await fetchPage(client, endpoint, pageSize + overlap, begins, signal);
      if (overlap === 1 && !page.resources.some(({ id }) => seen.has(id))) {
        stepsBack += 1;
        if (stepsBack > mostStepsBack) {
          throw new ConnectorFault(
            retryable(`${client.baseUrl}${endpoint} lists something else each time. It is read again later.`),
          );
        }
        // Of what an earlier process read only the last is known: without it, all is read anew.
        startIndex = seen.size === 1 ? 1 : Math.max(1, startIndex - pageSize);
        continue;
      }
      if (overlap === 1 && page.resources.length === 1) {
        // A server that gives one at a time, or the end.
        begins = startIndex;
        page = await fetchPage(client, endpoint, pageSize, begins, signal);
      }
      total = page.total ?? total;
      const again = begins > 1 && first !== null && page.resources[0]?.id === first;
      const listed = again ? [] : page.resources;
      const resources = listed.filter(({ id }) => !given.has(id)).map(({ resource }) => resource);
      for (const { id } of listed) {
        seen.add(id);
        given.add(id);
      }
      if (resources.length > 0) stepsBack = 0;
      first ??= listed[0]?.id ?? null;
      after = listed.at(-1)?.id ?? after;
      startIndex = begins + listed.length;
      // A full page is followed by one more question even when the total is reached: some servers
      // announce the size of the page as the total.
      const reached = total !== null && startIndex > total && listed.length < pageSize + overlap;
      if (listed.length > 0 && !reached) {
        if (resources.length > 0) yield { resources, next: { startIndex, total, first, after, cursor: null } };
        continue;
      }
      if (total === null || startIndex > total) {
        yield { resources, next: null };
        return;
      }
      if (pass === mostPasses) {
        throw new ConnectorFault(
          retryable(
            `${client.baseUrl}${endpoint} announced ${total} and listed ${startIndex - 1}, in each of ${pass} attempts. It is read again later.`,
          ),
        );
      }
      yield { resources, next: listStart };
      break;
    }
    start = listStart;
  }
}

async function fetchPage(
  client: ScimClient,
  endpoint: string,
  count: number,
  startIndex: number,
  signal: AbortSignal,
): Promise<RawPage> {
  const answer = await client.send({ method: 'GET', path: endpoint, query: { startIndex, count } }, signal);
  if (!answer.ok) throw new ConnectorFault(answer.failure);
  const page = listOf(answer.body);
  if (page === null) {
    throw new ConnectorFault(
      retryable(`${client.baseUrl}${endpoint} answered with something that is not a list (HTTP ${answer.status}).`),
    );
  }
  return {
    total: page.total,
    resources: identified(client, endpoint, page.resources),
  };
}

/** @throws ConnectorFault for a resource without an id */
export function identified(
  client: ScimClient,
  endpoint: string,
  resources: readonly JsonObject[],
): RawPage['resources'] {
  return resources.map((resource) => {
    const id = idOf(resource);
    if (id === null)
      throw new ConnectorFault(
        needsPerson(
          `${client.baseUrl}${endpoint} listed something without an id. Ask the makers of the application to mend its SCIM service.`,
        ),
      );
    return { id, resource };
  });
}

/** The resources and the total of a ListResponse (RFC 7644 section 3.4.2), or null when it is none. */
export function listOf(
  body: JsonObject | null,
): { readonly resources: readonly JsonObject[]; readonly total: number | null } | null {
  if (body === null) return null;
  const total = countOf(attribute(body, 'totalResults'));
  const resources = attribute(body, 'Resources');
  if (Array.isArray(resources)) return { resources: resources.filter(isObject), total };
  // "Resources" may be left out when nothing is listed.
  return resources === undefined && total !== null ? { resources: [], total } : null;
}
