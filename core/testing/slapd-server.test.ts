import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { acceptsLogin } from './ldap-testbed.ts';
import { canRunSlapd, startSlapd } from './slapd-server.ts';

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

describe.skipIf(!canRunSlapd())('the OpenLDAP server for tests', () => {
  it('takes its logins over TLS, and is gone when it is stopped', async () => {
    const server = await startSlapd();
    const { certificateAuthority, service } = server;
    const url = `ldaps://${server.host}:${server.tlsPort}`;
    expect(await acceptsLogin({ url, certificateAuthority, login: service })).toBe(true);
    expect(await acceptsLogin({ url, certificateAuthority, login: { ...service, password: 'wrong' } })).toBe(false);
    await server.stop();
    expect(isRunning(server.processId)).toBe(false);
  });

  it('goes, and its data with it, when the process that started it is killed', { timeout: 30_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-orphan-'));
    chmodSync(folder, 0o1777);
    const server = JSON.stringify(join(import.meta.dirname, 'slapd-server.ts'));
    const program = `const { startSlapd } = await import(${server});
      console.log((await startSlapd()).processId); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder },
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const processId = Number(line);
    expect(isRunning(processId)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(processId), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => readdirSync(folder), { timeout: 5_000 }).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
