import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openShellLog } from './log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the log of the shell', () => {
  it('cuts out what is called a secret', () => {
    const file = join(folder, 'logs', 'shell.log');
    const log = openShellLog({ file });
    log.info({ token: 'hunter2', inner: { password: 'hunter2', deeper: { secret: 'hunter2' } } }, 'kept');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('kept');
    expect(text).not.toContain('hunter2');
  });

  it.skipIf(process.platform === 'win32')('is for this person alone to read', () => {
    const file = join(folder, 'shell.log');
    openShellLog({ file });
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')('on a full disk ends nothing', () => {
    const complaints = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    // A file of the system that answers every write as a full disk does.
    openShellLog({ file: '/dev/full' }).error('lost');
    expect(complaints).toHaveBeenCalledWith(expect.stringContaining('/dev/full'));
    complaints.mockRestore();
  });

  it('is moved aside when it has grown, and only a few are kept', () => {
    const file = join(folder, 'shell.log');
    const log = openShellLog({ file, largest: 1_000 });
    for (let line = 0; line < 100; line += 1) log.info({ line }, 'x'.repeat(100));
    expect([1, 2, 3].map((age) => existsSync(`${file}.${age}`))).toEqual([true, true, true]);
    expect(existsSync(`${file}.4`)).toBe(false);
    expect(statSync(`${file}.1`).size).toBeLessThan(1_500);
    expect(readFileSync(file, 'utf8') + readFileSync(`${file}.1`, 'utf8')).toContain('"line":99');
  });
});
