/**
 * What connectors over HTTP share: one request with one typed answer. Nothing is thrown for what a server or a network
 * does, no redirect is followed, nothing is repeated, and no secret comes back in a message.
 */
import type { Failure } from '#core/connectors/connector.ts';
import { certificateCodes, credentialRefused, needsPerson, oneLine, refused, retryable } from './failures.ts';

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

/** The failure behind a request that got no whole answer: refused connection, reset, unknown host, bad certificate. */
export function failureOfNetwork(thrown: unknown, host: string): Failure {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string'
      ? cause.code
      : null;
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

/** The body as text; null when it is larger than `largest` bytes. @throws when the connection breaks before its end. */
export async function readBounded(response: Response, largest: number): Promise<string | null> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > largest) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A server may echo what it was sent. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, '[secret]'), text);
}

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type HttpAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly text: string }
  /** No whole answer came. The server may have done its work all the same. */
  | { readonly kind: 'none'; readonly failure: Failure };

export interface HttpSettings {
  readonly timeoutMilliseconds: number;
  /** The most bytes of an answer that are read. */
  readonly largest: number;
  /** Texts that must never come back, should a server echo them. */
  readonly secrets: readonly string[];
}

/** One request, one answer, whatever its status. */
export async function callHttp(
  { method, url, headers, body }: HttpCall,
  { timeoutMilliseconds, largest, secrets }: HttpSettings,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { host } = new URL(url);
  const none = (failure: Failure): HttpAnswer => ({ kind: 'none', failure });
  const stopped = retryable('Gatehouse stopped the request before the server answered.');
  if (signal.aborted) return none(stopped);
  const timeout = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
      ...(body === undefined ? {} : { body }),
    });
    const text = await readBounded(response, largest);
    if (text === null) return none(needsPerson(`${host} sent more than ${largest / 1024 / 1024} MB at once.`));
    return {
      kind: 'answer',
      status: response.status,
      headers: response.headers,
      text: withoutSecrets(text, secrets),
    };
  } catch (thrown) {
    if (signal.aborted) return none(stopped);
    if (timeout.aborted) return none(retryable(`${host} did not answer within ${timeoutMilliseconds / 1000} s.`));
    return none(failureOfNetwork(thrown, host));
  }
}

/** The failure behind an HTTP status that was not expected (RFC 9110 section 15). */
export function failureOfStatus(
  { status, headers, text }: Extract<HttpAnswer, { readonly kind: 'answer' }>,
  host: string,
  now: number,
): Failure {
  const said = saidIn(text);
  const more = said === null ? '' : ` It said: ${said}`;
  const after = retryAfter(headers, now);
  if (status >= 300 && status < 400)
    return needsPerson(
      `${host} sent Gatehouse on to another address (HTTP ${status}), which is refused because the credential would go there too. Enter the final address.`,
    );
  if (status === 401)
    return credentialRefused(
      `${host} does not accept the credential (HTTP 401). Enter a valid one in the connection's settings.${more}`,
    );
  if (status === 403) return needsPerson(`${host} does not allow this to the credential (HTTP 403).${more}`);
  if (status === 408 || status === 425 || status === 429)
    return retryable(`${host} takes no more for now (HTTP ${status}).${more}`, after);
  // 501 is no passing fault: the server will not have the operation tomorrow either.
  if (status >= 500 && status !== 501) return retryable(`${host} has a fault (HTTP ${status}).${more}`, after);
  return refused(`${host} refused (HTTP ${status})${said === null ? ' without a reason.' : `: ${said}`}`);
}

/** What a server said of a fault, in the shapes of Jira, ServiceNow and most others; null for a page or nothing. */
export function saidIn(text: string): string | null {
  const body = text.trim();
  if (body === '' || body.startsWith('<')) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Plain text is common, and the best explanation there is.
    return oneLine(body);
  }
  const parts = textsOf(parsed).filter((part) => part !== '');
  return parts.length === 0 ? null : oneLine(parts.join(' '));
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]): readonly string[] => {
    if (name === 'errors' && typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      return Object.entries(inner as Readonly<Record<string, unknown>>).flatMap(([field, problem]) =>
        typeof problem === 'string' ? [`${field}: ${problem}`] : [],
      );
    return ['errorMessages', 'errors', 'error', 'message', 'detail', 'title', 'reason'].includes(name)
      ? textsOf(inner)
      : [];
  });
}
