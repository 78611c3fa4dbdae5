/**
 * How requests are signed in: with a fixed header, or with tokens that OAuth 2.0 client credentials are exchanged
 * for (RFC 6749 section 4.4). Tokens live in memory alone, until shortly before they expire or are not accepted.
 */
import * as oauth from 'oauth4webapi';
import type { Failure } from '#core/connectors/connector.ts';
import { needsPerson, oneLine, retryable } from '../failures.ts';
import { failureOfNetwork, retryAfter } from './faults.ts';

export interface SignIn {
  /** The value of the Authorization header, or why there is none. */
  header(signal: AbortSignal): Promise<string | Failure>;
  /** The server did not accept this header (401). @returns whether another one may be had now */
  rejected(header: string): boolean;
  /** Texts that must never come back in a message, should a server echo them. */
  secrets(): readonly string[];
}

export function fixedSignIn(header: string | Failure, secrets: readonly string[]): SignIn {
  return { header: async () => header, rejected: () => false, secrets: () => secrets };
}

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Names separated by spaces; empty: whatever the server gives by itself. */
  readonly scope: string;
  /** Whether id and secret go into the header or the body of the request (RFC 6749 section 2.3.1). */
  readonly clientAuthentication: 'header' | 'body';
  readonly timeoutMilliseconds: number;
}

interface Token {
  readonly header: string;
  readonly value: string;
  /** Epoch milliseconds; null: until it is not accepted any more. */
  readonly usedUntil: number | null;
}

/** A token is not used in its last moments: it would expire on the way. */
const marginMilliseconds = 30_000;
/** A token response is a few lines. */
const largestAnswer = 256 * 1024;

export function clientCredentialsSignIn(credentials: ClientCredentials): SignIn {
  let token: Token | null = null;
  let asking: Promise<Token | Failure> | null = null;

  return {
    async header(signal) {
      if (signal.aborted) return stopped;
      if (token !== null && (token.usedUntil === null || Date.now() < token.usedUntil)) return token.header;
      // Many requests may need it at once; it is asked for once, and each stops waiting when it is told to.
      asking ??= requestToken(credentials).finally(() => {
        asking = null;
      });
      const answer = await untilAborted(asking, signal);
      if ('kind' in answer) return answer;
      token = answer;
      return answer.header;
    },
    rejected(header) {
      if (token?.header === header) token = null;
      return true;
    },
    secrets: () => [credentials.clientSecret, ...(token === null ? [] : [token.value])],
  };
}

const stopped = retryable('Gatehouse stopped the request before the server answered.');

async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | Failure> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<Failure>((resolve) => {
    onAbort = () => resolve(stopped);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

async function requestToken(credentials: ClientCredentials): Promise<Token | Failure> {
  const { tokenUrl, clientId, clientSecret, scope, clientAuthentication, timeoutMilliseconds } = credentials;
  const { host, origin, protocol } = new URL(tokenUrl);
  const server = { issuer: origin, token_endpoint: tokenUrl };
  const client = { client_id: clientId };
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      clientAuthentication === 'body' ? oauth.ClientSecretPost(clientSecret) : oauth.ClientSecretBasic(clientSecret),
      scope === '' ? {} : { scope },
      {
        signal,
        // The form takes plain http for this machine alone.
        [oauth.allowInsecureRequests]: protocol === 'http:',
        [oauth.customFetch]: async (url, init) => bounded(await fetch(url, init as RequestInit)),
      },
    );
    const failure = failureOfTokenStatus(response, host);
    if (failure !== null) return failure;
    const answer = await oauth.processClientCredentialsResponse(server, client, response);
    if (answer.token_type !== 'bearer')
      return needsPerson(
        `${host} gives tokens of the kind ${oneLine(answer.token_type)}; Gatehouse uses bearer tokens.`,
      );
    if (!/^[\x21-\x7e]+$/.test(answer.access_token))
      return needsPerson(`${host} gave a token that holds characters a token cannot have.`);
    const lasts = answer.expires_in === undefined ? null : answer.expires_in * 1000;
    return {
      header: `Bearer ${answer.access_token}`,
      value: answer.access_token,
      usedUntil: lasts === null ? null : Date.now() + lasts - Math.min(marginMilliseconds, lasts / 10),
    };
  } catch (thrown) {
    if (signal.aborted) return retryable(`${host} gave no token within ${timeoutMilliseconds / 1000} s.`);
    return failureOfToken(thrown, host, [clientSecret]);
  }
}

/** What the status alone tells; null: the answer itself has to be read. */
function failureOfTokenStatus(response: Response, host: string): Failure | null {
  const { status, headers } = response;
  if (status >= 300 && status < 400)
    return needsPerson(
      `${host} sent Gatehouse on to another address (HTTP ${status}), which is refused because the client secret would go there too. Enter the final address of the token service.`,
    );
  if (status === 404)
    return needsPerson(`${host} has no token service at this address (HTTP 404). Check the token URL.`);
  if (status === 429 || status === 408 || status >= 500)
    return retryable(`${host} gives no token for now (HTTP ${status}).`, retryAfter(headers, Date.now()));
  return null;
}

/** An error response (RFC 6749 section 5.2), an answer that is none, or no answer. */
function failureOfToken(thrown: unknown, host: string, secrets: readonly string[]): Failure {
  if (thrown instanceof oauth.ResponseBodyError) {
    const said = secrets.reduce(
      (text, secret) => text.replaceAll(secret, '[secret]'),
      oneLine(`${thrown.error}${thrown.error_description === undefined ? '' : `: ${thrown.error_description}`}`),
    );
    return needsPerson(
      `${host} gives no token for these client credentials (HTTP ${thrown.status}, ${said}). Check client id, client secret and scope in the connection's settings.`,
    );
  }
  if (thrown instanceof oauth.WWWAuthenticateChallengeError)
    return needsPerson(
      `${host} does not accept the client credentials (HTTP ${thrown.status}). Check client id and client secret in the connection's settings.`,
    );
  if (thrown instanceof oauth.OperationProcessingError)
    return retryable(`${host} answered with something that is no token. If it keeps doing so, check the token URL.`);
  return failureOfNetwork(thrown, host);
}

async function bounded(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > largestAnswer) break;
    chunks.push(chunk);
  }
  const { status, headers } = response;
  const empty = status === 204 || status === 304 || (status >= 100 && status < 200);
  return new Response(empty ? null : Buffer.concat(chunks), { status, headers });
}
