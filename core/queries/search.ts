/** What a person typed into a search field, as conditions on the lower-cased `search_text` columns. */
import { sql, type Expression, type SqlBool } from 'kysely';

/** More words than this are looked for as one text: every word is a comparison with every row. */
const mostWords = 8;
const escapeCharacter = '\\';

/** The words to look for, in lower case; all of them must be there, in any order. Empty: no search. */
export function searchWords(search: string): readonly string[] {
  const text = search.trim().toLowerCase();
  if (text === '') return [];
  const words = [...new Set(text.split(/\s+/u))];
  return words.length > mostWords ? [text] : words;
}

/** `%` and `_` mean themselves. */
export function containing(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, (character) => `${escapeCharacter}${character}`)}%`;
}

/** True for rows whose lower-cased text has all the words. */
export function hasWords(column: Expression<string>, words: readonly string[]): Expression<SqlBool> {
  const conditions = words.map(
    (word) => sql<SqlBool>`${column} like ${containing(word)} escape ${sql.lit(escapeCharacter)}`,
  );
  return conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}

/**
 * A column that no index is used for. Without statistics SQLite takes an index on a status that most rows
 * share before reading the table or looking up a few ids, and then visits nearly every row in disorder.
 */
export function withoutIndex(column: Expression<string>): Expression<string> {
  return sql<string>`(${column} || '')`;
}
