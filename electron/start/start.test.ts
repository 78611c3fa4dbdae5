import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readStartOptions } from './arguments.ts';
import { isFresh } from './build.ts';
import { downloadElectron, downloadHost, findElectron, missingDisplay } from './find-electron.ts';
import { runElectron } from './run-electron.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-start-'));
  writeFileSync(join(folder, 'package.json'), '{"version": "45.0.0"}');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('what npm start was asked for', () => {
  it.each<readonly [string, boolean, readonly string[]]>([
    ['', false, []],
    ['--workspace /w', false, ['--workspace', '/w']],
    ['--browser --workspace /w', true, ['--workspace', '/w']],
    ['--no-open', true, ['--no-open']],
    ['--port 8080', true, ['--port', '8080']],
    ['--callbacks 10.0.0.5:8790', true, ['--callbacks', '10.0.0.5:8790']],
  ])('%s', (line, browser, browserArguments) => {
    expect(readStartOptions(line.split(' ').filter(Boolean))).toMatchObject({ browser, browserArguments });
  });

  it('is refused when it is mistyped', () => {
    expect(() => readStartOptions(['--brwoser'])).toThrow('--brwoser');
  });
});

describe('Electron’s binary', () => {
  it('is the one that the environment names, or the one that is installed, or none', () => {
    expect(findElectron(folder, {}, 'linux')).toBeNull();
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist', 'electron'), '');
    expect(findElectron(folder, {}, 'linux')).toBe(join(folder, 'dist', 'electron'));
    expect(findElectron(folder, { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'elsewhere') }, 'linux')).toBeNull();
    expect(findElectron(folder, { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'dist') }, 'linux')).toBe(
      join(folder, 'dist', 'electron'),
    );
    expect(findElectron(folder, {}, 'aix')).toBeNull();
  });

  it('needs a display on Linux', () => {
    expect(missingDisplay({}, 'linux')).toContain('no display');
    expect(missingDisplay({ DISPLAY: ':0' }, 'linux')).toBeNull();
    expect(missingDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBeNull();
    expect(missingDisplay({}, 'darwin')).toBeNull();
  });
});

describe('the download', () => {
  const env = (mirror: string): NodeJS.ProcessEnv => ({ ELECTRON_MIRROR: mirror, PATH: process.env.PATH });
  const say = vi.fn<(line: string) => void>();

  /** A host that answers; what is downloaded from it is the installer's business. */
  async function withHost<T>(work: (mirror: string) => Promise<T>): Promise<T> {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    try {
      return await work(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
    } finally {
      server.close();
    }
  }

  it('is not begun where its host cannot be reached', async () => {
    const found = await downloadElectron({ packageFolder: folder, env: env('http://127.0.0.1:1/'), say });
    expect(found).toEqual({ missing: expect.stringContaining('127.0.0.1 cannot be reached') });
    expect(say).not.toHaveBeenCalled();
  });

  it('is not begun beside an override, nor where it is switched off', async () => {
    expect(await downloadElectron({ packageFolder: folder, env: { ELECTRON_OVERRIDE_DIST_PATH: '/x' }, say })).toEqual({
      missing: expect.stringContaining('/x'),
    });
    expect(await downloadElectron({ packageFolder: folder, env: { ELECTRON_SKIP_BINARY_DOWNLOAD: '1' }, say })).toEqual(
      { missing: expect.stringContaining('switched off') },
    );
  });

  it('is the package’s own installer, and says so in a line', async () => {
    const executable =
      { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string] ??
      'electron';
    writeFileSync(
      join(folder, 'install.js'),
      `const { mkdirSync, writeFileSync } = require('node:fs'); const { dirname, join } = require('node:path');
       const file = join(__dirname, 'dist', ${JSON.stringify(executable)}); mkdirSync(dirname(file), { recursive: true }); writeFileSync(file, '');`,
    );
    const found = await withHost((mirror) => downloadElectron({ packageFolder: folder, env: env(mirror), say }));
    expect(found).toEqual({ path: join(folder, 'dist', executable) });
    expect(say.mock.calls).toEqual([[expect.stringContaining('Downloading Electron 45.0.0')]]);
  });

  it('says how far it has come', async () => {
    writeFileSync(
      join(folder, 'install.js'),
      `fetch(process.env.ELECTRON_MIRROR + 'electron.zip').then((response) => response.arrayBuffer()).then((bytes) => {
         if (bytes.byteLength !== 3_000_000) throw new Error('Torn');
         console.error('No Electron in it');
         process.exit(1);
       });`,
    );
    const server = createHttpServer((_asked, answer) => {
      answer.setHeader('content-length', 3_000_000);
      for (let part = 0; part < 30; part += 1) answer.write(Buffer.alloc(100_000));
      answer.end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    say.mockClear();
    const found = await downloadElectron({ packageFolder: folder, env: env(`http://127.0.0.1:${port}/`), say });
    server.close();
    expect(found).toEqual({ missing: 'Electron could not be downloaded (No Electron in it)' });
    const lines = say.mock.calls.map(([line]) => line);
    expect(lines[0]).toContain('Downloading Electron 45.0.0');
    expect(lines.slice(1).every((line) => /^Downloaded \d+ % of 3 MB\.$/.test(line))).toBe(true);
    expect(lines.at(-1)).toBe('Downloaded 100 % of 3 MB.');
  });

  it('that fails is told in one line', async () => {
    writeFileSync(join(folder, 'install.js'), `console.error('HTTPError: 404\\n    at somewhere'); process.exit(1);`);
    const found = await withHost((mirror) => downloadElectron({ packageFolder: folder, env: env(mirror), say }));
    expect(found).toEqual({ missing: 'Electron could not be downloaded (HTTPError: 404)' });
  });

  it('that hangs is ended', async () => {
    writeFileSync(join(folder, 'install.js'), 'setInterval(() => {}, 1000);');
    const found = await withHost((mirror) =>
      downloadElectron({ packageFolder: folder, env: env(mirror), say, limit: 300 }),
    );
    expect(found).toEqual({ missing: 'Electron could not be downloaded (it took too long)' });
  });

  it('is left to the installer behind a proxy', () => {
    expect(downloadHost({ HTTPS_PROXY: 'http://proxy:3128' })).toBeNull();
    expect(downloadHost({})?.hostname).toBe('github.com');
  });
});

describe.skipIf(process.platform === 'win32')('a program that does not begin', () => {
  const script = (text: string): string => {
    const file = join(folder, 'electron');
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  afterEach(() => void (process.exitCode = 0));

  it('is told in its own last words', async () => {
    const binary = script(`echo noise >&2; echo '[12:0101/FATAL:main.cc(3)] The sandbox is refused.' >&2; exit 1`);
    expect(await runElectron(binary, [])).toBe('Electron did not start (The sandbox is refused)');
    expect(await runElectron(join(folder, 'missing'), [])).toContain('ENOENT');
    expect(await runElectron(script('kill -SEGV $$'), [])).toContain('a signal');
  });

  it('is another thing than one that ran, however it ended', async () => {
    expect(await runElectron(script('exit 0'), [])).toBeNull();
    expect(await runElectron(script('sleep 0.3; exit 3'), [], 100)).toBeNull();
    expect(process.exitCode).toBe(3);
  });
});

describe('what was built', () => {
  it('is fresh until its sources change', () => {
    const built = join(folder, 'main.js');
    const source = join(folder, 'package.json');
    expect(isFresh(built, [source])).toBe(false);
    writeFileSync(built, '');
    expect(isFresh(built, [source, join(folder, 'absent')])).toBe(true);
    const later = new Date(Date.now() + 60_000);
    utimesSync(source, later, later);
    expect(isFresh(built, [source])).toBe(false);
  });
});
