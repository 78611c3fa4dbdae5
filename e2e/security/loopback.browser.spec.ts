/** What keeps everybody but the person at this machine out of a console that is served on it. */
import { createServer, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { signInAs } from '../pages/entrance.ts';
import { expect, test } from '../support/gatehouse.ts';

const minute = 60_000;

// Refusals are what is provoked here, and browsers report them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource/ });

async function saysExpired(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'This address has been used or has expired' })).toBeVisible();
  await expect(page.getByText('Open the new one printed by Gatehouse')).toBeVisible();
}

test('a one-time address works once; unknown and missing ones not at all', async ({ browser, gatehouse }) => {
  const link = await gatehouse.link();
  const [first, second, third, fourth] = await Promise.all(
    [1, 2, 3, 4].map(async () => (await browser.newContext()).newPage()),
  );
  await first!.goto(link);
  await expect(first!.getByRole('heading', { name: 'Who would you like to be?' })).toBeVisible();
  // The token is not left in the address, where a history would keep it.
  expect(first!.url()).not.toContain('token');
  await second!.goto(link);
  await saysExpired(second!);
  await third!.goto(`${gatehouse.origin}/?token=${'x'.repeat(43)}`);
  await saysExpired(third!);
  await fourth!.goto(gatehouse.origin);
  await saysExpired(fourth!);
  // The session that the address had started is not harmed by any of it.
  await first!.reload();
  await expect(first!.getByRole('heading', { name: 'Who would you like to be?' })).toBeVisible();
  const [cookie] = await first!.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', expires: -1 });
  for (const page of [first, second, third, fourth]) await page!.context().close();
});

test('an address expires', async ({ browser, gatehouse }) => {
  await gatehouse.stop();
  const now = Date.now();
  await gatehouse.start({ heldAt: now, goesOnAt: now + 11 * minute });
  const link = await gatehouse.link();
  gatehouse.releaseClock();
  const page = await (await browser.newContext()).newPage();
  await page.goto(link);
  await saysExpired(page);
  await page.context().close();
});

test('a page of another origin cannot talk to the engine, even in the browser that holds the session', async ({
  console: window,
  gatehouse,
}) => {
  await signInAs(window, 'Bjørn Zhang');
  const elsewhere = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<title>Elsewhere</title>'),
  );
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const attacker = await window.context().newPage();
  // The same host on another port: the browser even sends the session's cookie along.
  await attacker.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
  const attempt = (address: string) =>
    attacker.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url);
          socket.addEventListener('open', () => resolve('open'));
          socket.addEventListener('error', () => resolve('refused'));
        }),
      address,
    );
  const { host } = new URL(gatehouse.origin);
  expect(await attempt(`ws://${host}/rpc`)).toBe('refused');
  expect(await attempt(`ws://localhost:${new URL(gatehouse.origin).port}/rpc`)).toBe('refused');
  const read = await attacker.evaluate(
    (url) =>
      fetch(url, { credentials: 'include' }).then(
        () => 'read',
        () => 'refused',
      ),
    `${gatehouse.origin}/`,
  );
  expect(read).toBe('refused');
  const framed = await attacker.evaluate(
    (url) =>
      new Promise<boolean>((resolve) => {
        const frame = document.createElement('iframe');
        frame.src = url;
        frame.addEventListener('load', () => {
          try {
            resolve(frame.contentDocument !== null);
          } catch {
            resolve(false);
          }
        });
        document.body.append(frame);
      }),
    `${gatehouse.origin}/`,
  );
  expect(framed).toBe(false);
  // Our own page still may.
  expect(
    await window.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url);
          socket.addEventListener('open', () => {
            socket.close();
            resolve('open');
          });
          socket.addEventListener('error', () => resolve('refused'));
        }),
      `ws://${host}/rpc`,
    ),
  ).toBe('open');
  elsewhere.closeAllConnections();
  elsewhere.close();
});

test('scripts that are not the console’s own do not run in it', async ({ console: window, gatehouse }) => {
  const answer = await fetch(gatehouse.origin);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe-eval');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');

  await window.evaluate(() => {
    const inline = document.createElement('script');
    inline.textContent = 'window.inlineRan = true';
    document.head.append(inline);
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.handlerRan = true');
    image.src = 'data:image/png;base64,AA';
    document.body.append(image);
    // After this call: what a debugger evaluates is exempt from the policy.
    setTimeout(() => {
      try {
        // oxlint-disable-next-line typescript/no-implied-eval -- that it is refused is the point
        new Function('window.evalRan = true')();
      } catch (error) {
        Object.assign(globalThis, { evalFailed: (error as Error).name });
      }
    }, 0);
  });
  await expect.poll(() => window.evaluate(() => (globalThis as { evalFailed?: string }).evalFailed)).toBe('EvalError');
  expect(
    await window.evaluate(() => ['inlineRan', 'handlerRan', 'evalRan'].filter((name) => name in globalThis)),
  ).toEqual([]);
});

/** Asks with exactly this path and host, which a browser or fetch would tidy up. */
function ask(origin: string, path: string, host?: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(origin);
    const asked = httpRequest(
      { host: '127.0.0.1', port, path, headers: host === undefined ? {} : { host } },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    asked.on('error', reject).end();
  });
}

test('foreign hosts and paths that lead out are refused', async ({ gatehouse }) => {
  const { origin } = gatehouse;
  expect((await ask(origin, '/')).status).toBe(200);
  for (const host of ['attacker.example', `attacker.example:${new URL(origin).port}`, `127.0.0.1.attacker.example`]) {
    expect([host, (await ask(origin, '/', host)).status]).toEqual([host, 403]);
  }
  const paths = [
    '/../package.json',
    '/%2e%2e/package.json',
    '/assets/../../../package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/..%5cpackage.json',
    '//etc/passwd',
    '/assets/%00.js',
    '/.git/config',
  ];
  for (const path of paths) {
    const { status, body } = await ask(origin, path);
    expect([path, status >= 400, body.includes('gatehouse"') || body.includes('root:')]).toEqual([path, true, false]);
  }
});
