/** `npm run dev` in the window: the console comes from Vite under the desktop program's own origin and policy, and is replaced while it runs. */
import { join } from 'node:path';
import { createServer } from 'vite';
import { expect, test } from '../support/gatehouse.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';
import { root } from '../support/process.ts';

const nonce = 'a-nonce-of-this-test-alone';

test('the console is served by Vite, its socket connects, and a change reaches the window', async ({
  gatehouse,
  openConsole,
}) => {
  const port = 5_931;
  const vite = await createServer({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    server: { host: '127.0.0.1', port, strictPort: true, ws: { protocol: 'ws', host: '127.0.0.1', clientPort: port } },
    html: { cspNonce: nonce },
  });
  await vite.listen();
  await gatehouse.start({ development: { server: `http://127.0.0.1:${port}`, nonce } });
  const window = await openConsole();
  await expect(window.getByRole('heading', { name: 'Who would you like to be?' })).toBeVisible({ timeout: 30_000 });
  const policy = (await desktopOf(gatehouse).shell.call('protocol', 'app://gatehouse/index.html', 'GET')).headers;
  expect(policy['content-security-policy']).toContain(`script-src 'self' 'nonce-${nonce}'; `);
  expect(policy['content-security-policy']).toContain(`connect-src ws://127.0.0.1:${port}; `);
  await expect.poll(() => vite.ws.clients.size).toBe(1);

  await window.evaluate(() => Object.assign(globalThis, { isOld: true }));
  vite.ws.send({ type: 'full-reload' });
  // Asked while the page is replaced, it has no answer.
  await expect.poll(() => window.evaluate(() => 'isOld' in globalThis).catch(() => true)).toBe(false);
  await expect(window.getByRole('heading', { name: 'Who would you like to be?' })).toBeVisible();
  await window.close();
  await vite.close();
});
