/** Two places for secrets under one door: which one a secret lives in follows from its name. */
import type { SecretStore } from './secret-store.ts';

export interface Layers {
  /** Secrets of these names live in `memory`; all others in `keychain`. */
  readonly memoryNames: (name: string) => boolean;
  readonly memory: SecretStore;
  readonly keychain: SecretStore;
}

/** Secrets of the sample organisation's own service: made up at each start, and never in anybody's keychain. */
export function isSampleSecret(name: string): boolean {
  return name.startsWith('sample:');
}

/** `availability` is the keychain's: memory is always there, and is no place for what people enter. */
export function layered({ memoryNames, memory, keychain }: Layers): SecretStore {
  const placeOf = (name: string) => (memoryNames(name) ? memory : keychain);
  return {
    availability: () => keychain.availability(),
    read: (name) => placeOf(name).read(name),
    write: (name, fields) => placeOf(name).write(name, fields),
    remove: (name) => placeOf(name).remove(name),
  };
}
