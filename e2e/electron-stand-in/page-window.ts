/** One window of the shell: a page of Chromium with the real preload in a world of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, CDPSession, Frame, Page, Route } from '@playwright/test';
import { isPageOfApp, pageAddress, shellAddress } from './address.ts';
import type { ShellState } from './electron.ts';
import type { PageWindows, SenderFrame } from './page-windows.ts';
import type { createSession } from './session.ts';
import type { Carried } from './values.ts';
import type { Remote } from './wire.ts';

export type ShellSide = Omit<PageWindows, 'BrowserWindow' | 'answer' | 'closeAll' | 'colour'> &
  ReturnType<typeof createSession> & {
    readonly protocol: PageWindows['answer'];
    readonly state: () => ShellState;
    readonly pressMenu: (label: string) => void;
    readonly pressTray: (label: string) => void;
    readonly clickNotice: (index: number) => void;
    readonly power: (event: string) => void;
    readonly openLink: (url: string) => void;
    readonly quit: () => void;
  };

const world = 'gatehouse-preload';
const script = (name: string): string => readFileSync(join(import.meta.dirname, 'page', name), 'utf8');

interface World {
  readonly id: number;
  readonly frameId: string;
  readonly origin: string;
}

type Said =
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly args: readonly Carried[] }
  | { readonly kind: 'portData'; readonly port: number; readonly data: Carried }
  | { readonly kind: 'portClosed'; readonly port: number };

export class PageWindow {
  readonly id: number;
  readonly page: Page;
  /** Sees what the window and the engine say to each other, which the shell itself never does, and may lose it. */
  tap: (way: 'sent' | 'received', data: Carried, port: number) => 'passes' | 'lost' = () => 'passes';
  readonly #context: BrowserContext;
  readonly #devtools: CDPSession;
  readonly #shell: Remote<ShellSide>;
  readonly #worlds = new Map<number, World>();
  readonly #ports = new Set<number>();
  #topFrame = '';
  #isLoading = false;

  constructor(id: number, page: Page, devtools: CDPSession, shell: Remote<ShellSide>) {
    this.id = id;
    this.page = page;
    this.#context = page.context();
    this.#devtools = devtools;
    this.#shell = shell;
  }

  static async open(
    browser: Browser,
    shell: Remote<ShellSide>,
    options: {
      readonly id: number;
      readonly preload: string;
    },
  ): Promise<PageWindow> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const opened = new PageWindow(options.id, page, await context.newCDPSession(page), shell);
    await opened.#prepare(options.preload);
    return opened;
  }

  /** As Electron's `loadURL`: the shell's own wish, which nobody is asked about. */
  async load(url: string): Promise<void> {
    this.#isLoading = true;
    try {
      await this.page.goto(pageAddress(url));
    } finally {
      this.#isLoading = false;
    }
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** A message from the shell into the preload. */
  async send(channel: string, args: readonly Carried[], ports: readonly number[]): Promise<void> {
    for (const port of ports) this.#ports.add(port);
    await this.#tell({ kind: 'sent', channel, args, ports });
  }

  portData(port: number, data: Carried): Promise<void> {
    if (this.tap('received', data, port) === 'lost') return Promise.resolve();
    return this.#tell({ kind: 'portData', port, data });
  }

  /** As if the pipe had broken, for both ends. */
  async breakPort(port: number): Promise<void> {
    await this.#shell('portClosed', port);
    await this.portClosed(port);
  }

  portClosed(port: number): Promise<void> {
    this.#ports.delete(port);
    return this.#tell({ kind: 'portClosed', port });
  }

  /** Knocks at the shell's door from any frame, as one could whose renderer process was taken over. */
  async knockFrom(frame: Frame, channel: string, args: readonly Carried[]): Promise<Carried> {
    const devtools = await this.#devtoolsOf(frame);
    const { frameTree } = await devtools.send('Page.getFrameTree');
    const { isTop, url } = { isTop: frame.parentFrame() === null, url: frame.url() };
    const origin = await frame.evaluate(() => globalThis.origin);
    if (frameTree.frame.id === '') throw new Error('The frame has gone.');
    return this.#shell(
      'invoke',
      this.id,
      { isTop, url: shellAddress(url), origin: shellAddress(origin) },
      channel,
      args,
    );
  }

  async #devtoolsOf(frame: Frame): Promise<CDPSession> {
    // A frame of another site has a process, and a session, of its own.
    return this.#context.newCDPSession(frame).catch(() => this.#devtools);
  }

  async #prepare(preload: string): Promise<void> {
    const devtools = this.#devtools;
    devtools.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = context.auxData as { readonly frameId: string };
      if (context.name === world) this.#worlds.set(context.id, { id: context.id, frameId, origin: context.origin });
    });
    devtools.on('Runtime.executionContextDestroyed', ({ executionContextId }) => this.#leave(executionContextId));
    devtools.on('Runtime.executionContextsCleared', () => [...this.#worlds.keys()].forEach((id) => this.#leave(id)));
    devtools.on(
      'Runtime.bindingCalled',
      ({ payload, executionContextId }) => void this.#hear(payload, executionContextId),
    );
    devtools.on('Page.windowOpen', ({ url }) => void this.#shell('opening', this.id, shellAddress(url)));
    await devtools.send('Page.enable');
    await devtools.send('Runtime.enable');
    await devtools.send('Runtime.addBinding', { name: 'standInSay', executionContextName: world });
    const source = `${script('preload-world.js')}
if (window === window.top) (function (require, module, exports) {${readFileSync(preload, 'utf8')}
})(globalThis.standInRequire, { exports: {} }, {});`;
    await devtools.send('Page.addScriptToEvaluateOnNewDocument', { source: script('main-world.js') });
    await devtools.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: world });
    const { frameTree } = await devtools.send('Page.getFrameTree');
    this.#topFrame = frameTree.frame.id;
    await this.#grant();
    await this.#context.route('**/*', (route) => this.#answer(route));
    this.page.on('load', () => void this.#shell('loaded', this.id).catch(() => undefined));
    this.page.on('crash', () => void this.#shell('crashed', this.id).catch(() => undefined));
    this.page.on('close', () => void this.#shell('gone', this.id).catch(() => undefined));
    // The shell has said what it thinks of it; a page of a browser can only be closed again.
    this.page.on('popup', (popup) => void popup.close());
    this.page.on('download', async (download) => {
      if (!(await this.#shell('download', this.id))) await download.cancel();
    });
  }

  /** The shell's own answer decides what the page may; everything it does not grant is denied. */
  async #grant(): Promise<void> {
    const names = ['geolocation', 'camera', 'microphone', 'clipboard-write'];
    const asked = names.map((name) => (name === 'clipboard-write' ? 'clipboard-sanitized-write' : name));
    const granted = await this.#shell('granted', 'app://gatehouse', asked);
    const origin = pageAddress('app://gatehouse/').replace(/\/$/, '');
    const browser = await this.#context.browser()?.newBrowserCDPSession();
    const { targetInfo } = await this.#devtools.send('Target.getTargetInfo');
    for (const [index, name] of names.entries()) {
      await browser?.send('Browser.setPermission', {
        permission: { name },
        setting: granted.includes(asked[index] ?? '') ? 'granted' : 'denied',
        origin,
        ...(targetInfo.browserContextId === undefined ? {} : { browserContextId: targetInfo.browserContextId }),
      });
    }
    await browser?.detach();
    const [reachesMachine] = await this.#shell('granted', 'app://gatehouse', ['loopback-network']);
    // DevTools know it by another name than Electron. This replaces what was set before, and denies what it does not name.
    if (reachesMachine !== undefined) {
      await this.#context.grantPermissions(['local-network-access', 'clipboard-write'], { origin });
    }
  }

  /** Every request of the page: navigations are asked about, `app:` is answered by the shell, the rest goes its way. */
  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = request.url();
    if (request.isNavigationRequest() && !this.#isLoading) {
      const frame = this.#frameOf(route);
      const isMainFrame = frame?.parentFrame() === null;
      const allowed = frame !== null && (await this.#shell('navigating', this.id, shellAddress(url), isMainFrame));
      if (!allowed) return route.abort('aborted');
    }
    if (!isPageOfApp(url)) return route.continue();
    const { status, headers, body } = await this.#shell('protocol', shellAddress(url), request.method());
    await route.fulfill({ status, headers, body: Buffer.from(body) });
  }

  /** Null: another page than this window's, which has none that would be shown. */
  #frameOf(route: Route): Frame | null {
    try {
      const frame = route.request().frame();
      return frame.page() === this.page ? frame : null;
    } catch {
      return null; // A popup whose page is not there yet.
    }
  }

  async #hear(payload: string, context: number): Promise<void> {
    const said = JSON.parse(payload) as Said;
    if (said.kind === 'portData') {
      if (this.tap('sent', said.data, said.port) === 'passes') void this.#shell('portData', said.port, said.data);
      return;
    }
    if (said.kind === 'portClosed') return void this.#shell('portClosed', said.port);
    try {
      const value = await this.#shell('invoke', this.id, this.#sender(context), said.channel, said.args);
      await this.#tell({ kind: 'answered', id: said.id, value });
    } catch (error) {
      const why = `Error invoking remote method '${said.channel}': Error: ${(error as Error).message}`;
      await this.#tell({ kind: 'answered', id: said.id, error: why });
    }
  }

  #sender(context: number): SenderFrame {
    const from = this.#worlds.get(context);
    const origin = shellAddress(from?.origin ?? 'null');
    return { isTop: from?.frameId === this.#topFrame, origin, url: shellAddress(this.page.url()) };
  }

  /** Ports of a page that has been left are closed. */
  #leave(context: number): void {
    const left = this.#worlds.get(context);
    this.#worlds.delete(context);
    if (left?.frameId !== this.#topFrame) return;
    for (const port of this.#ports) void this.#shell('portClosed', port).catch(() => undefined);
    this.#ports.clear();
  }

  async #tell(message: object): Promise<void> {
    const context = [...this.#worlds.values()].findLast(({ frameId }) => frameId === this.#topFrame);
    if (context === undefined) return;
    await this.#devtools
      .send('Runtime.callFunctionOn', {
        functionDeclaration: '(message) => globalThis.standInHear(message)',
        executionContextId: context.id,
        arguments: [{ value: message }],
      })
      // The page went elsewhere in this moment.
      .catch(() => undefined);
  }
}
