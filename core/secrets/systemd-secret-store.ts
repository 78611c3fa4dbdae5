/**
 * Credentials that systemd hands to a service (LoadCredential=, LoadCredentialEncrypted=): files of $CREDENTIALS_DIRECTORY
 * that only the service can read. One of a connection is called `connection.APPLICATION`, by the id of its application,
 * and holds its secret fields as a JSON object. They come before the keychain, and nothing is ever written there.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatehouseError } from '#core/domain/errors.ts';
import type { SecretFields, SecretStore } from './secret-store.ts';

export function withSystemdCredentials(directory: string, keychain: SecretStore): SecretStore {
  return {
    availability: () => keychain.availability(),
    read: async (name) => (await fieldsOf(directory, name)) ?? (await keychain.read(name)),
    write: (name, fields) => keychain.write(name, fields),
    remove: (name) => keychain.remove(name),
  };
}

/** Null: systemd handed over nothing for it. */
async function fieldsOf(directory: string, name: string): Promise<SecretFields | null> {
  const application = /^connection:([0-9a-f-]{36}):/.exec(name)?.[1];
  if (application === undefined) return null;
  const file = `connection.${application}`;
  let text: string;
  try {
    text = await readFile(join(directory, file), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new GatehouseError(
      'secret.unavailable',
      `The credential ${file} of systemd cannot be read.`,
      { file },
      error,
    );
  }
  const fields = parsed(text);
  if (fields === null)
    throw new GatehouseError(
      'secret.unavailable',
      `The credential ${file} of systemd is no JSON object of texts, such as {"token": "…"}.`,
      { file },
    );
  return fields;
}

function parsed(text: string): SecretFields | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What it holds is a secret: the message of the fault would quote it.
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.values(value).every((field) => typeof field === 'string') ? (value as SecretFields) : null;
}
