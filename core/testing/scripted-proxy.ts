/**
 * An HTTP proxy for tests. It stands in front of a real server on loopback, does to chosen requests what
 * networks and servers do on bad days, and keeps a record from which a test can prove what was sent.
 */
import { once } from 'node:events';
import {
  createServer,
  request as sendRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  /** The connection is cut before anything reaches the server. */
  | { readonly kind: 'reset' }
  /** No answer, ever; nothing reaches the server. Ends when the client gives up. */
  | { readonly kind: 'silence' }
  /** This answer instead of the server's; nothing reaches the server. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The server does its work; its answer breaks off half way. */
  | { readonly kind: 'truncated' }
  /** The server does its work; its answer comes byte by byte and has no end. */
  | { readonly kind: 'dripping' }
  /** The server does its work; its answer never arrives. */
  | { readonly kind: 'responseLost' }
  /** The server gets the request after `action` is done, and answers as it likes. */
  | { readonly kind: 'afterAction'; readonly action: () => Promise<unknown> }
  /** The server does its work; its answer goes out after `action` is done. */
  | { readonly kind: 'beforeAnswer'; readonly action: () => Promise<unknown> };

export interface FaultRule {
  /** Every method when left out. */
  readonly method?: string;
  /** Matched against path and query as sent; every path when left out. */
  readonly path?: RegExp;
  /** How often it strikes, once when left out; `Infinity` for always. */
  readonly times?: number;
  readonly fault: Fault;
}

/** What happened to one request. */
export interface SeenRequest {
  readonly method: string;
  /** With the query, as sent. */
  readonly path: string;
  readonly body: string;
  /** What the server behind answered; null when the request did not reach it. */
  readonly status: number | null;
  readonly fault: Fault['kind'] | null;
}

export interface ScriptedProxy {
  /** The address of the server behind, with the proxy's own port. */
  readonly baseUrl: string;
  readonly requests: readonly SeenRequest[];
  /** Rules are tried in the order they were added; one that is used up is passed over. */
  addRule(rule: FaultRule): void;
  clearRules(): void;
  forgetRequests(): void;
  /** How many requests of this method reached the server behind, answered or not. */
  reached(method: string, path?: RegExp): number;
  /** Refuses connections from now on. */
  goDown(): Promise<void>;
  /** Takes connections again, under the same address. */
  comeUp(): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** @param upstream the base URL of the server behind, over plain http. */
export async function startScriptedProxy(upstream: string): Promise<ScriptedProxy> {
  const target = new URL(upstream);
  const requests: SeenRequest[] = [];
  let rules: { readonly rule: FaultRule; left: number }[] = [];

  function strike(method: string, path: string): Fault | null {
    const hit = rules.find(
      ({ rule, left }) => left > 0 && (rule.method ?? method) === method && (rule.path?.test(path) ?? true),
    );
    if (hit === undefined) return null;
    hit.left -= 1;
    return hit.rule.fault;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    const body = await bytesOf(request);
    const fault = strike(method, path);
    const record = (status: number | null): void => {
      requests.push({ method, path, body: body.toString('utf8'), status, fault: fault?.kind ?? null });
    };
    if (fault?.kind === 'reset' || fault?.kind === 'silence' || fault?.kind === 'answer') {
      record(null);
      if (fault.kind === 'reset') request.socket.destroy();
      if (fault.kind === 'answer') response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    if (fault?.kind === 'afterAction') await fault.action();
    const answer = await forward(target, request, method, path, body);
    record(answer.status);
    if (fault?.kind === 'beforeAnswer') await fault.action();
    if (fault?.kind === 'responseLost') {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'dripping') {
      response.writeHead(answer.status, { 'content-type': 'application/scim+json' });
      // Blanks are allowed before and inside JSON: whoever waits for silence alone waits for ever.
      const drops = setInterval(() => response.write(' '), 50);
      response.once('close', () => clearInterval(drops));
      return;
    }
    if (fault?.kind === 'truncated') {
      // The whole length is announced and half is sent, as when a connection breaks.
      response.writeHead(answer.status, {
        'content-type': 'application/scim+json',
        'content-length': String(Math.max(2, answer.body.length)),
      });
      response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => request.socket.destroy());
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const goDown = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };

  return {
    baseUrl: `http://127.0.0.1:${port}${target.pathname.replace(/\/$/, '')}`,
    requests,
    addRule(rule) {
      rules.push({ rule, left: rule.times ?? 1 });
    },
    clearRules() {
      rules = [];
    },
    forgetRequests() {
      requests.length = 0;
    },
    reached: (method, path) =>
      requests.filter((seen) => seen.method === method && seen.status !== null && (path?.test(seen.path) ?? true))
        .length,
    goDown,
    async comeUp() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async close() {
      if (server.listening) await goDown();
    },
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function forward(
  target: URL,
  request: IncomingMessage,
  method: string,
  path: string,
  body: Buffer,
): Promise<Answer> {
  const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = request.headers;
  const upstream = sendRequest({
    host: target.hostname,
    port: target.port,
    method,
    path,
    headers: { ...headers, host: target.host, 'content-length': String(body.length) },
    agent: false,
  });
  upstream.end(body);
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
  const bytes = await bytesOf(answer);
  const { connection: _, 'transfer-encoding': __, ...answered } = answer.headers;
  return {
    status: answer.statusCode ?? 502,
    headers: { ...answered, 'content-length': String(bytes.length) },
    body: bytes,
  };
}
