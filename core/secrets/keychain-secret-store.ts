/**
 * Secrets in the keychain of the operating system: Keychain on macOS, Credential Manager on Windows, the
 * Secret Service on Linux. Everything lies under the service name `Gatehouse`, an entry per secret name.
 */
import { randomBytes } from 'node:crypto';
import { keychainFault, keychainMessage, obstacleFault } from './keychain-faults.ts';
import type { SecretStore } from './secret-store.ts';
import { readSplit, removeSplit, writeSplit, type Entries } from './split-secret.ts';

const service = 'Gatehouse';
const probe = 'gatehouse:check';
/** How long a person has to unlock the keychain when it asks them, in milliseconds. */
const patience = 120_000;
/** A keychain that cannot keep secrets is asked again after this time, in milliseconds: asking may open a prompt. */
const rememberObstacle = 30_000;

export interface KeychainOptions {
  /** Where entries come from. Default: the keychain of this machine, loaded on first use. May throw. */
  readonly load?: () => Promise<Entries>;
  /** Milliseconds until an operation is given up. */
  readonly patience?: number;
}

export function createKeychainSecretStore(options: KeychainOptions = {}): SecretStore {
  const load = options.load ?? loadKeychain;
  let loaded: Promise<Entries> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let known: { readonly answer: Promise<Availability>; until: number } | undefined;

  /** One operation at a time: the entries of a split secret are written in an order that matters. */
  function inTurn<Value>(work: (entries: Entries) => Promise<Value>, secrets: readonly string[] = []): Promise<Value> {
    const turn = last.then(async () => {
      try {
        return await withPatience(entriesOf().then(work), options.patience ?? patience);
      } catch (error) {
        // It worked before and does not now: the next question is answered by looking again.
        known = undefined;
        throw keychainFault(error, secrets);
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  function entriesOf(): Promise<Entries> {
    loaded ??= load();
    loaded.catch(() => (loaded = undefined));
    return loaded;
  }

  async function tryIt(): Promise<Availability> {
    const value = randomBytes(8).toString('hex');
    try {
      const readBack = await inTurn(async (entries) => {
        const entry = entries(probe);
        await entry.setPassword(value);
        const text = await entry.getPassword();
        await entry.deletePassword();
        return text;
      });
      if (readBack !== value) return { available: false, message: keychainMessage('other') };
      return { available: true, message: 'Secrets are kept in the keychain of this machine.' };
    } catch (error) {
      return { available: false, message: (error as Error).message };
    }
  }

  return {
    async availability() {
      if (known === undefined || Date.now() >= known.until) {
        const asked = { answer: tryIt(), until: Number.POSITIVE_INFINITY };
        known = asked;
        const { available } = await asked.answer;
        if (!available) known = { ...asked, until: Date.now() + rememberObstacle };
        return asked.answer;
      }
      return known.answer;
    },
    read: (name) => inTurn((entries) => readSplit(entries, name)),
    write: (name, fields) => inTurn((entries) => writeSplit(entries, name, fields), Object.values(fields)),
    remove: (name) => inTurn((entries) => removeSplit(entries, name)),
  };
}

type Availability = Awaited<ReturnType<SecretStore['availability']>>;

/** Loading costs time and can fail, so it happens when the first secret is asked for. */
async function loadKeychain(): Promise<Entries> {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  // Unpinned, the library falls back to the kernel's memory on Linux, and secrets are lost at the next start.
  return (account) => new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
}

async function withPatience<Value>(work: Promise<Value>, milliseconds: number): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(obstacleFault('noAnswer')), milliseconds);
  timer.unref();
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
