/** The proxy must do exactly what a rule says and record exactly what happened, or tests built on it prove nothing. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startScriptedProxy, type ScriptedProxy } from './scripted-proxy.ts';

let server: Server;
let proxy: ScriptedProxy;
let worked: string[];

beforeEach(async () => {
  worked = [];
  server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => worked.push(`${request.method} ${chunk.toString()}`));
    request.on('end', () => response.writeHead(201, { 'x-own': 'yes' }).end('{"done":true}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startScriptedProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}/base`);
});
afterEach(async () => {
  await proxy.close();
  server.close();
  server.closeAllConnections();
});

const post = async (path = '/things?x=1') => {
  const response = await fetch(`${proxy.baseUrl}${path}`, { method: 'POST', body: 'hello' });
  return { status: response.status, text: await response.text(), own: response.headers.get('x-own') };
};

it('passes requests and answers through unchanged', async () => {
  expect(await post()).toEqual({ status: 201, text: '{"done":true}', own: 'yes' });
  expect(proxy.requests).toEqual([
    { method: 'POST', path: '/base/things?x=1', body: 'hello', status: 201, fault: null },
  ]);
  expect(proxy.reached('POST')).toBe(1);
  expect(proxy.reached('POST', /nothing/)).toBe(0);
});

it.each([
  ['reset', false],
  ['truncated', true],
  ['responseLost', true],
] as const)('fails the client with %s, and the server worked: %s', async (kind, works) => {
  proxy.addRule({ fault: { kind } });
  await expect(post()).rejects.toThrow(/fetch failed|terminated/);
  expect(worked).toEqual(works ? ['POST hello'] : []);
  expect(proxy.reached('POST')).toBe(works ? 1 : 0);
  expect((await post()).status).toBe(201);
});

it('answers in place of the server', async () => {
  proxy.addRule({
    method: 'POST',
    path: /things/,
    fault: { kind: 'answer', status: 429, headers: { 'retry-after': '1' }, body: 'later' },
  });
  expect((await post('/other')).status).toBe(201);
  expect(await post()).toMatchObject({ status: 429, text: 'later' });
  expect(proxy.requests.at(-1)).toMatchObject({ status: null, fault: 'answer' });
});

it('strikes as often as it was told, in the order of the rules', async () => {
  proxy.addRule({ times: 2, fault: { kind: 'answer', status: 500 } });
  proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 503 } });
  const statuses = [];
  for (let round = 0; round < 4; round += 1) statuses.push((await post()).status);
  expect(statuses).toEqual([500, 500, 503, 503]);
  proxy.clearRules();
  expect((await post()).status).toBe(201);
});

it('stays silent until the client gives up', async () => {
  proxy.addRule({ fault: { kind: 'silence' } });
  await expect(fetch(proxy.baseUrl, { signal: AbortSignal.timeout(30) })).rejects.toThrow(/timeout/);
  expect(worked).toEqual([]);
});

it('lets something happen first', async () => {
  proxy.addRule({ fault: { kind: 'afterAction', action: async () => worked.push('first') } });
  await post();
  expect(worked).toEqual(['first', 'POST hello']);
});

it('refuses connections while it is down and comes back under the same address', async () => {
  await proxy.goDown();
  await expect(post()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await proxy.comeUp();
  expect((await post()).status).toBe(201);
});
