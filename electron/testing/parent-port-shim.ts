/** Loaded before the engine process where Node plays Electron's utility process: gives it its `process.parentPort`. */
import { EventEmitter } from 'node:events';
import type { ParentPort } from 'electron';
import type { Relayed } from './forked-engine.ts';

const ports = new Map<number, EventEmitter>();
const parentPort = new EventEmitter();
/** Messages wait until somebody listens, as they do in Electron. */
const early: unknown[] = [];

function send(relayed: Relayed): void {
  process.send?.(relayed);
}

function openPort(number: number): EventEmitter {
  const port = new EventEmitter();
  ports.set(number, port);
  return Object.assign(port, {
    start: () => undefined,
    postMessage: (data: unknown) => send({ kind: 'port', port: number, data }),
    close() {
      ports.delete(number);
      send({ kind: 'portClosed', port: number });
    },
  });
}

process.on('message', (relayed: Relayed) => {
  if (relayed.kind === 'port') ports.get(relayed.port)?.emit('message', { data: relayed.data, ports: [] });
  else if (relayed.kind === 'portClosed') {
    ports.get(relayed.port)?.emit('close');
    ports.delete(relayed.port);
  } else {
    const event = { data: relayed.data, ports: relayed.ports.map(openPort) };
    if (parentPort.listenerCount('message') === 0) early.push(event);
    else parentPort.emit('message', event);
  }
});
parentPort.on('newListener', (name) => {
  if (name === 'message') queueMicrotask(() => early.splice(0).forEach((event) => parentPort.emit('message', event)));
});
// The shell is gone: nobody is left to serve.
process.on('disconnect', () => process.exit(1));

Object.defineProperty(process, 'parentPort', {
  value: Object.assign(parentPort, {
    postMessage: (data: unknown) => send({ kind: 'message', data, ports: [] }),
  }) as unknown as ParentPort,
});
