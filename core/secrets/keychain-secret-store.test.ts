/** The store against a real gnome-keyring, and in every desktop session that cannot keep secrets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  canRunKeyringSession,
  runInKeyringSession,
  type KeyringSessionOptions,
} from '#core/testing/keyring-session.ts';

/** Runs statements that find a `store`, and gives back what they `show`. */
async function session(program: string, options?: KeyringSessionOptions): Promise<readonly unknown[]> {
  const prelude = `
    import { createKeychainSecretStore } from '#core/secrets/keychain-secret-store.ts';
    import { findCredentials } from '@napi-rs/keyring';
    const store = createKeychainSecretStore();
    const show = (value) => console.log('\\n=' + JSON.stringify(value ?? null));
    const attempt = (work) => work.then(() => show('done'), (error) => show([error.code, error.data.obstacle, error.message]));
  `;
  const run = await runInKeyringSession(['--input-type=module', '-e', prelude + program], options);
  expect(run).toMatchObject({ code: 0 });
  return run.stdout
    .split('\n')
    .filter((line) => line.startsWith('='))
    .map((line) => JSON.parse(line.slice(1)) as unknown);
}

describe.skipIf(!canRunKeyringSession())('the keychain store in a desktop session', () => {
  it('keeps secrets under Gatehouse’s name and finds them again in the next session', async () => {
    const home = mkdtempSync(join(tmpdir(), 'gatehouse-home-'));
    const large = `'é'.repeat(20_000)`;
    const first = await session(
      `show(await store.availability());
       show(await store.read('application:1'));
       await store.write('application:1', { token: 'one' });
       await store.write('application:1', { token: 'ключ 🔑', user: 'κλειδί' });
       await store.write('application:2', { key: ${large} });
       show(findCredentials('Gatehouse').filter(({ account }) => !account.includes('#')).map(({ account }) => account).sort());`,
      { home },
    );
    expect(first).toEqual([
      { available: true, message: 'Secrets are kept in the keychain of this machine.' },
      null,
      ['application:1', 'application:2'],
    ]);
    const second = await session(
      `show(await store.read('application:1'));
       show((await store.read('application:2')).key === ${large});
       await store.remove('application:2');
       await store.remove('application:2');
       show(await store.read('application:2'));
       show(findCredentials('Gatehouse').length);`,
      { home },
    );
    expect(second).toEqual([{ token: 'ключ 🔑', user: 'κλειδί' }, true, null, 1]);
    // What is there but locked is not the same as what is not there.
    const third = await session(`await attempt(store.read('application:1'));`, { home, locked: true });
    expect(third).toEqual([['secret.unavailable', 'locked', expect.stringContaining('locked')]]);
    rmSync(home, { recursive: true });
  });

  it.each<[string, string, KeyringSessionOptions]>([
    ['locked', 'Unlock it', { locked: true }],
    ['noCollection', 'create a default keyring', { without: 'collection' }],
    ['noService', 'GNOME Keyring, KWallet or KeePassXC', { without: 'service' }],
    ['noBus', 'Start Gatehouse from a desktop session', { without: 'bus' }],
  ])('says what is missing: %s', async (obstacle, advice, options) => {
    const shown = await session(
      `show(await store.availability()); await attempt(store.write('application:1', { token: 'hunter2' }));`,
      options,
    );
    const message = expect.stringContaining(advice);
    expect(shown).toEqual([{ available: false, message }, ['secret.unavailable', obstacle, message]]);
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });

  it('does not load the keychain’s code before a secret is asked for', async () => {
    const loaded = `Object.keys(process.report.getReport().sharedObjects).some((index) => process.report.getReport().sharedObjects[index].includes('keyring'))`;
    const program = `
      const { createKeychainSecretStore } = await import('#core/secrets/keychain-secret-store.ts');
      createKeychainSecretStore();
      console.log(${loaded});`;
    const run = await runInKeyringSession(['--input-type=module', '-e', program]);
    expect(run.stdout.trim()).toBe('false');
  });
});
