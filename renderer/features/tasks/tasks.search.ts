/** What the address of My tasks holds. */
import type { SearchSchemaInput } from '@tanstack/react-router';

export interface TasksSearch {
  readonly status: 'open' | 'completed';
  readonly search?: string;
}

type TasksSearchInput = Partial<TasksSearch>;

export function tasksSearch(given: TasksSearchInput & SearchSchemaInput): TasksSearch {
  return {
    status: given.status === 'completed' ? 'completed' : 'open',
    ...(typeof given.search === 'string' && given.search !== '' ? { search: given.search } : {}),
  };
}
