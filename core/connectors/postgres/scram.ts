/**
 * The form in which PostgreSQL keeps a password, made on this side: so the clear text reaches neither the
 * server, nor its log, nor an extension that reads statements.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** PostgreSQL's own default (`scram_iterations`). */
const iterations = 4096;

/**
 * `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>` (RFC 5803 section 3; PostgreSQL manual, `pg_authid.rolpassword`).
 * @returns null for a password beyond printable ASCII, which clients would first have to normalise (RFC 4013) alike.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string | null {
  if (!/^[\x20-\x7e]+$/.test(password)) return null;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyOf = (what: string): Buffer => createHmac('sha256', salted).update(what).digest();
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  const serverKey = keyOf('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
