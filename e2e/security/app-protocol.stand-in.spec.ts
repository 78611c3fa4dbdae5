/** Which files the desktop program serves to its window. */
import { expect, test } from '../support/gatehouse.ts';
import { guards } from '../support/security.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

// Refusals are what is provoked here, and the page complains of them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource|ERR_ABORTED|Permissions/ });

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
