/** What the address of the list of requests holds, so that a filtered list can be bookmarked and gone back to. */
import type { SearchSchemaInput } from '@tanstack/react-router';

export interface RequestsSearch {
  readonly scope: 'mine' | 'visible';
  readonly status: 'open' | 'completed' | 'all';
  readonly search?: string;
  readonly application?: string;
  readonly sort?: 'oldest';
}

type RequestsSearchInput = Partial<RequestsSearch>;

/** Anything unknown in the address falls back to the defaults. */
export function requestsSearch(given: RequestsSearchInput & SearchSchemaInput): RequestsSearch {
  return {
    scope: given.scope === 'visible' ? 'visible' : 'mine',
    status: given.status === 'completed' || given.status === 'all' ? given.status : 'open',
    ...(typeof given.search === 'string' && given.search !== '' ? { search: given.search } : {}),
    ...(typeof given.application === 'string' && given.application !== '' ? { application: given.application } : {}),
    ...(given.sort === 'oldest' ? { sort: 'oldest' } : {}),
  };
}
