/** The built shell, run in Node with a stand-in for Electron, and its windows. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { keyringSession, withoutDesktop } from '#core/testing/keyring-session.ts';
import { PageWindow, type ShellSide } from './page-window.ts';
import type { Pages } from './page-windows.ts';
import { createWire, type Remote } from './wire.ts';

const root = join(import.meta.dirname, '../..');
/** How long the shell may take to open a window, in milliseconds. */
const patience = 20_000;

export interface StandInOptions {
  readonly browser: Browser;
  readonly workspace: string;
  readonly userData: string;
  /** The folder of a keyring, for a session in which secrets can be kept; null: none can. */
  readonly keyring: string | null;
  /** The keyring is there but locked, and nobody can be asked for its password. */
  readonly isLocked?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Files that the engine's process loads first. */
  readonly preloads?: readonly string[];
  readonly args?: readonly string[];
  /** Called with each page before anything is loaded in it. */
  readonly watch?: (page: Page) => void;
}

export class StandInShell {
  /** What can be asked and done, by name. */
  readonly call: Remote<ShellSide>;
  readonly windows: PageWindow[] = [];
  /** The button that a person presses in a box with such a message. Default: the one that cancels. */
  answer: (message: string) => number | null = () => null;
  /** Where a person saves a file that is offered under this name; null: the dialog is cancelled. */
  saveAt: (name: string) => string | null | Promise<string | null> = () => null;
  #colour: 'system' | 'light' | 'dark' = 'system';
  readonly #child: ChildProcess;
  readonly #said: string[] = [];
  readonly #unclaimed: PageWindow[] = [];
  readonly #waiting: ((window: PageWindow) => void)[] = [];
  readonly #loaded = new WeakMap<PageWindow, Promise<void>>();

  constructor(options: StandInOptions) {
    const {
      browser,
      workspace,
      userData,
      keyring,
      isLocked = false,
      env = {},
      preloads = [],
      args = [],
      watch,
    } = options;
    mkdirSync(userData, { recursive: true });
    const main = [
      process.execPath,
      '--import',
      join(import.meta.dirname, 'hook.mjs'),
      join(root, 'dist/electron/main.js'),
      '--workspace',
      workspace,
      '--user-data',
      userData,
      ...args,
    ];
    const session = sessionOf(keyring, isLocked, main);
    const [program = '', ...parameters] = session.command;
    this.#child = spawn(program, parameters, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: { ...session.env, ...env, GATEHOUSE_TEST_ENGINE_PRELOADS: preloads.join(',') },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#said.push(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#said.push(text));
    const find = (id: number): PageWindow | undefined => this.windows.find((window) => window.id === id);
    /** A window is asked for and told things at once; what is told waits until its page is there. */
    const opening = new Map<number, Promise<PageWindow>>();
    const pages: { readonly [Name in keyof Pages]: (...args: Parameters<Pages[Name]>) => unknown } = {
      open: (id, { preload }) => {
        const opened = PageWindow.open(browser, this.call, { id, preload }).then(async (window) => {
          watch?.(window.page);
          if (this.#colour !== 'system') await window.page.emulateMedia({ colorScheme: this.#colour });
          this.windows.push(window);
          return window;
        });
        opening.set(id, opened);
        return opened.then(() => undefined);
      },
      load: async (id, url) => {
        const window = await opening.get(id);
        if (window === undefined) return;
        const loaded = window.load(url);
        this.#loaded.set(window, loaded);
        this.#offer(window);
        await loaded;
      },
      reload: async (id) => void (await find(id)?.page.reload()),
      close: (id) => find(id)?.close(),
      send: (id, ...message) => find(id)?.send(...message),
      portData: (id, ...data) => find(id)?.portData(...data),
      portClosed: (id, port) => find(id)?.portClosed(port),
      saveDialog: (name) => this.saveAt(name),
      colour: async (source) => {
        if (source === this.#colour) return;
        this.#colour = source;
        const colorScheme = source === 'system' ? null : source;
        await Promise.all(this.windows.map(({ page }) => page.emulateMedia({ colorScheme })));
      },
      messageBox: ({ message, cancelId }) => this.answer(message) ?? cancelId,
    };
    this.call = createWire<ShellSide>(
      {
        // It may end in this very moment: what was said to it then is said to nobody.
        send: (message) => void (this.#child.connected && this.#child.send(message as object, () => undefined)),
        listen: (listener) => void this.#child.on('message', listener),
      },
      pages as never,
    );
    // Windows end with their program.
    this.#child.on('exit', () => {
      for (const window of this.windows) void window.close().catch(() => undefined);
    });
  }

  /** The next window that nobody has taken yet, loaded; fails when none opens in time. */
  async nextWindow(): Promise<PageWindow> {
    const window = this.#unclaimed.shift() ?? (await this.#opened());
    await this.#loaded.get(window);
    return window;
  }

  windowOf(page: Page): PageWindow {
    const found = this.windows.find((window) => window.page === page);
    if (found === undefined) throw new Error('This page is no window of the shell.');
    return found;
  }

  output(): string {
    return this.#said.join('');
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves with the exit code; null: ended by a signal. */
  async ended(): Promise<number | null> {
    if (!this.hasEnded) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  /** Quits as a person does from the menu, and waits for the end of everything. */
  async quit(): Promise<void> {
    if (!this.hasEnded) void this.call('quit').catch(() => undefined);
    await this.ended();
    this.#endGroup();
  }

  /** Ends every process of the program without warning. */
  async kill(): Promise<void> {
    this.#endGroup();
    await this.ended();
  }

  /** As the system does at the end of a session: it asks the shell's own process to end. */
  async signalShell(signal: NodeJS.Signals): Promise<void> {
    const { shellPid } = await this.call('state');
    process.kill(shellPid, signal);
  }

  async signalEngine(signal: NodeJS.Signals): Promise<void> {
    const { enginePid } = await this.call('state');
    if (enginePid !== null) process.kill(enginePid, signal);
  }

  #offer(window: PageWindow): void {
    const waits = this.#waiting.shift();
    if (waits === undefined) this.#unclaimed.push(window);
    else waits(window);
  }

  #opened(): Promise<PageWindow> {
    return new Promise((resolve, reject) => {
      const stop = (why: string): void => reject(new Error(`${why}\n${this.output()}`));
      const timer = setTimeout(() => stop('The shell opened no window.'), patience);
      this.#waiting.push((window) => {
        clearTimeout(timer);
        resolve(window);
      });
    });
  }

  #endGroup(): void {
    try {
      process.kill(-(this.#child.pid ?? 0), 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function sessionOf(
  keyring: string | null,
  isLocked: boolean,
  main: readonly string[],
): ReturnType<typeof keyringSession> {
  if (keyring === null) return { command: main, env: withoutDesktop() };
  const unlocked = keyringSession(keyring, main);
  if (!isLocked) return unlocked;
  // Set up by a session of its own, which ends with its daemon; that of the next one knows no password.
  const isThere = 'until ls "$HOME"/.local/share/keyrings/*.keyring >/dev/null 2>&1; do sleep 0.05; done';
  const { command } = keyringSession(keyring, ['sh', '-c', isThere]);
  const parameters = ['--wait', 'sh', '-c', '"$@"; kill -KILL 0', 'session', ...command];
  spawnSync('setsid', parameters, { env: unlocked.env, stdio: 'ignore', timeout: 20_000 });
  return { command: ['dbus-run-session', '--', ...main], env: unlocked.env };
}
