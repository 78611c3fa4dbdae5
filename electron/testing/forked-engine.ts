/**
 * `utilityProcess` played by a plain Node process, so that tests run the real engine process: its messages go over
 * the child's own channel, and a port that is handed over becomes a pair of relays with a number.
 */
import { fork as forkNode } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import type { ElectronModule, EngineChild } from '../electron-module.ts';

/** What goes over the channel, either way. */
export type Relayed =
  | { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'portClosed'; readonly port: number };

const parentPortShim = fileURLToPath(new URL('./parent-port-shim.ts', import.meta.url));

/** Takes Node's own `MessagePort`s for Electron's. */
export const forkEngine: ElectronModule['utilityProcess']['fork'] = (modulePath, args = [], options = {}) => {
  const child = forkNode(modulePath, args, {
    execArgv: ['--import', parentPortShim, ...(options.execArgv ?? [])],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    ...(options.env === undefined ? {} : { env: options.env as NodeJS.ProcessEnv }),
  });
  const events = new EventEmitter();
  const ports = new Map<number, MessagePort>();
  let nextPort = 1;

  const send = (relayed: Relayed): void => {
    if (child.connected) child.send(relayed);
  };
  child.on('message', (relayed: Relayed) => {
    if (relayed.kind === 'message') events.emit('message', relayed.data);
    else if (relayed.kind === 'port') ports.get(relayed.port)?.postMessage(relayed.data);
    else ports.get(relayed.port)?.close();
  });
  child.on('exit', (code, signal) => {
    // A pipe whose other end has died is closed.
    for (const port of ports.values()) port.close();
    events.emit('exit', code ?? (signal === 'SIGKILL' ? 137 : 143));
  });

  const adapter = {
    get pid() {
      return child.pid;
    },
    stderr: child.stderr,
    on: (event: string, listener: (...args: never[]) => void): never =>
      events.on(event, listener as (...args: unknown[]) => void) as never,
    kill: () => child.kill(),
    postMessage(data: unknown, transfer: readonly unknown[] = []) {
      const numbers = (transfer as readonly MessagePort[]).map((port) => {
        const number = nextPort++;
        ports.set(number, port);
        port.on('message', (posted: unknown) => send({ kind: 'port', port: number, data: posted }));
        port.on('close', () => {
          ports.delete(number);
          send({ kind: 'portClosed', port: number });
        });
        port.start();
        return number;
      });
      send({ kind: 'message', data, ports: numbers });
    },
  } satisfies EngineChild;
  return adapter;
};
