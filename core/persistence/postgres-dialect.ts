/** Postgres through pg, with raw values converted to what SQLite hands over too. */
import pg from 'pg';
import { PostgresDialect } from 'kysely';
import { instant } from '#core/domain/instant.ts';

const oid = { int8: 20, timestamptz: 1184, jsonb: 3802, json: 114 };

/** A pool on `url`. Idle connections that the server drops do not take the process down; the next query gets a new one. */
export function openPostgres(url: string): { readonly dialect: PostgresDialect; readonly pool: pg.Pool } {
  const types = new pg.TypeOverrides();
  types.setTypeParser(oid.timestamptz, (text) => instant(text));
  // Counts and sequence numbers stay far below 2^53.
  types.setTypeParser(oid.int8, Number);
  types.setTypeParser(oid.jsonb, (text) => text);
  types.setTypeParser(oid.json, (text) => text);
  const pool = new pg.Pool({ connectionString: url, max: 8, types, application_name: 'gatehouse' });
  pool.on('error', () => {
    // The pool has already dropped the connection; whoever queries next sees the server's state in an error of its own.
  });
  return { pool, dialect: new PostgresDialect({ pool }) };
}
