/** What My tasks asks. */
import { keepPreviousData } from '@tanstack/react-query';
import { orpc } from '#renderer/data/client.ts';
import type { TasksSearch } from './tasks.search.ts';

export function taskListQuery(filter: TasksSearch) {
  return orpc.tasks.list.infiniteOptions({
    input: (cursor: string | null) => ({ status: filter.status, search: filter.search ?? '', cursor, limit: 100 }),
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}
