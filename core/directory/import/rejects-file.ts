/** The rows that were kept out, as a CSV file of their own: corrected, it can be imported as it is. */
import { stringify } from 'csv-stringify/sync';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Fields } from './fields.ts';
import { rejectColumns, type MappedHeader } from './mapped-header.ts';

/** Longer values are cut; they stay too long for every column, so a cut one is never imported by mistake. */
const longestKept = 20_000;

export class RejectsFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #own: boolean;
  #header: MappedHeader | null = null;
  #rows = 0;

  private constructor(path: string, handle: FileHandle, own: boolean) {
    this.path = path;
    this.#handle = handle;
    this.#own = own;
  }

  /** Writes to `path`, or into a new private folder under the system's temporary one. */
  static async create(path: string | null): Promise<RejectsFile> {
    const file = path ?? join(await mkdtemp(join(tmpdir(), 'gatehouse-rejects-')), 'rejects.csv');
    return new RejectsFile(file, await open(file, 'w', 0o600), path === null);
  }

  get rows(): number {
    return this.#rows;
  }

  async write(header: MappedHeader, rejected: readonly Fields[]): Promise<void> {
    if (rejected.length === 0) return;
    const records = rejected.map((fields) => recordOf(header, fields));
    if (this.#header === null) {
      this.#header = header;
      records.unshift([...header.names, ...rejectColumns]);
      // Spreadsheets take a CSV file for UTF-8 only when it begins with a byte order mark.
      await this.#handle.write('\uFEFF');
    }
    this.#rows += rejected.length;
    await this.#handle.write(
      stringify(records, { delimiter: header.delimiter, escape_formulas: true, record_delimiter: '\r\n' }),
    );
  }

  /** Forgets what was written, for a second attempt at the same file. */
  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#header = null;
    this.#rows = 0;
  }

  /** Closes the file and removes it when nobody will read it. Answers with its path, or null. */
  async close(keep: boolean): Promise<string | null> {
    await this.#handle.close();
    if (keep && this.#rows > 0) return this.path;
    await rm(this.#own ? dirname(this.path) : this.path, { recursive: this.#own, force: true });
    return null;
  }
}

function recordOf(header: MappedHeader, fields: Fields): string[] {
  const width = header.names.length;
  const values = Array.from({ length: width }, (_, index) => (fields.values[index] ?? '').slice(0, longestKept));
  const leftOver = header.rejects ? [] : fields.values.slice(width).filter((value) => value.trim() !== '');
  const extra = leftOver.length === 0 ? '' : ` Left over: ${leftOver.join(' | ').slice(0, 1000)}`;
  const { rejection } = fields;
  return [...values, String(fields.line), rejection?.column ?? '', `${rejection?.reason ?? ''}${extra}`];
}
