/**
 * The engine's process as the shell sees it: started, watched, started again with growing pauses when it
 * crashed, given up when it keeps crashing, and closed in peace. Ports are handed through; nobody reads them here.
 */
import type { MessagePortMain } from 'electron';
import type { EngineChild, Needs } from './electron-module.ts';
import { fromEngineSchema, type Attention, type FromEngine, type ToEngine } from './engine-messages.ts';
import type { ShellLog } from './log.ts';

/** So many crashes within so many milliseconds are a loop. */
const loop = { crashes: 5, within: 60_000 };
const longestPause = 8_000;
/** How long a window waits for an engine that is starting, and after how long the person is told; in milliseconds. */
const patience = 20_000;
const slowAfter = 60_000;

export interface EngineOptions {
  /** The built engine process and its arguments. */
  readonly modulePath: string;
  readonly args: readonly string[];
  readonly log: ShellLog;
  attention(attention: Attention): void;
  /** The hosts of the systems that applications are connected to. */
  hosts?(hosts: readonly string[]): void;
  /** What it works with, for the About. */
  ready?(database: string): void;
  /** It is still opening the workspace after a minute, and after each further one. `again` begins anew, if it still is. */
  slow(again: () => void): void;
  /** The engine will not start again by itself: a sentence for the person. */
  stopped(why: string): void;
}

export interface Engine {
  start(): void;
  /** Hands the port of a window over. @throws Error when there is no engine to hand it to. */
  connect(window: string, port: MessagePortMain): Promise<void>;
  forget(window: string): void;
  tell(message: Extract<ToEngine, { type: 'power' | 'network' }>): void;
  /** Resolves when the process has ended, whatever it took. */
  close(): Promise<void>;
  /** Ends the process at once. What it had not committed is not there at the next start. */
  kill(): void;
}

type State = 'idle' | 'starting' | 'ready' | 'pausing' | 'stopped' | 'closing' | 'closed';

export function createEngine({ utilityProcess }: Needs<'utilityProcess'>, options: EngineOptions): Engine {
  const { modulePath, args, log } = options;
  const operators = new Map<string, string | null>();
  let state: State = 'idle';
  let child: EngineChild | null = null;
  let crashes: number[] = [];
  let failure: string | null = null;
  let restart: NodeJS.Timeout | undefined;
  let slow: NodeJS.Timeout | undefined;
  const waiting = new Set<() => void>();
  const ended = Promise.withResolvers<void>();

  function change(next: State): void {
    state = next;
    clearInterval(slow);
    for (const look of waiting) look();
  }

  function start(): void {
    if (state !== 'idle' && state !== 'pausing' && state !== 'stopped') return;
    if (state === 'stopped') crashes = [];
    failure = null;
    change('starting');
    const again = (): void => void (state === 'starting' && child?.kill());
    slow = setInterval(() => options.slow(again), slowAfter);
    const started = utilityProcess.fork(modulePath, [...args], {
      serviceName: 'Gatehouse engine',
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    child = started;
    // What a crash leaves behind; the engine's own log is in the workspace.
    started.stderr?.on('data', (text: Buffer) =>
      log.error({ engine: String(text).slice(0, 4_000) }, 'From the engine'),
    );
    started.on('message', (message: unknown) => receive(message));
    started.on('exit', (code) => exited(code));
  }

  function receive(message: unknown): void {
    const read = fromEngineSchema.safeParse(message);
    if (!read.success) return log.warn('The engine sent what is no message of its');
    take(read.data);
  }

  function take(message: FromEngine): void {
    switch (message.type) {
      case 'ready':
        log.info({ version: message.version }, 'The engine is ready');
        if (state === 'starting') change('ready');
        options.ready?.(message.database);
        return;
      case 'failed':
        failure = message.message;
        return;
      case 'session':
        if (operators.has(message.window)) operators.set(message.window, message.operatorId);
        return;
      case 'hosts':
        options.hosts?.(message.hosts);
        return;
      case 'attention':
        if (operators.has(message.window)) options.attention(message);
        return;
    }
  }

  function exited(code: number): void {
    // Posting to a process that has ended can end this one (electron#53923), so it is forgotten first.
    child = null;
    if (state === 'closing') {
      log.info({ code }, 'The engine has closed');
      change('closed');
      return ended.resolve();
    }
    log.error({ code, failure }, 'The engine ended by itself');
    if (failure !== null) return giveUp(failure);
    const now = Date.now();
    crashes = [...crashes.filter((at) => now - at < loop.within), now];
    if (crashes.length >= loop.crashes) {
      return giveUp(
        `The engine of Gatehouse stopped ${crashes.length} times within a minute. Nothing that was confirmed is lost.`,
      );
    }
    change('pausing');
    restart = setTimeout(start, Math.min(longestPause, 250 * 2 ** (crashes.length - 1)));
  }

  function giveUp(why: string): void {
    change('stopped');
    options.stopped(why);
  }

  function whenReady(): Promise<EngineChild> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(new Error('The engine is still starting.'))), patience);
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        waiting.delete(look);
        how();
      };
      const look = (): void => {
        const current = child;
        if (state === 'ready' && current !== null) settle(() => resolve(current));
        else if (state !== 'starting' && state !== 'pausing')
          settle(() => reject(new Error('The engine is not running.')));
      };
      waiting.add(look);
      look();
    });
  }

  function post(message: ToEngine): void {
    child?.postMessage(message);
  }

  return {
    start,
    async connect(window, port) {
      if (!operators.has(window)) operators.set(window, null);
      const ready = await whenReady();
      const message: ToEngine = { type: 'connect', window, operatorId: operators.get(window) ?? null };
      ready.postMessage(message, [port]);
    },
    forget(window) {
      if (operators.delete(window)) post({ type: 'forget', window });
    },
    tell: post,
    close() {
      if (state === 'closing' || state === 'closed') return ended.promise;
      clearTimeout(restart);
      if (child === null) {
        change('closed');
        ended.resolve();
      } else {
        change('closing');
        post({ type: 'close' });
      }
      return ended.promise;
    },
    kill() {
      log.warn('The engine is ended by force');
      child?.kill();
    },
  };
}
