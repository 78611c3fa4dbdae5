/**
 * The HTTP side of the browser mode: one-time links, the console's files, and nothing else. Files are
 * public on loopback, because there is nothing in them that the source code does not say; the workspace is
 * behind the session, which only a one-time link can start.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { TransportLog } from './rpc-connection.ts';
import type { Sessions } from './sessions.ts';
import { findStaticFile } from './static-files.ts';

export interface LoopbackSite {
  readonly port: number;
  readonly sessions: Sessions;
  readonly rendererDirectory: string;
  readonly log: TransportLog;
}

/** Answers everything that is not an upgrade. */
export async function answer(site: LoopbackSite, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders(site.port))) response.setHeader(name, value);
  if (!isOwnHost(site, request)) return say(response, 403, 'This address is not served here.');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return say(response, 405, 'Only GET and HEAD are answered here.');
  }
  const url = URL.parse(request.url ?? '', `http://127.0.0.1:${site.port}`);
  // A path such as `//elsewhere/` is an address of another host to the parser.
  if (url === null || url.port !== String(site.port)) return say(response, 400, 'This address cannot be read.');
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === '/' && url.searchParams.has('token')) return redeem(site, url, request, response);
  if (path === '/rpc') return sayWhetherKnown(site, request, response);
  await sendFile(site, path, request, response);
}

/** The session a request's cookie stands for; null without one. */
export function sessionOf(site: LoopbackSite, request: IncomingMessage) {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === cookieName(site.port) && value !== undefined) return site.sessions.find(value);
  }
  return null;
}

/**
 * Is the request addressed to this server by one of its own names? A page elsewhere can make its own name
 * point to 127.0.0.1 (DNS rebinding), but it cannot make the browser call it by ours.
 */
export function isOwnHost(site: LoopbackSite, request: IncomingMessage): boolean {
  return request.headers.host === `127.0.0.1:${site.port}` || request.headers.host === `localhost:${site.port}`;
}

/** Browsers send cookies to every port of a host, so that two consoles need two names. */
export function cookieName(port: number): string {
  return `gatehouse_session_${port}`;
}

function redeem(site: LoopbackSite, url: URL, request: IncomingMessage, response: ServerResponse): void {
  // A browser that fetches ahead of its person must not use the link up.
  const opens = request.method === 'GET' && request.headers['sec-purpose'] === undefined;
  if (opens) {
    const redeemed = site.sessions.redeem(url.searchParams.get('token') ?? '');
    if (redeemed === null) site.log.warn('A link was opened that is unknown, used or expired');
    else {
      response.setHeader(
        'Set-Cookie',
        `${cookieName(site.port)}=${redeemed.cookie}; HttpOnly; SameSite=Strict; Path=/`,
      );
      site.log.info({ session: redeemed.session.id }, 'A one-time link started a session');
    }
  }
  // Also without a session: the console itself says what to do, and a reload of a used link finds the session it started.
  response.setHeader('Location', '/');
  say(response, 303, 'Gatehouse is at /');
}

/** Browsers hide why an upgrade failed; the console asks here, where it can read the status. */
function sayWhetherKnown(site: LoopbackSite, request: IncomingMessage, response: ServerResponse): void {
  if (sessionOf(site, request) === null) return say(response, 401, 'This session is not known.');
  response.setHeader('Upgrade', 'websocket');
  say(response, 426, 'This address takes WebSockets.');
}

async function sendFile(
  site: LoopbackSite,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const file = await findStaticFile(site.rendererDirectory, path);
  if (file === null) {
    if (path === '/') return say(response, 503, 'The console has not been built yet. Run: npm run build');
    return say(response, 404, 'There is nothing at this address.');
  }
  response.statusCode = 200;
  response.setHeader('Content-Type', file.mediaType);
  response.setHeader('Content-Length', file.bytes);
  if (file.immutable) response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  if (request.method === 'HEAD') return void response.end();
  await pipeline(file.open(), response);
}

function say(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}

function securityHeaders(port: number): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "font-src 'self' data:",
      "img-src 'self' data: blob:",
      `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'Cache-Control': 'no-store',
  };
}
