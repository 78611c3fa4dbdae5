/** The README's first command in a checkout that was never built, on a machine without a display. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const parts = ['.ci', 'core', 'electron', 'renderer', 'resources', 'package.json', 'package-lock.json'];

let folder: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-npm-start-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true });
});

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string) {
  const child = spawn(program, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  started.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (said.out += String(text)));
  child.stderr.on('data', (text: Buffer) => (said.err += String(text)));
  return { child, said, closed: once(child, 'close').then(([code]) => code as number | null) };
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter(Boolean);
const address = /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/gm;

describe.skipIf(process.platform === 'win32')('npm start', () => {
  it('builds the console, says in one line why it opens in the browser, opens it there, and ends when npm is asked to', async () => {
    const checkout = join(folder, 'checkout');
    for (const part of [...parts, 'vite.config.ts', 'tsconfig.base.json', 'tsconfig.json'])
      cpSync(join(root, part), join(checkout, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    // What opens a browser on Linux asks this variable first.
    const [browser, opened] = [join(folder, 'browser'), join(folder, 'opened')];
    writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`);
    chmodSync(browser, 0o755);
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
    const args = ['start', '--', '--workspace', join(folder, 'workspace')];
    const { child, said, closed } = run('npm', args, { ...env, BROWSER: browser }, checkout);

    await vi.waitFor(() => expect(said.out).toMatch(address), { timeout: 240_000, interval: 200 });
    expect(linesOf(said.out).filter((line) => line.includes('because'))).toEqual([
      'Gatehouse opens in the browser, because this machine has no display.',
    ]);
    expect(said.out).toContain('Building the console.');
    const [link = ''] = said.out.match(address) ?? [];
    const redeemed = await fetch(link, { redirect: 'manual' });
    expect(redeemed.status).toBe(303);
    expect((await fetch(link, { redirect: 'manual' })).headers.getSetCookie()).toEqual([]);
    const page = await (await fetch(new URL('/', link))).text();
    expect(page).toContain('<title>Gatehouse</title>');
    const [, script = ''] = /<script[^>]+src="([^"]+)"/.exec(page) ?? [];
    expect((await fetch(new URL(script, link))).status).toBe(200);
    await vi.waitFor(() => expect(existsSync(opened)).toBe(true), { timeout: 30_000, interval: 200 });
    expect(readFileSync(opened, 'utf8')).toMatch(new RegExp(address.source));
    child.stdin.write('\n');
    await vi.waitFor(() => expect(said.out.match(address)).toHaveLength(2), { timeout: 30_000, interval: 200 });

    child.kill('SIGTERM');
    await closed;
    expect(linesOf(said.out).at(-1)).toBe('Closing.');
    expect(said.err).toBe('');
    await expect(fetch(link)).rejects.toThrow('fetch failed');
  }, 600_000);
});

describe.skipIf(process.platform === 'win32')('the program that runs in the place of another', () => {
  const standIn = async (script: string, signal: NodeJS.Signals | null) => {
    const module = pathToFileURL(join(root, 'electron/start/run-to-end.ts')).href;
    const source = `import { runToEnd } from '${module}'; process.exitCode = await runToEnd('sh', ['-c', ${JSON.stringify(script)}]);`;
    const { child, said, closed } = run(process.execPath, ['--input-type=module', '-e', source], process.env, root);
    await vi.waitFor(() => expect(said.out).toContain('here'), { timeout: 60_000, interval: 50 });
    if (signal !== null) child.kill(signal);
    return closed;
  };
  const trapping = `trap 'exit 41' INT; trap 'exit 42' TERM; trap 'exit 43' HUP; echo here; while :; do sleep 0.1; done`;

  it('is handed every signal, and its exit code is handed back', async () => {
    expect(
      await Promise.all([
        standIn(trapping, 'SIGINT'),
        standIn(trapping, 'SIGTERM'),
        standIn(trapping, 'SIGHUP'),
        standIn('echo here; exit 7', null),
        standIn('echo here; kill -9 $$', null),
      ]),
    ).toEqual([41, 42, 43, 7, 1]);
  }, 120_000);
});
