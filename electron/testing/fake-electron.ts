/**
 * A stand-in for Electron in the tests of the shell's modules: it records what it is told and lets a test play
 * the system. The compiler holds its shape to what the shell uses of Electron's own types.
 */
import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';
import type {
  ElectronModule,
  EngineChild,
  ShellContents,
  ShellNotification,
  ShellTray,
  ShellWindow,
} from '../electron-module.ts';

type Listener = (...args: never[]) => void;

/**
 * Listeners of any event. `never` stands for Electron's many overloads, whose results nobody uses: it fits
 * each of them without giving up what the arguments are.
 */
export class FakeEmitter {
  readonly events = new EventEmitter();

  on(event: string, listener: Listener): never {
    this.events.on(event, listener as (...args: unknown[]) => void);
    return this as never;
  }

  once(event: string, listener: Listener): never {
    this.events.once(event, listener as (...args: unknown[]) => void);
    return this as never;
  }

  emit(event: string, ...args: readonly unknown[]): void {
    this.events.emit(event, ...args);
  }
}

/** An event whose listeners may prevent what would follow. */
export function fakeEvent() {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

let nextContentsId = 1;

export class FakeContents extends FakeEmitter implements ShellContents {
  readonly id = nextContentsId++;
  /** [channel, message, ports] */
  readonly posted: (readonly [string, unknown, readonly unknown[]])[] = [];
  readonly sent: (readonly [string, ...unknown[]])[] = [];
  zoomLevel = 0;
  reloads = 0;
  destroyed = false;
  openHandler: ((details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse) | null = null;

  isDestroyed(): boolean {
    return this.destroyed;
  }
  postMessage(channel: string, message: unknown, transfer: Electron.MessagePortMain[] = []): void {
    this.posted.push([channel, message, transfer]);
  }
  reload(): void {
    this.reloads += 1;
  }
  send(channel: string, ...args: unknown[]): void {
    this.sent.push([channel, ...args]);
  }
  setWindowOpenHandler(handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse): void {
    this.openHandler = handler;
  }
  setZoomLevel(level: number): void {
    this.zoomLevel = level;
  }
}

export class FakeWindow extends FakeEmitter implements ShellWindow {
  readonly webContents = new FakeContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly loaded: string[] = [];
  isShown = false;
  focused = false;
  minimized = false;
  maximized = false;
  /** The words of what lies over the icon in the taskbar. */
  overlay: string | null = null;
  bounds: Electron.Rectangle;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.bounds = { x, y, width, height };
  }

  close(): void {
    const event = fakeEvent();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy(): void {
    this.webContents.destroyed = true;
    this.emit('closed');
  }
  focus(): void {
    this.focused = true;
  }
  getNormalBounds(): Electron.Rectangle {
    return this.bounds;
  }
  hide(): void {
    this.isShown = false;
  }
  isDestroyed(): boolean {
    return this.webContents.destroyed;
  }
  isFocused(): boolean {
    return this.focused;
  }
  isMaximized(): boolean {
    return this.maximized;
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    return Promise.resolve();
  }
  maximize(): void {
    this.maximized = true;
  }
  setOverlayIcon(icon: Electron.NativeImage | null, description: string): void {
    this.overlay = icon === null ? null : description;
  }
  restore(): void {
    this.minimized = false;
  }
  show(): void {
    this.isShown = true;
  }
}

export class FakeTray extends FakeEmitter implements ShellTray {
  readonly icon: string;
  toolTip = '';
  menu: readonly Electron.MenuItemConstructorOptions[] = [];

  constructor(icon: string) {
    super();
    this.icon = icon;
  }
  destroy(): void {
    this.emit('destroyed');
  }
  setContextMenu(menu: Electron.Menu | null): void {
    this.menu = templateOf(menu);
  }
  setToolTip(toolTip: string): void {
    this.toolTip = toolTip;
  }
}

export class FakeNotification extends FakeEmitter implements ShellNotification {
  readonly options: Electron.NotificationConstructorOptions;
  isShown = false;

  constructor(options: Electron.NotificationConstructorOptions) {
    super();
    this.options = options;
  }
  show(): void {
    this.isShown = true;
  }
}

export class FakeChild extends FakeEmitter implements EngineChild {
  readonly pid = 4711;
  readonly stderr: Electron.UtilityProcess['stderr'] = null as never;
  readonly posted: (readonly [message: unknown, ports: readonly Electron.MessagePortMain[]])[] = [];
  readonly forkedWith: readonly [modulePath: string, args: readonly string[], options: Electron.ForkOptions];
  kills = 0;

  constructor(modulePath: string, args: readonly string[], options: Electron.ForkOptions) {
    super();
    this.forkedWith = [modulePath, args, options];
  }
  kill(): boolean {
    this.kills += 1;
    this.emit('exit', 143);
    return true;
  }
  postMessage(message: unknown, transfer: Electron.MessagePortMain[] = []): void {
    this.posted.push([message, transfer]);
  }
}

/** What a menu was built from: the fake's menus are their templates. */
export function templateOf(menu: Electron.Menu | null): readonly Electron.MenuItemConstructorOptions[] {
  return (
    (menu as unknown as { readonly template: readonly Electron.MenuItemConstructorOptions[] } | null)?.template ?? []
  );
}

/** The items of a menu and of the menus in it, by their labels. */
export function itemsByLabel(
  template: readonly Electron.MenuItemConstructorOptions[],
): Map<string, Electron.MenuItemConstructorOptions> {
  const items = new Map<string, Electron.MenuItemConstructorOptions>();
  for (const item of template) {
    if (item.label !== undefined) items.set(item.label, item);
    if (Array.isArray(item.submenu)) for (const [label, inner] of itemsByLabel(item.submenu)) items.set(label, inner);
  }
  return items;
}

/** Presses an item; the shell's own handlers use none of what Electron hands them. */
export function press(item: Electron.MenuItemConstructorOptions | undefined): void {
  if (item?.click === undefined) throw new Error('There is no such item, or it does nothing.');
  item.click({} as never, undefined, {} as never);
}

export interface FakeOptions {
  readonly userData: string;
  readonly isPackaged?: boolean;
  /** Another instance runs already. */
  readonly isSecond?: boolean;
  readonly displays?: readonly Electron.Rectangle[];
  readonly fork?: ElectronModule['utilityProcess']['fork'];
}

export type FakeElectron = ReturnType<typeof createFakeElectron>;

export function createFakeElectron(options: FakeOptions) {
  const windows: FakeWindow[] = [];
  const trays: FakeTray[] = [];
  const notifications: FakeNotification[] = [];
  const children: FakeChild[] = [];
  const errorBoxes: (readonly [title: string, content: string])[] = [];
  const messageBoxes: Electron.MessageBoxOptions[] = [];
  const saveDialogs: (readonly [ShellWindow, Electron.SaveDialogOptions])[] = [];
  const opened: string[] = [];
  const schemes: Electron.CustomScheme[] = [];
  const loginItems: Electron.Settings[] = [];
  const crashReporters: Electron.CrashReporterStartOptions[] = [];
  const protocols = new Map<string, (request: Request) => Response | Promise<Response>>();
  const paths = new Map([['userData', options.userData]]);
  const handlers = new Map<string, (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown>();
  const removedListeners: (string | undefined)[] = [];
  const emitters = { app: new FakeEmitter(), powerMonitor: new FakeEmitter(), session: new FakeEmitter() };
  const permissions: {
    check?: Parameters<Electron.Session['setPermissionCheckHandler']>[0];
    request?: Parameters<Electron.Session['setPermissionRequestHandler']>[0];
    device?: Parameters<Electron.Session['setDevicePermissionHandler']>[0];
  } = {};
  const state = {
    badge: 0,
    quits: 0,
    quitted: false,
    exitCode: null as number | null,
    online: true,
    menu: [] as readonly Electron.MenuItemConstructorOptions[],
    /** What macOS and Windows say of opening at login. */
    login: { openAtLogin: false, wasOpenedAtLogin: false, executableWillLaunchAtLogin: false },
    aboutShown: 0,
    about: {} as Electron.AboutPanelOptionsOptions,
    protocolClients: [] as (readonly [string, string | undefined, readonly string[] | undefined])[],
    /** The button a person presses in a message box. */
    answer: (_box: Electron.MessageBoxOptions): number | Promise<number> => 0,
    notificationsSupported: true,
    /** Where a person saves a file; null: the dialog is cancelled. */
    saveAt: (_dialog: Electron.SaveDialogOptions): string | null | Promise<string | null> => null,
    /** Why a folder could not be shown. */
    openProblem: '',
  };

  const module: ElectronModule = {
    app: {
      on: (event: string, listener: Listener): never => emitters.app.on(event, listener),
      exit: (code = 0) => void (state.exitCode = code),
      getLoginItemSettings: () => ({ ...state.login, status: 'not-registered', launchItems: [] }),
      getPath: (name) => paths.get(name) ?? `/unset/${name}`,
      getVersion: () => '0.0.0-test',
      isPackaged: options.isPackaged ?? false,
      quit() {
        state.quits += 1;
        const event = fakeEvent();
        emitters.app.emit('before-quit', event);
        if (!event.defaultPrevented) state.quitted = true;
      },
      requestSingleInstanceLock: () => options.isSecond !== true,
      setAboutPanelOptions: (about) => void (state.about = about),
      setAppUserModelId: () => undefined,
      setAsDefaultProtocolClient(protocol, path, args) {
        state.protocolClients.push([protocol, path, args]);
        return true;
      },
      setBadgeCount(count = 0) {
        state.badge = count;
        return true;
      },
      setLoginItemSettings: (settings) => void loginItems.push(settings),
      setPath: (name, path) => void paths.set(name, path),
      showAboutPanel: () => void (state.aboutShown += 1),
      whenReady: () => Promise.resolve(),
    },
    BrowserWindow: class extends FakeWindow {
      constructor(given: Electron.BrowserWindowConstructorOptions) {
        super(given);
        windows.push(this);
        emitters.app.emit('web-contents-created', fakeEvent(), this.webContents);
      }
    },
    Menu: {
      buildFromTemplate: (template) => ({ template }) as never,
      setApplicationMenu: (menu) => void (state.menu = templateOf(menu)),
    },
    MessageChannelMain: class {
      readonly port1 = fakePort();
      readonly port2 = fakePort();
    },
    Notification: class extends FakeNotification {
      constructor(given: Electron.NotificationConstructorOptions) {
        super(given);
        notifications.push(this);
      }
      static isSupported(): boolean {
        return state.notificationsSupported;
      }
    },
    Tray: class extends FakeTray {
      constructor(icon: string) {
        super(icon);
        trays.push(this);
      }
    },
    crashReporter: { start: (given) => void crashReporters.push(given) },
    dialog: {
      showErrorBox: (title, content) => void errorBoxes.push([title, content]),
      async showMessageBox(...args: readonly unknown[]) {
        const box = args.at(-1) as Electron.MessageBoxOptions;
        messageBoxes.push(box);
        return { response: await state.answer(box), checkboxChecked: false };
      },
      async showSaveDialog(...args: readonly unknown[]) {
        const [window, given] = args as readonly [ShellWindow, Electron.SaveDialogOptions];
        saveDialogs.push([window, given]);
        const filePath = await state.saveAt(given);
        return { filePath: filePath ?? '', canceled: filePath === null };
      },
    },
    ipcMain: {
      handle: (channel, listener) => void handlers.set(channel, listener),
      removeAllListeners(channel?: string): never {
        removedListeners.push(channel);
        return undefined as never;
      },
    },
    nativeImage: { createFromPath: (path) => ({ path }) as never },
    nativeTheme: { themeSource: 'system' },
    net: { isOnline: () => state.online },
    powerMonitor: { on: (event: string, listener: Listener): never => emitters.powerMonitor.on(event, listener) },
    protocol: {
      handle: (scheme, handler) => void protocols.set(scheme, handler as never),
      registerSchemesAsPrivileged: (given) => void schemes.push(...given),
    },
    screen: {
      getAllDisplays: () =>
        (options.displays ?? [{ x: 0, y: 0, width: 1920, height: 1040 }]).map(
          (workArea) => ({ workArea }) as Electron.Display,
        ),
    },
    session: {
      defaultSession: {
        on: (event: string, listener: Listener): never => emitters.session.on(event, listener),
        setDevicePermissionHandler: (handler) => void (permissions.device = handler),
        setPermissionCheckHandler: (handler) => void (permissions.check = handler),
        setPermissionRequestHandler: (handler) => void (permissions.request = handler),
      },
    },
    shell: {
      openExternal: (url) => Promise.resolve(void opened.push(url)),
      openPath: (path) => Promise.resolve(void opened.push(path)).then(() => state.openProblem),
      showItemInFolder: (path) => void opened.push(path),
    },
    utilityProcess: {
      fork:
        options.fork ??
        ((modulePath, args = [], given = {}) => {
          const child = new FakeChild(modulePath, args, given);
          children.push(child);
          return child;
        }),
    },
  };

  return {
    ...module,
    /** What was done with it, and the system's side of it. */
    fake: {
      windows,
      trays,
      notifications,
      children,
      errorBoxes,
      messageBoxes,
      saveDialogs,
      opened,
      schemes,
      loginItems,
      crashReporters,
      protocols,
      handlers,
      removedListeners,
      permissions,
      paths,
      state,
      ...emitters,
    },
  };
}

function fakePort(): Electron.MessagePortMain & { readonly isClosed: boolean } {
  const port = {
    isClosed: false,
    close() {
      port.isClosed = true;
    },
  };
  return port as never;
}
