/**
 * The browser mode's server: the console's files over HTTP and the contract over a WebSocket, on 127.0.0.1
 * alone. Who may connect: pages of this very server, called by its own name, with a session's cookie.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Session, Workspace } from '#core/workspace.ts';
import { answer, isOwnHost, sessionOf, type LoopbackSite } from './loopback-http.ts';
import { createRpcServer, type Serve, type TransportLog, type WorkspaceRouter } from './rpc-connection.ts';
import { maximumMessageBytes } from './rpc-messages.ts';
import { createSessions } from './sessions.ts';

export interface LoopbackOptions {
  readonly workspace: Workspace;
  readonly router: WorkspaceRouter;
  readonly log: TransportLog;
  /** The folder of the built renderer. */
  readonly rendererDirectory: string;
  /** Default: a port that is free. */
  readonly port?: number;
  /** How often a window is asked whether it is still there, in milliseconds. */
  readonly heartbeat?: number;
  /** Epoch milliseconds by which links expire; replaced by tests. */
  readonly clock?: () => number;
}

export interface LoopbackServer {
  readonly port: number;
  /** A fresh one-time address of the console, e.g. `http://127.0.0.1:49152/?token=…`, valid for ten minutes. */
  link(): string;
  /** Says goodbye to every window (close code 1001) and stops. A second call waits for the first. */
  close(): Promise<void>;
}

/** The close code by which the console knows that only a new address helps. */
export const sessionUnknown = 4401;
/** How long a window has to answer a goodbye, in milliseconds. */
const patience = 1_000;

/** @throws Error of the system (`EADDRINUSE`, `EACCES`) when the port cannot be had. */
export async function serveLoopback(options: LoopbackOptions): Promise<LoopbackServer> {
  const { workspace, router, log, rendererDirectory, heartbeat = 30_000, clock } = options;
  let port = 0;
  const address = (token: string) => `http://127.0.0.1:${port}/?token=${token}`;
  const sessions = createSessions({ address, ...(clock === undefined ? {} : { clock }) });
  const site = (): LoopbackSite => ({ port, sessions, rendererDirectory, log });
  const serve = createRpcServer(router, log);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maximumMessageBytes,
    perMessageDeflate: false,
    clientTracking: true,
  });

  let closing: Promise<void> | undefined;

  const http = createServer((request, response) => {
    answer(site(), request, response).catch((error: unknown) => {
      // A browser that goes away in the middle of a file is no fault.
      if (!response.destroyed) log.error({ err: error }, 'A file of the console could not be sent');
      response.destroy();
    });
  });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refusal = closing === undefined ? refusalOf(site(), request) : '503 Service Unavailable';
    if (refusal !== null) return refuseUpgrade(socket, refusal);
    const session = sessionOf(site(), request);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (session === null) return refuseSession(webSocket);
      attach(webSocket, { serve, workspace, session, log });
    });
  });

  http.listen({ host: '127.0.0.1', port: options.port ?? 0, exclusive: true });
  await once(http, 'listening');
  ({ port } = http.address() as AddressInfo);
  const timer = setInterval(() => checkOnWindows(sockets), heartbeat);
  timer.unref();

  async function close(): Promise<void> {
    clearInterval(timer);
    const stopped = once(http, 'close');
    http.close();
    const goodbyes = [...sockets.clients].map((webSocket) => sayGoodbye(webSocket));
    http.closeIdleConnections();
    await Promise.all(goodbyes);
    http.closeAllConnections();
    await stopped;
  }

  return {
    port,
    link: () => address(sessions.createLink()),
    close: () => (closing ??= close()),
  };
}

/** The status with which an upgrade is refused; null when it may be tried. */
function refusalOf(site: LoopbackSite, request: IncomingMessage): '403 Forbidden' | '404 Not Found' | null {
  if (!isOwnHost(site, request)) return '403 Forbidden';
  // Every browser sends the page's origin with an upgrade, and no page can change it: only our own pages pass.
  if (request.headers.origin !== `http://${request.headers.host}`) return '403 Forbidden';
  return request.url === '/rpc' ? null : '404 Not Found';
}

function refuseUpgrade(socket: Duplex, status: string): void {
  // Whoever keeps its half open after that must not keep the server from closing.
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

/** A page of ours without a session: browsers show it no status, but they do show it a close code. */
function refuseSession(webSocket: WebSocket): void {
  webSocket.on('error', () => webSocket.terminate());
  webSocket.close(sessionUnknown, 'session unknown');
  forget(webSocket);
}

function attach(
  webSocket: WebSocket,
  {
    serve,
    workspace,
    session,
    log,
  }: { readonly serve: Serve; readonly workspace: Workspace; readonly session: Session; readonly log: TransportLog },
): void {
  const connection = serve(
    {
      send: (message) => {
        if (webSocket.readyState === webSocket.OPEN) webSocket.send(message);
      },
      refuse: (why) => {
        webSocket.close(
          why === 'tooLarge' ? 1009 : 1008,
          why === 'tooLarge' ? 'message too large' : 'not a message of the console',
        );
        forget(webSocket);
      },
    },
    { workspace, session },
  );
  webSocket.on('message', (data, isBinary) => connection.receive(isBinary ? data : (data as Buffer).toString('utf8')));
  webSocket.on('pong', () => answering.add(webSocket));
  // Frames that break the protocol or the size limit arrive here; the library closes the socket by itself.
  webSocket.on('error', (error) => log.warn({ err: error, session: session.id }, 'A window broke its connection'));
  webSocket.on('close', () => connection.closed());
  answering.add(webSocket);
}

/** Windows that have answered since they were last asked. */
const answering = new WeakSet<WebSocket>();

function checkOnWindows(sockets: WebSocketServer): void {
  for (const webSocket of sockets.clients) {
    if (!answering.delete(webSocket)) webSocket.terminate();
    else if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
  }
}

async function sayGoodbye(webSocket: WebSocket): Promise<void> {
  const gone = once(webSocket, 'close');
  webSocket.close(1001, 'Gatehouse is closing');
  forget(webSocket);
  await gone;
}

/** Ends a connection that was closed from our side but does not answer. */
function forget(webSocket: WebSocket): void {
  const timer = setTimeout(() => webSocket.terminate(), patience);
  timer.unref();
  webSocket.once('close', () => clearTimeout(timer));
}
