/**
 * A TCP proxy that keeps what a client sent, and can cut or freeze the line at the moment a text goes by. For
 * protocols that `scripted-proxy` does not speak.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface WireTap {
  readonly port: number;
  /** Everything clients sent so far, byte by byte as Latin-1. */
  readonly sent: () => string;
  /** The next time a client sends this text: it is passed on, and then nothing comes back any more. */
  cutAfter(text: string): void;
  /** The next time a client sends this text: it is swallowed, with everything after it, and the line stays open. */
  freezeAt(text: string): void;
  /** Until `release`, whatever clients send is swallowed and nothing comes back; lines that were open then are cut. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

export async function startWireTap(target: { readonly host: string; readonly port: number }): Promise<WireTap> {
  let sent = '';
  let cut: string | null = null;
  let freeze: string | null = null;
  let held = false;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    let frozen = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      // Whoever is at the other end sees the line go; there is nobody here to tell.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        open.delete(socket);
      });
    }
    client.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      sent += text;
      if (freeze !== null && text.includes(freeze)) {
        freeze = null;
        frozen = true;
      }
      frozen ||= held;
      if (frozen) return;
      if (cut !== null && text.includes(cut)) {
        cut = null;
        client.destroy();
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      frozen ||= held;
      if (!frozen) client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => sent,
    cutAfter(text) {
      cut = text;
    },
    freezeAt(text) {
      freeze = text;
    },
    hold() {
      held = true;
    },
    release() {
      held = false;
      // What was swallowed is missing from these lines for good.
      for (const socket of open) socket.destroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
