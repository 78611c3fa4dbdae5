/** Replays made-up histories, and the real one where it is at hand, through the command line as people do. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReplayFigures } from './replay-history.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const realHistory = join(root, '..', 'shared', 'data', 'amazon-access', 'history.csv');
const header =
  'ACTION,RESOURCE,MGR_ID,ROLE_ROLLUP_1,ROLE_ROLLUP_2,ROLE_DEPTNAME,ROLE_TITLE,ROLE_FAMILY_DESC,ROLE_FAMILY,ROLE_CODE';
const profile = (manager: string, title: string) => `${manager},10,11,12,${title},14,15,16`;

// Each of them starts a process.
vi.setConfig({ testTimeout: 120_000 });

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-replay-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function replay(...parameters: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['core/cli/replay.ts', ...parameters], { cwd: root }, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors });
    });
  });
}

function historyOf(...lines: readonly string[]): string {
  const file = join(directory, 'history.csv');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function figuresOf(file: string): ReplayFigures {
  return JSON.parse(readFileSync(file, 'utf8')) as ReplayFigures;
}

describe('a replay', () => {
  it('makes every row a request, decided as it was, delivered when it was approved', async () => {
    const file = historyOf(
      header,
      `1,100,7,${profile('7', 'a').slice(2)}`,
      `1,101,7,${profile('7', 'a').slice(2)}`,
      `0,100,7,${profile('7', 'b').slice(2)}`,
      `1,100,8,${profile('8', 'a').slice(2)}`,
      `0,102,8,${profile('8', 'a').slice(2)}`,
    );
    const [json, workspace] = [join(directory, 'counts.json'), join(directory, 'workspace')];
    const ended = await replay(file, '--json', json, '--workspace', workspace);
    expect(ended).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was lost') });
    // Three profiles and two managers, and the administrator who set the workspace up.
    expect(ended.errors).toContain('5 employees and 3 entitlements are ready.');
    const figures = figuresOf(json);
    expect(Object.keys(figures)).toEqual([
      'requests',
      'approved',
      'denied',
      'grants',
      'auditEvents',
      'seconds',
      'requestsPerSecond',
    ]);
    expect(figures).toMatchObject({ requests: 5, approved: 3, denied: 2, grants: 3 });
    // Set-up, application, connection and preparation; per person's first delivery the account besides.
    expect(figures.auditEvents).toBe(4 + 3 * 7 + 2 * 5 + 2);
    expect(readdirSync(workspace)).toContain('workspace.db');
  });

  it('takes the columns in any order, and CRLF', async () => {
    const columns = header.split(',').toReversed();
    const row = ['16', '15', '14', 'a', '12', '11', '10', '7', '100', '1'];
    const file = join(directory, 'history.csv');
    writeFileSync(file, `\uFEFF${columns.join(',')}\r\n${row.join(',')}\r\n`);
    const json = join(directory, 'counts.json');
    expect(await replay(file, '--json', json)).toMatchObject({ code: 0 });
    expect(figuresOf(json)).toMatchObject({ requests: 1, approved: 1, denied: 0, grants: 1 });
  });

  it('ends with a failure when the counts do not add up', async () => {
    const twice = `1,100,7,${profile('7', 'a').slice(2)}`;
    const ended = await replay(historyOf(header, twice, twice));
    expect(ended.code).toBe(1);
    // Whether the first one was delivered by then is the runtime's business: either way the line is named.
    expect(ended.errors).toMatch(/^Line 3: (Employee 1 already holds .*|Request 1 already asks for the same\.)$/m);
    expect(ended.errors).toContain('requests: 1, but the file has 2.');
  });

  it('leaves a workspace alone that is there already', async () => {
    const file = historyOf(header, `1,100,7,${profile('7', 'a').slice(2)}`);
    const workspace = join(directory, 'workspace');
    await replay(file, '--workspace', workspace);
    expect(await replay(file, '--workspace', workspace)).toMatchObject({
      code: 1,
      errors: expect.stringContaining('has been set up already'),
    });
  });
});

describe('a malformed history is refused before anything is replayed', () => {
  const good = `1,100,7,${profile('7', 'a').slice(2)}`;
  const cases: readonly (readonly [what: string, lines: readonly string[], message: string])[] = [
    [
      'an action that is neither 0 nor 1',
      [header, good, good.replace('1,', '2,')],
      'line 3, column ACTION: It must be 1 (approved) or 0 (denied), not "2".',
    ],
    [
      'a missing value',
      [header, good, '', '1,100,7,10,11,12,a,14,15'],
      'line 4, column ROLE_CODE: The value is missing.',
    ],
    ['a missing column', [header.replace('MGR_ID,', ''), good], 'line 1, column MGR_ID: The header lacks MGR_ID.'],
    [
      'a column twice',
      [header.replace('ROLE_CODE', 'ACTION,ROLE_CODE'), good],
      'line 1, column ACTION: The header names this column twice.',
    ],
    ['a quote that is never closed', [header, good, `1,"100,${profile('7', 'a')}`], 'line 3'],
    ['no rows', [header], 'line 1: This file has a header and no rows.'],
  ];
  for (const [what, lines, message] of cases) {
    it(`for ${what}`, async () => {
      const ended = await replay(historyOf(...lines));
      expect(ended).toMatchObject({ code: 1, output: '', errors: expect.stringContaining(message) });
      expect(ended.errors).not.toContain('are ready');
    });
  }

  it('for a file that is not there', async () => {
    const file = join(directory, 'none.csv');
    expect(await replay(file)).toMatchObject({
      code: 1,
      errors: expect.stringContaining(`The history ${file} cannot be read`),
    });
  });

  it('for no file named', async () => {
    expect(await replay()).toMatchObject({ code: 1, errors: expect.stringContaining('Name one file to replay.') });
  });
});

/** Milliseconds. No judgement on speed: it ends what hangs, also on a machine that is busy with something else. */
const endless = 1_500_000;

describe('a whole history', () => {
  it('is replayed without losing a decision', { timeout: endless }, async () => {
    // Everybody asks for every resource once; each seventh of those decisions is a denial.
    const [people, resources, managers] = [30, 10, 6];
    const rows = Array.from({ length: people * resources }, (_, index) => {
      const [person, resource] = [index % people, Math.floor(index / people)];
      const manager = String(person % managers);
      return `${index % 7 === 0 ? 0 : 1},${1_000 + resource},${profile(manager, `title ${person}`)}`;
    });
    const denied = Math.ceil(rows.length / 7);
    const json = join(directory, 'counts.json');
    const ended = await replay(historyOf(header, ...rows), '--json', json);
    expect(ended).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was lost') });
    expect(ended.errors).toContain(`${people + managers} employees and ${resources} entitlements are ready.`);
    const approved = rows.length - denied;
    expect(figuresOf(json)).toMatchObject({ requests: rows.length, approved, denied, grants: approved });
  });

  // No part of the repository: whoever has it replays it too, and elsewhere it is named.
  const atHand = [realHistory].filter((file) => existsSync(file));
  if (atHand.length === 0) console.log(`${realHistory} is not at hand: only a made-up history is replayed.`);
  it.each(atHand)('of 24,577 real decisions is replayed without losing one: %s', { timeout: endless }, async (file) => {
    const json = join(directory, 'counts.json');
    const ended = await replay(file, '--json', json);
    expect(ended).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was lost') });
    expect(figuresOf(json)).toMatchObject({ requests: 24_577, approved: 23_151, denied: 1_426, grants: 23_151 });
  });
});
