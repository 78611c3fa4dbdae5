/**
 * Signatures of Standard Webhooks (standardwebhooks.com, symmetric, `v1`): HMAC-SHA256 over id, time and body, with
 * the time bounding how long a call that was overheard could be played again.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceSeconds = 300;
/** The specification asks for keys of 24 to 64 bytes. */
const keyBytes = { least: 24, most: 64 };

/** The key of a secret `whsec_…`; null when it is none. */
export function keyOfSecret(secret: string): Buffer | null {
  const text = secret.trim();
  const encoded = text.startsWith('whsec_') ? text.slice('whsec_'.length) : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null;
  const key = Buffer.from(encoded, 'base64');
  return key.length < keyBytes.least || key.length > keyBytes.most ? null : key;
}

/** The three headers of a call that is sent now. @param seconds since 1970 */
export function signedHeaders(
  key: Buffer,
  id: string,
  seconds: number,
  body: string,
): Readonly<Record<string, string>> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signatureOf(key, id, String(seconds), Buffer.from(body, 'utf8')).toString('base64')}`,
  };
}

/** Why a call that came in is not to be believed; null when its signature is right and fresh. @param seconds since 1970 */
export function signatureProblem(
  key: Buffer,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  seconds: number,
): string | null {
  const id = headers['webhook-id'] ?? '';
  const at = headers['webhook-timestamp'] ?? '';
  const given = headers['webhook-signature'] ?? '';
  if (id === '' || at === '' || given === '') return 'The call is not signed.';
  if (!/^\d{1,12}$/.test(at) || Math.abs(Number(at) - seconds) > toleranceSeconds)
    return `The call was signed more than ${toleranceSeconds / 60} minutes ago, or in the future.`;
  const expected = signatureOf(key, id, at, body);
  // While secrets are changed, a call carries several signatures.
  const matches = given.split(' ').some((one) => {
    const [version, encoded = ''] = one.split(',', 2);
    const bytes = Buffer.from(encoded, 'base64');
    return version === 'v1' && bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
  return matches ? null : 'The signature of the call is not right.';
}

function signatureOf(key: Buffer, id: string, seconds: string, body: Buffer): Buffer {
  return createHmac('sha256', key).update(`${id}.${seconds}.`, 'utf8').update(body).digest();
}
