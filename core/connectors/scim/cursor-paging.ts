/**
 * Cursor paging (RFC 9865), for servers that say they have it: the server itself keeps the place in the list, so nothing
 * that comes or goes moves what follows. Its cursors may expire; then the list is read anew, and what was given is not
 * given again.
 */
import { ConnectorFault } from '#core/connectors/connector.ts';
import { retryable } from '../failures.ts';
import type { ScimClient } from './client.ts';
import { attribute, textOf } from './json.ts';
import { identified, listOf, listStart, type ListedPage, type ListPosition } from './paging.ts';

/** How often a list is begun anew because its cursor was not known any more. */
const mostPasses = 3;

/** @throws ConnectorFault when a page cannot be had or the list does not become whole. */
export async function* listByCursor(
  client: ScimClient,
  endpoint: string,
  pageSize: number,
  from: ListPosition,
  signal: AbortSignal,
): AsyncGenerator<ListedPage, void, void> {
  const given = new Set<string>();
  const used = new Set<string>();
  let { cursor } = from;
  for (let pass = 1; ;) {
    // Without a value it asks for the first page (section 2).
    const query = { count: pageSize, cursor: cursor ?? '' };
    const answer = await client.send({ method: 'GET', path: endpoint, query }, signal);
    if (!answer.ok) {
      const over = ['expiredcursor', 'invalidcursor'].includes(answer.scimType?.toLowerCase() ?? '');
      if (!over || cursor === null || pass === mostPasses) throw new ConnectorFault(over ? lost() : answer.failure);
      pass += 1;
      cursor = null;
      continue;
    }
    const list = listOf(answer.body);
    if (answer.body === null || list === null) {
      throw new ConnectorFault(
        retryable(`${client.baseUrl}${endpoint} answered with something that is not a list (HTTP ${answer.status}).`),
      );
    }
    const resources = identified(client, endpoint, list.resources).filter(({ id }) => !given.has(id));
    for (const { id } of resources) given.add(id);
    const next = textOf(attribute(answer.body, 'nextCursor'));
    // A cursor that leads to itself would be followed without end.
    if (next !== null && used.has(next)) throw new ConnectorFault(lost());
    if (next !== null) used.add(next);
    cursor = next;
    const page = resources.map(({ resource }) => resource);
    if (next === null) {
      yield { resources: page, next: null };
      return;
    }
    if (page.length > 0) yield { resources: page, next: { ...listStart, cursor: next } };
  }

  function lost() {
    return retryable(
      `${client.baseUrl}${endpoint} lost the place in its list again and again. It is read again later.`,
    );
  }
}
