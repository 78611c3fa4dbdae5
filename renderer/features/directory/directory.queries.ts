/** What the directory screens ask the engine. */
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { orpc, type Client } from '#renderer/data/client.ts';

export type StatusFilter = 'active' | 'left' | 'all';

export const employeesQuery = (search: string, status: StatusFilter) =>
  infiniteQueryOptions({
    ...orpc.directory.employees.infiniteOptions({
      input: (cursor: string | null) => ({ search, status, cursor, limit: 200 }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
    }),
    placeholderData: keepPreviousData,
  });

export const employeeQuery = (employeeId: string) => orpc.directory.employee.queryOptions({ input: { employeeId } });

export const applicationChoicesQuery = () => orpc.applications.list.queryOptions({ input: { search: '' } });

export type EmployeeDetail = Awaited<ReturnType<Client['directory']['employee']>>;
