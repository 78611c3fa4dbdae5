/** What the desktop shell keeps from a page, and everybody else from the shell. One test for each line of the list. */
import type { Carried } from '../electron-stand-in/values.ts';
import { expect, test } from '../support/gatehouse.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

// Refusals are what is provoked here, and the page complains of them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource|ERR_ABORTED|Permissions/ });

const guards = (description: string) => ({ annotation: { type: 'security', description } });
const invented = 'https://evil.example/';

test(
  'a page is sandboxed and isolated, and has three functions of the shell and nothing of Node',
  guards('Sandbox and context isolation are set explicitly'),
  async ({ console: window, gatehouse }) => {
    const [opened] = (await desktopOf(gatehouse).shell.call('state')).windows;
    expect(opened?.preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
    });
    const found = await window.evaluate(() => ({
      bridge: Object.keys((globalThis as unknown as { readonly gatehouse: object }).gatehouse),
      node: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter((name) => name in globalThis),
    }));
    expect(found).toEqual({ bridge: ['connect', 'settings', 'changeSettings'], node: [] });
  },
);

test(
  'the protocol reads nothing outside the console, however a path is written, and no other host',
  guards('`app://gatehouse/` serves the built console alone'),
  async ({ console: _window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const status = async (address: string, method = 'GET') =>
      (await shell.call('protocol', `app://${address}`, method)).status;
    expect(await status('gatehouse/index.html')).toBe(200);
    for (const path of [
      '../../package.json',
      '..%2f..%2fpackage.json',
      '%2e%2e%2f%2e%2e%2fpackage.json',
      '..%5c..%5cpackage.json',
      'assets/..%2f..%2f..%2fpackage.json',
      '%2fetc%2fpasswd.txt',
      'C:%5cwindows%5cwin.html',
      'index.html%00.js',
      '.env.txt',
      '%E0%A4%A.html',
    ]) {
      expect([path, await status(`gatehouse/${path}`)]).toEqual([path, 404]);
    }
    for (const host of ['evil', 'gatehouse.evil', 'gatehouse:81']) {
      expect([host, await status(`${host}/index.html`)]).toEqual([host, 403]);
    }
    expect(await status('gatehouse/index.html', 'POST')).toBe(405);
  },
);

test(
  'every answer carries a policy that allows the console’s own files, and a script put into the page does not run',
  guards("The content security policy is a response header: `default-src 'none'`, nothing unsafe for scripts"),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    for (const path of ['index.html', 'gatehouse.svg', 'nothing.js']) {
      const { headers } = await shell.call('protocol', `app://gatehouse/${path}`, 'GET');
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(headers['content-security-policy']).not.toContain('unsafe-eval');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    const ran = await window.evaluate((elsewhere) => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ranInline = true';
      document.head.append(script);
      const fetched = fetch(elsewhere).then(
        () => 'fetched',
        () => 'refused',
      );
      return fetched.then((answer) => ({ inline: 'ranInline' in globalThis, answer }));
    }, invented);
    expect(ran).toEqual({ inline: false, answer: 'refused' });
  },
);

test(
  'a sub-frame, another origin, an unknown page and an unknown request are refused by the shell',
  guards('Origin and top frame are checked on every message'),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const own = shell.windowOf(window);
    const ask: readonly Carried[] = [{ is: 'json', value: 'settings' }];
    const frame = { isTop: true, origin: 'app://gatehouse', url: 'app://gatehouse/index.html' };
    const knock = (id: number, from: typeof frame, args: typeof ask) =>
      shell.call('invoke', id, from, 'gatehouse', args);
    await expect(knock(own.id, frame, ask)).resolves.toMatchObject({ value: { theme: 'system' } });

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

test(
  'the page may put text on the clipboard; place, camera, microphone, notices and reading the clipboard are denied',
  guards('Permissions are denied by default'),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const asked =
      'geolocation media notifications clipboard-read clipboard-sanitized-write midi pointerLock fullscreen openExternal ' +
      'display-capture hid serial usb storage-access idle-detection';
    expect(await shell.call('granted', 'app://gatehouse', asked.split(' '))).toEqual(['clipboard-sanitized-write']);
    for (const origin of ['https://evil.example', 'app://gatehouse.evil', 'null']) {
      expect(await shell.call('granted', origin, asked.split(' '))).toEqual([]);
    }
    const states = await window.evaluate(async () => {
      const names = ['geolocation', 'camera', 'microphone', 'clipboard-write'];
      const queries = names.map(async (name) => {
        const { state } = await navigator.permissions.query({ name: name as PermissionName });
        return [name, state] as const;
      });
      return Object.fromEntries(await Promise.all(queries));
    });
    expect(states).toEqual({
      geolocation: 'denied',
      camera: 'denied',
      microphone: 'denied',
      'clipboard-write': 'granted',
    });
  },
);

test(
  'the page leads nowhere, opens no window and embeds no other page',
  guards('Navigation and further windows are denied'),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const before = window.url();
    for (const address of [invented, 'http://127.0.0.1:9/', 'https://gatehouse.app-scheme.test/assets/none.html']) {
      await window.evaluate((url) => void (location.href = url), address);
    }
    await window.evaluate((url) => {
      globalThis.open(url, '_blank');
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, invented);
    await expect.poll(() => window.context().pages().length).toBe(1);
    expect(window.url()).toBe(before);
    await expect(window.getByRole('heading').first()).toBeVisible();
    expect((await shell.call('state')).windows.filter(({ destroyed }) => !destroyed)).toHaveLength(1);
  },
);

test(
  'no address is handed to the system unless its host is on the list',
  guards('`openExternal` only for parsed, allow-listed https'),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const { id } = shell.windowOf(window);
    for (const address of [
      invented,
      'http://gatehouse.example/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'smb://evil.example/share',
      'https://user:secret@github.com/',
      'not an address',
    ]) {
      expect([address, await shell.call('opening', id, address)]).toEqual([address, 'deny']);
    }
    expect((await shell.call('state')).opened).toEqual([]);
  },
);
