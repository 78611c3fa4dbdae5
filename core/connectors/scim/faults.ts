/**
 * Turns what a server answered, or did not, into the typed failures of the connector contract.
 */
import type { Failure } from '#core/connectors/connector.ts';
import { attribute, isObject, textOf } from './json.ts';

const longestDetail = 300;

/** Certificate problems that no repetition mends (codes of Node's TLS layer). */
const certificateCodes: ReadonlySet<string> = new Set([
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

export function retryable(message: string, afterMilliseconds: number | null = null): Failure {
  return { kind: 'retryable', message, afterMilliseconds };
}

export function needsPerson(message: string): Failure {
  return { kind: 'needsPerson', message };
}

/** Nothing that is asked with this credential will be done. */
export function credentialRefused(message: string): Failure {
  return { kind: 'needsPerson', message, cause: 'credential' };
}

/** One line of bounded length: servers write stack traces and whole pages into their errors. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > longestDetail ? `${line.slice(0, longestDetail - 1)}…` : line;
}

/** What a server said of a fault: the `detail` and `scimType` of RFC 7644 section 3.12, or the text it wrote instead. */
export function saidBy(body: string): { readonly detail: string | null; readonly scimType: string | null } {
  const text = body.trim();
  if (text === '' || text.startsWith('<')) return { detail: null, scimType: null };
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) {
      const detail = textOf(attribute(parsed, 'detail')) ?? textOf(attribute(parsed, 'message'));
      return { detail: detail === null ? null : oneLine(detail), scimType: textOf(attribute(parsed, 'scimType')) };
    }
  } catch {
    // Not JSON: RFC 7644 asks for it, but plain text is common, and the best explanation there is.
  }
  return { detail: oneLine(text), scimType: null };
}

/**
 * The milliseconds a server asks to wait: seconds or an HTTP date (RFC 9110 section 10.2.3). A date is
 * measured against the server's own clock where it gave one; null when the header says nothing usable.
 */
export function retryAfter(headers: Headers, now: number): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // Date.parse takes nearly anything for a date, "-5" included; an HTTP date starts with the name of a day.
  const at = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) return null;
  const serverNow = Date.parse(headers.get('date') ?? '');
  return Math.max(0, at - (Number.isNaN(serverNow) ? now : serverNow));
}

/** The failure behind an HTTP status (RFC 7644 section 3.12; RFC 9110 section 15). */
export function failureOfStatus(
  status: number,
  headers: Headers,
  detail: string | null,
  path: string,
  now: number,
): Failure {
  const said = detail === null ? '' : ` It said: ${detail}`;
  if (status >= 300 && status < 400) {
    return needsPerson(
      `The server sent Gatehouse on to another address (HTTP ${status}), which is refused because the credential would go there too. Enter the final address as the base URL.`,
    );
  }
  if (status === 401) {
    return credentialRefused(
      `The server does not accept the credential (HTTP 401). Enter a valid one in the connection's settings.${said}`,
    );
  }
  if (status === 403) {
    return needsPerson(
      `The credential may not do this (HTTP 403). Allow it in the application to read users and groups, create users and change group members.${said}`,
    );
  }
  if (status === 404) {
    return needsPerson(`The server knows no ${path} (HTTP 404). Check the base URL of the connection.${said}`);
  }
  if (status === 408 || status === 412 || status === 425) {
    return retryable(`The server could not do it at that moment (HTTP ${status}).${said}`, retryAfter(headers, now));
  }
  if (status === 429) {
    return retryable(`The server takes no more requests for now (HTTP 429).${said}`, retryAfter(headers, now));
  }
  // 501 is no passing fault: the server will not have the operation tomorrow either.
  if (status >= 500 && status !== 501) {
    return retryable(`The server has a fault (HTTP ${status}).${said}`, retryAfter(headers, now));
  }
  return refused(
    detail === null
      ? `The server refused (HTTP ${status}) without a reason.`
      : `The server refused (HTTP ${status}): ${detail}`,
  );
}

/** The failure behind a request that got no whole answer: refused connection, reset, unknown host, bad certificate. */
export function failureOfNetwork(thrown: unknown, host: string): Failure {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = isObject(cause) ? textOf(cause['code']) : null;
  if (code !== null && certificateCodes.has(code)) {
    return needsPerson(
      `The certificate of ${host} cannot be trusted (${code}). Have it renewed, or add its issuer to this machine's trusted ones.`,
    );
  }
  if (code === 'ENOTFOUND') return retryable(`No server is known under ${host}. Check the network and the base URL.`);
  return retryable(
    `The connection to ${host} failed${code === null ? '' : ` (${code})`} before the answer was complete.`,
  );
}
