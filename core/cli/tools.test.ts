/** What the command-line tools say before and instead of doing anything: one line that a person can act on. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '#core/domain/ids.ts';
import { silentLog } from '#core/log.ts';
import { openDatabase } from '#core/persistence/open-database.ts';
import { mountFolder } from '#core/testing/mounted-folder.ts';
import type { Workspace } from '#core/workspace.ts';
import { listenOn } from './arguments.ts';
import { openCallbacks } from './callbacks.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

// Each of them starts a process or more.
vi.setConfig({ testTimeout: 120_000 });

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-tools-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function run(tool: string, ...parameters: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`core/cli/${tool}.ts`, ...parameters], { cwd: root }, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors });
    });
  });
}

const ways = [
  ['worker', []],
  ['serve', ['--no-open']],
] as const;

describe.each(ways)('%s', (tool, further) => {
  it('says which folder cannot be made, and what to do', async () => {
    writeFileSync(join(directory, 'occupied'), 'This is no folder.');
    const workspace = join(directory, 'occupied', 'workspace');
    const ended = await run(tool, ...further, '--workspace', workspace);
    expect(ended).toEqual({ code: 1, output: '', errors: expect.stringMatching(/^[^\n]*\n$/) });
    expect(ended.errors).toContain(`The workspace folder ${workspace} cannot be made or used`);
    expect(ended.errors).toContain('Choose another with --workspace.');
  });

  it('says which folder may only be read, and touches nothing', async (context) => {
    const disk = mountFolder(directory, '8m') ?? context.skip('this process may not mount a file system');
    try {
      await (await openDatabase({ kind: 'sqlite', file: join(directory, 'workspace.db') })).close();
      disk.remount('ro');
      const ended = await run(tool, ...further, '--workspace', directory);
      expect(ended).toEqual({ code: 1, output: '', errors: expect.stringMatching(/^[^\n]*\n$/) });
      expect(ended.errors).toContain(`${join(directory, 'workspace.db')}. It cannot be opened.`);
      expect(existsSync(join(directory, 'logs'))).toBe(false);
    } finally {
      disk.unmount();
    }
  });
});

it('--help names the options of every tool', async () => {
  const tools = ['handover', 'import', 'replay', 'report', 'serve', 'worker'];
  for (const ended of await Promise.all(tools.map((tool) => run(tool, '--help')))) {
    expect(ended).toEqual({ code: 0, output: expect.stringMatching(/^Usage: (npm run|node core)/), errors: '' });
    expect(ended.output).toContain('--help');
  }
});

it('--callbacks takes a port, or an address and a port, that is free', async () => {
  expect(listenOn(undefined)).toBeNull();
  expect(listenOn('8790')).toEqual({ host: '127.0.0.1', port: 8790 });
  expect(listenOn('10.0.0.5:8790')).toEqual({ host: '10.0.0.5', port: 8790 });
  expect(listenOn('[::1]:8790')).toEqual({ host: '::1', port: 8790 });
  for (const wrong of ['', '0', '65536', 'here', ':8790', '10.0.0.5', '8790 '])
    expect(() => listenOn(wrong)).toThrow('--callbacks takes a port or ADDRESS:PORT');
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const nobody = { takeReport: () => expect.fail('Nobody called') } as unknown as Workspace;
  await expect(openCallbacks(`${port}`, nobody, silentLog())).rejects.toThrow('Choose another place with --callbacks');
  taken.close();
});

it('a worker takes reports where it is told to, goes on when its reader has gone, and ends in order', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  await promisify(free.close.bind(free))();
  const options = ['--workspace', directory, '--callbacks', `${port}`];
  const child = spawn(process.execPath, ['core/cli/worker.ts', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr.on('data', (text: Buffer) => errors.push(String(text)));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(String(said)).toContain(`Other systems report at http://127.0.0.1:${port}/callbacks/APPLICATION`);
  const report = await fetch(`http://127.0.0.1:${port}/callbacks/${newId()}`, { method: 'POST', body: '{}' });
  expect([report.status, await report.text()]).toEqual([401, 'This call is not accepted.\n']);
  child.stdout.destroy();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(errors.join('')).toBe('');
  // The last line of its log is written once the workspace is closed.
  expect(readFileSync(join(directory, 'logs', 'worker.log'), 'utf8')).toContain('"msg":"ended"');
});
