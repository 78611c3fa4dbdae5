/** The link of the browser mode: a WebSocket to the server this page came from, under its session cookie. */
import { RPCLink } from '@orpc/client/websocket';
import type { OpenLink } from './link.ts';

/** The close code with which the server says that it does not know the session. */
const sessionUnknown = 4401;

export async function openWebSocketLink(): Promise<OpenLink | 'lost' | 'refused'> {
  const address = new URL('/rpc', location.origin);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  const closed = new Promise<'lost' | 'refused'>((resolve) => {
    socket.addEventListener('close', (event) => resolve(event.code === sessionUnknown ? 'refused' : 'lost'));
  });
  const opened = new Promise<'open'>((resolve) => {
    socket.addEventListener('open', () => resolve('open'));
  });
  const first = await Promise.race([opened, closed]);
  if (first === 'open') return { link: withAbortsWhileOpen(new RPCLink({ websocket: socket }), socket), closed };
  if (first === 'refused') return 'refused';
  // A browser hides the status with which an upgrade was refused: ask once more without upgrading.
  return (await isSessionUnknown()) ? 'refused' : 'lost';
}

/**
 * Lets a call be aborted only while that can be told to the engine. Once the socket is closed all calls end
 * by themselves, and the library would fail at sending the abort where nobody could catch it.
 */
function withAbortsWhileOpen(link: OpenLink['link'], socket: WebSocket): OpenLink['link'] {
  return {
    call(path, input, { signal, ...options }) {
      if (signal === undefined) return link.call(path, input, options);
      const aborted = new AbortController();
      const abort = (): void => {
        if (socket.readyState === WebSocket.OPEN) aborted.abort(signal.reason);
      };
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      return link.call(path, input, { ...options, signal: aborted.signal });
    },
  };
}

async function isSessionUnknown(): Promise<boolean> {
  try {
    const response = await fetch('/rpc', { cache: 'no-store', credentials: 'same-origin' });
    return response.status === 401;
  } catch {
    return false; // The server is not there at all: keep trying.
  }
}
