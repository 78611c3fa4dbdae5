/** What the screens of the rules ask the engine. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { orpc } from '#renderer/data/client.ts';

export const peopleQuery = (search: string) =>
  queryOptions({
    ...orpc.directory.employees.queryOptions({ input: { search, status: 'active', limit: 30 } }),
    placeholderData: keepPreviousData,
  });

export const applicationsQuery = (search: string) =>
  queryOptions({ ...orpc.applications.list.queryOptions({ input: { search } }), placeholderData: keepPreviousData });

export const entitlementsQuery = (search: string) =>
  queryOptions({
    ...orpc.applications.entitlements.queryOptions({ input: { applicationId: null, search, limit: 50 } }),
    placeholderData: keepPreviousData,
  });

export const policiesQuery = () => orpc.rules.policies.queryOptions();
export const groupsQuery = () => orpc.rules.reviewerGroups.queryOptions();
