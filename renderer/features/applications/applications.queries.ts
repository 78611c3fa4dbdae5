/** What the application screens ask the engine. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { orpc, type Client } from '#renderer/data/client.ts';

export const applicationsQuery = (search: string) =>
  queryOptions({
    ...orpc.applications.list.queryOptions({ input: { search } }),
    placeholderData: keepPreviousData,
  });

export const applicationQuery = (applicationId: string) =>
  orpc.applications.get.queryOptions({ input: { applicationId } });

/** What connectors there are changes with the program, not while it runs. */
export const connectorsQuery = () =>
  queryOptions({ ...orpc.applications.connectors.queryOptions(), staleTime: Number.POSITIVE_INFINITY });

export const ownerSearchQuery = (search: string) =>
  queryOptions({
    ...orpc.directory.employees.queryOptions({ input: { search, status: 'active', limit: 30 } }),
    placeholderData: keepPreviousData,
  });

export const entitlementsQuery = (applicationId: string, search: string, withGone: boolean) =>
  infiniteQueryOptions({
    ...orpc.applications.entitlements.infiniteOptions({
      input: (cursor: string | null) => ({ applicationId, search, cursor, limit: 200, requestableOnly: !withGone }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
    }),
    placeholderData: keepPreviousData,
  });

export const findingsQuery = (applicationId: string) =>
  infiniteQueryOptions({
    ...orpc.applications.findings.infiniteOptions({
      input: (cursor: string | null) => ({ applicationId, cursor, limit: 200 }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
    }),
    placeholderData: keepPreviousData,
  });

export const accountsQuery = (applicationId: string, search: string) =>
  infiniteQueryOptions({
    ...orpc.applications.accounts.infiniteOptions({
      input: (cursor: string | null) => ({ applicationId, search, cursor, limit: 200 }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
    }),
    placeholderData: keepPreviousData,
  });

export type AccountRow = Awaited<ReturnType<Client['applications']['accounts']>>['rows'][number];
