/** What the screens of requests ask. */
import { keepPreviousData } from '@tanstack/react-query';
import type { RequestId } from '#core/contract/index.ts';
import { orpc } from '#renderer/data/client.ts';
import type { RequestsSearch } from './requests.search.ts';

export function requestListQuery(filter: RequestsSearch) {
  return orpc.requests.list.infiniteOptions({
    input: (cursor: string | null) => ({
      scope: filter.scope,
      status: filter.status,
      search: filter.search ?? '',
      applicationId: filter.application ?? null,
      sort: filter.sort ?? 'newest',
      cursor,
      limit: 100,
    }),
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

export function requestQuery(requestId: RequestId) {
  return orpc.requests.get.queryOptions({ input: { requestId } });
}

export function trailQuery(requestId: RequestId) {
  return orpc.requests.trail.queryOptions({ input: { requestId } });
}

export function applicationOptionsQuery(search: string) {
  return orpc.applications.list.queryOptions({ input: { search }, placeholderData: keepPreviousData });
}
