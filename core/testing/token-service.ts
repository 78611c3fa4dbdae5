/**
 * An OAuth 2.0 token service for tests (RFC 6749 section 4.4) and, behind it, a door that lets only its tokens through to
 * a server that has a token of its own. Both are real HTTP servers on loopback.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenService {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What was asked for, in order. */
  readonly asked: readonly { readonly scope: string | null; readonly by: 'header' | 'body' }[];
  /** The base URL of the server behind, which takes the tokens of this service. */
  readonly baseUrl: string;
  /** No token given so far is taken any more. */
  revokeAll(): void;
  /** Answers the next requests for a token like this instead. */
  answerNext(status: number, body: string, headers?: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

export async function startTokenService(options: {
  readonly upstream: string;
  readonly upstreamToken: string;
  readonly lastsSeconds?: number;
}): Promise<TokenService> {
  // Both need the encoding of section 2.3.1 to pass through the header unharmed.
  const [clientId, clientSecret] = ['gatehouse:tests', 's3cret with + and % and ü'];
  const target = new URL(options.upstream);
  let tokens = new Set<string>();
  const asked: { scope: string | null; by: 'header' | 'body' }[] = [];
  let next: {
    readonly status: number;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  } | null = null;

  function credentialsOf(request: IncomingMessage, form: URLSearchParams) {
    const [, encoded] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (encoded === undefined)
      return { by: 'body' as const, id: form.get('client_id'), secret: form.get('client_secret') };
    const [id, secret] = Buffer.from(encoded, 'base64')
      .toString('utf8')
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', '%20')));
    return { by: 'header' as const, id, secret };
  }

  function giveToken(request: IncomingMessage, response: ServerResponse, text: string): void {
    const form = new URLSearchParams(text);
    const { by, id, secret } = credentialsOf(request, form);
    asked.push({ scope: form.get('scope'), by });
    const reply = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (next !== null) {
      response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers }).end(next.body);
      next = null;
    } else if (id !== clientId || secret !== clientSecret) {
      reply(401, { error: 'invalid_client', error_description: `not ${secret}` });
    } else if (form.get('grant_type') !== 'client_credentials') {
      reply(400, { error: 'unsupported_grant_type' });
    } else {
      const token = randomBytes(16).toString('base64url');
      tokens.add(token);
      reply(200, { access_token: token, token_type: 'Bearer', expires_in: options.lastsSeconds ?? 3600 });
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (request.url === '/token') return giveToken(request, response, body.toString('utf8'));
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!tokens.has(token)) {
      response.writeHead(401, { 'content-type': 'text/plain' }).end('not one of our tokens');
      return;
    }
    const upstream = sendRequest({
      host: target.hostname,
      port: target.port,
      method: request.method,
      path: request.url,
      headers: { ...request.headers, host: target.host, authorization: `Bearer ${options.upstreamToken}` },
    });
    upstream.end(body);
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    tokenUrl: `${origin}/token`,
    clientId,
    clientSecret,
    asked,
    baseUrl: `${origin}${target.pathname.replace(/\/$/, '')}`,
    revokeAll() {
      tokens = new Set();
    },
    answerNext(status, body, headers = {}) {
      next = { status, body, headers };
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
