/** Who gets in on loopback, and what can be read there without getting in. Real sockets throughout. */
import { os } from '@orpc/server';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { CallContext, Workspace } from '#core/workspace.ts';
import { serveLoopback, type LoopbackServer } from './loopback-server.ts';
import type { TransportLog } from './rpc-connection.ts';
import { linkLifetime } from './sessions.ts';

const router = { ping: os.$context<CallContext>().handler(({ context }) => context.session.id) };
const line = () => vi.fn<(...parts: readonly unknown[]) => void>();
const log = { debug: line(), info: line(), warn: line(), error: line() };
let now = Date.now();
let folder: string;
let server: LoopbackServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-loopback-'));
  const renderer = join(folder, 'renderer');
  mkdirSync(join(renderer, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  mkdirSync(join(folder, 'renderer-old'));
  writeFileSync(join(folder, 'renderer-old', 'secret.txt'), 'secret');
  writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>Gatehouse</title>');
  writeFileSync(join(renderer, 'assets', 'main-abc.js'), 'export {};');
  writeFileSync(join(renderer, 'gatehouse.svg'), '<svg/>');
  writeFileSync(join(renderer, '.env.txt'), 'secret');
  writeFileSync(join(renderer, 'notes.map'), 'secret');
  symlinkSync(join(folder, 'secret.txt'), join(renderer, 'link.txt'));
  symlinkSync(folder, join(renderer, 'up'));
  server = await serve();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
  vi.clearAllMocks();
});

function serve(options: { readonly heartbeat?: number; readonly port?: number } = {}): Promise<LoopbackServer> {
  return serveLoopback({
    workspace: {} as Workspace,
    router,
    log: log as unknown as TransportLog,
    rendererDirectory: join(folder, 'renderer'),
    clock: () => now,
    ...options,
  });
}

/** Sends the path as it is: fetch would tidy it up. */
async function get(
  path: string,
  options: { readonly headers?: Record<string, string>; readonly method?: string } = {},
) {
  const request = httpRequest({ host: '127.0.0.1', port: server.port, path, agent: false, ...options });
  request.end();
  const [response] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode as number, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

async function cookie(): Promise<string> {
  const { headers } = await get(new URL(server.link()).search.replace(/^/, '/'));
  return headers['set-cookie'][0].split(';')[0];
}

const origin = () => `http://127.0.0.1:${server.port}`;

/** What an upgrade came to: `open`, a close code, or the status it was refused with. */
async function upgrade(headers: Record<string, string>, path = '/rpc'): Promise<string | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
  const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number);
  socket.on('error', () => undefined);
  const opened = once(socket, 'open').then(() => 'open');
  const first = await Promise.race([refused, opened]);
  if (first !== 'open') return first;
  const closed = once(socket, 'close').then(([code]) => code as number);
  const stays = new Promise<string>((resolve) => setTimeout(() => resolve('open'), 150));
  const result = await Promise.race([closed, stays]);
  socket.terminate();
  return result;
}

describe('a one-time link', () => {
  it('starts a session in a cookie that no script and no other site can use, and leaves the address', async () => {
    const link = new URL(server.link());
    expect(link.origin).toBe(origin());
    const { status, headers } = await get(link.pathname + link.search);
    expect([status, headers.location]).toEqual([303, '/']);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(`^gatehouse_session_${server.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
      ),
    ]);
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['used', (link: URL) => get(link.pathname + link.search)],
    ['expired', async () => void (now += linkLifetime)],
    ['wrong', async (link: URL) => link.searchParams.set('token', 'A'.repeat(43))],
    ['empty', async (link: URL) => link.searchParams.set('token', '')],
  ])('that is %s starts none', async (_case, spoil) => {
    const link = new URL(server.link());
    await spoil(link);
    const { status, headers } = await get(link.pathname + link.search);
    expect(status).toBe(303);
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('is not used up by a look ahead', async () => {
    const link = new URL(server.link());
    const path = link.pathname + link.search;
    expect((await get(path, { method: 'HEAD' })).headers['set-cookie']).toBeUndefined();
    expect((await get(path, { headers: { 'sec-purpose': 'prefetch' } })).headers['set-cookie']).toBeUndefined();
    expect((await get(path)).headers['set-cookie']).toHaveLength(1);
  });

  it('appears in no line of the log', async () => {
    const link = new URL(server.link());
    const { headers } = await get(link.pathname + link.search);
    await get(link.pathname + link.search);
    const lines = JSON.stringify([log.info.mock.calls, log.warn.mock.calls, log.error.mock.calls]);
    expect(lines).toContain('one-time link');
    expect(lines).not.toContain(link.searchParams.get('token'));
    expect(lines).not.toContain(headers['set-cookie'][0].split(/[=;]/)[1]);
  });
});

describe('an upgrade', () => {
  it('is taken with host, origin and cookie', async () => {
    const headers = { cookie: await cookie(), origin: origin() };
    expect(await upgrade(headers)).toBe('open');
    const local = `localhost:${server.port}`;
    expect(await upgrade({ cookie: headers.cookie, host: local, origin: `http://${local}` })).toBe('open');
  });

  it('of our own page without a known session is told so by its close code', async () => {
    expect(await upgrade({ origin: origin() })).toBe(4401);
    expect(await upgrade({ origin: origin(), cookie: `gatehouse_session_${server.port}=${'A'.repeat(43)}` })).toBe(
      4401,
    );
    expect(await upgrade({ origin: origin(), cookie: (await cookie()).replace(/_\d+=/, '_1=') })).toBe(4401);
  });

  it.each<[string, () => Record<string, string>]>([
    ['another site', () => ({ origin: 'https://evil.example' })],
    ['another port of this machine', () => ({ origin: 'http://127.0.0.1:1' })],
    ['the same port over https', () => ({ origin: `https://127.0.0.1:${server.port}` })],
    ['a name that begins like ours', () => ({ origin: `http://127.0.0.1:${server.port}.evil.example` })],
    ['our other name', () => ({ origin: `http://localhost:${server.port}` })],
    ['a sandboxed page', () => ({ origin: 'null' })],
    ['no page at all', () => ({})],
    [
      'a name that points here',
      () => ({ host: `evil.example:${server.port}`, origin: `http://evil.example:${server.port}` }),
    ],
    ['a name without the port', () => ({ host: '127.0.0.1', origin: 'http://127.0.0.1' })],
  ])('from %s is refused without a word, even with a cookie', async (_case, headers) => {
    expect(await upgrade({ ...headers(), cookie: await cookie() })).toBe(403);
  });

  it('is taken at one address only', async () => {
    const headers = { cookie: await cookie(), origin: origin() };
    for (const path of ['/', '/rpc/', '/rpc?x', '/assets/main-abc.js']) expect(await upgrade(headers, path)).toBe(404);
  });

  it('tells a page that asks without upgrading whether its session is known', async () => {
    expect((await get('/rpc')).status).toBe(401);
    expect((await get('/rpc', { headers: { cookie: await cookie() } })).status).toBe(426);
  });
});

describe('a file', () => {
  it('is served with its type and every security header', async () => {
    const page = await get('/');
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Gatehouse</title>' });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(page.headers['content-security-policy']).not.toMatch(/unsafe-eval|script-src[^;]*unsafe/);
    expect((await get('/assets/main-abc.js')).headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(await get('/gatehouse.svg', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    for (const path of ['/nothing', '/rpc']) {
      expect((await get(path)).headers['content-security-policy']).toContain("frame-ancestors 'none'");
    }
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/assets%2f..%2f..%2fsecret.txt',
    '/%252e%252e/secret.txt',
    '/../renderer-old/secret.txt',
    '//secret.txt',
    '/./gatehouse.svg',
    '/link.txt',
    '/up/secret.txt',
    '/.env.txt',
    '/notes.map',
    '/assets',
    '/assets/',
    '/gatehouse.svg/',
    '/gatehouse.svg%00.txt',
    '/gatehouse.svg::$DATA',
    '/%zz',
    `/${'a'.repeat(5_000)}.txt`,
  ])('outside the renderer is not served: %s', async (path) => {
    const { status, body } = await get(path);
    expect(body).not.toContain('secret');
    expect([400, 404]).toContain(status);
  });

  it('is served under our own names only', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${server.port}`,
      '127.0.0.1',
      `127.0.0.1:${server.port}.evil.example`,
    ]) {
      expect((await get('/', { headers: { host } })).status).toBe(403);
    }
    const link = new URL(server.link());
    expect(
      (await get(link.pathname + link.search, { headers: { host: 'evil.example' } })).headers['set-cookie'],
    ).toBeUndefined();
    expect((await get(link.pathname + link.search)).headers['set-cookie']).toHaveLength(1);
    expect((await get(`http://evil.example:${server.port}/gatehouse.svg`)).status).toBe(404);
  });

  it('is only read', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
      expect((await get('/', { method })).status).toBe(405);
  });

  it('that is missing because nothing was built says what to run', async () => {
    rmSync(join(folder, 'renderer', 'index.html'));
    expect(await get('/')).toMatchObject({ status: 503, body: expect.stringContaining('npm run build') });
  });
});

describe('the server', () => {
  it('listens on loopback alone', async (context) => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal);
    // Where there is no other network, on Linux every 127.x.y.z reaches a server that listens on all of them.
    if (outside === undefined && process.platform !== 'linux') context.skip('this machine has loopback alone');
    const address = outside?.address ?? '127.0.0.2';
    const socket = connect({ host: address, port: server.port });
    const [error] = await once(socket, 'error');
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('says when a port is taken', async () => {
    await expect(serve({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes an oversized message’s connection and no other', async () => {
    const headers = { cookie: await cookie(), origin: origin() };
    const [one, other] = [0, 1].map(() => new WebSocket(`${origin().replace('http', 'ws')}/rpc`, { headers }));
    await Promise.all([once(one!, 'open'), once(other!, 'open')]);
    const closed = once(one!, 'close');
    // A frame that only claims to be of 300 MB is refused before any of it is kept.
    const frame = Buffer.alloc(14);
    frame.set([0x82, 0xff]);
    frame.writeBigUInt64BE(300_000_000n, 2);
    (one as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(frame);
    expect((await closed)[0]).toBe(1009);
    other!.send('{"i":"0","p":{"u":"/ping"}}');
    expect(String((await once(other!, 'message'))[0])).toContain('"json"');
    other!.terminate();
  });

  it('drops a window that does not answer any more, and keeps one that does', async () => {
    await server.close();
    server = await serve({ heartbeat: 40 });
    const headers = { cookie: await cookie(), origin: origin() };
    const silent = new WebSocket(`${origin().replace('http', 'ws')}/rpc`, { headers, autoPong: false });
    const lively = new WebSocket(`${origin().replace('http', 'ws')}/rpc`, { headers });
    await once(silent, 'close');
    expect(lively.readyState).toBe(WebSocket.OPEN);
    lively.terminate();
  });

  it('says goodbye when it closes, and does not wait for those who keep silent', async () => {
    const headers = { cookie: await cookie(), origin: origin() };
    const window = new WebSocket(`${origin().replace('http', 'ws')}/rpc`, { headers });
    await once(window, 'open');
    const raw = connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true });
    raw.on('error', () => undefined);
    raw.write('GET /rpc HTTP/1.1\r\nHost: evil\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const idle = connect({ host: '127.0.0.1', port: server.port });
    idle.on('error', () => undefined);
    await once(idle, 'connect');
    const closed = once(window, 'close');
    const started = Date.now();
    await Promise.all([server.close(), server.close()]);
    expect((await closed)[0]).toBe(1001);
    expect(Date.now() - started).toBeLessThan(3_000);
    await expect(get('/')).rejects.toThrow('ECONNREFUSED');
  });
});
