/** The shell's side of windows that are pages of a browser: what they are told goes over the wire, what happens to them comes from it. */
import type { MessagePort } from 'node:worker_threads';
import type * as Electron from 'electron';
import { FakeContents, fakeEvent, FakeWindow, type FakeElectron } from '#electron/testing/fake-electron.ts';
import { carry, uncarry, type Carried } from './values.ts';
import type { Remote } from './wire.ts';

/** Who knocked, as far as a page's process can be trusted to say: the browser says it. */
export interface SenderFrame {
  readonly isTop: boolean;
  readonly origin: string;
  readonly url: string;
}

/** What the test that has the pages can be told. */
export type Pages = {
  readonly open: (window: number, options: { readonly preload: string }) => void;
  readonly load: (window: number, url: string) => void;
  readonly reload: (window: number) => void;
  readonly close: (window: number) => void;
  readonly send: (window: number, channel: string, args: readonly Carried[], ports: readonly number[]) => void;
  readonly portData: (window: number, port: number, data: Carried) => void;
  readonly portClosed: (window: number, port: number) => void;
  /** @returns where a file of this name is saved; null: nowhere. */
  readonly saveDialog: (name: string) => string | null;
  /** What the system's colours are to every page from now on. */
  readonly colour: (source: 'system' | 'light' | 'dark') => void;
  readonly messageBox: (box: { readonly message: string; readonly cancelId: number }) => number;
};

export type PageWindows = ReturnType<typeof createPageWindows>;

export function createPageWindows({ fake }: FakeElectron, call: Remote<Pages>, allClosed: () => void) {
  const ports = new Map<number, MessagePort>();
  let lastPort = 0;
  const open = (): readonly PageWindow[] =>
    (fake.windows as unknown as readonly PageWindow[]).filter((window) => !window.isDestroyed());
  const find = (id: number): PageWindow | undefined => open().find((window) => window.webContents.id === id);
  /** A page that has closed meanwhile hears nothing any more, and nobody minds. */
  const tell = (told: Promise<unknown>): void => void told.catch(() => undefined);

  class PageContents extends FakeContents {
    override postMessage(channel: string, message: unknown, transfer: Electron.MessagePortMain[] = []): void {
      const numbers = (transfer as unknown as readonly MessagePort[]).map((port) => {
        lastPort += 1;
        const number = lastPort;
        ports.set(number, port);
        port.on('message', (data: unknown) => tell(call('portData', this.id, number, carry(data))));
        port.on('close', () => {
          if (ports.delete(number)) tell(call('portClosed', this.id, number));
        });
        return number;
      });
      tell(call('send', this.id, channel, [carry(message)], numbers));
    }
    override reload(): void {
      tell(call('reload', this.id));
    }
    override send(channel: string, ...args: unknown[]): void {
      tell(call('send', this.id, channel, args.map(carry), []));
    }
  }

  class PageWindow extends FakeWindow {
    override readonly webContents = new PageContents();

    constructor(options: Electron.BrowserWindowConstructorOptions) {
      super(options);
      fake.windows.push(this);
      tell(call('open', this.webContents.id, { preload: options.webPreferences?.preload ?? '' }));
      fake.app.emit('web-contents-created', fakeEvent(), this.webContents);
    }
    override async loadURL(url: string): Promise<void> {
      this.loaded.push(url);
      await call('load', this.webContents.id, url);
    }
    override destroy(): void {
      tell(call('close', this.webContents.id));
      this.end();
    }
    end(): void {
      super.destroy();
      if (open().length === 0) allClosed();
    }
  }

  return {
    BrowserWindow: PageWindow,
    colour: (source: 'system' | 'light' | 'dark') => tell(call('colour', source)),
    contents: (id: number) => find(id)?.webContents,
    async answer(url: string, method: string) {
      const handler = fake.protocols.get('app');
      if (handler === undefined) throw new Error('Nobody serves app: yet.');
      const response = await handler(new Request(url, { method }));
      const body = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: Object.fromEntries(response.headers), body };
    },
    async invoke(id: number, frame: SenderFrame, channel: string, args: readonly Carried[]): Promise<Carried> {
      const handler = fake.handlers.get(channel);
      const sender = find(id)?.webContents;
      if (handler === undefined || sender === undefined) throw new Error(`No handler registered for '${channel}'`);
      const senderFrame = { parent: frame.isTop ? null : {}, origin: frame.origin, url: frame.url };
      return carry(await handler({ sender, senderFrame } as never, ...args.map(uncarry)));
    },
    portData: (port: number, data: Carried) => ports.get(port)?.postMessage(uncarry(data)),
    portClosed(port: number) {
      const closed = ports.get(port);
      ports.delete(port);
      closed?.close();
    },
    /** @returns whether the shell lets it happen. */
    navigating(id: number, url: string, isMainFrame: boolean): boolean {
      const details = Object.assign(fakeEvent(), { url, isMainFrame });
      find(id)?.webContents.emit('will-frame-navigate', details);
      return !details.defaultPrevented;
    },
    opening: (id: number, url: string): string =>
      find(id)?.webContents.openHandler?.({ url } as Electron.HandlerDetails).action ?? 'allow',
    loaded(id: number) {
      const window = find(id);
      window?.webContents.emit('did-finish-load');
      if (window?.isShown === false) window.emit('ready-to-show');
    },
    focused(id: number) {
      for (const window of open()) window.focused = window.webContents.id === id;
    },
    crashed: (id: number) =>
      find(id)?.webContents.emit('render-process-gone', fakeEvent(), { reason: 'crashed', exitCode: 139 }),
    /** The page is gone, whatever the shell would have said to it. */
    gone(id: number) {
      const window = find(id);
      window?.emit('close', fakeEvent());
      window?.end();
    },
    /** A person closes the window. */
    close: (id: number) => find(id)?.close(),
    /** @returns whether all of them closed. */
    closeAll(): boolean {
      for (const window of open()) window.close();
      return open().length === 0;
    },
  };
}
