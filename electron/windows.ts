/** The windows of the console: where they stand, what they show, and what closing one means. */
import { randomUUID } from 'node:crypto';
import { consolePage } from './app-protocol.ts';
import type { Needs, ShellWindow } from './electron-module.ts';
import { placeChannel } from './ipc/requests.ts';
import type { ShellLog } from './log.ts';
import type { SavedFiles } from './save-file.ts';
import type { Settings } from './settings.ts';
import { placeWindow, smallest } from './window-state.ts';

/** A page that crashes again so soon is left alone, in milliseconds. */
const reloadPause = 10_000;

export interface WindowsOptions {
  readonly preload: string;
  readonly icon: string;
  readonly settings: Settings;
  readonly files: Pick<SavedFiles, 'forget' | 'isSaving' | 'whenSaved'>;
  readonly log: ShellLog;
  /** Closing the last window hides it instead. */
  staysOpen(): boolean;
  /** The program ends now: no window waits for anything. */
  isOver(): boolean;
  /** A window has gone for good. */
  closed(key: string): void;
}

export interface Windows {
  /** Opens a further window, with a session of its own. */
  open(place?: string): void;
  /** Brings a window to the front, that of the key if it is still there, or opens one; with a place, shows that. */
  show(place?: string, key?: string): void;
  of(contentsId: number): { readonly key: string; readonly window: ShellWindow } | undefined;
  readonly all: readonly ShellWindow[];
  /** The window that a person looks at; undefined: none of ours. */
  focusedKey(): string | undefined;
}

interface OpenWindow {
  readonly key: string;
  readonly window: ShellWindow;
  isLoaded: boolean;
  /** Where to go as soon as the page can. */
  place: string | null;
}

export function createWindows(electron: Needs<'BrowserWindow' | 'app' | 'screen'>, options: WindowsOptions): Windows {
  const { settings, files, log } = options;
  let windows: readonly OpenWindow[] = [];

  function open(place?: string): void {
    const state = settings.current.window;
    const workAreas = electron.screen.getAllDisplays().map((display) => display.workArea);
    const window = new electron.BrowserWindow({
      ...placeWindow(windows.length === 0 ? state : null, workAreas),
      minWidth: smallest.width,
      minHeight: smallest.height,
      show: false,
      title: 'Gatehouse',
      icon: options.icon,
      backgroundColor: '#f7f9fa',
      webPreferences: {
        preload: options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        spellcheck: false,
        devTools: !electron.app.isPackaged,
      },
    });
    const opened: OpenWindow = { key: randomUUID(), window, isLoaded: false, place: null };
    const isFirst = windows.length === 0;
    windows = [...windows, opened];
    if (isFirst && state?.maximized === true) window.maximize();
    window.once('ready-to-show', () => window.show());
    watchPage(opened);
    watchClosing(opened);
    const page = place === undefined ? consolePage : `${consolePage}#${place}`;
    window.loadURL(page).catch((error: unknown) => log.error({ err: error }, 'The console could not be loaded'));
  }

  function watchPage(opened: OpenWindow): void {
    const { webContents: contents } = opened.window;
    let reloadedAt = -Infinity;
    contents.on('did-finish-load', () => {
      opened.isLoaded = true;
      // Of a page that was loaded again nothing goes on.
      files.forget(contents.id);
      contents.setZoomLevel(settings.current.zoomLevel);
      if (opened.place !== null) contents.send(placeChannel, opened.place);
      opened.place = null;
    });
    contents.on('render-process-gone', (_event, { reason, exitCode }) => {
      opened.isLoaded = false;
      files.forget(contents.id);
      log.error({ reason, exitCode }, 'A page ended by itself');
      if (reason === 'clean-exit' || Date.now() - reloadedAt < reloadPause) return;
      reloadedAt = Date.now();
      contents.reload();
    });
  }

  function watchClosing(opened: OpenWindow): void {
    const { window } = opened;
    // Later the contents can no longer be asked.
    const contentsId = window.webContents.id;
    window.on('close', (event) => {
      const { x, y, width, height } = window.getNormalBounds();
      settings.change({ window: { x, y, width, height, maximized: window.isMaximized() } });
      if (windows.length === 1 && options.staysOpen()) {
        event.preventDefault();
        window.hide();
      } else if (!options.isOver() && files.isSaving(contentsId)) {
        event.preventDefault();
        window.hide();
        void files.whenSaved(contentsId).then(() => {
          if (!window.isDestroyed()) window.close();
        });
      }
    });
    // Windows goes down: while the program ends in order it waits, as far as it can be asked to.
    window.on('query-session-end', (event) => {
      event.preventDefault();
      electron.app.quit();
    });
    window.on('session-end', () => electron.app.quit());
    window.on('closed', () => {
      files.forget(contentsId);
      windows = windows.filter((other) => other !== opened);
      options.closed(opened.key);
    });
  }

  function show(place?: string, key?: string): void {
    const opened =
      windows.find((window) => window.key === key) ?? windows.find(({ window }) => window.isFocused()) ?? windows[0];
    if (opened === undefined) return open(place);
    if (opened.window.isMinimized()) opened.window.restore();
    opened.window.show();
    opened.window.focus();
    if (place === undefined) return;
    if (opened.isLoaded) opened.window.webContents.send(placeChannel, place);
    else opened.place = place;
  }

  return {
    open,
    show,
    of: (contentsId) => windows.find(({ window }) => !window.isDestroyed() && window.webContents.id === contentsId),
    get all() {
      return windows.map(({ window }) => window);
    },
    focusedKey: () => windows.find(({ window }) => !window.isDestroyed() && window.isFocused())?.key,
  };
}
