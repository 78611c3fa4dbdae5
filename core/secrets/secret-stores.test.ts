import { describe, expect, it } from 'vitest';
import { createKeychainSecretStore } from './keychain-secret-store.ts';
import { isSampleSecret, layered } from './layered-secret-store.ts';
import { createMemorySecretStore } from './memory-secret-store.ts';
import type { SecretStore } from './secret-store.ts';
import type { Entries } from './split-secret.ts';

/** A keychain with Windows' limit, that can be told to fail at one of its operations. */
function scriptedKeychain() {
  const kept = new Map<string, string>();
  const script: { failAfter: number; message: string; hang: boolean } = {
    failAfter: Infinity,
    message: 'power cut',
    hang: false,
  };
  const step = async () => {
    if (script.hang) await new Promise(() => undefined);
    if ((script.failAfter -= 1) < 0) throw new Error(script.message);
  };
  const entries: Entries = (account) => ({
    async getPassword() {
      await step();
      return kept.get(account) ?? null;
    },
    async setPassword(text) {
      await step();
      if (text.length * 2 > 2_560) throw new Error(`Attribute 'password' is longer than platform limit: ${text}`);
      kept.set(account, text);
    },
    async deletePassword() {
      await step();
      return kept.delete(account);
    },
  });
  const store = createKeychainSecretStore({ load: async () => entries, patience: 100 });
  return { kept, script, store };
}

const large = (seed: string) => ({ token: seed.repeat(9_000), note: 'ключ 🔑 κλειδί' });

describe.each<[string, () => SecretStore]>([
  ['the keychain store', () => scriptedKeychain().store],
  ['the memory store', createMemorySecretStore],
])('%s', (_name, create) => {
  it('keeps, replaces and forgets secrets by name', async () => {
    const store = create();
    expect(await store.read('application:1')).toBeNull();
    await store.write('application:1', { token: 'one', user: 'svc' });
    await store.write('application:2', { token: 'two' });
    expect(await store.read('application:1')).toEqual({ token: 'one', user: 'svc' });
    await store.write('application:1', { token: '' });
    expect(await store.read('application:1')).toEqual({ token: '' });
    await store.remove('application:1');
    await store.remove('application:1');
    expect(await store.read('application:1')).toBeNull();
    expect(await store.read('application:2')).toEqual({ token: 'two' });
    expect((await store.availability()).available).toBe(true);
  });

  it('keeps large secrets and every alphabet', async () => {
    const store = create();
    for (const fields of [large('é'), large('x'), { token: 'short' }, large('🔑')]) {
      await store.write('name', fields);
      expect(await store.read('name')).toEqual(fields);
    }
  });
});

describe('the keychain store', () => {
  it('leaves nothing of an earlier or removed secret behind', async () => {
    const { kept, store } = scriptedKeychain();
    await store.write('name', large('xyz'));
    const parts = kept.size;
    await store.write('name', { token: 'x'.repeat(3_000) });
    expect(kept.size).toBeLessThan(parts);
    await store.write('name', { token: 'small' });
    expect([...kept.keys()]).toEqual(['name']);
    await store.write('name', large('x'));
    await store.remove('name');
    expect(kept.size).toBe(0);
  });

  it('has the old secret or the new one, whole, wherever a write is cut off', async () => {
    const before = large('a');
    const after = { token: 'b'.repeat(4_000) };
    for (let steps = 0; ; steps += 1) {
      const { script, store } = scriptedKeychain();
      await store.write('name', before);
      script.failAfter = steps;
      const cut = await store.write('name', after).then(
        () => false,
        () => true,
      );
      script.failAfter = Infinity;
      const found = await store.read('name');
      expect([before.token, after.token]).toContain(found?.token);
      await store.write('name', after);
      expect(await store.read('name')).toEqual(after);
      if (!cut) return;
    }
  });

  it('says that a secret is incomplete when a part of it has gone', async () => {
    const { kept, store } = scriptedKeychain();
    await store.write('name', large('a'));
    kept.delete('name#a3');
    await expect(store.read('name')).rejects.toMatchObject({ data: { obstacle: 'incomplete' } });
    kept.set('name', '{"token":"not ours"');
    await expect(store.read('name')).rejects.toThrow('Enter the secret again');
  });

  it('never repeats a secret, whatever the keychain says', async () => {
    const { script, store } = scriptedKeychain();
    script.failAfter = 0;
    script.message = 'could not store "hunter2-hunter2"';
    const error = await store.write('name', { token: 'hunter2-hunter2' }).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'secret.unavailable' });
    expect(`${(error as Error).stack}${JSON.stringify(error)}${String((error as Error).cause)}`).not.toContain(
      'hunter2',
    );
  });

  it.each([
    ['Couldn’t access platform storage: User interaction is not allowed.', 'locked'],
    ['Platform failure: Unknown(-25293)', 'denied'],
    ['Access is denied. (os error 5)', 'denied'],
    ['Cannot find native binding.', 'noModule'],
    ['something new', 'other'],
  ])('tells apart what the keychain says: %s', async (message, obstacle) => {
    const { script, store } = scriptedKeychain();
    script.failAfter = 0;
    script.message = message;
    await expect(store.read('name')).rejects.toMatchObject({ code: 'secret.unavailable', data: { obstacle } });
    expect((await store.availability()).available).toBe(false);
  });

  it('does not wait for ever, and works again afterwards', async () => {
    const { script, store } = scriptedKeychain();
    script.hang = true;
    await expect(store.read('name')).rejects.toMatchObject({ data: { obstacle: 'noAnswer' } });
    script.hang = false;
    await store.write('name', { token: 'x' });
    expect(await store.read('name')).toEqual({ token: 'x' });
  });

  it('asks a keychain that cannot keep secrets only now and then', async () => {
    let asked = 0;
    const store = createKeychainSecretStore({
      load: async () => {
        asked += 1;
        throw new Error('DBus error: no');
      },
    });
    const answers = await Promise.all([store.availability(), store.availability()]);
    answers.push(await store.availability());
    expect(asked).toBe(1);
    for (const answer of answers) expect(answer).toMatchObject({ available: false, message: /D-Bus session/ });
  });
});

describe('layered stores', () => {
  it('keep sample secrets out of the keychain', async () => {
    const { kept, store: keychain } = scriptedKeychain();
    const store = layered({ memoryNames: isSampleSecret, memory: createMemorySecretStore(), keychain });
    await store.write('sample:scim', { token: 'made up' });
    expect(kept.size).toBe(0);
    await store.write('application:1', { token: 'real' });
    expect([...kept.keys()]).toEqual(['application:1']);
    expect(await store.read('sample:scim')).toEqual({ token: 'made up' });
    await store.remove('sample:scim');
    expect(await store.read('sample:scim')).toBeNull();
    expect(await store.read('application:1')).toEqual({ token: 'real' });
  });

  it('are as available as the keychain, and sample secrets work without one', async () => {
    const keychain = createKeychainSecretStore({ load: () => Promise.reject(new Error('DBus error')) });
    const store = layered({ memoryNames: isSampleSecret, memory: createMemorySecretStore(), keychain });
    await store.write('sample:scim', { token: 'x' });
    expect(await store.read('sample:scim')).toEqual({ token: 'x' });
    expect((await store.availability()).available).toBe(false);
    await expect(store.write('application:1', { token: 'x' })).rejects.toMatchObject({ code: 'secret.unavailable' });
  });
});
