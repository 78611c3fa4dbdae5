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
