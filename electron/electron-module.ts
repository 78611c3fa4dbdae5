/**
 * What the shell uses of Electron, and no more. Every module is handed its part of this as an argument, so
 * that tests hand it a fake; the compiler holds both the fake and Electron itself to these types.
 */
import type * as Electron from 'electron';

export type ShellContents = Pick<
  Electron.WebContents,
  'id' | 'isDestroyed' | 'on' | 'once' | 'postMessage' | 'reload' | 'send' | 'setWindowOpenHandler' | 'setZoomLevel'
>;

export type ShellWindow = Pick<
  Electron.BrowserWindow,
  | 'close'
  | 'focus'
  | 'getNormalBounds'
  | 'hide'
  | 'isDestroyed'
  | 'isFocused'
  | 'isMaximized'
  | 'isMinimized'
  | 'loadURL'
  | 'maximize'
  | 'on'
  | 'once'
  | 'restore'
  | 'setOverlayIcon'
  | 'show'
> & { readonly webContents: ShellContents };

export type ShellTray = Pick<Electron.Tray, 'on' | 'setContextMenu' | 'setToolTip'>;
export type ShellNotification = Pick<Electron.Notification, 'on' | 'show'>;

export type EngineChild = Pick<Electron.UtilityProcess, 'kill' | 'on' | 'pid' | 'postMessage' | 'stderr'>;

export type ShellSession = Pick<
  Electron.Session,
  'on' | 'setDevicePermissionHandler' | 'setPermissionCheckHandler' | 'setPermissionRequestHandler'
>;

export interface ElectronModule {
  readonly app: Pick<
    Electron.App,
    | 'exit'
    | 'getLoginItemSettings'
    | 'getPath'
    | 'getVersion'
    | 'isPackaged'
    | 'on'
    | 'quit'
    | 'requestSingleInstanceLock'
    | 'setAboutPanelOptions'
    | 'setAppUserModelId'
    | 'setAsDefaultProtocolClient'
    | 'setBadgeCount'
    | 'setLoginItemSettings'
    | 'setPath'
    | 'showAboutPanel'
    | 'whenReady'
  >;
  readonly BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => ShellWindow;
  readonly Menu: Pick<typeof Electron.Menu, 'buildFromTemplate' | 'setApplicationMenu'>;
  readonly MessageChannelMain: new () => {
    readonly port1: Electron.MessagePortMain;
    readonly port2: Electron.MessagePortMain;
  };
  readonly Notification: {
    new (options: Electron.NotificationConstructorOptions): ShellNotification;
    isSupported(): boolean;
  };
  readonly Tray: new (image: string) => ShellTray;
  readonly crashReporter: Pick<Electron.CrashReporter, 'start'>;
  readonly dialog: Pick<Electron.Dialog, 'showErrorBox' | 'showMessageBox' | 'showSaveDialog'>;
  readonly ipcMain: Pick<Electron.IpcMain, 'handle' | 'removeAllListeners'>;
  readonly nativeImage: Pick<typeof Electron.nativeImage, 'createFromPath'>;
  readonly nativeTheme: Pick<Electron.NativeTheme, 'themeSource'>;
  readonly net: Pick<Electron.Net, 'isOnline'>;
  readonly powerMonitor: Pick<Electron.PowerMonitor, 'on'>;
  readonly protocol: Pick<Electron.Protocol, 'handle' | 'registerSchemesAsPrivileged'>;
  readonly screen: Pick<Electron.Screen, 'getAllDisplays'>;
  readonly session: { readonly defaultSession: ShellSession };
  readonly shell: Pick<Electron.Shell, 'openExternal' | 'openPath' | 'showItemInFolder'>;
  readonly utilityProcess: { fork(modulePath: string, args?: string[], options?: Electron.ForkOptions): EngineChild };
}

/** The parts of Electron a module needs. */
export type Needs<Parts extends keyof ElectronModule> = Pick<ElectronModule, Parts>;
