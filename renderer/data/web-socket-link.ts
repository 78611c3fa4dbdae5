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
  if (first === 'open') return { link: new RPCLink({ websocket: socket }), closed };
  if (first === 'refused') return 'refused';
  // A browser hides the status with which an upgrade was refused: ask once more without upgrading.
  return (await isSessionUnknown()) ? 'refused' : 'lost';
}

async function isSessionUnknown(): Promise<boolean> {
  try {
    const response = await fetch('/rpc', { cache: 'no-store', credentials: 'same-origin' });
    return response.status === 401;
  } catch {
    return false; // The server is not there at all: keep trying.
  }
}
