/** The list of access requests, by its two scopes. Where its rows come from is told in docs/guide/lists.md. */
import type { SortKey } from './cursor.ts';
import { z } from 'zod';
import type { RequestRow } from '#core/contract/index.ts';
import type { requestListInputSchema } from '#core/contract/requests.contract.ts';
import { finalRequestStates, requestStates, type RequestState } from '#core/domain/request.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { cursorKind, decodeCursor, keyParts, pageOf, type CursorKind } from './cursor.ts';
import { countFollowed, followedRows, lastChanges, loadFollowed, type FollowedRequest } from './followed-requests.ts';
import { everywhere, listReader } from './list-tables.ts';
import { countOf, countPlace, findNumbers, type Place } from './request-places.ts';
import { requestColumns, requestRows } from './request-rows.ts';
import { searchWords } from './search.ts';
import { seesEverything, type Viewer } from './visibility.ts';

type Input = z.output<typeof requestListInputSchema>;
/** What is left out has the value the contract gives it. */
export type RequestListInput = Pick<
  Input,
  'scope' | 'status' | 'search' | 'applicationId' | 'sort' | 'cursor' | 'limit'
> &
  Partial<Input>;

export interface OpenAndCompleted {
  readonly open: number;
  readonly completed: number;
}

export interface RequestListPage {
  readonly rows: RequestRow[];
  readonly nextCursor: string | null;
  /** Of the scope as a whole, whatever is searched for. */
  readonly counts: OpenAndCompleted;
  /** How many pass all filters; null where counting them would take longer than the page. */
  readonly matching: number | null;
}

const cursors = {
  newest: cursorKind('requests.newest', z.tuple([keyParts.number])),
  oldest: cursorKind('requests.oldest', z.tuple([keyParts.number])),
  changed: cursorKind('requests.changed', z.tuple([keyParts.number])),
} satisfies Record<Input['sort'], CursorKind<SortKey>>;

const openStates = requestStates.filter((state) => !(finalRequestStates as readonly RequestState[]).includes(state));
const statesOf = { open: openStates, completed: finalRequestStates, all: requestStates } as const;

export async function listRequests(reader: Reader, viewer: Viewer, input: RequestListInput): Promise<RequestListPage> {
  const { page, followed, counts, matching } = await findRequests(reader, viewer, input);
  const numbers = page.rows.map((row) => row.number);
  return { rows: await rowsOf(reader, numbers, followed), nextCursor: page.nextCursor, counts, matching };
}

/** Which requests are on a page, before anything of them is read. */
export async function findRequests(reader: Reader, viewer: Viewer, input: RequestListInput) {
  const lists = listReader(reader);
  const kind = cursors[input.sort];
  const after = decodeCursor(kind, input.cursor)?.[0] ?? (await jumpedTo(reader, input));
  const scope = scopeOf(viewer, input.scope);
  const asked = statesOf[input.status] as readonly RequestState[];
  const states =
    input.states === undefined || input.states.length === 0
      ? asked
      : input.states.filter((state) => asked.includes(state));
  const places = placesOf(scope, input);
  const sizes = await Promise.all(places.map((place) => countPlace(lists, place)));
  const scopeCounts = places[0] === scope ? sizes[0] : await countPlace(lists, scope);
  const followed = await loadFollowed(reader, viewer.id, scope);
  const joined = countFollowed(followed);
  const counts = {
    open: countOf(scopeCounts ?? new Map(), openStates) + joined.open,
    completed: countOf(scopeCounts ?? new Map(), finalRequestStates) + joined.completed,
  };
  const sized = places.map((place, index) => ({ place, size: countOf(sizes[index] ?? new Map(), states) }));
  const smallest = sized.toSorted((one, other) => one.size - other.size)[0] ?? { place: scope, size: 0 };
  const { words, only } = wordsOf(input.search);
  const found =
    smallest.size === 0 || only === 'none'
      ? []
      : await findNumbers(
          lists,
          { places, states, words, only, sort: input.sort, after, limit: input.limit + 1 },
          smallest.place,
          smallest.size,
        );
  const passing = followed.filter((one) => passes(one, input, { states, words, only }));
  const keys =
    input.sort === 'changed'
      ? await lastChanges(reader, passing)
      : passing.map(({ number }) => ({ number, key: number }));
  const behind =
    input.sort === 'oldest' ? (key: number) => key > (after ?? -1) : (key: number) => key < (after ?? Infinity);
  const all = [...found, ...keys.filter(({ key }) => behind(key))].toSorted((one, other) =>
    input.sort === 'oldest' ? one.key - other.key : other.key - one.key,
  );
  const page = pageOf(all, input.limit, kind, (row) => [row.key]);
  return {
    page,
    followed: passing,
    counts,
    matching: places.length === 1 && words.length === 0 && only === null ? smallest.size + passing.length : null,
  };
}

/** Where the list begins when one jumped to a number or a day: behind the request before it. */
async function jumpedTo(reader: Reader, input: RequestListInput): Promise<number | null> {
  if (input.sort === 'changed') return null;
  const newestFirst = input.sort === 'newest';
  if (typeof input.fromNumber === 'number') return newestFirst ? input.fromNumber + 1 : input.fromNumber - 1;
  if (typeof input.fromDate !== 'string') return null;
  const row = await reader
    .selectFrom('access_request')
    .select('number')
    .where('submitted_at', newestFirst ? '<=' : '>=', input.fromDate)
    .orderBy('submitted_at', newestFirst ? 'desc' : 'asc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return newestFirst ? 0 : Number.MAX_SAFE_INTEGER;
  return newestFirst ? row.number + 1 : row.number - 1;
}

function scopeOf(viewer: Viewer, scope: Input['scope']): Place {
  if (scope === 'mine') return { kind: 'mine', id: viewer.id };
  return seesEverything(viewer) ? { kind: 'all', id: everywhere } : { kind: 'visible', id: viewer.id };
}

function placesOf(scope: Place, input: RequestListInput): readonly Place[] {
  const filters: Place[] = [];
  if (input.applicationId !== null) filters.push({ kind: 'application', id: input.applicationId });
  if (typeof input.requesterId === 'string') filters.push({ kind: 'asked', id: input.requesterId });
  // Everything lies everywhere: asking would only cost.
  return scope.kind === 'all' && filters.length > 0 ? filters : [scope, ...filters];
}

/** `#42` is the request of that number; any other word is looked for in the request's search text. */
export function wordsOf(search: string): { readonly words: readonly string[]; readonly only: number | 'none' | null } {
  const numbers = new Set<number>();
  const words: string[] = [];
  for (const word of searchWords(search)) {
    const number = /^#(\d{1,9})$/.exec(word)?.[1];
    if (number === undefined) words.push(word);
    else numbers.add(Number(number));
  }
  const [only = null] = numbers;
  return { words, only: numbers.size > 1 ? 'none' : only };
}

/** How many of the viewer's own requests are open. */
export async function countMyOpenRequests(reader: Reader, viewer: Viewer): Promise<number> {
  const mine: Place = { kind: 'mine', id: viewer.id };
  const { open } = countFollowed(await loadFollowed(reader, viewer.id, mine));
  return countOf(await countPlace(listReader(reader), mine), openStates) + open;
}

/** Whether what is seen of a followed request passes every filter. */
function passes(
  one: FollowedRequest,
  input: RequestListInput,
  { states, words, only }: { readonly states: readonly RequestState[] } & ReturnType<typeof wordsOf>,
): boolean {
  return (
    states.includes(one.state) &&
    (input.applicationId === null || one.applicationIds.includes(input.applicationId)) &&
    (typeof input.requesterId !== 'string' || one.requesterId === input.requesterId) &&
    (only === null || one.number === only) &&
    words.every((word) => one.text.includes(word))
  );
}

async function rowsOf(
  reader: Reader,
  numbers: readonly number[],
  followed: readonly FollowedRequest[],
): Promise<RequestRow[]> {
  if (numbers.length === 0) return [];
  const place = new Map(numbers.map((number, index) => [number, index]));
  const inPart = followed.filter(({ number }) => place.has(number));
  const whole = numbers.filter((number) => !inPart.some((one) => one.number === number));
  const requests =
    whole.length === 0
      ? []
      : await reader
          .selectFrom('access_request')
          .select(requestColumns)
          .where('access_request.number', 'in', whole)
          .execute();
  const rows = [...(await requestRows(reader, requests)), ...(await followedRows(reader, inPart))];
  return rows.toSorted((one, other) => (place.get(one.number) ?? 0) - (place.get(other.number) ?? 0));
}
