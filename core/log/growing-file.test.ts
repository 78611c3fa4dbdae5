import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLog } from '#core/log.ts';
import { mountFolder } from '#core/testing/mounted-folder.ts';

let folder: string;
let file: string;
let complaints: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'));
  file = join(folder, 'logs', 'worker.log');
  complaints = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  complaints.mockRestore();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

describe('the log of a process', () => {
  it('is made with its first line, and cuts out what is called a secret', () => {
    const log = openLog(folder, 'worker');
    expect(existsSync(join(folder, 'logs'))).toBe(false);
    log.info({ token: 'hunter2', inner: { password: 'hunter2' } }, 'kept');
    expect(readFileSync(file, 'utf8')).toMatch(/kept/);
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
  });

  it.skipIf(process.platform === 'win32')('is for this person alone to read', () => {
    openLog(folder, 'worker').info('kept');
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('is moved aside when it has grown, and only a few are kept', () => {
    const log = openLog(folder, 'worker', 1_000);
    for (let line = 0; line < 100; line += 1) log.info({ line }, 'x'.repeat(100));
    expect([1, 2, 3, 4].map((age) => existsSync(`${file}.${age}`))).toEqual([true, true, true, false]);
    expect(statSync(`${file}.1`).size).toBeLessThan(1_500);
    expect(readFileSync(file, 'utf8') + readFileSync(`${file}.1`, 'utf8')).toContain('"line":99');
  });

  it('that cannot be made stops nobody: it says so once, and begins when it can', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    writeFileSync(join(folder, 'logs'), 'in the way');
    const log = openLog(folder, 'worker');
    for (let line = 0; line < 3; line += 1) log.error({ line }, 'lost');
    expect(complaints).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`${file} cannot be written`));
    rmSync(join(folder, 'logs'));
    vi.advanceTimersByTime(5_000);
    log.info('kept');
    expect(readFileSync(file, 'utf8')).toMatch(
      /^\{.*"msg":"3 lines before this could not be written"\}\n\{.*"kept"\}\n$/,
    );
  });

  it('on a full disk stops nobody either, and no line is glued to the half of another', (context) => {
    mkdirSync(join(folder, 'disk'));
    const disk = mountFolder(join(folder, 'disk'), '64k') ?? context.skip('this process may not mount a file system');
    try {
      const log = openLog(join(folder, 'disk'), 'worker');
      for (let line = 0; line < 200; line += 1) log.info({ line }, 'x'.repeat(1_000));
      expect(complaints).toHaveBeenCalledOnce();
      disk.remount('size=1m');
      log.info('after');
      const lines = readFileSync(join(folder, 'disk', 'logs', 'worker.log'), 'utf8')
        .trimEnd()
        .split('\n');
      const whole = lines.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as { msg: string }] : []));
      expect(whole.at(-2)?.msg).toMatch(/^\d+ lines before this could not be written$/);
      expect(whole.at(-1)?.msg).toBe('after');
      expect(lines.length - whole.length).toBeLessThanOrEqual(1);
      expect(whole.length).toBeGreaterThan(10);
    } finally {
      disk.unmount();
    }
  });
});
