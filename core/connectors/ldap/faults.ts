/**
 * Turns what a directory answered, or did not, into the typed failures of the connector contract. The
 * result code decides (RFC 4511 appendix A), never the text beside it.
 */
import { ConnectorFault, type Failure } from '#core/connectors/connector.ts';
import { credentialRefused, needsPerson, oneLine, refused, retryable } from '../failures.ts';

/** Result codes that callers look at (RFC 4511 section 4.1.9). */
export const resultCodes = {
  noSuchAttribute: 16,
  attributeOrValueExists: 20,
  noSuchObject: 32,
  objectClassViolation: 65,
  entryAlreadyExists: 68,
} as const;

/** What a session was doing when it failed; the connection test tells them apart. */
export type Step = 'reach' | 'encrypt' | 'signIn' | 'work';

/** A request to the directory failed. `code` is its result code; null when no answer came. */
export class LdapFault extends ConnectorFault {
  readonly code: number | null;
  readonly step: Step;

  constructor(failure: Failure, step: Step, code: number | null = null) {
    super(failure);
    this.name = 'LdapFault';
    this.code = code;
    this.step = step;
  }
}

export function accountMissing(message: string): Failure {
  return { kind: 'notFound', what: 'account', message };
}

export function entitlementMissing(message: string): Failure {
  return { kind: 'notFound', what: 'entitlement', message };
}

const invalidCredentials = 49;

/** Result codes that only a person can do something about, with what to do. */
const forPerson: ReadonlyMap<number, string> = new Map([
  [4, 'The directory gives this account only a part of the list. Raise its size limit for paged searches.'],
  [7, 'The directory does not take a simple bind. Allow it for this account.'],
  [8, 'The directory asks for a stronger sign-in. Use LDAPS or StartTLS.'],
  [10, 'The directory sends Gatehouse on to another server, and Gatehouse does not follow. Enter that server.'],
  [11, 'The directory has an administrative limit that this exceeds. Raise it for this account.'],
  [12, 'The directory lacks a control this needs.'],
  [13, 'The directory asks for encryption. Use LDAPS or StartTLS.'],
  [48, 'The directory does not accept this kind of sign-in.'],
  [49, 'The directory does not accept the bind name or the password, or the account may not sign in.'],
  [50, 'The bind account may not do this. Give it the right in the directory.'],
]);

/** Faults that pass: operationsError, timeLimitExceeded, busy, unavailable, other, and assertionFailed (RFC 4528). */
const passing: ReadonlySet<number> = new Set([1, 3, 51, 52, 80, 122]);

/** The failure behind a result code. `text` is the server's diagnostic message, for people alone. */
export function failureOfCode(code: number, text: string): Failure {
  const detail = oneLine(text);
  const said = detail === '' ? ` (result ${code})` : ` (result ${code}: ${detail})`;
  const advice = forPerson.get(code);
  if (advice !== undefined)
    return code === invalidCredentials ? credentialRefused(`${advice}${said}`) : needsPerson(`${advice}${said}`);
  if (passing.has(code)) return retryable(`The directory cannot do it at the moment${said}.`);
  return refused(`The directory refused${said}.`);
}

/** Certificate problems that no repetition mends (codes of Node's TLS layer). */
const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The failure behind a connection that could not be made or did not last. */
export function failureOfNetwork(thrown: unknown, host: string): Failure {
  const code = codeOf(thrown);
  if (code !== null && certificateCodes.has(code)) {
    return needsPerson(
      `The certificate of ${host} cannot be trusted (${code}). Enter the certificate authority that signed it, or have it renewed.`,
    );
  }
  if (code?.startsWith('ERR_SSL_') === true) {
    return needsPerson(
      `${host} does not speak TLS the way the connection asks for it (${code}). Check port and encryption.`,
    );
  }
  if (code === 'ENOTFOUND') return retryable(`No server is known under ${host}. Check the network and the address.`);
  return retryable(
    `The connection to ${host} failed${code === null ? '' : ` (${code})`} before the answer was complete.`,
  );
}

function codeOf(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' ? thrown.code : null;
}
