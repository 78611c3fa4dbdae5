/** Searching people: one pass over the table instead of one per question that is asked about the matches. */
import type { EmployeeStatus } from '#core/domain/directory.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { hasWords, withoutIndex } from './search.ts';

/** Up to this many matches are handed over by their ids. */
const fewMatches = 1_000;

/**
 * The ids of those who match, when they are few: lists then start from them. Null when they are many: a
 * list in order of names then meets enough of them soon, and stops. Also null without any words.
 */
export async function fewMatching(
  reader: Reader,
  statuses: readonly EmployeeStatus[],
  words: readonly string[],
): Promise<readonly EmployeeId[] | null> {
  if (words.length === 0) return null;
  const rows = await reader
    .selectFrom('employee')
    .select('id')
    .where((eb) => hasWords(eb.ref('search_text'), words))
    .where((eb) => eb(withoutIndex(eb.ref('status')), 'in', statuses))
    .limit(fewMatches + 1)
    .execute();
  return rows.length > fewMatches ? null : rows.map((row) => row.id);
}
