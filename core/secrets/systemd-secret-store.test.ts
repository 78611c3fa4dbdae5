/** Credentials of a service: systemd's before the keychain's, and never written. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMemorySecretStore } from './memory-secret-store.ts';
import { withSystemdCredentials } from './systemd-secret-store.ts';

const application = '01890000-0000-7000-8000-000000000001';
const name = `connection:${application}:6f0a0000-0000-4000-8000-000000000000`;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-credentials-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('come from systemd where it hands them over, and else from the keychain', async () => {
  const keychain = createMemorySecretStore();
  const store = withSystemdCredentials(directory, keychain);
  await store.write(name, { token: 'from the keychain' });
  expect(await store.read(name)).toEqual({ token: 'from the keychain' });
  writeFileSync(join(directory, `connection.${application}`), '{"token":"from systemd"}');
  expect(await store.read(name)).toEqual({ token: 'from systemd' });
  expect(await keychain.read(name)).toEqual({ token: 'from the keychain' });
  expect(await store.read('signing-key')).toBeNull();
});

it.each(['{"token":"hush', '["hush"]', '{"token":1}', 'null'])(
  'that are not what they should be are told of without their contents: %s',
  async (text) => {
    writeFileSync(join(directory, `connection.${application}`), text);
    const reading = withSystemdCredentials(directory, createMemorySecretStore()).read(name);
    await expect(reading).rejects.toMatchObject({
      code: 'secret.unavailable',
      message: expect.not.stringContaining('hush'),
    });
  },
);
