/** What the list of unfinished work asks the engine. */
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { orpc, type Client } from '#renderer/data/client.ts';

export type WorkScope = 'attention' | 'waiting';

export const workQuery = (scope: WorkScope, applicationId: string | null) =>
  infiniteQueryOptions({
    ...orpc.fulfillment.attention.infiniteOptions({
      input: (cursor: string | null) => ({ scope, applicationId, cursor, limit: 200 }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
    }),
    placeholderData: keepPreviousData,
  });

export const applicationChoicesQuery = () => orpc.applications.list.queryOptions({ input: { search: '' } });

export type WorkRow = Awaited<ReturnType<Client['fulfillment']['attention']>>['rows'][number];
