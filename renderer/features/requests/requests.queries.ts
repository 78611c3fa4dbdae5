/** What the screens of requests ask. */
import { keepPreviousData } from '@tanstack/react-query';
import type { ApplicationId, EmployeeId, RequestId } from '#core/contract/index.ts';
import { orpc } from '#renderer/data/client.ts';
import { edgeOfDay } from '#renderer/ui/day.ts';
import type { RequestsSearch } from './requests.search.ts';

export function requestListQuery(filter: RequestsSearch) {
  return orpc.requests.list.infiniteOptions({
    input: (cursor: string | null) => ({
      scope: filter.scope,
      status: filter.status,
      search: filter.search ?? '',
      applicationId: (filter.application ?? null) as ApplicationId | null,
      requesterId: (filter.requester ?? null) as EmployeeId | null,
      ...(filter.states === undefined ? {} : { states: [...filter.states] }),
      sort: filter.sort ?? 'newest',
      ...(filter.number === undefined ? {} : { fromNumber: filter.number }),
      ...(filter.from === undefined ? {} : { fromDate: edgeOfDay(filter.from, filter.sort === undefined) }),
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
