/** One row of a file under its header: values by field, checked for length and control characters, with what is wrong about it. */
import type { CsvRow } from './csv-rows.ts';
import { restored, type FoundColumn, type MappedHeader } from './mapped-header.ts';
import type { Problem } from './problem.ts';

/** What a row came to. */
export type RowOutcome = 'created' | 'changed' | 'unchanged';

/** Longest value of a column that becomes an attribute. */
const longestAttribute = 4000;
// oxlint-disable-next-line no-control-regex -- finding control characters is the point
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

export class Fields {
  readonly line: number;
  readonly values: readonly string[];
  outcome: RowOutcome = 'unchanged';
  readonly warnings: Problem[] = [];
  readonly #header: MappedHeader;
  #rejection: Problem | null = null;

  constructor(header: MappedHeader, row: CsvRow) {
    this.#header = header;
    this.line = row.line;
    this.values = header.rejects ? row.values.map(restored) : row.values;
    const expected = header.names.length + (header.rejects ? 3 : 0);
    const count = this.values.length;
    if (count < expected || this.values.slice(expected).some((value) => value.trim() !== '')) {
      this.reject(null, `This row has ${count} values, the header has ${expected} columns.`);
    }
  }

  /** Why the row cannot be taken: the first reason found; null while there is none. */
  get rejection(): Problem | null {
    return this.#rejection;
  }

  /** Whether the file has the column at all: a missing one says nothing, an empty value says "none". */
  has(field: string): boolean {
    return this.#header.found.has(field);
  }

  /** The trimmed value; null when it is empty, the column is missing, or the value was rejected. */
  text(field: string): string | null {
    const column = this.#header.found.get(field);
    if (column === undefined) return null;
    return this.#checked(this.values[column.index] ?? '', column.name, column.maximum, column.lines ?? false);
  }

  /** Like `text`; a missing value rejects the row. */
  required(field: string): string | null {
    const value = this.text(field);
    if (value === null && this.#rejection === null) this.reject(field, 'This value is required.');
    return value;
  }

  /** Values of the columns that the kind does not know, by their names. Empty ones are null. */
  *unknown(): Generator<readonly [name: string, value: string | null]> {
    for (const { index, name } of this.#header.unknown) {
      yield [name, this.#checked(this.values[index] ?? '', name, longestAttribute, true)];
    }
  }

  /** Keeps the row out. The first reason counts. */
  reject(field: string | null, reason: string, value: string | null = null): void {
    this.#rejection ??= { line: this.line, column: this.#nameOf(field), severity: 'rejected', reason, value };
  }

  /** Says something about a row that is taken nevertheless. */
  warn(field: string | null, reason: string, value: string | null = null): void {
    this.warnings.push({ line: this.line, column: this.#nameOf(field), severity: 'warning', reason, value });
  }

  #nameOf(field: string | null): string | null {
    if (field === null) return null;
    const column: FoundColumn | undefined = this.#header.found.get(field);
    return column?.name ?? field;
  }

  #checked(raw: string, name: string, maximum: number, lines: boolean): string | null {
    // Length first: nothing else is done with a value of a megabyte.
    if (raw.length > maximum * 2 + 100) return this.#tooLong(raw, raw.length, name, maximum);
    const trimmed = raw.trim();
    // Nearly every value is printable ASCII with single spaces and needs no further look.
    const plain = !/[^ -~]| {2}/.test(trimmed);
    const value = plain || lines ? trimmed : trimmed.replaceAll(/\s+/g, ' ');
    if (value === '') return null;
    if (value.length > maximum) return this.#tooLong(value, value.length, name, maximum);
    if (!plain && controlCharacters.test(value)) {
      this.reject(name, 'This value contains control characters.', value);
      return null;
    }
    return value;
  }

  #tooLong(value: string, length: number, name: string, maximum: number): null {
    const reason = `This value is too long: ${length.toLocaleString('en')} characters, at most ${maximum.toLocaleString('en')} are possible.`;
    this.reject(name, reason, value);
    return null;
  }
}
