/** The link of the desktop shell: a MessagePort that the shell brokers between this window and the engine. */
import { RPCLink } from '@orpc/client/message-port';
import type { OpenLink } from './link.ts';

export type ShellColours = 'system' | 'light' | 'dark';

/** What the preload offers to the page. */
export interface ShellBridge {
  /** Asks the shell to post a port to this window. */
  connect(): Promise<void>;
  /** The colours of this device, changed first when some are named. The shell keeps them; to the page they are the system's. */
  colours(theme?: ShellColours): Promise<ShellColours>;
  /** Asks where a file shall be saved. Null: nowhere. Until `writeFile` the window stays, hidden when it is closed. */
  chooseFile(name: string): Promise<{ readonly ticket: string } | null>;
  /** Saves it there. Without bytes nothing is saved, and the answer is null. */
  writeFile(
    ticket: string,
    bytes: ArrayBuffer | null,
  ): Promise<{ readonly name: string } | { readonly problem: string } | null>;
}

declare global {
  interface Window {
    readonly gatehouse?: ShellBridge;
  }
}

const portTimeoutInMilliseconds = 5000;

export async function openMessagePortLink(shell: ShellBridge): Promise<OpenLink | 'lost'> {
  const stopWaiting = new AbortController();
  const arrived = nextPort(stopWaiting.signal);
  try {
    await shell.connect();
    const port = await arrived;
    const closed = new Promise<'lost'>((resolve) => {
      port.addEventListener('close', () => resolve('lost'));
    });
    const link = new RPCLink({ port });
    port.start();
    return { link, closed };
  } catch {
    return 'lost'; // The engine is starting again; the connection tries again after a pause.
  } finally {
    stopWaiting.abort();
  }
}

/** The next port that the shell posts to this window, and no other message. */
function nextPort(stop: AbortSignal): Promise<MessagePort> {
  const { promise, resolve, reject } = Promise.withResolvers<MessagePort>();
  promise.catch(() => undefined);
  window.addEventListener(
    'message',
    (event) => {
      const port = event.ports[0];
      if (event.source === window && event.data === 'gatehouse:port' && port !== undefined) resolve(port);
    },
    { signal: stop },
  );
  const timer = setTimeout(() => reject(new Error('No port arrived.')), portTimeoutInMilliseconds);
  stop.addEventListener('abort', () => {
    clearTimeout(timer);
    reject(new Error('No port is wanted any more.'));
  });
  return promise;
}
