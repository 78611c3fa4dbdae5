/**
 * A thin SCIM client over the global fetch: one request, one typed answer. It never throws for what a
 * server or a network does, never follows a redirect, and never repeats a request by itself.
 */
import type { Failure } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { readBounded, withoutSecrets } from '../http.ts';
import { failureOfNetwork, failureOfStatus, saidBy } from './faults.ts';
import { isObject, type JsonObject } from './json.ts';
import type { SignIn } from './sign-in.ts';

/** Enough for a group of some hundred thousand members; past it, memory is worth more than the answer. */
const largestAnswer = 32 * 1024 * 1024;

export interface ScimRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, starting with a slash, its parts encoded (see `resourcePath`). */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: JsonObject;
  /** The version that must still be current (RFC 7644 section 3.14). */
  readonly ifMatch?: string | null;
}

export interface ScimSuccess {
  readonly ok: true;
  readonly status: number;
  /** Null when the server sent none, as for 204. */
  readonly body: JsonObject | null;
  readonly entityTag: string | null;
}

export interface ScimFault {
  readonly ok: false;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly scimType: string | null;
  readonly failure: Failure;
  /** A web page came where SCIM was asked for, as a success. */
  readonly isPage?: boolean;
}

export interface ScimClient {
  readonly baseUrl: string;
  readonly signIn: SignIn;
  send(request: ScimRequest, signal: AbortSignal): Promise<ScimSuccess | ScimFault>;
}

export interface ScimClientSettings {
  readonly baseUrl: string;
  readonly timeoutMilliseconds: number;
  readonly signIn: SignIn;
}

/** The path of one resource, or null for an id that would leave the endpoint (a URL resolves `.` and `..`, encoded or not). */
export function resourcePath(endpoint: string, id: string): string | null {
  return id === '' || id === '.' || id === '..' || !id.isWellFormed() ? null : `${endpoint}/${encodeURIComponent(id)}`;
}

export function createScimClient(settings: ScimClientSettings): ScimClient {
  const { host } = new URL(settings.baseUrl);

  async function send(request: ScimRequest, signal: AbortSignal): Promise<ScimSuccess | ScimFault> {
    const authorization = await settings.signIn.header(signal);
    if (typeof authorization !== 'string') return fault(null, null, authorization);
    const answer = await sendOnce(request, authorization, signal);
    // Nothing was done for a request that was not let in, so it may be made once more with another token.
    if (answer.ok || answer.status !== 401 || !settings.signIn.rejected(authorization)) return answer;
    const renewed = await settings.signIn.header(signal);
    return typeof renewed === 'string' ? sendOnce(request, renewed, signal) : fault(null, null, renewed);
  }

  async function sendOnce(
    request: ScimRequest,
    authorization: string,
    signal: AbortSignal,
  ): Promise<ScimSuccess | ScimFault> {
    if (signal.aborted) return fault(null, null, stopped);
    const controller = new AbortController();
    // A timer and a listener of our own, both taken down below, so that nothing outlives the request.
    let endedBy: Failure | null = null;
    const end = (reason: Failure): void => {
      endedBy ??= reason;
      controller.abort();
    };
    const onAbort = (): void => end(stopped);
    signal.addEventListener('abort', onAbort, { once: true });
    const seconds = settings.timeoutMilliseconds / 1000;
    const timer = setTimeout(
      () => end(retryable(`${host} did not answer within ${seconds} s.`)),
      settings.timeoutMilliseconds,
    );
    try {
      const response = await fetch(addressOf(request), {
        method: request.method,
        redirect: 'manual',
        signal: controller.signal,
        headers: headersFor(request, authorization),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      const text = await readBounded(response, largestAnswer);
      if (text === null) {
        return fault(
          response.status,
          null,
          needsPerson(
            `${host} sent more than ${largestAnswer / 1024 / 1024} MB at once. Lower the page size of the connection.`,
          ),
        );
      }
      return answerOf(request, response, text);
    } catch (thrown) {
      return fault(null, null, endedBy ?? failureOfNetwork(thrown, host));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      controller.abort();
    }
  }

  function addressOf(request: ScimRequest): string {
    // Spaces as %20: a plus sign means a space in forms alone, and some servers take it literally.
    const query = Object.entries(request.query ?? {}).map(
      ([name, value]) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`,
    );
    return `${settings.baseUrl}${request.path}${query.length === 0 ? '' : `?${query.join('&')}`}`;
  }

  function answerOf(request: ScimRequest, response: Response, text: string): ScimSuccess | ScimFault {
    const { status, headers } = response;
    if (status < 200 || status > 299) {
      const { detail, scimType } = saidBy(withoutSecrets(text, settings.signIn.secrets()));
      return fault(status, scimType, failureOfStatus(status, headers, detail, request.path, Date.now()));
    }
    const entityTag = headers.get('etag');
    if (status === 204 || text.trim() === '') return { ok: true, status, body: null, entityTag };
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      const isPage = /^\s*</.test(text);
      const what = isPage
        ? 'a web page instead of SCIM; if it keeps doing so, check the base URL'
        : 'an answer that breaks off or is not JSON';
      return { ...fault(status, null, retryable(`${host} sent ${what} (HTTP ${status}).`)), isPage };
    }
    if (!isObject(body))
      return fault(status, null, retryable(`${host} sent JSON that is not a SCIM resource (HTTP ${status}).`));
    return { ok: true, status, body, entityTag };
  }

  return { baseUrl: settings.baseUrl, signIn: settings.signIn, send };
}

const stopped = retryable('Gatehouse stopped the request before the server answered.');

function fault(status: number | null, scimType: string | null, failure: Failure): ScimFault {
  return { ok: false, status, scimType, failure };
}

/** The media type of RFC 7644 section 3.1; plain JSON is understood too, for servers that send it. */
function headersFor(request: ScimRequest, authorization: string): Record<string, string> {
  return {
    Accept: 'application/scim+json, application/json;q=0.9',
    Authorization: authorization,
    ...(request.body === undefined ? {} : { 'Content-Type': 'application/scim+json' }),
    ...(request.ifMatch === undefined || request.ifMatch === null ? {} : { 'If-Match': request.ifMatch }),
  };
}
