/** Finds a kind's columns in a file's header, and says what is missing or not known. */
import type { Column, KindColumns } from './columns.ts';
import type { CsvHeader } from './csv-rows.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** What a rejects file adds behind the original columns. */
export const rejectColumns = ['Line', 'Column', 'Reason'] as const;

const mostColumns = 200;
const longestName = 100;

export interface MappedHeader {
  readonly line: number;
  /** As the file has them. */
  readonly names: readonly string[];
  readonly delimiter: string;
  readonly found: ReadonlyMap<string, FoundColumn>;
  /** Columns that the kind does not know. */
  readonly unknown: readonly UnknownColumn[];
  /** This is a rejects file of an earlier import: its formulas are neutralised, its last columns are ours. */
  readonly rejects: boolean;
}

export interface FoundColumn extends Column {
  readonly index: number;
  /** As the file names it. */
  readonly name: string;
}

export interface UnknownColumn {
  readonly index: number;
  readonly name: string;
}

/** @throws UnreadableFile naming the columns that are missing and those that were found. */
export function mapHeader(header: CsvHeader, kind: KindColumns): MappedHeader {
  const names = header.names.map((name) => name.trim().replaceAll(/\s+/g, ' '));
  checkNames(names, header.line);
  const rejects = rejectColumns.every((name, index) => names[names.length - rejectColumns.length + index] === name);
  const own = rejects ? names.slice(0, -rejectColumns.length).map(restored) : names;
  const indexes = indexByKey(own, header.line);
  const found = new Map<string, FoundColumn>();
  const used = new Set<number>();
  const ofBalkanId = indexes.has(keyOf('Privilege Name')) || indexes.has(keyOf('Connection'));
  for (const column of kind.columns) {
    for (const name of ofBalkanId ? column.names : [...column.names, ...(column.plainNames ?? [])]) {
      const index = indexes.get(keyOf(name));
      if (index === undefined || used.has(index)) continue;
      found.set(column.field, { ...column, index, name: own[index] ?? name });
      used.add(index);
      break;
    }
  }
  const missing = kind.required.filter((group) => !group.some((field) => found.has(field)));
  if (missing.length > 0) throw missingColumns(missing, kind, own, header.line);
  const unknown = own.flatMap((name, index) => (used.has(index) || name === '' ? [] : [{ index, name }]));
  return { line: header.line, names: own, delimiter: header.delimiter, found, unknown, rejects };
}

/** Takes the apostrophe away that kept a spreadsheet from running a value as a formula. */
export function restored(value: string): string {
  return /^'[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? value.slice(1) : value;
}

function keyOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function checkNames(names: readonly string[], line: number): void {
  if (names.length > mostColumns) {
    throw new UnreadableFile(line, `The header has ${names.length} columns; at most ${mostColumns} can be read.`);
  }
  for (const name of names) {
    if (name.length > longestName) {
      throw new UnreadableFile(
        line,
        `The name of the column "${name.slice(0, 30)}…" is longer than ${longestName} characters.`,
      );
    }
    // oxlint-disable-next-line no-control-regex -- refusing control characters is the point
    if (/[\u0000-\u001f\u007f]/.test(name)) {
      throw new UnreadableFile(line, 'The header has control characters: this is not a CSV file of text.');
    }
  }
}

function indexByKey(names: readonly string[], line: number): ReadonlyMap<string, number> {
  const indexes = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const key = keyOf(name);
    if (key === '') continue;
    const earlier = indexes.get(key);
    if (earlier !== undefined) {
      throw new UnreadableFile(
        line,
        `The columns "${names[earlier]}" and "${name}" have the same name. Rename or remove one.`,
        name,
      );
    }
    indexes.set(key, index);
  }
  return indexes;
}

function missingColumns(
  missing: readonly (readonly string[])[],
  kind: KindColumns,
  found: readonly string[],
  line: number,
): UnreadableFile {
  const nameOf = (field: string) => kind.columns.find((column) => column.field === field)?.names[0] ?? field;
  const wanted = missing.map((group) => `"${group.map(nameOf).join('" or "')}"`).join(' and ');
  const list = found
    .filter((name) => name !== '')
    .slice(0, 20)
    .map((name) => `"${name.slice(0, 40)}"`)
    .join(', ');
  const more = found.length > 20 ? ` and ${found.length - 20} more` : '';
  return new UnreadableFile(
    line,
    `A file of ${kind.title} needs the column ${wanted}. The first line has: ${list === '' ? 'no names' : list}${more}.`,
  );
}
