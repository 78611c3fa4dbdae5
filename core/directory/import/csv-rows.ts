/** Rows of a CSV file with the line each one starts on, in batches, so that no file is ever in memory whole. */
import { createHash } from 'node:crypto';
import { CsvError, parse, type Parser } from 'csv-parse';
import { countLines, readUtf8, type FileSource } from './source-text.ts';
import { UnreadableFile } from './unreadable-file.ts';

export interface CsvRow {
  /** The line the row starts on, as an editor counts: from 1, the header included, line breaks in quotes too. */
  readonly line: number;
  readonly values: readonly string[];
}

export interface CsvHeader {
  readonly line: number;
  readonly names: readonly string[];
  readonly delimiter: string;
}

export interface CsvReader {
  header(header: CsvHeader): void;
  /** Some hundred rows in file order. Blank rows are left out. */
  rows(rows: readonly CsvRow[]): Promise<void> | void;
}

const batchRows = 500;
/** A batch of very wide rows is handed on earlier. In characters. */
const batchCharacters = 1_000_000;
/** A longer row is a quote that is never closed, or no table at all. In bytes. */
const longestRow = 8 * 1024 * 1024;
const longestHeader = 64 * 1024;

/**
 * Reads the whole file and answers with the SHA-256 (hex) of its bytes.
 * @throws UnreadableFile when it is not a CSV file with a header and rows.
 */
export async function readCsv(source: FileSource, reader: CsvReader): Promise<string> {
  const hash = createHash('sha256');
  let start: Buffer = Buffer.alloc(0);
  let table: Table | null = null;
  for await (const text of readUtf8(source, hash)) {
    if (table === null) {
      start = Buffer.concat([start, text]);
      const dialect = dialectOf(start, false);
      if (dialect === null) continue;
      table = new Table(dialect, reader);
      await table.feed(start);
    } else await table.feed(text);
  }
  if (table === null) {
    if (start.toString('utf8').trim() === '') throw new UnreadableFile(1, 'This file is empty.');
    table = new Table(dialectOf(start, true) ?? { delimiter: ',', lineEnd: '\n', announced: false }, reader);
    await table.feed(start);
  }
  await table.end();
  return hash.digest('hex');
}

interface Dialect {
  readonly delimiter: string;
  readonly lineEnd: '\n' | '\r';
  /** The first line is Excel's `sep=;`, not the header. */
  readonly announced: boolean;
}

/** Delimiter and line ends from the first line; null while that is not there yet. */
function dialectOf(start: Buffer, whole: boolean): Dialect | null {
  const counts = new Map([[',', 0], [';', 0], ['\t', 0]]); // prettier-ignore
  let quoted = false;
  for (let at = 0; at < Math.min(start.length, longestHeader); at += 1) {
    const character = String.fromCharCode(start[at] ?? 0);
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    const count = counts.get(character);
    if (count !== undefined) counts.set(character, count + 1);
    if (character !== '\n' && character !== '\r') continue;
    if (character === '\r' && at + 1 === start.length && !whole) return null;
    const lineEnd = character === '\r' && start[at + 1] !== 10 ? '\r' : '\n';
    const announced = /^sep=([,;\t])$/i.exec(start.toString('utf8', 0, at));
    return announced === null
      ? { delimiter: mostFrequent(counts), lineEnd, announced: false }
      : { delimiter: announced[1] ?? ',', lineEnd, announced: true };
  }
  if (start.length >= longestHeader) {
    throw new UnreadableFile(
      1,
      quoted ? 'A quote in the header is never closed.' : 'The header is longer than 64 KB: this is not a CSV file.',
    );
  }
  return whole ? { delimiter: mostFrequent(counts), lineEnd: '\n', announced: false } : null;
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/** One pass of the parser over one file. */
class Table {
  readonly #reader: CsvReader;
  readonly #dialect: Dialect;
  readonly #parser: Parser;
  /** What the parser was fed and whose rows are not complete, for counting lines. */
  #unread: Buffer = Buffer.alloc(0);
  #unreadFrom = 0;
  #line = 1;
  #header: CsvHeader | null = null;
  #toSkip: number;
  #parsed: CsvRow[] = [];
  #batch: CsvRow[] = [];
  #batchSize = 0;
  #anyRow = false;

  constructor(dialect: Dialect, reader: CsvReader) {
    this.#dialect = dialect;
    this.#reader = reader;
    this.#toSkip = dialect.announced ? 1 : 0;
    this.#parser = parse({
      bom: false,
      delimiter: dialect.delimiter,
      // Files glued together from several systems mix both; with one of them alone, rows would melt into one.
      record_delimiter: dialect.lineEnd === '\r' ? ['\r\n', '\n', '\r'] : ['\r\n', '\n'],
      relax_column_count: true,
      max_record_size: longestRow,
      // Rows are taken here and never pushed: the stream's buffer would not be bounded by ours.
      on_record: (values: string[], info) => {
        this.#parsed.push({ line: this.#line, values });
        this.#advance(info.bytes);
        return null;
      },
    });
    // Errors arrive in the callback of the write that caused them.
    this.#parser.on('error', () => undefined);
    this.#parser.resume();
  }

  async feed(bytes: Buffer): Promise<void> {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    await this.#settled((callback) => this.#parser.write(bytes, callback));
    await this.#handOn(false);
  }

  async end(): Promise<void> {
    await this.#settled((callback) => this.#parser.end(callback));
    await this.#handOn(true);
    if (this.#header === null) throw new UnreadableFile(1, 'This file is empty.');
    if (!this.#anyRow) throw new UnreadableFile(this.#header.line, 'This file has a header and no rows.');
  }

  async #settled(work: (callback: (error?: Error | null) => void) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      work((error) => (error === undefined || error === null ? resolve() : reject(this.#explained(error))));
    });
  }

  /** Moves to the byte where the next row starts. */
  #advance(offset: number): void {
    const end = offset - this.#unreadFrom;
    this.#line += countLines(this.#unread, 0, end, this.#dialect.lineEnd.charCodeAt(0));
    this.#unread = this.#unread.subarray(end);
    this.#unreadFrom = offset;
  }

  async #handOn(last: boolean): Promise<void> {
    const parsed = this.#parsed;
    this.#parsed = [];
    for (const row of parsed) {
      if (row.values.every((value) => value.trim() === '')) continue;
      if (this.#toSkip > 0) this.#toSkip -= 1;
      else if (this.#header === null) {
        this.#header = { line: row.line, names: row.values, delimiter: this.#dialect.delimiter };
        this.#reader.header(this.#header);
      } else {
        this.#anyRow = true;
        this.#batch.push(row);
        this.#batchSize += row.values.reduce((size, value) => size + value.length, 0);
        if (this.#batch.length >= batchRows || this.#batchSize >= batchCharacters) await this.#flush();
      }
    }
    if (last && this.#batch.length > 0) await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchSize = 0;
    await this.#reader.rows(batch);
  }

  #explained(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    const line = this.#line;
    switch (error.code) {
      case 'CSV_QUOTE_NOT_CLOSED':
        return new UnreadableFile(line, `A quote in the row that starts on line ${line} is never closed.`);
      case 'CSV_MAX_RECORD_SIZE':
        return new UnreadableFile(
          line,
          `The row that starts on line ${line} is longer than 8 MB. Probably a quote in it is never closed.`,
        );
      case 'CSV_INVALID_CLOSING_QUOTE':
      case 'INVALID_OPENING_QUOTE':
        return new UnreadableFile(
          line,
          `The row that starts on line ${line} has a quote in the middle of a value. Put the value in quotes and double each quote inside it.`,
        );
      default:
        return new UnreadableFile(line, `The row that starts on line ${line} cannot be read: ${error.message}`);
    }
  }
}
