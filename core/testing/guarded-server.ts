/**
 * Starts a server program for tests that goes when whoever started it goes: a shell beside it reads our end of a
 * pipe, and when that closes, however it comes, ends the server by its process id and removes its folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** How long a server may take until it takes connections, in milliseconds. */
const startLimit = 30_000;
/** How long it may take to stop before it is ended by force, in milliseconds. */
const stopLimit = 10_000;

export interface GuardedServer {
  readonly processId: number;
  /** Stops the program as if the machine hung: connections stay open and nothing answers. `SIGCONT` goes on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends the server and removes its folder. A second call does nothing. */
  stop(): Promise<void>;
}

export interface GuardedServerOptions {
  /** A folder of its own, removed in the end. */
  readonly home: string;
  readonly command: readonly string[];
  /** Where it takes connections when it is ready. */
  readonly host: string;
  readonly port: number;
  readonly user?: { readonly uid: number; readonly gid: number } | null;
}

const guarded = `
  home=$1; shift
  exec 3<&0
  (
    read -r _ <&3
    kill -CONT $$ 2>/dev/null
    kill -TERM $$ 2>/dev/null
    tries=0
    while kill -0 $$ 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
    kill -KILL $$ 2>/dev/null
    cd / && rm -rf "$home"
  ) &
  exec "$@" 3<&- </dev/null`;

/** @throws Error with the server's own output when it does not come up */
export async function startGuarded(options: GuardedServerOptions): Promise<GuardedServer> {
  const { home, command, user } = options;
  const child = spawn('/bin/sh', ['-c', guarded, 'server', home, ...command], {
    ...user,
    cwd: home,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-20_000)));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command[0] ?? 'The server'} could not be started.`);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= end(child, home));
  try {
    await ready(child, options, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  return { processId: pid, signal: (name) => void process.kill(pid, name), stop };
}

async function ready(child: ChildProcess, { host, port, command }: GuardedServerOptions, output: () => string) {
  const until = Date.now() + startLimit;
  while (!(await takesConnections(host, port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > until)
      throw new Error(`${command[0] ?? 'The server'} did not start:\n${output()}`);
    await wait(50);
  }
}

async function takesConnections(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Not yet: whoever waits asks again.
    socket.once('error', () => resolve(false));
  });
}

async function end(child: ChildProcess, home: string): Promise<void> {
  const exited = child.exitCode !== null || child.signalCode !== null ? null : once(child, 'exit');
  child.stdin?.end();
  const force = setTimeout(() => child.kill('SIGKILL'), stopLimit);
  await exited;
  clearTimeout(force);
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

/** Loopback ports that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
    ports.push(address.port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
