import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { Client } from 'pg';
import { describe, expect, inject, it } from 'vitest';

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

describe('the Postgres server for tests', () => {
  it('is shared through the injected address and lets a file create its own database', async () => {
    const name = `probe_${process.pid}`;
    await query(inject('postgresUrl'), `create database ${name}`);
    const own = new URL(inject('postgresUrl'));
    own.pathname = name;
    const rows = await query(
      own.href,
      `select current_database() as name, current_setting('server_encoding') as encoding`,
    );
    expect(rows).toEqual([{ name, encoding: 'UTF8' }]);
    await query(inject('postgresUrl'), `drop database ${name}`);
  });

  it('sorts texts by code point, as SQLite does, and knows letters beyond ASCII', async () => {
    const rows = await query(
      inject('postgresUrl'),
      `select string_agg(t, '' order by t) as sorted, lower('ÄÉ') as lowered from unnest(array['b', 'a', 'B', 'ä']) t`,
    );
    expect(rows).toEqual([{ sorted: 'Babä', lowered: 'äé' }]);
  });

  it('goes, and its data with it, when the process that started it is killed', { timeout: 30_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-orphan-'));
    chmodSync(folder, 0o1777);
    const server = JSON.stringify(join(import.meta.dirname, 'postgres-server.ts'));
    const program = `const { startPostgres } = await import(${server});
      console.log((await startPostgres()).processId); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder },
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const processId = Number(line);
    expect(isRunning(processId)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);

    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(processId), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => readdirSync(folder), { timeout: 5_000 }).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
