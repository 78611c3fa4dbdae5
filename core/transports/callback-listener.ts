/**
 * Where other systems report what became of their tickets: one path, POST alone, small bodies. Whether a call is to be
 * believed is decided by its signature, behind this door.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Workspace } from '#core/workspace.ts';
import type { TransportLog } from './rpc-connection.ts';

export interface CallbackListener {
  /** Up to the application's id. */
  readonly baseUrl: string;
  close(): Promise<void>;
}

export interface CallbackOptions {
  readonly workspace: Pick<Workspace, 'takeReport'>;
  /** A name or number of this machine; 127.0.0.1 reaches nobody outside of it. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: TransportLog;
}

const largestBody = 64 * 1024;
const path = /^\/callbacks\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export async function listenForCallbacks({ workspace, host, port, log }: CallbackOptions): Promise<CallbackListener> {
  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 10_000, maxHeaderSize: 16 * 1024 },
    (request, response) => {
      answer(workspace, request, response).catch((error: unknown) => {
        log.error({ err: error }, 'A call from another system could not be answered');
        if (!response.headersSent) say(response, 503, 'Try again later.');
        else request.socket.destroy();
      });
    },
  );
  server.maxConnections = 100;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { baseUrl: `http://${shown}:${address.port}/callbacks/`, close: () => close(server) };
}

async function answer(
  workspace: CallbackOptions['workspace'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, applicationId] = path.exec(request.url ?? '') ?? [];
  if (applicationId === undefined) return say(response, 404, 'There is nothing here.');
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    return say(response, 405, 'Only POST is answered here.');
  }
  const body = await bodyOf(request);
  if (body === null) return say(response, 413, `A report has at most ${largestBody / 1024} kB.`);
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const { status, message } = await workspace.takeReport(applicationId as ApplicationId, { headers, body });
  // Soon after a ticket was opened its opening may not be on record yet.
  if (status === 409 || status === 503) response.setHeader('Retry-After', '5');
  say(response, status, message);
}

/** Null: it is larger than is taken here. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > largestBody) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function say(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 413 ? { Connection: 'close' } : {}),
  });
  response.end(status === 204 ? undefined : `${message}\n`);
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
