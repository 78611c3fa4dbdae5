/** Calls to a system of tickets: always to the configured address, answered by JSON or by a typed failure. */
import type { Failure } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { callHttp, failureOfStatus } from '../http.ts';
import { isExpected, type Statuses } from '../outbound-fields.ts';

const largestAnswer = 4 * 1024 * 1024;

export interface TicketCall {
  readonly method: 'GET' | 'POST';
  /** Behind the base address, its parts encoded. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that mean success; any 2xx when left out. */
  readonly expected?: Statuses;
}

export type TicketAnswer =
  | { readonly ok: true; readonly status: number; readonly json: unknown }
  /** `status` is null when no whole answer came: the system may have done its work all the same. */
  | { readonly ok: false; readonly status: number | null; readonly failure: Failure };

export interface TicketClient {
  readonly baseUrl: string;
  send(call: TicketCall, signal: AbortSignal): Promise<TicketAnswer>;
}

export interface TicketClientSettings {
  readonly baseUrl: string;
  readonly timeoutMilliseconds: number;
  readonly authorization: string | Failure;
  readonly secrets: readonly string[];
}

export function createTicketClient(settings: TicketClientSettings): TicketClient {
  const { host } = new URL(settings.baseUrl);
  return {
    baseUrl: settings.baseUrl,
    async send({ method, path, body, headers = {}, expected = [[200, 299]] }, signal) {
      const fault = (status: number | null, failure: Failure): TicketAnswer => ({ ok: false, status, failure });
      if (typeof settings.authorization !== 'string') return fault(null, settings.authorization);
      const url = beneath(settings.baseUrl, path);
      if (url === null)
        return fault(null, needsPerson(`The path ${path} leads away from ${settings.baseUrl}. Nothing was sent.`));
      const answer = await callHttp(
        {
          method,
          url,
          headers: {
            ...headers,
            Accept: 'application/json',
            Authorization: settings.authorization,
            ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body }),
        },
        { timeoutMilliseconds: settings.timeoutMilliseconds, largest: largestAnswer, secrets: settings.secrets },
        signal,
      );
      if (answer.kind === 'none') return fault(null, answer.failure);
      const { status, text } = answer;
      if (status >= 200 && status <= 299 && !isExpected(expected, status))
        return fault(
          status,
          needsPerson(`${host} answered with HTTP ${status}, which is not among the expected statuses.`),
        );
      if (status < 200 || status > 299) return fault(status, failureOfStatus(answer, host, Date.now()));
      try {
        return { ok: true, status, json: JSON.parse(text) };
      } catch {
        const what = /^\s*</.test(text)
          ? 'a web page instead of an answer; if it keeps doing so, check the address and the sign-in'
          : 'an answer that breaks off or is no JSON';
        return fault(status, retryable(`${host} sent ${what} (HTTP ${status}).`));
      }
    },
  };
}

/** The address of a path, or null when it is not beneath the base: a URL resolves `.` and `..`, encoded or not. */
export function beneath(baseUrl: string, path: string): string | null {
  const base = new URL(`${baseUrl}/`);
  if (!URL.canParse(`${baseUrl}${path}`)) return null;
  const url = new URL(`${baseUrl}${path}`);
  return url.origin === base.origin && url.pathname.startsWith(base.pathname) ? url.href : null;
}
