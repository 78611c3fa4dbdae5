/**
 * Where credentials live: the keychain of the operating system, and the memory of this process while it
 * uses them. Nowhere else.
 */

/** Secrets of one connection by field name. */
export type SecretFields = Readonly<Record<string, string>>;

export interface SecretStore {
  /** Can secrets be kept here? When not, `message` says exactly what is missing and what to do. Never throws. */
  availability(): Promise<{ readonly available: boolean; readonly message: string }>;
  /** The secrets under a name; null when there are none. @throws GatehouseError `secret.unavailable` when the keychain cannot be read. */
  read(name: string): Promise<SecretFields | null>;
  /** Replaces the secrets under a name. @throws GatehouseError `secret.unavailable`. */
  write(name: string, fields: SecretFields): Promise<void>;
  /** Forgets the secrets under a name; no matter if there were none. */
  remove(name: string): Promise<void>;
}
