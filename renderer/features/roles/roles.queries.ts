/** What the page of roles asks. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { orpc } from '#renderer/data/client.ts';

export const rolesQuery = (search: string) =>
  queryOptions({
    ...orpc.accessRoles.list.queryOptions({ input: { search, includeInactive: true } }),
    placeholderData: keepPreviousData,
  });

export const requestableSearchQuery = (search: string) =>
  queryOptions({
    ...orpc.applications.entitlements.queryOptions({
      input: { applicationId: null, search, cursor: null, limit: 40, requestableOnly: true },
    }),
    placeholderData: keepPreviousData,
  });
