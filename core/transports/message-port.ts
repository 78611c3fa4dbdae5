/** Serves the contract on a MessagePort: the shell hands one to each window, and a worker process has its own. */
import type { Workspace, Session } from '#core/workspace.ts';
import { createRpcServer, type Serve, type TransportLog, type WorkspaceRouter } from './rpc-connection.ts';

/** What Node's `MessagePort` and Electron's `MessagePortMain` have in common. */
export interface ServablePort {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

export interface ServePortOptions {
  readonly workspace: Workspace;
  readonly router: WorkspaceRouter;
  /** The session of the window at the other end; one per port. */
  readonly session: Session;
  readonly log: TransportLog;
}

/** Routers that were prepared before: every window of a shell uses the same one. */
const prepared = new WeakMap<object, Serve>();

/** Serves `port` until it closes. A window that sends what is no message of the console has its port closed. */
export function servePort(port: ServablePort, { workspace, router, session, log }: ServePortOptions): void {
  let serve = prepared.get(router);
  if (serve === undefined) prepared.set(router, (serve = createRpcServer(router, log)));
  const connection = serve(
    {
      send(message) {
        try {
          port.postMessage(message);
        } catch (error) {
          // What cannot be posted is lost to this window alone.
          log.warn({ err: error, session: session.id }, 'A message could not be posted to a window');
        }
      },
      refuse: () => port.close(),
    },
    { workspace, session },
  );
  port.on('message', (message) => connection.receive(bytesOf(contentOf(message))));
  port.on('close', () => connection.closed());
  port.start();
}

/** Electron wraps what was posted in an event; Node hands it over as it is. */
function contentOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'data' in message && 'ports' in message
    ? message.data
    : message;
}

function bytesOf(content: unknown): unknown {
  return content instanceof ArrayBuffer ? new Uint8Array(content) : content;
}
