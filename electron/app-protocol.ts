/**
 * `app://gatehouse/`: the console's files under an origin of their own, with the content security policy on
 * every answer. Nothing outside the folder of the built console is ever read, whatever a path says.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { developmentPolicy, fromServer, type Development } from './development.ts';
import type { Needs } from './electron-module.ts';
import type { ShellLog } from './log.ts';

const scheme = 'app';
const host = 'gatehouse';
export const appOrigin = `${scheme}://${host}`;
export const consolePage = `${appOrigin}/index.html`;

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** The page talks to the engine over its port and to nobody else: it may connect nowhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data: blob:",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Cache-Control': 'no-store',
};

/** Electron takes this before `ready` alone: a standard, secure scheme has an origin, so that `'self'` means something. */
export function registerAppScheme({ protocol }: Needs<'protocol'>): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true } }]);
}

export function serveApp(
  { protocol }: Needs<'protocol'>,
  directory: string,
  log: ShellLog,
  development: Development | null = null,
): void {
  protocol.handle(scheme, async (request) => {
    try {
      return await answer(directory, request, development);
    } catch (error) {
      log.error({ err: error }, 'A file of the console could not be read');
      return respond(500, 'The console could not read one of its files.');
    }
  });
}

/** Of an origin or an address: without path and query, which may hold anything. Null: it cannot be read. */
export function originOf(address: string): string | null {
  const url = URL.parse(address);
  return url === null ? null : `${url.protocol}//${url.host}`;
}

/** Parsed, because `app://gatehouse.evil` begins in the same way. */
export function isOwnOrigin(address: string): boolean {
  return originOf(address) === appOrigin;
}

/** Is this the console's own page, wherever in it one is? */
export function isConsolePage(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && isOwn(url) && (url.pathname === '/' || url.pathname === '/index.html');
}

async function answer(
  directory: string,
  request: Pick<Request, 'method' | 'url'>,
  development: Development | null,
): Promise<Response> {
  const url = URL.parse(request.url);
  if (url === null || !isOwn(url)) return respond(403, 'This address is not served here.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return respond(405, 'Only GET and HEAD are answered.');
  if (development !== null) {
    const { status, body, headers } = await fromServer(development, url);
    const policy = developmentPolicy(contentSecurityPolicy, development);
    const mediaType = headers.get('Content-Type') ?? 'application/octet-stream';
    return new Response(body, {
      status,
      headers: { ...securityHeaders, 'Content-Security-Policy': policy, 'Content-Type': mediaType },
    });
  }
  const file = await findFile(directory, url.pathname === '/' ? '/index.html' : url.pathname);
  if (file === null) return respond(404, 'There is nothing at this address.');
  const body = request.method === 'HEAD' ? null : new Uint8Array(await readFile(file.path));
  return new Response(body, { status: 200, headers: { ...securityHeaders, 'Content-Type': file.mediaType } });
}

function isOwn(url: URL): boolean {
  return (
    url.protocol === `${scheme}:` && url.host === host && url.username === '' && url.password === '' && url.port === ''
  );
}

async function findFile(
  directory: string,
  path: string,
): Promise<{ readonly path: string; readonly mediaType: string } | null> {
  const segments = segmentsOf(path);
  const mediaType = mediaTypes[extname(segments?.at(-1) ?? '').toLowerCase()];
  if (segments === null || mediaType === undefined) return null;
  try {
    // Symbolic links are followed before the comparison, so none leads out.
    const [root, file] = await Promise.all([realpath(directory), realpath(join(directory, ...segments))]);
    return file.startsWith(root + sep) && (await stat(file)).isFile() ? { path: file, mediaType } : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return null;
    throw error;
  }
}

/** The names between the slashes; null when one of them is no plain name of a file or folder. */
function segmentsOf(path: string): readonly string[] | null {
  const segments = path.slice(1).split('/').map(decoded);
  const plain = segments.filter(
    // A leading dot is neither built nor wanted; a colon names drives and streams on Windows.
    (name) => name !== null && name !== '' && !name.startsWith('.') && !/[\\/:]/.test(name) && !name.includes('\0'),
  );
  return plain.length === segments.length ? (plain as readonly string[]) : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // A malformed escape names nothing.
  }
}

function respond(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8' },
  });
}
