/** Who may ask the shell for something. */
import type { Carried } from '../electron-stand-in/values.ts';
import { expect, test } from '../support/gatehouse.ts';
import { guards } from '../support/security.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

// Refusals are what is provoked here, and the page complains of them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource|ERR_ABORTED|Permissions/ });

test(
  'a sub-frame, another origin, an unknown page and an unknown request are refused by the shell',
  guards('Origin and top frame are checked on every message'),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const own = shell.windowOf(window);
    const ask: readonly Carried[] = [{ is: 'json', value: 'colours' }];
    const frame = { isTop: true, origin: 'app://gatehouse', url: 'app://gatehouse/index.html' };
    const knock = (id: number, from: typeof frame, args: typeof ask) =>
      shell.call('invoke', id, from, 'gatehouse', args);
    await expect(knock(own.id, frame, ask)).resolves.toMatchObject({ value: 'system' });

    await window.evaluate(() => document.body.append(document.createElement('iframe')));
    await expect.poll(() => window.frames().length).toBe(2);
    const [, inner] = window.frames();
    expect(await inner!.evaluate(() => 'gatehouse' in globalThis)).toBe(false);
    await expect(own.knockFrom(inner!, 'gatehouse', ask)).rejects.toThrow(/^Refused\.$/);
    for (const origin of ['https://evil.example', 'app://gatehouse.evil', 'app://evil', 'null']) {
      await expect(knock(own.id, { ...frame, origin }, ask)).rejects.toThrow(/^Refused\.$/);
    }
    await expect(knock(own.id, frame, [{ is: 'json', value: 'constructor' }])).rejects.toThrow(/^Refused\.$/);
    await expect(shell.call('invoke', own.id, frame, 'another-channel', ask)).rejects.toThrow(/No handler/);
  },
);
