/** What My tasks asks. */
import { keepPreviousData } from '@tanstack/react-query';
import type { BulkDecisionId, TaskFilterInput } from '#core/contract/index.ts';
import { orpc, type client } from '#renderer/data/client.ts';
import { edgeOfDay } from '#renderer/ui/day.ts';
import { taskFilterOf, type TasksSearch } from './tasks.search.ts';

export function taskListQuery(search: TasksSearch) {
  const { search: words = '', ...filter } = taskFilterOf(search);
  const newestFirst = search.sort === 'newest' || (search.status === 'completed' && search.sort === undefined);
  return orpc.tasks.list.infiniteOptions({
    input: (cursor: string | null) => ({
      status: search.status,
      search: words,
      filter,
      ...(search.sort === undefined ? {} : { sort: search.sort }),
      ...(search.from === undefined ? {} : { fromDate: edgeOfDay(search.from, newestFirst) }),
      cursor,
      limit: 100,
    }),
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

export function matchingCountQuery(filter: TaskFilterInput) {
  return orpc.bulk.count.queryOptions({ input: { filter }, placeholderData: keepPreviousData });
}

/** What is done with each task a filter finds. */
export type BulkDeedInput = Omit<Parameters<typeof client.bulk.preview>[0], 'filter' | 'reason'>;

export function bulkPreviewQuery(filter: TaskFilterInput, deed: BulkDeedInput) {
  return { ...orpc.bulk.preview.queryOptions({ input: { filter, ...deed } }), gcTime: 0, staleTime: Infinity };
}

export function recentBulkQuery() {
  return orpc.bulk.recent.queryOptions();
}

export function bulkResultsQuery(bulkDecisionId: BulkDecisionId, outcome: 'all' | 'done' | 'refused') {
  return orpc.bulk.results.infiniteOptions({
    input: (cursor: string | null) => ({ bulkDecisionId, outcome, cursor, limit: 100 }),
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
  });
}
