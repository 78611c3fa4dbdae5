/**
 * A Postgres server of its own with a role for Gatehouse that has just the rights the page on PostgreSQL lists,
 * and a superuser's connection beside it that looks at what the server itself holds. Roles belong to a whole
 * server, so tests of them do not share one.
 */
import pg from 'pg';
import type { Certificate } from './certificates.ts';
import { startPostgres } from './postgres-server.ts';

export interface RoleTestbed {
  /** PG_VERSION_NUM. */
  readonly version: number;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly superuser: { readonly name: string; readonly password: string };
  /** Runs statements as a superuser and gives the rows of the last. */
  sql<Row extends object = Readonly<Record<string, unknown>>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /** A login role; its oid. */
  createAccount(name: string, options?: string): Promise<string>;
  /** A group role that Gatehouse may grant; its oid. */
  createGroup(name: string): Promise<string>;
  oidOf(name: string): Promise<string>;
  /** Names of the direct members of a role, without Gatehouse itself. */
  membersOf(group: string): Promise<readonly string[]>;
  /** Has the server speak TLS with this certificate, and ask the role of this name for its password in clear text. */
  useTls(certificate: Certificate, clearTextRole: string): Promise<void>;
  /** Takes away every role and database a test made. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** @param url of a superuser on another server, whose roles will all be dropped; null: a fresh one is started */
export async function startRoleTestbed(url: string | null = null): Promise<RoleTestbed> {
  const server = url === null ? await startPostgres() : null;
  const address = new URL(server?.url ?? url ?? '');
  const admin = new pg.Client({ connectionString: address.href });
  await admin.connect();
  const sql = async <Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> => {
    const result = await admin.query<Row>(text, values === undefined ? undefined : [...values]);
    return result.rows;
  };
  const [about] = await sql<{ version: number }>(`select current_setting('server_version_num')::int as version`);
  const version = about?.version ?? 0;
  const password = 'gatehouse-Pa55';
  const oidOf = async (name: string): Promise<string> => {
    const [row] = await sql<{ oid: string }>('select oid::text from pg_roles where rolname = $1', [name]);
    if (row === undefined) throw new Error(`no role ${name}`);
    return row.oid;
  };
  const reset = async (): Promise<void> => {
    const databases = await sql<{ name: string }>(
      `select datname as name from pg_database where datname not in ('postgres', 'template0', 'template1')`,
    );
    for (const { name } of databases) await sql(`drop database ${pg.escapeIdentifier(name)} with (force)`);
    const roles = await sql<{ name: string }>(
      `select rolname as name from pg_roles where oid >= 16384 and rolname <> current_user`,
    );
    for (const { name } of roles) await sql(`drop owned by ${pg.escapeIdentifier(name)} cascade`);
    if (roles.length > 0) await sql(`drop role ${roles.map(({ name }) => pg.escapeIdentifier(name)).join(', ')}`);
    await sql(`create role gatehouse login createrole password '${password}'`);
  };
  await reset();
  return {
    version,
    configuration: {
      address: `postgres://${address.host}/postgres`,
      username: 'gatehouse',
      tls: 'plain',
      roleNames: 'username',
    },
    secrets: { password },
    superuser: { name: address.username, password: address.password },
    sql,
    async createAccount(name, options = '') {
      await sql(`create role ${pg.escapeIdentifier(name)} login ${options}`);
      return oidOf(name);
    },
    async createGroup(name) {
      const quoted = pg.escapeIdentifier(name);
      await sql(`create role ${quoted}`);
      if (version >= 160_000) await sql(`grant ${quoted} to gatehouse with admin true, inherit false, set false`);
      return oidOf(name);
    },
    oidOf,
    async membersOf(group) {
      const rows = await sql<{ name: string }>(
        `select distinct m.rolname::text as name from pg_auth_members a join pg_roles r on r.oid = a.roleid
           join pg_roles m on m.oid = a.member where r.rolname = $1 and m.rolname <> 'gatehouse' order by 1`,
        [group],
      );
      return rows.map(({ name }) => name);
    },
    async useTls({ certificate, key }, clearTextRole) {
      const [place] = await sql<{ data: string; hba: string }>(
        `select current_setting('data_directory') as data, current_setting('hba_file') as hba`,
      );
      // Written by the server itself, so that the files are its own; it refuses keys that others may read.
      const write = (path: string, content: string) =>
        sql(
          `copy (select unnest(string_to_array(${pg.escapeLiteral(content.trim())}, E'\n'))) to program 'umask 077; cat > ${path}'`,
        );
      await write(`${place?.data}/test.crt`, certificate);
      await write(`${place?.data}/test.key`, key);
      await write(
        place?.hba ?? '',
        [`host all ${clearTextRole} 127.0.0.1/32 password`, 'host all all 127.0.0.1/32 scram-sha-256'].join('\n'),
      );
      await sql(`alter system set ssl_cert_file = 'test.crt'`);
      await sql(`alter system set ssl_key_file = 'test.key'`);
      await sql('alter system set ssl = on');
      await sql('select pg_reload_conf()');
    },
    reset,
    async close() {
      await admin.end();
      await server?.stop();
    },
  };
}
