/** Secrets in this process's memory alone: the sample service's token, and tests. */
import type { SecretFields, SecretStore } from './secret-store.ts';

export function createMemorySecretStore(): SecretStore {
  const kept = new Map<string, SecretFields>();
  return {
    availability: async () => ({ available: true, message: 'Secrets are kept in memory until Gatehouse ends.' }),
    read: async (name) => kept.get(name) ?? null,
    async write(name, fields) {
      kept.set(name, { ...fields });
    },
    async remove(name) {
      kept.delete(name);
    },
  };
}
