/**
 * Turns what a server answered, or did not, into the typed failures of the connector contract.
 */
import type { Failure } from '#core/connectors/connector.ts';
import { credentialRefused, needsPerson, oneLine, refused, retryable } from '../failures.ts';
import { retryAfter } from '../http.ts';
import { attribute, isObject, textOf } from './json.ts';

export { failureOfNetwork, retryAfter } from '../http.ts';

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
