/**
 * Lists as GitHub gives them: by page number. Somebody who leaves while a list is read moves everybody after them
 * one place forward, across the edge of a page that was read already. So before the next page counts, the one
 * before it is asked for again and must be what it was.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { ConnectorFault } from '#core/connectors/connector.ts';
import { retryable } from '../failures.ts';
import type { Fault, GithubClient, Parameters } from './client.ts';

const mostRestarts = 5;

/** A page that could not be had, with the HTTP status for those who know what a 404 means here. */
export class ListFault extends ConnectorFault {
  readonly status: number | null;

  constructor(fault: Fault) {
    super(fault.failure);
    this.status = fault.status;
  }
}

/** Where a list goes on: the number of the next page, and what the one before it held. */
export interface ListPlace {
  readonly page: number;
  /** Null for the first page. */
  readonly before: string | null;
}

export const listStart: ListPlace = { page: 1, before: null };

export interface ListPage<Item> {
  readonly items: readonly Item[];
  /** Null after the last page. */
  readonly next: ListPlace | null;
}

interface ListRequest<Shape extends z.ZodType<readonly { readonly id: string }[]>> {
  readonly route: string;
  readonly parameters: Parameters;
  readonly shape: Shape;
  readonly pageSize: number;
}

/**
 * The pages of a list from a place on. When the list moved it begins anew, so an item may come twice; none is missed.
 * @throws ConnectorFault when a page cannot be had
 */
export async function* pagesOf<Shape extends z.ZodType<readonly { readonly id: string }[]>>(
  client: GithubClient,
  request: ListRequest<Shape>,
  from: ListPlace,
  signal: AbortSignal,
): AsyncGenerator<ListPage<z.output<Shape>[number]>, void, void> {
  let place: ListPlace | null = from;
  let restarts = 0;
  while (place !== null) {
    const current: ListPlace = place;
    const { items, more } = await pageAt(client, request, current.page, signal);
    if (current.before !== null) {
      const again = await pageAt(client, request, current.page - 1, signal);
      if (fingerprint(again.items) !== current.before) {
        restarts += 1;
        if (restarts > mostRestarts)
          throw new ConnectorFault(retryable('The list at GitHub changes faster than it can be read.'));
        place = listStart;
        continue;
      }
    }
    place = more ? { page: current.page + 1, before: fingerprint(items) } : null;
    yield { items, next: place };
  }
}

/** A whole list. @throws ConnectorFault when a page cannot be had */
export async function wholeList<Shape extends z.ZodType<readonly { readonly id: string }[]>>(
  client: GithubClient,
  request: ListRequest<Shape>,
  signal: AbortSignal,
): Promise<readonly z.output<Shape>[number][]> {
  const found = new Map<string, z.output<Shape>[number]>();
  for await (const page of pagesOf(client, request, listStart, signal))
    for (const item of page.items) found.set(item.id, item);
  return [...found.values()];
}

async function pageAt<Shape extends z.ZodType<readonly { readonly id: string }[]>>(
  client: GithubClient,
  { route, parameters, shape, pageSize }: ListRequest<Shape>,
  page: number,
  signal: AbortSignal,
): Promise<{ readonly items: z.output<Shape>; readonly more: boolean }> {
  const answer = await client.send(route, { ...parameters, per_page: pageSize, page }, shape, signal);
  if (!answer.ok) throw new ListFault(answer);
  // A page may be short and not the last: only the link says.
  return { items: answer.data, more: /<[^>]*>;\s*rel="next"/.test(answer.headers['link'] ?? '') };
}

function fingerprint(items: readonly { readonly id: string }[]): string {
  return createHash('sha256')
    .update(items.map(({ id }) => id).join(' '))
    .digest('base64url')
    .slice(0, 22);
}
