/**
 * Index paging (RFC 7644 section 3.4.2.4) for servers as they are: they give fewer than asked, leave
 * `totalResults` out or get it wrong, and answer the first page again past the end. A list that
 * cannot be shown to be whole is a fault, because what it lacks would look deleted.
 */
import { ConnectorFault } from '#core/connectors/connector.ts';
import type { ScimClient } from './client.ts';
import { needsPerson, retryable } from './faults.ts';
import { attribute, countOf, isObject, type JsonObject } from './json.ts';
import { idOf } from './resources.ts';

/** How often a list that changes while it is read is read again from its start. */
const mostPasses = 3;

/** Where a list goes on; `total` is what the server announced so far, null when it has not. */
export interface ListPosition {
  readonly startIndex: number;
  readonly total: number | null;
}

export const listStart: ListPosition = { startIndex: 1, total: null };

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
  endpoint: '/Users' | '/Groups',
  pageSize: number,
  from: ListPosition,
  signal: AbortSignal,
): AsyncGenerator<ListedPage, void, void> {
  const given = new Set<string>();
  let start = from;
  for (let pass = 1; ; pass += 1) {
    const seen = new Set<string>();
    let position = start;
    let whole = true;
    for (;;) {
      const page = await fetchPage(client, endpoint, pageSize, position.startIndex, signal);
      const { total: announced } = position;
      const total = page.total ?? announced;
      // Something was deleted while we read: what followed it moved up, perhaps onto a page already read.
      if (announced !== null && total !== null && total < announced) whole = false;
      const fresh = page.resources.filter(({ id }) => !seen.has(id));
      for (const { id } of page.resources) seen.add(id);
      const reached = start.startIndex - 1 + seen.size;
      // A full page is followed by one more question even when the total is reached: some servers
      // announce the size of the page as the total.
      const ended = fresh.length === 0 || (total !== null && reached >= total && page.resources.length < pageSize);
      const resources = fresh.filter(({ id }) => !given.has(id)).map(({ resource }) => resource);
      for (const { id } of fresh) given.add(id);
      if (!ended) {
        position = { startIndex: position.startIndex + page.resources.length, total };
        yield { resources, next: position };
        continue;
      }
      whole &&= total === null || reached >= total;
      if (whole) {
        yield { resources, next: null };
        return;
      }
      if (pass === mostPasses) {
        throw new ConnectorFault(
          retryable(
            `${client.baseUrl}${endpoint} announced ${total} and listed ${reached}, or kept changing, in ${pass} attempts. It is read again later.`,
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
  endpoint: '/Users' | '/Groups',
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
    resources: page.resources.map((resource) => {
      const id = idOf(resource);
      if (id === null)
        throw new ConnectorFault(
          needsPerson(
            `${client.baseUrl}${endpoint} listed something without an id. Ask the makers of the application to mend its SCIM service.`,
          ),
        );
      return { id, resource };
    }),
  };
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
