/** Databases for single tests on a running Postgres server: copies of a migrated workspace, which is quicker than migrating each. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openDatabase, type DatabaseLocation } from '#core/persistence/open-database.ts';

const template = 'gatehouse_template';

/** Migrates the workspace that `freshPostgres` copies. */
export async function makeTemplate(serverUrl: string): Promise<void> {
  await asAdministrator(serverUrl, `create database ${template}`);
  const database = await openDatabase({ kind: 'postgres', url: urlOf(serverUrl, template) });
  await database.close();
}

/** A database of its own on a Postgres server; `empty`: without even a table. */
export async function freshPostgres(
  serverUrl: string,
  options: { readonly empty?: boolean } = {},
): Promise<{ readonly location: DatabaseLocation; readonly remove: () => Promise<void> }> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asAdministrator(serverUrl, `create database ${name}${options.empty === true ? '' : ` template ${template}`}`);
  return {
    location: { kind: 'postgres', url: urlOf(serverUrl, name) },
    remove: () => asAdministrator(serverUrl, `drop database ${name} with (force)`),
  };
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdministrator(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
