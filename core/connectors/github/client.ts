/**
 * Requests to GitHub through its own client, one typed answer each. It never throws for what a server or a
 * network does, never follows a redirect, and never repeats a request by itself.
 */
import { createPrivateKey } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { RequestError } from '@octokit/request-error';
import type { z } from 'zod';
import type { Failure, Secrets } from '#core/connectors/connector.ts';
import { needsPerson, oneLine, retryable } from '../failures.ts';
import type { GithubConfiguration } from './configuration.ts';
import { failureOfNetwork, failureOfStatus, stopped, type Headers } from './faults.ts';

/** Far more than a page of a hundred can be. */
const largestAnswer = 16 * 1024 * 1024;
/** The version of the REST API whose answers `shapes.ts` describes. */
const apiVersion = '2022-11-28';

export interface Success<Data> {
  readonly ok: true;
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data;
}

export interface Fault {
  readonly ok: false;
  /** Null when no answer came. */
  readonly status: number | null;
  /** GitHub's own words. */
  readonly said: string;
  readonly failure: Failure;
}

export type Answer<Data> = Success<Data> | Fault;

export type Parameters = Readonly<Record<string, string | number | readonly number[] | undefined>>;

export interface GithubClient {
  readonly baseUrl: string;
  /** `route` as GitHub writes it, e.g. `GET /orgs/{org}/members`; `{…}` parts are taken, encoded, from the parameters. */
  send<Shape extends z.ZodType>(
    route: string,
    parameters: Parameters,
    shape: Shape,
    signal: AbortSignal,
  ): Promise<Answer<z.output<Shape>>>;
}

/** The client's own type leaves lists of numbers out of what a parameter may be. */
type RequestOptions = Readonly<Record<string, unknown>>;

interface RawAnswer {
  readonly status: number;
  readonly headers: unknown;
  readonly data: unknown;
}

/** What signs requests, or what a person has to mend first. */
export function createGithubClient(configuration: GithubConfiguration, secrets: Secrets): GithubClient {
  const { baseUrl, timeoutSeconds } = configuration;
  const { host } = new URL(baseUrl);
  const credential = credentialOf(configuration, secrets);
  const hidden = Object.values(secrets)
    .flatMap((secret) => [secret.trim(), ...secret.split(/\r?\n/)])
    .filter((text) => text.length > 5);
  const silent = (): void => undefined;
  const octokit =
    'kind' in credential
      ? null
      : new Octokit({
          ...credential,
          baseUrl,
          userAgent: 'gatehouse',
          // What it would warn about goes to the console otherwise, addresses and all.
          log: { debug: silent, info: silent, warn: silent, error: silent },
          request: { fetch: boundedFetch(timeoutSeconds * 1000) },
        });

  async function send<Shape extends z.ZodType>(
    route: string,
    parameters: Parameters,
    shape: Shape,
    signal: AbortSignal,
  ): Promise<Answer<z.output<Shape>>> {
    if (octokit === null) return fault(null, '', credential as Failure);
    if (signal.aborted) return fault(null, '', stopped);
    try {
      const options = {
        ...parameters,
        headers: { 'x-github-api-version': apiVersion },
        request: { signal, redirect: 'manual' as const },
      };
      const response: RawAnswer = await untilAborted(octokit.request(route, options as RequestOptions), signal);
      const { status, headers, data } = response;
      const seen = headers as Headers;
      if (status >= 300) return fault(status, '', failureOfStatus(status, seen, '', Date.now()));
      const parsed = shape.safeParse(data);
      if (parsed.success) return { ok: true, status, headers: seen, data: parsed.data };
      const page =
        typeof data === 'string' && data.trimStart().startsWith('<')
          ? 'a web page'
          : 'something else than GitHub documents';
      return fault(
        status,
        '',
        retryable(`${host} answered with ${page} (HTTP ${status}). If it keeps doing so, check the API address.`),
      );
    } catch (thrown) {
      return faultOf(thrown, signal);
    }
  }

  function faultOf(thrown: unknown, signal: AbortSignal): Fault {
    if (signal.aborted) return fault(null, '', stopped);
    if (thrown instanceof RequestError && thrown.response !== undefined) {
      const { status, response } = thrown;
      const said = wordsOf(response.data);
      const clean = oneLine(hidden.reduce((text, secret) => text.replaceAll(secret, '(secret)'), said));
      return fault(status, clean, failureOfStatus(status, response.headers as Headers, clean, Date.now()));
    }
    const cause = thrown instanceof RequestError ? thrown.cause : thrown;
    if (cause instanceof AnswerProblem) return fault(null, '', retryable(`${host} ${cause.message}`));
    return fault(null, '', failureOfNetwork(thrown, host));
  }

  return { baseUrl, send };
}

function fault(status: number | null, said: string, failure: Failure): Fault {
  return { ok: false, status, said, failure };
}

type Credential = { readonly auth: string } | { readonly authStrategy: typeof createAppAuth; readonly auth: object };

function credentialOf(configuration: GithubConfiguration, secrets: Secrets): Credential | Failure {
  if (configuration.authentication === 'token') {
    const token = (secrets['token'] ?? '').trim();
    if (token === '')
      return needsPerson("No token is stored for this connection. Enter it in the connection's settings.");
    // A token with a line break or a blank in it was copied wrongly; a header cannot carry it.
    if (!/^[\x21-\x7e]+$/.test(token))
      return needsPerson('The stored token holds characters a token cannot have. Copy it again from GitHub.');
    return { auth: token };
  }
  const stored = secrets['privateKey'] ?? '';
  if (stored.trim() === '')
    return needsPerson("No private key is stored for this connection. Enter it in the connection's settings.");
  try {
    const privateKey = createPrivateKey(stored.trim()).export({ type: 'pkcs8', format: 'pem' }).toString();
    const { appId, installationId } = configuration;
    return { authStrategy: createAppAuth, auth: { appId, privateKey, installationId: Number(installationId) } };
  } catch {
    // What the parser says could hold a part of the key.
    return needsPerson(
      'The stored private key cannot be read. Enter the PEM file of the GitHub App with all its lines.',
    );
  }
}

/** The client reads a token of its own before some requests, which does not know the signal. */
async function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new Error('stopped'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Whichever of the two lost may still be refused; nobody waits for it any more.
    work.catch(() => undefined);
  }
}

class AnswerProblem extends Error {}

/** The global fetch with an end to the time and the size of a whole answer, its body included. */
function boundedFetch(timeoutMilliseconds: number): typeof fetch {
  return async (address, init) => {
    const timeout = AbortSignal.timeout(timeoutMilliseconds);
    const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    try {
      const response = await fetch(address, { ...init, signal });
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        size += chunk.byteLength;
        if (size > largestAnswer) throw new AnswerProblem('sent more than a page can be.');
        chunks.push(chunk);
      }
      const empty = [204, 205, 304].includes(response.status) || response.status < 200;
      return new Response(empty ? null : Buffer.concat(chunks), {
        status: response.status,
        headers: withoutEncoding(response),
      });
    } catch (thrown) {
      if (timeout.aborted && !(init?.signal?.aborted ?? false))
        throw new AnswerProblem(`did not answer within ${timeoutMilliseconds / 1000} s.`);
      throw thrown;
    }
  };
}

/** The body was unpacked while it was read. */
function withoutEncoding(response: Response): Headers & Record<string, string> {
  const headers = Object.fromEntries(response.headers);
  delete headers['content-encoding'];
  delete headers['content-length'];
  return headers;
}

function wordsOf(data: unknown): string {
  if (typeof data === 'string') return data.trimStart().startsWith('<') ? '' : data;
  if (typeof data !== 'object' || data === null) return '';
  const { message, errors } = data as { readonly message?: unknown; readonly errors?: unknown };
  const details = Array.isArray(errors)
    ? errors.flatMap((one: unknown) => {
        const text: unknown = typeof one === 'object' && one !== null ? (one as { message?: unknown }).message : one;
        return typeof text === 'string' ? [text] : [];
      })
    : [];
  return [...(typeof message === 'string' ? [message] : []), ...details].join(': ');
}
