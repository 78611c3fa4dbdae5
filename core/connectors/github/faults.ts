/**
 * Turns what GitHub answered, or did not, into the typed failures of the connector contract. Sources: GitHub's
 * "Best practices for using the REST API", "Rate limits for the REST API" and "Troubleshooting the REST API".
 */
import type { Failure } from '#core/connectors/connector.ts';
import { certificateCodes, credentialRefused, needsPerson, oneLine, refused, retryable } from '../failures.ts';

/** What GitHub asks for where a secondary limit comes without a time: at least a minute. */
const secondaryPause = 60_000;

export type Headers = Readonly<Record<string, string | undefined>>;

export const stopped = retryable('Gatehouse stopped the request before GitHub answered.');

export function noAccount(message: string): Failure {
  return { kind: 'notFound', what: 'account', message };
}

export function noTeam(id: string): Failure {
  return { kind: 'notFound', what: 'entitlement', message: `The organization has no team with the id ${id}.` };
}

/** The failure behind an HTTP status. `said` are GitHub's own words, without secrets. */
export function failureOfStatus(status: number, headers: Headers, said: string, now: number): Failure {
  const quoted = said === '' ? '' : ` GitHub said: ${said}`;
  const pause = rateLimitPause(status, headers, said, now);
  if (pause !== null) return retryable(`GitHub takes no more requests for now (HTTP ${status}).${quoted}`, pause);
  if (status >= 300 && status < 400) {
    return needsPerson(
      `GitHub sent Gatehouse on to another address (HTTP ${status}), which is refused because the credential would go there too. The organization may have been renamed: correct it in the connection's settings.`,
    );
  }
  if (status === 401) {
    return credentialRefused(
      `GitHub does not accept the credential (HTTP 401). It may have expired or been revoked: enter a valid one in the connection's settings.${quoted}`,
    );
  }
  if (status === 403) return forbidden(headers, quoted);
  if (status === 404) {
    return needsPerson(
      `GitHub shows no such thing to this credential (HTTP 404). Check the name of the organization and the permissions of the credential.${permissionsIn(headers)}${quoted}`,
    );
  }
  if (status === 408 || status === 409 || status === 425)
    return retryable(`GitHub could not do it at that moment (HTTP ${status}).${quoted}`, retryAfter(headers));
  if (status >= 500 && status !== 501)
    return retryable(`GitHub has a fault (HTTP ${status}).${quoted}`, retryAfter(headers));
  return refused(`GitHub refused (HTTP ${status}).${quoted}`);
}

function forbidden(headers: Headers, quoted: string): Failure {
  const sso = /^required; url=(\S+)/.exec(headers['x-github-sso'] ?? '')?.[1];
  if (sso !== undefined) {
    return needsPerson(
      `The organization uses single sign-on, and the token is not authorized for it. Its owner has to open ${withoutQuery(sso)} and authorize it.`,
    );
  }
  return needsPerson(
    `The credential may not do this (HTTP 403).${permissionsIn(headers)} Give it the permissions the page on GitHub lists.${quoted}`,
  );
}

/** GitHub names the permissions that would have been enough. */
function permissionsIn(headers: Headers): string {
  const needed = headers['x-accepted-github-permissions'] ?? headers['x-accepted-oauth-scopes'] ?? '';
  return needed.trim() === '' ? '' : ` It needs: ${oneLine(needed)}.`;
}

/** The address may carry a one-time request of whoever follows it. */
function withoutQuery(address: string): string {
  return address.split('?')[0] ?? address;
}

/** The milliseconds to wait when a rate limit is the reason; null when it is not. */
function rateLimitPause(status: number, headers: Headers, said: string, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = retryAfter(headers);
  if (after !== null) return after;
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000;
    // Measured against GitHub's own clock where it gave one.
    const serverNow = Date.parse(headers['date'] ?? '');
    return Number.isFinite(reset)
      ? Math.max(1000, reset - (Number.isNaN(serverNow) ? now : serverNow))
      : secondaryPause;
  }
  return status === 429 || /secondary rate limit|abuse detection/i.test(said) ? secondaryPause : null;
}

/** GitHub gives seconds. */
function retryAfter(headers: Headers): number | null {
  const value = headers['retry-after']?.trim() ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) * 1000 : null;
}

/** The failure behind a request that got no whole answer. */
export function failureOfNetwork(thrown: unknown, host: string): Failure {
  const code = codeOf(thrown);
  if (code !== null && certificateCodes.has(code)) {
    return needsPerson(
      `The certificate of ${host} cannot be trusted (${code}). Have it renewed, or add its issuer to this machine's trusted ones.`,
    );
  }
  return retryable(
    `The connection to ${host} failed${code === null ? '' : ` (${code})`} before the answer was complete.`,
  );
}

/** The code of an error or of what caused it, however deep. */
function codeOf(thrown: unknown, depth = 0): string | null {
  if (typeof thrown !== 'object' || thrown === null || depth > 4) return null;
  const { code, cause } = thrown as { readonly code?: unknown; readonly cause?: unknown };
  return typeof code === 'string' ? code : codeOf(cause, depth + 1);
}
