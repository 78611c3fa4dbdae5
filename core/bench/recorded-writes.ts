/**
 * The statements with which the product writes, taken down while it runs, so that a floor can do exactly
 * the same writes in the same transactions and nothing else.
 */
import BetterSqlite3 from 'better-sqlite3';
import { copyFileSync } from 'node:fs';

interface RecordedStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface WriteRecorder {
  /** What was written since the last time, in its order, with the beginnings and ends of transactions. */
  take(): readonly RecordedStatement[];
  stop(): void;
}

type Prepare = BetterSqlite3.Database['prepare'];
type Run = (...parameters: unknown[]) => unknown;

const transactionEnds = /^(begin|commit|rollback)/i;

/** Takes down what connections of this process to `file` write with statements they prepare from now on. */
export function recordWrites(file: string): WriteRecorder {
  let recorded: RecordedStatement[] = [];
  // The methods are put back by `stop`, and called with the connection they belong to.
  const prototype = BetterSqlite3.prototype as { prepare: Prepare };
  const original = prototype.prepare;
  prototype.prepare = function prepare(this: BetterSqlite3.Database, sql: string) {
    const statement = original.call(this, sql);
    if (this.name !== file || (statement.readonly && !transactionEnds.test(sql))) return statement;
    const methods = statement as unknown as Record<'run' | 'all', Run>;
    for (const name of ['run', 'all'] as const) {
      const perform = methods[name];
      methods[name] = function recordedPerform(this: unknown, ...parameters: unknown[]) {
        const answer = perform.apply(this, parameters);
        recorded.push({ sql, parameters });
        return answer;
      };
    }
    return statement;
  } as Prepare;
  return {
    take() {
      const taken = recorded;
      recorded = [];
      return taken;
    },
    stop() {
      prototype.prepare = original;
    },
  };
}

export interface BareWriter {
  write(statements: readonly RecordedStatement[]): void;
  rowsByTable(): Readonly<Record<string, number>>;
  close(): void;
}

/** Bare better-sqlite3 on `file`, with the settings of the product's writing connection and every statement prepared once. */
export function openBareWriter(file: string): BareWriter {
  const native = new BetterSqlite3(file);
  native.pragma('journal_mode = WAL');
  native.pragma('synchronous = FULL');
  native.pragma('foreign_keys = ON');
  native.pragma('temp_store = MEMORY');
  native.pragma('cache_size = -65536');
  native.pragma('mmap_size = 268435456');
  const prepared = new Map<string, BetterSqlite3.Statement>();
  return {
    write(statements) {
      for (const { sql, parameters } of statements) {
        let statement = prepared.get(sql);
        if (statement === undefined) prepared.set(sql, (statement = native.prepare(sql)));
        if (statement.reader) statement.all(...parameters);
        else statement.run(...parameters);
      }
    },
    rowsByTable: () => rowsByTable(native),
    close: () => native.close(),
  };
}

/** Copies a database file with everything that was committed to it. Nobody may be writing. */
export function copyDatabase(file: string, copy: string): void {
  const native = new BetterSqlite3(file);
  try {
    native.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    native.close();
  }
  copyFileSync(file, copy);
}

/** How many rows each table of a database file has. */
export function rowsOfFile(file: string): Readonly<Record<string, number>> {
  const native = new BetterSqlite3(file, { readonly: true });
  try {
    return rowsByTable(native);
  } finally {
    native.close();
  }
}

function rowsByTable(native: BetterSqlite3.Database): Readonly<Record<string, number>> {
  const tables = native
    .prepare<[], { name: string }>(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`,
    )
    .all();
  return Object.fromEntries(
    tables.map(({ name }) => [
      name,
      native.prepare<[], { count: number }>(`select count(*) as count from "${name}"`).get()?.count ?? 0,
    ]),
  );
}
