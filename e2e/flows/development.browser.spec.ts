/** `npm run dev` where there is no Electron or no display: the console comes from Vite, and the engine answers behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withoutDesktop } from '#core/testing/keyring-session.ts';
import { signInAs } from '../pages/entrance.ts';
import { expect, test } from '../support/gatehouse.ts';
import { root } from '../support/process.ts';

test('the console that Vite serves reaches the engine, with the address, origin and session of the browser mode', async ({
  folder,
  browser,
}) => {
  // Vite makes everything ready at the first look.
  test.setTimeout(180_000);
  const child = spawn(process.execPath, ['electron/dev.ts', '--workspace', join(folder, 'workspace')], {
    cwd: root,
    env: { ...withoutDesktop(), ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'no-electron') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const link = () => said.find((line) => line.startsWith('http://')) ?? '';
  await expect.poll(link, { timeout: 45_000 }).toContain('?token=');
  expect(said[0]).toMatch(/^Development: the console in the browser, with hot reload, because /);

  const page = await (await browser.newContext()).newPage();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname));
  await page.goto(link());
  await expect(page.getByRole('heading', { name: 'Who would you like to be?' })).toBeVisible({ timeout: 45_000 });
  await signInAs(page, 'Bjørn Zhang');
  // Its calls, and what hot reload listens to.
  expect(sockets.toSorted()).toEqual(['/', '/rpc']);

  // The same browser, with the session's cookie, but a page of another origin.
  const other = await page.context().newPage();
  await other.goto('data:text/html,elsewhere');
  const attempt = (origin: string) =>
    other.evaluate(
      (address) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(address);
          socket.addEventListener('open', () => resolve('open'));
          socket.addEventListener('error', () => resolve('refused'));
        }),
      `${origin.replace('http', 'ws')}/rpc`,
    );
  expect(await attempt(new URL(link()).origin)).toBe('refused');
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(link());
  await expect(stranger.getByRole('heading', { name: 'This address has been used or has expired' })).toBeVisible();

  for (const context of browser.contexts()) await context.close();
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  expect(said).toContain('Closing.');
});
