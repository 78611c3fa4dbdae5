/** A console in the browser, as far as the engine can see one: it redeems a link and talks the contract over a WebSocket. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { RouterClient } from '@orpc/server';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { createRouter } from '#core/procedures/router.ts';

export interface LoopbackConsole {
  readonly client: RouterClient<ReturnType<typeof createRouter>>;
  close(): void;
}

/** @param link a one-time address, as `npm start` prints it. */
export async function openLoopbackConsole(link: string): Promise<LoopbackConsole> {
  const { origin, host } = new URL(link);
  const redeemed = await fetch(link, { redirect: 'manual' });
  const cookie = redeemed.headers.getSetCookie()[0]?.split(';')[0];
  if (cookie === undefined) throw new Error(`The address started no session: ${redeemed.status}`);
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie, origin } });
  socket.binaryType = 'arraybuffer';
  await once(socket, 'open');
  return {
    client: createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })),
    close: () => socket.close(),
  };
}
