/** The command line: what it prints, where rejected rows go, and how it ends. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const tool = join(import.meta.dirname, '../../cli/import.ts');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-import-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(
  ...parameters: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [tool, '--workspace', join(folder, 'workspace'), ...parameters],
      (error, out, errorText) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, error: errorText });
      },
    );
  });
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

it(
  'prints the report, ends with 1 when the file is refused, and writes the rejected rows',
  { timeout: 120_000 },
  async () => {
    const people = file('people.csv', 'work_email,full_name\na@example.com,A\nbad\u001b[31m,=1+1\n');
    const rejects = join(folder, 'rejects.csv');
    const refused = await run('--kind', 'employees', people, '--rejects', rejects);
    expect(refused.code).toBe(1);
    expect(refused.out).toContain(
      'line 3, work_email: rejected: This value contains control characters. [bad\uFFFD[31m]',
    );
    expect(refused.out).toMatch(/created +0\n/);
    expect(refused.error).toContain('Nothing was imported: 1 row has a problem.');
    expect(readFileSync(rejects, 'utf8')).toContain("'=1+1,3,work_email,");

    const taken = await run('--kind', 'employees', people, '--mode', 'accept-good', '--rejects', rejects);
    expect([taken.code, taken.error]).toEqual([0, '']);
    expect(taken.out).toMatch(/created +1\n/);
    expect(taken.out).toContain(`The rejected rows are in ${rejects}`);

    expect((await run('--kind', 'applications', file('applications.csv', 'name\nGitHub\n'))).code).toBe(0);
    const grants = await run(
      '--kind',
      'grants',
      '--application',
      'github',
      file('grants.csv', 'username,entitlement\nann,Team\n'),
    );
    expect([grants.code, grants.error]).toEqual([0, '']);
  },
);

it('says what is missing on the command line without making a workspace', { timeout: 120_000 }, async () => {
  for (const [parameters, problem] of [
    [['--kind', 'people', 'x.csv'], '--kind: employees'],
    [['--kind', 'employees'], 'Name one file'],
    [['--kind', 'employees', join(folder, 'none.csv')], 'There is no file'],
    [['--kind', 'employees', '--mode', 'some', 'x.csv'], '--mode is all-or-nothing or accept-good'],
  ] as const) {
    const ended = await run(...parameters);
    expect([ended.code, ended.error]).toEqual([1, expect.stringContaining(problem)]);
  }
  expect(existsSync(join(folder, 'workspace'))).toBe(false);
});
