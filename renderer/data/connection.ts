/**
 * The connection to the engine, whichever way this window reaches it. It opens a link, hands calls to
 * it, and opens the next one with growing pauses when it breaks. Who wants to know subscribes.
 */
import type { ClientContext, ClientOptions } from '@orpc/client';
import type { LinkOpener, OpenLink } from './link.ts';
import { openMessagePortLink } from './message-port-link.ts';
import { openWebSocketLink } from './web-socket-link.ts';

/** `refused`: this window's session is unknown to the engine; only a new address helps. */
export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'refused';

/** A call was on its way when the connection broke: nobody knows whether the engine took it. */
export class ConnectionLostError extends Error {
  constructor(cause?: unknown) {
    super('The connection to Gatehouse was interrupted.', { cause });
    this.name = 'ConnectionLostError';
  }
}

/** The window's session is not known (any more). */
export class SessionRefusedError extends Error {
  constructor() {
    super('This address has been used or has expired.');
    this.name = 'SessionRefusedError';
  }
}

const pausesInMilliseconds = [250, 500, 1000, 2000, 4000, 8000] as const;

/** The pause before the next attempt, by how many failed in a row. */
export function pauseBefore(attempt: number): number {
  return pausesInMilliseconds[Math.min(attempt, pausesInMilliseconds.length - 1)] ?? 8000;
}

export class Connection {
  #state: ConnectionState = 'connecting';
  #current: OpenLink | null = null;
  #next = Promise.withResolvers<OpenLink>();
  #started = false;
  readonly #listeners = new Set<() => void>();
  readonly #open: LinkOpener;
  readonly #pause: (milliseconds: number) => Promise<void>;

  constructor(open: LinkOpener, pause: (milliseconds: number) => Promise<void> = sleep) {
    this.#open = open;
    this.#pause = pause;
    // Nobody may be waiting when the session is refused; that is not an unhandled fault.
    this.#next.promise.catch(() => undefined);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Calls `listener` after each change of state; returns how to stop. Bound, for `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Opens the connection and keeps it open for as long as the window lives. Calling it again changes nothing. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#keepOpen();
  }

  /** Resolves when calls can be made. @throws SessionRefusedError when no call can ever be made. */
  async whenOpen(): Promise<void> {
    await this.#waitForLink();
  }

  /** @throws ConnectionLostError when the link broke before the answer came. */
  async call(path: readonly string[], input: unknown, options: ClientOptions<ClientContext>): Promise<unknown> {
    const open = await this.#waitForLink();
    options.signal?.throwIfAborted();
    try {
      return await open.link.call(path, input, options);
    } catch (thrown) {
      // A broken link fails its calls with an abort that nobody here asked for.
      if (this.#current !== open && options.signal?.aborted !== true) throw new ConnectionLostError(thrown);
      throw thrown;
    }
  }

  #waitForLink(): Promise<OpenLink> {
    return this.#current === null ? this.#next.promise : Promise.resolve(this.#current);
  }

  async #keepOpen(): Promise<void> {
    let failures = 0;
    for (;;) {
      const opened = await this.#open();
      if (opened === 'refused') return this.#refuse();
      if (opened === 'lost') {
        this.#change(this.#state === 'connecting' && failures < 2 ? 'connecting' : 'reconnecting');
        await this.#pause(pauseBefore(failures));
        failures += 1;
        continue;
      }
      failures = 0;
      this.#current = opened;
      this.#next.resolve(opened);
      this.#change('open');
      const why = await opened.closed;
      this.#current = null;
      this.#next = Promise.withResolvers<OpenLink>();
      this.#next.promise.catch(() => undefined);
      if (why === 'refused') return this.#refuse();
      this.#change('reconnecting');
    }
  }

  #refuse(): void {
    this.#next.reject(new SessionRefusedError());
    this.#change('refused');
  }

  #change(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** In the desktop shell the preload offers a port; in a browser the page's own server has a WebSocket. */
export const connection = new Connection(() =>
  window.gatehouse === undefined ? openWebSocketLink() : openMessagePortLink(window.gatehouse),
);
