/**
 * One transaction on a connection of its own. Whatever happens to it, a lost connection, a timeout or a stop,
 * leaves nothing behind: roles are changed inside the transaction, and only a commit makes it count.
 */
import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import pg from 'pg';
import type { Failure, Outcome } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { isLoopback, type PostgresConfiguration } from './configuration.ts';
import { failureOf, SessionProblem, sqlStateOf, stopped } from './faults.ts';

/** What every part of the connector works with. */
export interface PostgresContext {
  readonly configuration: PostgresConfiguration;
  /** Null when none is stored. */
  readonly password: string | null;
}

export interface Session {
  /** PG_VERSION_NUM, e.g. 160004. */
  readonly version: number;
  /** Rows as objects; every column must be a text, a boolean, an int4 or null. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** A statement that returns nothing, its parts quoted by `quotedName` and `quotedText`. */
  execute(statement: string): Promise<void>;
}

/** What a transaction came to. Without `keep` it is rolled back. */
export interface Ending<Value> {
  readonly outcome: Value;
  readonly keep: boolean;
}

type Mode =
  /** One picture of the catalog from beginning to end, so that before and after can be compared. */
  | 'write'
  /** Each statement sees what was committed before it, for work that waits for a lock first. */
  | 'writeCommitted'
  | 'read';

const beginnings: Readonly<Record<Mode, string>> = {
  write: 'begin isolation level repeatable read',
  writeCommitted: 'begin isolation level read committed',
  read: 'begin isolation level repeatable read read only',
};

/** An effect is committed when it was applied or was so before, and rolled back otherwise. */
export async function transact<Value>(
  context: PostgresContext,
  mode: Mode,
  signal: AbortSignal,
  work: (session: Session) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  return inTransaction(context, mode, signal, async (session) => {
    const outcome = await work(session);
    return { outcome, keep: outcome.kind === 'applied' || outcome.kind === 'already' };
  });
}

/**
 * Somebody else changed the same thing between our look and our write: not unique any more, could not serialize,
 * deadlock, tuple concurrently updated, dropped. Everything was undone, and looking again tells what came of it.
 */
const conflicts: ReadonlySet<string | null> = new Set(['23505', '42704', '42710', '40001', '40P01', 'XX000']);
const mostAttempts = 4;

/**
 * Runs `work` in a transaction, from the beginning again when it met somebody else's. It never throws for what a
 * server or a network does, nor for a `SessionProblem`.
 */
export async function inTransaction<Value>(
  context: PostgresContext,
  mode: Mode,
  signal: AbortSignal,
  work: (session: Session) => Promise<Ending<Value>>,
): Promise<Value | Failure> {
  for (let attempt = 1; ; attempt += 1) {
    const ended = await attemptTransaction(context, mode, signal, work);
    if (ended.kind === 'outcome') return ended.outcome;
    if (attempt === mostAttempts || !conflicts.has(ended.state)) return ended.failure;
  }
}

type Attempt<Value> =
  | { readonly kind: 'outcome'; readonly outcome: Value | Failure }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly state: string | null };

async function attemptTransaction<Value>(
  context: PostgresContext,
  mode: Mode,
  signal: AbortSignal,
  work: (session: Session) => Promise<Ending<Value>>,
): Promise<Attempt<Value>> {
  const { configuration, password } = context;
  const failed = (failure: Failure, state: string | null = null): Attempt<Value> => ({
    kind: 'failed',
    failure,
    state,
  });
  if (password === null)
    return failed(needsPerson("No password is stored for this connection. Enter it in the connection's settings."));
  if (signal.aborted) return failed(stopped);
  const socket = new Socket();
  const client = openClient(configuration, password, socket);
  // A lost connection is told to whoever waits for an answer; a listener keeps it from ending the process.
  client.on('error', () => socket.destroy());
  const onAbort = (): void => void socket.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await client.connect();
    const session = await begin(client, configuration, mode);
    const { outcome, keep } = await work(session);
    await client.query(keep ? 'commit' : 'rollback');
    await client.end();
    return { kind: 'outcome', outcome };
  } catch (thrown) {
    if (signal.aborted) return failed(stopped);
    const failure = failureOf(thrown, `${configuration.host}:${configuration.port}`, [password]);
    const conflict = thrown instanceof SessionProblem && thrown.conflict;
    return failed(failure, conflict ? '40001' : sqlStateOf(thrown));
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

function openClient(configuration: PostgresConfiguration, password: string, socket: Socket): pg.Client {
  const { host, port, database, username, tls, certificateAuthority, timeoutSeconds } = configuration;
  const verified = tls === 'verify-full' || (tls === 'plain' && isLoopback(host));
  let asked: 'scram' | 'other' = 'scram';
  const client = new pg.Client({
    host,
    port,
    database,
    user: username,
    password: () => {
      if (asked === 'scram' || verified) return password;
      throw new SessionProblem(
        needsPerson(
          'The server asked for the password in a form that a listener could use. Have it use scram-sha-256, or verify its certificate.',
        ),
      );
    },
    application_name: 'gatehouse',
    ssl: tls === 'plain' ? false : tlsOptions(tls, certificateAuthority),
    stream: () => socket,
    connectionTimeoutMillis: timeoutSeconds * 1000,
    // A little after the server's own limit, for a server that has stopped answering at all.
    query_timeout: timeoutSeconds * 1000 + 1000,
  });
  const { connection } = client as unknown as { readonly connection: EventEmitter };
  for (const event of ['authenticationCleartextPassword', 'authenticationMD5Password']) {
    connection.once(event, () => {
      asked = 'other';
    });
  }
  return client;
}

function tlsOptions(tls: 'verify-full' | 'require', certificateAuthority: string) {
  return {
    rejectUnauthorized: tls === 'verify-full',
    minVersion: 'TLSv1.2' as const,
    ...(tls === 'verify-full' && certificateAuthority !== '' ? { ca: certificateAuthority } : {}),
  };
}

/** Begins the transaction, and sets for it alone what must hold whatever the role or the database has set. */
async function begin(client: pg.Client, configuration: PostgresConfiguration, mode: Mode): Promise<Session> {
  await client.query(beginnings[mode]);
  const milliseconds = configuration.timeoutSeconds * 1000;
  const settings = {
    statement_timeout: String(milliseconds),
    // Somebody else's change of the same role is waited for, and not for long: the next attempt comes anyway.
    lock_timeout: String(Math.max(1, Math.min(milliseconds - 500, 10_000))),
    // Nobody's function or operator comes before the server's own.
    search_path: 'pg_catalog',
    standard_conforming_strings: 'on',
  };
  for (const [name, value] of Object.entries(settings))
    await client.query('select pg_catalog.set_config($1, $2, true)', [name, value]);
  const about = await client.query<{ version: string; standby: boolean }>(
    `select current_setting('server_version_num') as version, pg_is_in_recovery() as standby`,
  );
  // What a standby shows may be old: a grant that seems gone there may still be held.
  if (about.rows[0]?.standby !== false) throw new SessionProblem(standby);
  const session: Session = {
    version: Number(about.rows[0].version),
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(text, [...values])).rows,
    async execute(statement) {
      await client.query(statement);
    },
  };
  if (configuration.systemIdentifier !== '') await checkCluster(session, configuration.systemIdentifier);
  return session;
}

const standby = retryable(
  'The server is a standby, which lags behind and takes no changes. Enter the address of the primary, or of a name that follows it.',
);

/** The number initdb gave the cluster; a restored dump has another, and its oids mean other roles. */
export async function systemIdentifierOf(session: Session): Promise<string> {
  const [row] = await session.query<{ identifier: string }>(
    'select system_identifier::text as identifier from pg_control_system()',
  );
  if (row === undefined) throw new SessionProblem(retryable('The server did not tell its system identifier.'));
  return row.identifier;
}

async function checkCluster(session: Session, expected: string): Promise<void> {
  const actual = await systemIdentifierOf(session);
  if (actual === expected) return;
  throw new SessionProblem(
    needsPerson(
      `Another cluster answers: its system identifier is ${actual}, the connection expects ${expected}. In a cluster that was restored from a dump the same ids mean other roles: empty that field and discover anew only after the old entitlements were retired. After pg_upgrade, which keeps the ids, enter the new number.`,
    ),
  );
}
