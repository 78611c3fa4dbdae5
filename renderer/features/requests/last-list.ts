/** Remembers how the list was filtered, so that going back from a request finds it as it was left. */
import type { RequestsSearch } from './requests.search.ts';

let last: RequestsSearch | null = null;

export function rememberList(filter: RequestsSearch): void {
  last = filter;
}

/** Null when no list was open in this window yet. */
export function lastList(): RequestsSearch | null {
  return last;
}
