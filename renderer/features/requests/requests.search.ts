/** What the address of the list of requests holds, so that a filtered list can be bookmarked and gone back to. */
import type { SearchSchemaInput } from '@tanstack/react-router';
import type { RequestState } from '#core/contract/index.ts';
import { isDay } from '#renderer/ui/day.ts';

/** The states each part of the list has, in the order a request goes through them. */
export const statesOf = {
  open: ['inReview', 'fulfilling'],
  completed: ['completed', 'completedWithFailures', 'denied', 'cancelled', 'expired'],
  all: ['inReview', 'fulfilling', 'completed', 'completedWithFailures', 'denied', 'cancelled', 'expired'],
} as const satisfies Readonly<Record<string, readonly RequestState[]>>;

export interface RequestsSearch {
  readonly scope: 'mine' | 'visible';
  readonly status: 'open' | 'completed' | 'all';
  readonly search?: string;
  readonly application?: string;
  readonly requester?: string;
  /** Of the states that `status` has, these; left out: all of them. */
  readonly states?: readonly RequestState[];
  readonly sort?: 'oldest' | 'changed';
  /** Begins at this request. */
  readonly number?: number;
  /** Begins at this day, `2026-03-02`. */
  readonly from?: string;
}

type RequestsSearchInput = Partial<RequestsSearch>;

const texts = ['search', 'application', 'requester'] as const;

/** Anything unknown in the address falls back to the defaults. */
export function requestsSearch(given: RequestsSearchInput & SearchSchemaInput): RequestsSearch {
  const status = given.status === 'completed' || given.status === 'all' ? given.status : 'open';
  const kept: Record<string, unknown> = { scope: given.scope === 'visible' ? 'visible' : 'mine', status };
  for (const name of texts) if (typeof given[name] === 'string' && given[name] !== '') kept[name] = given[name];
  const asked: readonly unknown[] = Array.isArray(given.states) ? given.states : [];
  const states = statesOf[status].filter((state) => asked.includes(state));
  if (states.length > 0) kept['states'] = states;
  if (given.sort === 'oldest' || given.sort === 'changed') kept['sort'] = given.sort;
  // What changed last has no place for a number or a day.
  if (given.sort !== 'changed') {
    if (Number.isInteger(given.number) && Number(given.number) >= 1) kept['number'] = given.number;
    else if (isDay(given.from)) kept['from'] = given.from;
  }
  return kept as unknown as RequestsSearch;
}

/** The conditions alone, for clearing them. */
export const noConditions = {
  search: undefined,
  application: undefined,
  requester: undefined,
  states: undefined,
  number: undefined,
  from: undefined,
} as const satisfies { readonly [Name in keyof RequestsSearch]?: undefined };

/** Does the list begin elsewhere than at its first request? */
export function isJumped(search: RequestsSearch): boolean {
  return search.number !== undefined || search.from !== undefined;
}

/** Does any condition hold the list back? Where it begins is none. */
export function isNarrowed({ search, application, requester, states }: RequestsSearch): boolean {
  return [search, application, requester, states].some((condition) => condition !== undefined);
}
