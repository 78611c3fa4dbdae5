/** Credentials of calls over HTTP, as a header or as what a person has to mend first. */
import type { Failure, Secrets } from '#core/connectors/connector.ts';
import { needsPerson } from './failures.ts';

/** The Authorization header (RFC 6750 section 2.1, RFC 7617 section 2). */
export function authorizationOf(
  how: { readonly authentication: 'basic'; readonly username: string } | { readonly authentication: 'bearer' },
  secrets: Secrets,
): string | Failure {
  if (how.authentication === 'basic') {
    const password = secrets['password'] ?? '';
    if (password === '')
      return needsPerson("No password is stored for this connection. Enter it in the connection's settings.");
    return `Basic ${Buffer.from(`${how.username}:${password}`, 'utf8').toString('base64')}`;
  }
  const token = (secrets['token'] ?? '').trim();
  if (token === '')
    return needsPerson("No token is stored for this connection. Enter it in the connection's settings.");
  // A token with a line break or a space in it was copied wrongly; a header cannot carry it.
  if (!/^[\x21-\x7e]+$/.test(token))
    return needsPerson('The stored token holds characters a token cannot have. Copy it again from the application.');
  return `Bearer ${token}`;
}
