/** The same cases over every carrier: whatever a window sends, only its own call or its own connection suffers. */
import { createORPCClient, type ClientLink, type ClientContext } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { os, type RouterClient } from '@orpc/server';
import { EventEmitter, on, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { newId, type EmployeeId } from '#core/domain/ids.ts';
import type { CallContext, Workspace } from '#core/workspace.ts';
import { serveLoopback } from './loopback-server.ts';
import { servePort, type ServablePort } from './message-port.ts';
import type { TransportLog } from './rpc-connection.ts';
import { createSession } from './sessions.ts';

const notices = new EventEmitter();
const aborted = vi.fn<() => void>();
const base = os.$context<CallContext>();
const router = {
  echo: base.input(z.object({ text: z.string() })).handler(({ input }) => input.text),
  measure: base.input(z.object({ file: z.file() })).handler(async ({ input }) => (await input.file.text()).length),
  file: base.handler(() => new File(['Grüße'], 'report.csv', { type: 'text/csv' })),
  at: base.input(z.date()).handler(({ input }) => input),
  fail: base.handler((): string => {
    throw new Error('the password is hunter2');
  }),
  signIn: base.input(z.string()).handler(({ input, context }) => context.session.signIn(input as EmployeeId)),
  whoAmI: base.handler(({ context }) => context.session.operatorId),
  wait: base.handler(async ({ signal }) => {
    if (signal !== undefined) await once(signal, 'abort');
    aborted();
  }),
  changes: base.handler(async function* ({ signal }) {
    yield 0;
    for await (const [number] of on(notices, 'notice', signal === undefined ? {} : { signal })) yield number as number;
  }),
};
type Client = RouterClient<typeof router>;

/** One window as the suite sees it. */
interface Window {
  readonly client: Client;
  readonly link: ClientLink<ClientContext>;
  /** Every message that came as text. */
  readonly received: readonly string[];
  send(message: string | Uint8Array): void;
  close(): void;
  readonly closed: Promise<unknown>;
}

interface Carrier {
  open(): Promise<Window>;
  end(): Promise<void>;
}

const workspace = {} as Workspace;
const line = () => vi.fn<(...parts: readonly unknown[]) => void>();
const log = { debug: line(), info: line(), warn: line(), error: line() };

async function webSockets(): Promise<Carrier> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-renderer-'));
  writeFileSync(join(directory, 'index.html'), '<!doctype html>');
  const server = await serveLoopback({
    workspace,
    router,
    log: log as unknown as TransportLog,
    rendererDirectory: directory,
  });
  return {
    async open() {
      const redeemed = await fetch(server.link(), { redirect: 'manual' });
      const origin = `http://127.0.0.1:${server.port}`;
      const cookie = redeemed.headers.getSetCookie()[0]!.split(';')[0]!;
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: { cookie, origin } });
      socket.binaryType = 'arraybuffer';
      const closed = once(socket, 'close');
      await once(socket, 'open');
      const received: string[] = [];
      socket.on('message', (data, isBinary) => isBinary || received.push((data as Buffer).toString()));
      const link = new SocketLink({ websocket: socket as unknown as globalThis.WebSocket });
      return {
        client: createORPCClient(link),
        link,
        received,
        send: (message) => socket.send(message),
        close: () => socket.close(),
        closed,
      };
    },
    async end() {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function ports(served: (port: MessagePort) => ServablePort): () => Promise<Carrier> {
  const opened: MessagePort[] = [];
  return () =>
    Promise.resolve({
      open() {
        const { port1, port2 } = new MessageChannel();
        opened.push(port1);
        servePort(served(port2), {
          workspace,
          router,
          session: createSession(() => null),
          log: log as unknown as TransportLog,
        });
        const received: string[] = [];
        port1.on('message', (data) => typeof data !== 'string' || received.push(data));
        const link = new PortLink({ port: port1 });
        port1.start();
        return Promise.resolve({
          client: createORPCClient(link),
          link,
          received,
          send: (message) => port1.postMessage(message),
          close: () => port1.close(),
          closed: once(port1, 'close'),
        });
      },
      end() {
        for (const port of opened.splice(0)) port.close();
        return Promise.resolve();
      },
    });
}

/** A port with the manners of Electron's MessagePortMain: what was posted comes wrapped in an event. */
function likeElectron(port: MessagePort): ServablePort {
  const main = new EventEmitter();
  port.on('message', (data: unknown) => main.emit('message', { data, ports: [] }));
  port.on('close', () => main.emit('close'));
  return Object.assign(main, {
    postMessage: (message: unknown) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
  }) as unknown as ServablePort;
}

const hostile: readonly (readonly [string, string | Uint8Array])[] = [
  ['text that is no JSON', '{"i":'],
  ['JSON that is no message', '[1,2,3]'],
  ['null', 'null'],
  ['an envelope without an address', '{"i":"1","p":{}}'],
  ['an address elsewhere', '{"i":"1","p":{"u":"https://evil.example/echo"}}'],
  ['an id that is no text', '{"i":{"a":1},"p":{"u":"/echo"}}'],
  ['a kind of message that does not exist', '{"i":"1","t":9,"p":{"u":"/echo"}}'],
  ['headers that are no headers', '{"i":"1","p":{"u":"/echo","h":{"content-type":7}}}'],
  ['random bytes', Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)],
  ['no bytes', new Uint8Array()],
  [
    'more JSON than any call needs',
    JSON.stringify({ i: '1', p: { u: '/echo', b: { json: { text: 'x'.repeat(8_000_001) } } } }),
  ],
];

describe.each<[string, () => Promise<Carrier>]>([
  ['a loopback WebSocket', webSockets],
  ['a MessagePort', ports((port) => port)],
  ['a MessagePort of Electron', ports(likeElectron)],
])('the contract over %s', (_name, start) => {
  let carrier: Carrier;
  beforeEach(async () => {
    carrier = await start();
  });
  afterEach(async () => {
    await carrier.end();
    vi.clearAllMocks();
  });

  it('answers calls, with dates and files in both directions', async () => {
    const { client } = await carrier.open();
    expect(await client.echo({ text: 'Grüße, Ελλάδα 🙂' })).toBe('Grüße, Ελλάδα 🙂');
    expect(await client.at(new Date(0))).toEqual(new Date(0));
    expect(await client.measure({ file: new File(['x'.repeat(3_000_000)], 'people.csv') })).toBe(3_000_000);
    const file = await client.file();
    expect([file.name, file.type, await file.text()]).toEqual(['report.csv', 'text/csv', 'Grüße']);
  });

  it('keeps the sessions of two windows apart', async () => {
    const [one, other] = [await carrier.open(), await carrier.open()];
    const id = newId<EmployeeId>();
    await one.client.signIn(id);
    expect(await one.client.whoAmI()).toBe(id);
    expect(await other.client.whoAmI()).toBeNull();
  });

  it('gives an error to a call of an unknown procedure, or with wrong types, and goes on', async () => {
    const { client, link } = await carrier.open();
    for (const path of [
      ['unknown'],
      ['constructor'],
      ['__proto__'],
      ['toString'],
      ['echo', '..'],
      ['echo', 'echo'],
      [],
    ]) {
      await expect(link.call(path, undefined, { context: {} })).rejects.toMatchObject({ status: 404 });
    }
    for (const input of [undefined, null, 7, { text: 7 }, { text: ['a'] }, new Map(), new File(['x'], 'x')]) {
      await expect(link.call(['echo'], input, { context: {} })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    expect(await client.echo({ text: 'still here' })).toBe('still here');
  });

  it('tells a window nothing of a fault but that there was one, and the log everything', async () => {
    const { client } = await carrier.open();
    await expect(client.fail()).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Internal server error',
    });
    expect(log.error).toHaveBeenCalledWith(expect.objectContaining({ procedure: 'fail' }), 'A call failed');
  });

  it('answers a call whose body cannot be read', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { client, send, received } = await carrier.open();
    const head = { i: 'broken', p: { u: '/measure', h: { 'content-type': 'multipart/form-data; boundary=x' } } };
    send(Buffer.concat([Buffer.from(JSON.stringify(head)), Buffer.from([0xff]), Buffer.from('--y nonsense')]));
    send('{"i":"polluting","p":{"u":"/echo","b":{"json":{},"meta":[[1,"__proto__","polluted"]]}}}');
    const status = (id: string) => received.map((text) => JSON.parse(text)).find((message) => message.i === id)?.p.s;
    await vi.waitFor(() => expect([status('broken'), status('polluting')]).toEqual([400, 400]));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(await client.echo({ text: 'still here' })).toBe('still here');
    vi.restoreAllMocks();
  });

  it.each(hostile)('closes the connection of whoever sends %s, and nobody else’s', async (_case, message) => {
    const [one, other] = [await carrier.open(), await carrier.open()];
    one.send(message);
    await one.closed;
    expect(await other.client.echo({ text: 'undisturbed' })).toBe('undisturbed');
  });

  it('ends a stream and a running call when their window goes, and leaves no listener behind', async () => {
    const { client, close, closed } = await carrier.open();
    const before = notices.listenerCount('notice');
    const changes = await client.changes();
    expect(await changes.next()).toMatchObject({ value: 0 });
    void client.wait().catch(() => undefined);
    const next = changes.next();
    next.catch(() => undefined);
    await vi.waitFor(() => expect(notices.listenerCount('notice')).toBe(before + 1));
    notices.emit('notice', 1);
    expect(await next).toMatchObject({ value: 1 });
    close();
    await closed;
    await vi.waitFor(() => expect(notices.listenerCount('notice')).toBe(before));
    await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce());
  });

  it('ends a stream that its window no longer wants, and goes on', async () => {
    const { client } = await carrier.open();
    const stop = new AbortController();
    const changes = await client.changes(undefined, { signal: stop.signal });
    await changes.next();
    const next = changes.next().catch(() => 'ended');
    await vi.waitFor(() => expect(notices.listenerCount('notice')).toBe(1));
    stop.abort();
    expect(await next).toBe('ended');
    await vi.waitFor(() => expect(notices.listenerCount('notice')).toBe(0));
    expect(await client.echo({ text: 'on' })).toBe('on');
  });
});
