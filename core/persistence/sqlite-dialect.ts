/**
 * SQLite through better-sqlite3: one writing connection and one reading connection on the same file
 * (WAL), each with a cache of prepared statements, because preparing costs more than running.
 */
import BetterSqlite3 from 'better-sqlite3';
import { SqliteDialect } from 'kysely';
import { existsSync } from 'node:fs';
import { databaseFault } from './database-fault.ts';

export interface SqliteConnection {
  readonly dialect: SqliteDialect;
  readonly native: BetterSqlite3.Database;
}

const rememberedStatements = 500;

/** Opens a file (created when missing, unless `readonly`). @throws GatehouseError `database.*` saying what is wrong with which file. */
export function openSqlite(file: string, options: { readonly readonly: boolean }): SqliteConnection {
  try {
    const native = new BetterSqlite3(file, {
      readonly: options.readonly,
      fileMustExist: options.readonly,
      timeout: 10_000,
    });
    if (!options.readonly) {
      native.pragma('journal_mode = WAL');
      // An acknowledged command survives a power cut, not only a crash of the process.
      native.pragma('synchronous = FULL');
      native.pragma('foreign_keys = ON');
    }
    native.pragma('temp_store = MEMORY');
    native.pragma('cache_size = -65536');
    native.pragma('mmap_size = 268435456');
    return { native, dialect: new SqliteDialect({ database: withStatementCache(native) }) };
  } catch (error) {
    throw databaseFault(error, existsSync(file) ? `the database file ${file}` : `a new database file ${file}`);
  }
}

/** The part of better-sqlite3 that Kysely uses, with statements prepared once. */
function withStatementCache(native: BetterSqlite3.Database) {
  const statements = new Map<string, BetterSqlite3.Statement>();
  return {
    prepare(sql: string) {
      // On a full disk SQLite has rolled back already; asking again would fail and hide why.
      if (sql === 'rollback' && !native.inTransaction) return native.prepare('select 0 where false');
      // Other processes write to the same file: taking the write lock at once avoids a lock upgrade that cannot be waited for.
      const text = sql === 'begin' && !native.readonly ? 'begin immediate' : sql;
      const known = statements.get(text);
      if (known !== undefined) {
        // A statement in the middle of an iteration cannot be used again; it gets a sibling.
        if (!known.busy) return known;
        return native.prepare(text);
      }
      const statement = native.prepare(text);
      if (statements.size >= rememberedStatements) statements.delete(statements.keys().next().value ?? '');
      statements.set(text, statement);
      return statement;
    },
    close() {
      statements.clear();
      // A second time does nothing.
      native.close();
    },
  };
}
