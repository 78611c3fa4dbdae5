/** Asking databases about many ids at once: they take only so many parameters in a statement. */

const idsPerStatement = 500;

/** The ids, each once, in their order. */
export function unique<Id>(ids: readonly Id[]): readonly Id[] {
  return [...new Set(ids)];
}

/** The rows of all ids; no statement when there are none. */
export async function inChunks<Id, Row>(
  ids: readonly Id[],
  query: (chunk: readonly Id[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  if (ids.length === 0) return [];
  if (ids.length <= idsPerStatement) return query(ids);
  const rows: Row[] = [];
  for (let start = 0; start < ids.length; start += idsPerStatement)
    rows.push(...(await query(ids.slice(start, start + idsPerStatement))));
  return rows;
}

/**
 * The ids with the last one repeated up to the next power of two: asked for with `in`, that changes nothing, and a
 * query that is prepared once per length of its list is then prepared for a few lengths instead of for every one.
 */
export function evened<Id>(ids: readonly Id[]): readonly Id[] {
  const last = ids.at(-1);
  if (last === undefined) return ids;
  const length = 2 ** Math.ceil(Math.log2(ids.length));
  return length > idsPerStatement || length === ids.length
    ? ids
    : [...ids, ...Array.from({ length: length - ids.length }, () => last)];
}
