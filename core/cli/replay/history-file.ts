/**
 * A recorded history of access decisions as a CSV file: who asked for what, and what the manager of that
 * time decided. It is read as a stream, twice: once to find everybody in it, once to replay it.
 */
import { createReadStream } from 'node:fs';
import { readCsv, type CsvHeader, type CsvRow } from '#core/directory/import/csv-rows.ts';
import { UnreadableFile } from '#core/directory/import/unreadable-file.ts';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';

/** The columns of the format, in its order. All but the first two together are one employee's profile. */
export const historyColumns = [
  'ACTION',
  'RESOURCE',
  'MGR_ID',
  'ROLE_ROLLUP_1',
  'ROLE_ROLLUP_2',
  'ROLE_DEPTNAME',
  'ROLE_TITLE',
  'ROLE_FAMILY_DESC',
  'ROLE_FAMILY',
  'ROLE_CODE',
] as const;
type HistoryColumn = (typeof historyColumns)[number];

/** What the file says of a person. It has no employee ids: the same profile is the same person. */
export type Profile = Readonly<Record<Exclude<HistoryColumn, 'ACTION' | 'RESOURCE'>, string>>;

export interface HistoryRow {
  /** Where the row is in the file, from 1, the header included. */
  readonly line: number;
  readonly approved: boolean;
  readonly resource: string;
  readonly profile: Profile;
  /** Equal for equal profiles. */
  readonly profileKey: string;
}

const longestValue = 100;

/**
 * Reads the file and hands over its rows in order, some hundred at a time.
 * @throws GatehouseError `history.unreadable` or `history.malformed`, with the line and the column.
 */
export async function readHistory(
  file: string,
  take: (rows: readonly HistoryRow[]) => Promise<void> | void,
): Promise<void> {
  let places: Places = new Map();
  try {
    await readCsv(() => createReadStream(file), {
      header(header) {
        places = placesOf(file, header);
      },
      rows: (rows) => take(rows.map((row) => historyRow(file, places, row))),
    });
  } catch (error) {
    if (error instanceof UnreadableFile) throw malformed(file, error.line, error.column, error.message);
    const code = (error as { code?: unknown } | null)?.code;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
      throw new GatehouseError(
        'history.unreadable',
        `The history ${file} cannot be read: ${messageOf(error)}.`,
        { file },
        error,
      );
    }
    throw error;
  }
}

type Places = ReadonlyMap<HistoryColumn, number>;

function placesOf(file: string, header: CsvHeader): Places {
  const names = header.names.map((name) => name.trim().toUpperCase());
  const missing = historyColumns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw malformed(
      file,
      header.line,
      missing[0] ?? null,
      `The header lacks ${missing.join(', ')}. It must name ${historyColumns.join(', ')}.`,
    );
  }
  const twice = historyColumns.find((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (twice !== undefined) throw malformed(file, header.line, twice, 'The header names this column twice.');
  return new Map(historyColumns.map((column) => [column, names.indexOf(column)]));
}

function historyRow(file: string, places: Places, row: CsvRow): HistoryRow {
  const values = historyColumns.map((column) => {
    const value = row.values[places.get(column) ?? -1]?.trim() ?? '';
    if (value === '') throw malformed(file, row.line, column, 'The value is missing.');
    if (value.length > longestValue)
      throw malformed(file, row.line, column, `The value is longer than ${longestValue} characters.`);
    return value;
  });
  const [action = '', resource = '', ...profileValues] = values;
  if (action !== '0' && action !== '1') {
    throw malformed(file, row.line, 'ACTION', `It must be 1 (approved) or 0 (denied), not "${action}".`);
  }
  const profile = Object.fromEntries(
    historyColumns.slice(2).map((column, index) => [column, profileValues[index] ?? '']),
  ) as Profile;
  return { line: row.line, approved: action === '1', resource, profile, profileKey: JSON.stringify(profileValues) };
}

function malformed(file: string, line: number, column: string | null, reason: string): GatehouseError {
  const where = column === null ? `line ${line}` : `line ${line}, column ${column}`;
  return new GatehouseError('history.malformed', `${file}, ${where}: ${reason}`, { file, line, column });
}
