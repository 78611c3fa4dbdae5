import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type KeyringSessionOptions, canRunKeyringSession, runInKeyringSession } from './keyring-session.ts';

/** Runs JavaScript that finds the keyring's `entry` ready. */
function withEntry(program: string, options?: KeyringSessionOptions): ReturnType<typeof runInKeyringSession> {
  const prelude = `
    import { Entry } from '@napi-rs/keyring';
    const entry = () => new Entry('gatehouse-test', 'somebody', { linux: { store: 'secret-service' } });`;
  return runInKeyringSession(['--input-type=module', '-e', prelude + program], options);
}

describe.skipIf(!canRunKeyringSession())('a keyring session', () => {
  it('keeps a secret for as long as it lasts', async () => {
    const run = await withEntry(`entry().setPassword('s3cret'); console.log(entry().getPassword());`);
    expect(run).toMatchObject({ code: 0, stdout: 's3cret\n' });
    const next = await withEntry(`console.log(entry().getPassword());`);
    expect(next).toMatchObject({ code: 0, stdout: 'null\n' });
  });

  it('keeps it for the next session in the same home', async () => {
    const home = mkdtempSync(join(tmpdir(), 'gatehouse-home-'));
    await withEntry(`entry().setPassword('kept');`, { home });
    const next = await withEntry(`console.log(entry().getPassword());`, { home });
    expect(next.stdout).toBe('kept\n');
    rmSync(home, { recursive: true });
  });

  it.each<[string, KeyringSessionOptions, RegExp]>([
    ['when the keyring is locked', { locked: true }, /prompt was dismissed/],
    ['when it was never set up', { without: 'collection' }, /no result found/],
    ['when nothing on the bus keeps secrets', { without: 'service' }, /org\.freedesktop\.secrets/],
    ['when there is no bus', { without: 'bus' }, /DBUS_SESSION_BUS_ADDRESS|DBus error/],
  ])('refuses to keep one %s', async (_case, options, message) => {
    const run = await withEntry(`entry().setPassword('s3cret');`, options);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(message);
  });

  it('hands on the exit code and leaves no folder behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-keyring-test-'));
    vi.stubEnv('TMPDIR', folder);
    const run = await runInKeyringSession(['-e', 'process.exit(Number(process.env.CODE))'], { env: { CODE: '3' } });
    vi.unstubAllEnvs();
    expect(run.code).toBe(3);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
