/**
 * Finds the numbers of the requests of a page. A filter is a set of places (what I may see, an application, a
 * requester) whose requests lie sorted by number; the smallest place is walked, and the others are asked of
 * each number, so a page costs about as much as it has rows, whichever page it is.
 */
import { sql, type Expression, type SqlBool } from 'kysely';
import type { RequestState } from '#core/domain/request.ts';
import { hasTextIndex, type ListReader, type PlaceKind } from './list-tables.ts';
import { containing } from './search.ts';

export interface Place {
  readonly kind: PlaceKind;
  readonly id: string;
}

export interface NumbersWanted {
  /** All of them; at least one. */
  readonly places: readonly Place[];
  readonly states: readonly RequestState[];
  /** In lower case, all of them. */
  readonly words: readonly string[];
  /** Exactly this request. */
  readonly only: number | null;
  readonly sort: 'newest' | 'oldest' | 'changed';
  /** The last number of the page before, or for `changed` the last sequence. */
  readonly after: number | null;
  readonly limit: number;
}

export interface NumberFound {
  readonly number: number;
  /** What the list is sorted by. */
  readonly key: number;
}

/** Up to so many are read and sorted whatever the order they are wanted in. */
const few = 2_000;
/** So many are compared with the words before the index is asked. */
const walked = 1_500;

/** How many requests of each state a place has. */
export async function countPlace(reader: ListReader, place: Place): Promise<ReadonlyMap<RequestState, number>> {
  const rows = await reader
    .selectFrom('list_count')
    .select(['state', 'count'])
    .where('kind', '=', place.kind)
    .where('place_id', '=', place.id)
    .execute();
  return new Map(rows.map((row) => [row.state as RequestState, row.count]));
}

export function countOf(counts: ReadonlyMap<RequestState, number>, states: readonly RequestState[]): number {
  return states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
}

/** The numbers of a page, in its order. `smallest` is the place with the fewest requests in these states, `size` their number. */
export async function findNumbers(
  reader: ListReader,
  wanted: NumbersWanted,
  smallest: Place,
  size: number,
): Promise<readonly NumberFound[]> {
  const others = wanted.places.filter((place) => place !== smallest);
  if (wanted.sort === 'changed') {
    if (wanted.words.length === 0 && size > few)
      return (await isWalkedInVain(reader, wanted, size))
        ? changedInPlace(reader, wanted, smallest, others)
        : changedByWalk(reader, wanted);
    return changedAmongFew(reader, wanted, smallest, others, size);
  }
  return size > few ? byWords(reader, wanted, smallest, others) : byPlace(reader, wanted, smallest, others);
}

/**
 * The index is read from its beginning, however deep the page lies: words that many requests have are met sooner
 * by walking the place from there. Only what such a walk does not meet soon is looked up.
 */
async function byWords(
  reader: ListReader,
  wanted: NumbersWanted,
  smallest: Place,
  others: readonly Place[],
): Promise<readonly NumberFound[]> {
  const parts = await narrowing(reader, wanted.words);
  if (parts === null) return byPlace(reader, wanted, smallest, others);
  if (parts.areFrequent) {
    const met = await byPlace(reader, wanted, smallest, others, walked);
    if (met.length >= wanted.limit) return met;
  }
  return byText(reader, wanted, parts.match);
}

/** Walks one place, whose states lie one after another: a page of each, merged. With `most`, no further than so many. */
async function byPlace(
  reader: ListReader,
  wanted: NumbersWanted,
  smallest: Place,
  others: readonly Place[],
  most: number | null = null,
): Promise<readonly NumberFound[]> {
  const newestFirst = wanted.sort === 'newest';
  const direction = newestFirst ? 'desc' : 'asc';
  const ofState = (state: RequestState) => {
    let query = reader
      .selectFrom('list_request as place')
      .select('place.number')
      .where('place.kind', '=', smallest.kind)
      .where('place.place_id', '=', smallest.id)
      .where('place.state', '=', state)
      .orderBy('place.number', direction)
      .limit(most ?? wanted.limit);
    if (wanted.after !== null) query = query.where('place.number', newestFirst ? '<' : '>', wanted.after);
    if (wanted.only !== null) query = query.where('place.number', '=', wanted.only);
    for (const other of others) query = query.where(lies(other, [state], 'place.number'));
    if (most === null) for (const word of wanted.words) query = query.where(hasWord('place.number', word));
    return reader.selectFrom(query.as('part')).select('part.number');
  };
  const [first, ...rest] = wanted.states.map(ofState);
  if (first === undefined) return [];
  const merged = rest.reduce((all, next) => all.unionAll(next) as typeof all, first);
  const found = reader
    .selectFrom(merged.as('found'))
    .select('found.number')
    .orderBy('found.number', direction)
    .limit(most ?? wanted.limit);
  const rows =
    most === null
      ? await found.execute()
      : await reader
          .selectFrom(found.as('place'))
          .select('place.number')
          .where((eb) => eb.and(wanted.words.map((word) => hasWord('place.number', word))))
          .orderBy('place.number', direction)
          .limit(wanted.limit)
          .execute();
  return rows.map(({ number }) => ({ number, key: number }));
}

/** Walks the requests that have the words, which lie sorted by number too. */
async function byText(reader: ListReader, wanted: NumbersWanted, match: string): Promise<readonly NumberFound[]> {
  const newestFirst = wanted.sort === 'newest';
  const bound =
    wanted.after === null
      ? sql``
      : newestFirst
        ? sql`and list_text.rowid < ${wanted.after}`
        : sql`and list_text.rowid > ${wanted.after}`;
  const only = wanted.only === null ? sql`` : sql`and list_text.rowid = ${wanted.only}`;
  const conditions = [
    ...wanted.words.map((word) => sql`access_request.search_text like ${containing(word)} escape '\\'`),
    sql`access_request.state in (${sql.join(wanted.states)})`,
    ...wanted.places
      .filter((place) => place.kind !== 'all')
      .map(
        (place) => sql`exists (select 1 from list_request where kind = ${place.kind} and place_id = ${place.id}
          and state = access_request.state and number = access_request.number)`,
      ),
  ];
  const { rows } = await sql<{ number: number }>`
    select list_text.rowid as number from list_text
    cross join access_request on access_request.number = list_text.rowid
    where list_text match ${match} ${bound} ${only} and ${sql.join(conditions, sql` and `)}
    order by list_text.rowid ${newestFirst ? sql`desc` : sql`asc`}
    limit ${sql.lit(wanted.limit)}`.execute(reader);
  return rows.map(({ number }) => ({ number, key: number }));
}

async function changedAmongFew(
  reader: ListReader,
  wanted: NumbersWanted,
  smallest: Place,
  others: readonly Place[],
  size: number,
): Promise<readonly NumberFound[]> {
  const all = { ...wanted, sort: 'newest' as const, after: null, limit: few + 1 };
  const parts = size > few ? await narrowing(reader, wanted.words) : null;
  if (parts?.areFrequent === true) {
    const met = await changedByWalk(reader, wanted, walked);
    if (met.length >= wanted.limit) return met;
  }
  const numbers =
    parts === null ? await byPlace(reader, all, smallest, others) : await byText(reader, all, parts.match);
  // A word that so many requests have narrows little: the walk meets a page of them soon.
  if (numbers.length > few) return changedByWalk(reader, wanted);
  if (numbers.length === 0) return [];
  let query = reader
    .selectFrom('list_change')
    .select(['number', 'sequence as key'])
    .where(
      'number',
      'in',
      numbers.map((row) => row.number),
    );
  if (wanted.after !== null) query = query.where('sequence', '<', wanted.after);
  return (await query.execute()).toSorted((one, other) => other.key - one.key).slice(0, wanted.limit);
}

/**
 * A walk meets the place's requests as seldom as they are few among all, so that a page of them may cost more steps
 * than the place has requests. Looking each of these up costs about half such a step.
 */
async function isWalkedInVain(reader: ListReader, { limit }: NumbersWanted, size: number): Promise<boolean> {
  return hasTextIndex(reader) && size * size <= 2 * limit * (await lastNumber(reader));
}

/** Everything in one place, looked up and sorted. */
function changedInPlace(
  reader: ListReader,
  wanted: NumbersWanted,
  smallest: Place,
  others: readonly Place[],
): Promise<readonly NumberFound[]> {
  // Left to itself, SQLite would walk after all.
  let query = reader
    .selectFrom('list_request as place')
    .crossJoin('list_change')
    .whereRef('list_change.number', '=', 'place.number')
    .select(['list_change.number', 'list_change.sequence as key'])
    .where('place.kind', '=', smallest.kind)
    .where('place.place_id', '=', smallest.id)
    .where('place.state', 'in', wanted.states)
    .orderBy('list_change.sequence', 'desc')
    .limit(wanted.limit);
  if (wanted.after !== null) query = query.where('list_change.sequence', '<', wanted.after);
  if (wanted.only !== null) query = query.where('place.number', '=', wanted.only);
  for (const other of others) query = query.where(lies(other, wanted.states, 'place.number'));
  return query.execute();
}

/** What the trail said last, walked back; each request is asked for its places and its words. With `most`, no further than so many. */
async function changedByWalk(
  reader: ListReader,
  wanted: NumbersWanted,
  most: number | null = null,
): Promise<readonly NumberFound[]> {
  let walk = reader
    .selectFrom('list_change')
    .select(['list_change.number', 'list_change.sequence'])
    .orderBy('list_change.sequence', 'desc');
  if (most !== null) walk = walk.limit(most);
  if (wanted.after !== null) walk = walk.where('list_change.sequence', '<', wanted.after);
  if (wanted.only !== null) walk = walk.where('list_change.number', '=', wanted.only);
  let query = reader
    .selectFrom(walk.as('list_change'))
    .select(['list_change.number', 'list_change.sequence as key'])
    .orderBy('list_change.sequence', 'desc')
    .limit(wanted.limit);
  for (const word of wanted.words) query = query.where(hasWord('list_change.number', word));
  for (const place of wanted.places) {
    query = query.where(lies(place, wanted.states, 'list_change.number'));
  }
  return query.execute();
}

/** A request has one state, so that a place is asked once, whatever states are wanted; and every request lies everywhere. */
function lies(place: Place, states: readonly RequestState[], number: 'place.number' | 'list_change.number') {
  const [only, ...more] = states;
  if (more.length === 0)
    return sql<SqlBool>`exists (select 1 from list_request as other where other.kind = ${place.kind}
      and other.place_id = ${place.id} and other.state = ${only} and other.number = ${sql.ref(number)})`;
  const isThere =
    place.kind === 'all'
      ? sql``
      : sql`and exists (select 1 from list_request as other where other.kind = ${place.kind}
          and other.place_id = ${place.id} and other.state = asked.state and other.number = asked.number)`;
  return sql<SqlBool>`exists (select 1 from access_request as asked
    where asked.number = ${sql.ref(number)} and asked.state in (${sql.join(states)}) ${isThere})`;
}

function hasWord(number: 'place.number' | 'list_change.number', word: string): Expression<SqlBool> {
  return sql<SqlBool>`exists (select 1 from access_request
    where access_request.number = ${sql.ref(number)} and access_request.search_text like ${containing(word)} escape '\\')`;
}

/** The index knows three letters at a time and no positions. The two rarest narrow enough: a third costs more than it saves. */
const partsAsked = 2;
const mostParts = 16;
/** How rare three letters are is seen in at least so many requests, spread evenly over all. */
const sampled = 128;
/** In so many of them, they are met soon by walking. */
const frequent = sampled / 16;

interface Narrowing {
  /** What to ask the index for; what it finds is compared with the words again. */
  readonly match: string;
  /** Even the rarest of these parts is met every few requests. */
  readonly areFrequent: boolean;
}

/** Null: the index knows nothing that is so short, or there is none. */
async function narrowing(reader: ListReader, words: readonly string[]): Promise<Narrowing | null> {
  if (!hasTextIndex(reader)) return null;
  const parts = new Set<string>();
  for (const word of words) {
    const letters = Array.from(word);
    for (let start = 0; start + 3 <= letters.length; start += 1) parts.add(letters.slice(start, start + 3).join(''));
  }
  if (parts.size === 0) return null;
  const texts = await sampledTexts(reader);
  const weighed = [...parts]
    .slice(0, mostParts)
    .map((part) => ({ part, share: texts.filter((text) => text.includes(part)).length / texts.length }));
  const rarest = weighed.toSorted((one, other) => one.share - other.share).slice(0, partsAsked);
  return {
    match: rarest.map(({ part }) => `"${part.replaceAll('"', '""')}"`).join(' AND '),
    areFrequent: (rarest[0]?.share ?? 0) >= frequent / sampled,
  };
}

/** The search texts of every so-and-so-many-th request; the same ones for as long as there are not twice as many, so that they stay at hand. */
async function sampledTexts(reader: ListReader): Promise<readonly string[]> {
  const last = await lastNumber(reader);
  const step = 2 ** Math.max(0, Math.floor(Math.log2(last / sampled)));
  const numbers = Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step);
  const { rows } = await sql<{ text: string }>`select search_text as text from access_request
    where number in (select value from json_each(${JSON.stringify(numbers)}))`.execute(reader);
  return rows.map(({ text }) => text.toLowerCase());
}

async function lastNumber(reader: ListReader): Promise<number> {
  const { rows } = await sql<{ number: number | null }>`select max(number) as number from access_request`.execute(
    reader,
  );
  return rows[0]?.number ?? 0;
}
