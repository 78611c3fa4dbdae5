/**
 * Opens a workspace's database, SQLite or Postgres, brings its schema up to date, and hands out the two
 * ways in: `read` for queries, `transaction` for the one writer.
 */
import type { EntityManager, MikroORM } from '@mikro-orm/sql';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { GatehouseError } from '#core/domain/errors.ts';
import { databaseFault } from './database-fault.ts';
import { entities } from './entities/index.ts';
import { migrations } from './migrations/index.ts';
import { openSqlite, type SqliteConnection } from './sqlite-dialect.ts';
import type { Reader, Tables, Writer } from './tables.ts';

export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string };

export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** Queries run here, beside a running transaction, on committed data. */
  readonly read: Reader;
  /**
   * Runs `work` in one transaction: all of it is committed, or none. One at a time on SQLite.
   * Never await the network in it.
   * @throws GatehouseError `database.*` when the database cannot take it.
   */
  transaction<Value>(work: (writer: Writer) => Promise<Value>): Promise<Value>;
  /** To be awaited before the transaction of a unit of work. */
  prepareUnitOfWork(): Promise<void>;
  /** A unit of work inside `writer`'s transaction, for rare configuration; flush it before the transaction ends. */
  unitOfWork(writer: Writer): EntityManager;
  /** A number that changes when another process has committed (SQLite); null where the database tells by itself. */
  foreignChanges(): number | null;
  close(): Promise<void>;
}

let opened = 0;

/** @throws GatehouseError `database.*`, among them `database.newer` for a database that a later Gatehouse has changed. */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  const where =
    location.kind === 'sqlite'
      ? `the database file ${location.file}`
      : `the database at ${withoutPassword(location.url)}`;
  try {
    return location.kind === 'sqlite'
      ? await openSqliteDatabase(location.file)
      : await openPostgresDatabase(location.url);
  } catch (error) {
    throw databaseFault(error, where);
  }
}

async function openSqliteDatabase(file: string): Promise<Database> {
  const writing = openSqlite(file, { readonly: false });
  const writer = new Kysely<Tables>({ dialect: writing.dialect });
  const orm = loadedLater(async () => {
    const { MikroORM } = await import('@mikro-orm/sqlite');
    const options = { ...commonOptions(), dbName: file, driverOptions: writer };
    const initialised = (await MikroORM.init(options)) as unknown as MikroORM;
    // Left to itself the ORM connects at its first use, which is inside a transaction that holds the one connection.
    await initialised.connect();
    return initialised;
  });
  try {
    await migrate(orm, writer, 'sqlite');
  } catch (error) {
    await closeAll(orm, writer);
    throw error;
  }
  const reading = openSqlite(file, { readonly: true });
  const read = new Kysely<Tables>({ dialect: reading.dialect });
  const oneAtATime = mutex();
  let closed: Promise<void> | undefined;
  return {
    dialect: 'sqlite',
    read,
    transaction: (work) =>
      oneAtATime(async () => {
        // Nothing here waits for anything but this thread: many transactions in a row would let nobody else's question in.
        await afterOthers();
        return guarded(() => writer.transaction().execute(work), `the database file ${file}`);
      }),
    // Never while a transaction holds the one connection.
    prepareUnitOfWork: () =>
      oneAtATime(() => guarded(async () => void (await orm.load()), `the database file ${file}`)),
    unitOfWork: (trx) => unitOfWork(orm.loaded(), trx),
    // Asked of the writing connection, whose own commits do not count.
    foreignChanges: () => writing.native.pragma('data_version', { simple: true }) as number,
    close() {
      // Waits for the transaction that is running: a quit never cuts one off. The writer goes last, and takes the log into the file.
      closed ??= oneAtATime(async () => {
        optimise(writing.native);
        await read.destroy();
        // Kysely closes only what it has used.
        reading.native.close();
        await closeAll(orm, writer);
        writing.native.close();
      });
      return closed;
    },
  };
}

/** Statistics of what has grown since last time, so that queries keep to the right index. They can wait for a disk that has room. */
function optimise(native: SqliteConnection['native']): void {
  try {
    native.pragma('optimize');
  } catch (error) {
    if (!(databaseFault(error, 'the database') instanceof GatehouseError)) throw error;
  }
}

/** The ORM leaves a Kysely that it was handed open; its connections are ours to close. */
async function closeAll(orm: LaterOrm, kysely: Kysely<Tables>): Promise<void> {
  await orm.close();
  await kysely.destroy();
}

async function openPostgresDatabase(url: string): Promise<Database> {
  const { openPostgres } = await import('./postgres-dialect.ts');
  const { dialect } = openPostgres(url);
  const kysely = new Kysely<Tables>({ dialect });
  const orm = loadedLater(async () => {
    const { MikroORM } = await import('@mikro-orm/postgresql');
    const options = { ...commonOptions(), dbName: 'postgres', driverOptions: kysely };
    return (await MikroORM.init(options)) as unknown as MikroORM;
  });
  try {
    await migrate(orm, kysely, 'postgres');
  } catch (error) {
    await closeAll(orm, kysely);
    throw error;
  }
  return {
    dialect: 'postgres',
    read: kysely,
    transaction: (work) => guarded(() => kysely.transaction().execute(work), `the database at ${withoutPassword(url)}`),
    prepareUnitOfWork: () => guarded(async () => void (await orm.load()), `the database at ${withoutPassword(url)}`),
    unitOfWork: (trx) => unitOfWork(orm.loaded(), trx),
    foreignChanges: () => null,
    close: () => closeAll(orm, kysely),
  };
}

interface LaterOrm {
  load(): Promise<MikroORM>;
  /** For use inside a transaction, before which it was loaded. */
  loaded(): MikroORM;
  close(): Promise<void>;
}

/** Little needs the ORM, and it takes longer than all the rest of opening: it is there when it is asked for. */
function loadedLater(initialise: () => Promise<MikroORM>): LaterOrm {
  let loading: Promise<MikroORM> | null = null;
  let orm: MikroORM | null = null;
  return {
    load() {
      loading ??= initialise().then(
        (initialised) => (orm = initialised),
        (error: unknown) => {
          // The next that asks for it tries again.
          loading = null;
          throw error;
        },
      );
      return loading;
    },
    loaded() {
      if (orm === null) throw new Error('The ORM is asked for outside a transaction');
      return orm;
    },
    async close() {
      await loading?.catch(() => null);
      await orm?.close();
    },
  };
}

function commonOptions() {
  opened += 1;
  return {
    entities: [...entities],
    // Two instances in one process must not share a context, or a query in a transaction of one answers from the other.
    contextName: `gatehouse-${opened}`,
    forceUtcTimezone: true,
    allowGlobalContext: false,
    ensureDatabase: false,
    // What happens is in the trail and in Gatehouse's own log; the ORM's chatter is in neither.
    logger: () => undefined,
  };
}

function unitOfWork(orm: MikroORM, writer: Writer): EntityManager {
  const manager = orm.em.fork({ clear: true }) as EntityManager;
  manager.setTransactionContext(writer);
  return manager;
}

async function migrate(orm: LaterOrm, kysely: Kysely<Tables>, dialect: keyof typeof migrations): Promise<void> {
  const known = migrations[dialect].map((migration) => migration.name);
  const applied = await appliedMigrations(kysely, dialect);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new GatehouseError(
      'database.newer',
      `This workspace was changed by a newer version of Gatehouse (${unknown.join(', ')}). Update Gatehouse on this machine to open it; nothing was changed.`,
      { unknown },
    );
  }
  if (applied.length === known.length) return;
  if (dialect === 'sqlite') return applyBesideOthers(orm, kysely, known.length);
  // Several consoles may open a new workspace at the same moment: one of them migrates, the others wait and find it done.
  await kysely.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${migrationLock})`.execute(connection);
    try {
      if ((await appliedMigrations(connection, dialect)).length < known.length) await applyMigrations(orm, dialect);
    } finally {
      await sql`select pg_advisory_unlock(${migrationLock})`.execute(connection);
    }
  });
}

/**
 * SQLite has no lock to be had before a transaction: another console that opens the same new workspace is noticed by
 * what it has made meanwhile. Its table of migrations is found at the second attempt, its migrations at the third.
 */
async function applyBesideOthers(orm: LaterOrm, kysely: Kysely<Tables>, needed: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await applyMigrations(orm, 'sqlite');
      return;
    } catch (error) {
      if ((await appliedMigrations(kysely, 'sqlite')).length === needed) return;
      if (attempt === 3) throw error;
    }
  }
}

/** Any number that nothing else on the server is likely to lock. */
const migrationLock = 0x6761_7465;

async function applyMigrations(later: LaterOrm, dialect: keyof typeof migrations): Promise<void> {
  const [orm, { Migrator }] = await Promise.all([later.load(), import('@mikro-orm/migrations')]);
  orm.config.set('migrations', {
    ...orm.config.get('migrations'),
    migrationsList: await Promise.all(
      migrations[dialect].map(async ({ name, load }) => ({ name, class: await load() })),
    ),
    allOrNothing: true,
    snapshot: false,
  });
  await new Migrator(orm.em as EntityManager).up();
}

async function appliedMigrations(kysely: Kysely<Tables>, dialect: keyof typeof migrations): Promise<readonly string[]> {
  const found =
    dialect === 'sqlite'
      ? await sql<{ name: string }>`select name from sqlite_master where name = 'mikro_orm_migrations'`.execute(kysely)
      : await sql<{
          name: string;
        }>`select table_name as name from information_schema.tables where table_name = 'mikro_orm_migrations'`.execute(
          kysely,
        );
  if (found.rows.length === 0) return [];
  const { rows } = await sql<{ name: string }>`select name from mikro_orm_migrations order by id`.execute(kysely);
  return rows.map((row) => row.name);
}

async function guarded<Value>(work: () => Promise<Value>, where: string): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw databaseFault(error, where);
  }
}

/** Runs tasks strictly one after another. A failed one does not stop the next. */
function mutex(): <Value>(task: () => Promise<Value>) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };
}

function withoutPassword(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return 'an address that cannot be read';
  return `${parsed.hostname}:${parsed.port || '5432'}${parsed.pathname}`;
}
