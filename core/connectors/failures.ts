/** The failures of the connector contract in words, whatever a connector speaks with its application. */
import type { Failure } from '#core/connectors/connector.ts';

const longestDetail = 300;

/** Certificate problems that no repetition mends (codes of Node's TLS layer). */
export const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export function refused(message: string): Failure {
  return { kind: 'refused', message };
}

export function retryable(
  message: string,
  afterMilliseconds: number | null = null,
): Extract<Failure, { readonly kind: 'retryable' }> {
  return { kind: 'retryable', message, afterMilliseconds };
}

export function needsPerson(message: string): Failure {
  return { kind: 'needsPerson', message };
}

/** Nothing that is asked with this credential will be done. */
export function credentialRefused(message: string): Failure {
  return { kind: 'needsPerson', message, cause: 'credential' };
}

/** One line of bounded length, in characters: servers write stack traces and whole pages into their errors. */
export function oneLine(text: string, longest = longestDetail): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
