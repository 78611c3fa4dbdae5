import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isConsolePage, registerAppScheme, serveApp } from './app-protocol.ts';
import { createFakeElectron } from './testing/fake-electron.ts';
import { keptLog } from './testing/kept-log.ts';

let folder: string;
let ask: (url: string, method?: string) => Promise<Response>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-app-'));
  const renderer = join(folder, 'renderer');
  mkdirSync(join(renderer, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(renderer, 'index.html'), '<!doctype html>');
  writeFileSync(join(renderer, 'assets', 'main.js'), 'start()');
  writeFileSync(join(renderer, 'assets', 'inter.woff2'), 'font');
  writeFileSync(join(renderer, '.env.txt'), 'hidden');
  writeFileSync(join(renderer, 'tool.exe'), 'binary');
  symlinkSync(join(folder, 'secret.txt'), join(renderer, 'way-out.txt'));
  const electron = createFakeElectron({ userData: folder });
  serveApp(electron, renderer, keptLog());
  const handler = electron.fake.protocols.get('app')!;
  // Chromium hands over the address as it is written; Node's own Request would first change it.
  ask = async (url, method = 'GET') => handler({ url, method } as Request);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the scheme', () => {
  it('is standard and secure, so that it has an origin, and may not fetch', () => {
    const electron = createFakeElectron({ userData: folder });
    registerAppScheme(electron);
    expect(electron.fake.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
  });
});

describe('files of the console', () => {
  it.each([
    ['app://gatehouse/', 'text/html; charset=utf-8'],
    ['app://gatehouse/index.html', 'text/html; charset=utf-8'],
    ['app://gatehouse/index.html?x=1#/tasks', 'text/html; charset=utf-8'],
    ['app://gatehouse/assets/main.js', 'text/javascript; charset=utf-8'],
    ['app://gatehouse/assets/inter.woff2', 'font/woff2'],
  ])('%s is %s', async (url, mediaType) => {
    const response = await ask(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe(mediaType);
  });

  it('have no body when only their headers are asked for', async () => {
    expect(await (await ask('app://gatehouse/', 'HEAD')).text()).toBe('');
  });
});

describe('an address that leads elsewhere', () => {
  it.each([
    'app://gatehouse/../secret.txt',
    'app://gatehouse/assets/../../secret.txt',
    'app://gatehouse/%2e%2e/secret.txt',
    'app://gatehouse/..%2fsecret.txt',
    'app://gatehouse/%2e%2e%2fsecret.txt',
    'app://gatehouse/assets/..%2f..%2fsecret.txt',
    'app://gatehouse/..%5csecret.txt',
    'app://gatehouse/assets%2fmain.js',
    'app://gatehouse/assets%00/main.js',
    'app://gatehouse//secret.txt',
    'app://gatehouse/%ff',
    'app://gatehouse/C:%5csecret.txt',
    'app://gatehouse/way-out.txt',
    'app://gatehouse/.env.txt',
    'app://gatehouse/tool.exe',
    'app://gatehouse/assets',
    'app://gatehouse/missing.js',
    `app://gatehouse/${'a'.repeat(5000)}.js`,
  ])('%s: nothing there', async (url) => {
    const response = await ask(url);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret');
  });

  it.each([
    'app://other/index.html',
    'app://gatehouse.evil/index.html',
    'app://GATEHOUSE/index.html',
    'app://gatehouse:80/index.html',
    'app://user@gatehouse/index.html',
    'app:///index.html',
    'file:///etc/passwd',
    'no address',
  ])('%s: not served', async (url) => {
    expect((await ask(url)).status).toBe(403);
  });

  it('with another method is not answered', async () => {
    expect((await ask('app://gatehouse/', 'POST')).status).toBe(405);
  });
});

describe('every answer', () => {
  it.each(['app://gatehouse/', 'app://gatehouse/missing.js', 'app://other/'])('%s carries the policy', async (url) => {
    const { headers } = await ask(url);
    const policy = headers.get('Content-Security-Policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe/);
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
  });
});

describe('the console’s own page', () => {
  it('is known in every spelling of a place in it, and nothing else is', () => {
    expect(isConsolePage('app://gatehouse/index.html#/tasks')).toBe(true);
    expect(isConsolePage('app://gatehouse/')).toBe(true);
    for (const other of [
      'app://gatehouse/other.html',
      'app://evil/index.html',
      'https://gatehouse/',
      'javascript:alert(1)',
      '',
    ]) {
      expect(isConsolePage(other)).toBe(false);
    }
  });
});
