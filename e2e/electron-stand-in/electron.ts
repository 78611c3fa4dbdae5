/**
 * What the built shell gets as `electron` when it runs in plain Node: the recording fake of the unit tests, whose
 * windows are pages that a test opens in Chromium, and whose utility process is a process of Node.
 */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import type { ElectronModule } from '#electron/electron-module.ts';
import { createFakeElectron, fakeEvent, itemsByLabel, press } from '#electron/testing/fake-electron.ts';
import { forkEngine } from '#electron/testing/forked-engine.ts';
import { holdInstance } from './instance-lock.ts';
import { createPageWindows, type Pages } from './page-windows.ts';
import { createSession } from './session.ts';
import { createWire } from './wire.ts';

const packageJson = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
let enginePid: number | null = null;
let engines = 0;
const electron = createFakeElectron({
  userData: join(tmpdir(), 'gatehouse-stand-in'),
  fork(modulePath, args, options) {
    // What a test changes in a process, its clock say, is the engine's: the shell has nothing that depends on it.
    const execArgv = (process.env.GATEHOUSE_TEST_ENGINE_PRELOADS ?? '').split(',').filter((file) => file !== '');
    const child = forkEngine(modulePath, args, {
      ...options,
      execArgv: execArgv.flatMap((file) => ['--import', file]),
    });
    enginePid = child.pid ?? null;
    engines += 1;
    return child;
  },
});
const { fake } = electron;

const call = createWire<Pages>(
  {
    send: (message) => void (process.connected && process.send?.(message)),
    listen: (listener) => void process.on('message', listener),
  },
  {
    protocol: (url: string, method: string) => windows.answer(url, method),
    ...createSession(fake, (id) => windows.contents(id)),
    invoke: (...args: Parameters<typeof windows.invoke>) => windows.invoke(...args),
    portData: (...args: Parameters<typeof windows.portData>) => windows.portData(...args),
    portClosed: (port: number) => windows.portClosed(port),
    navigating: (...args: Parameters<typeof windows.navigating>) => windows.navigating(...args),
    opening: (...args: Parameters<typeof windows.opening>) => windows.opening(...args),
    loaded: (id: number) => windows.loaded(id),
    focused: (id: number) => windows.focused(id),
    crashed: (id: number) => windows.crashed(id),
    gone: (id: number) => windows.gone(id),
    close: (id: number) => windows.close(id),
    /** What people and the system do to the program. */
    pressMenu: (label: string) => press(itemsByLabel(fake.state.menu).get(label)),
    pressTray: (label: string) => press(itemsByLabel(fake.trays[0]?.menu ?? []).get(label)),
    clickNotice: (index: number) => fake.notifications[index]?.emit('click'),
    power: (event: string) => fake.powerMonitor.emit(event),
    openLink: (url: string) => fake.app.emit('open-url', fakeEvent(), url),
    quit: () => electron.app.quit(),
    state: (): ShellState => ({
      shellPid: process.pid,
      enginePid,
      engines,
      menu: [...itemsByLabel(fake.state.menu).keys()],
      tray: { toolTip: fake.trays[0]?.toolTip ?? '', items: [...itemsByLabel(fake.trays[0]?.menu ?? []).keys()] },
      badge: fake.state.badge,
      notices: fake.notifications.map(({ options }) => ({ title: options.title ?? '', body: options.body ?? '' })),
      messageBoxes: fake.messageBoxes.map(({ message, detail }) => ({ message, detail: detail ?? '' })),
      errorBoxes: fake.errorBoxes,
      opened: fake.opened,
      schemes: fake.schemes,
      theme: electron.nativeTheme.themeSource,
      windows: fake.windows.map((window) => ({
        shown: window.isShown,
        destroyed: window.isDestroyed(),
        preferences: { ...window.options.webPreferences },
      })),
    }),
  },
);
export interface ShellState {
  readonly shellPid: number;
  readonly enginePid: number | null;
  readonly engines: number;
  readonly menu: readonly string[];
  readonly tray: { readonly toolTip: string; readonly items: readonly string[] };
  readonly badge: number;
  readonly notices: readonly { readonly title: string; readonly body: string }[];
  readonly messageBoxes: readonly { readonly message: string; readonly detail: string }[];
  readonly errorBoxes: readonly (readonly [string, string])[];
  readonly opened: readonly string[];
  readonly schemes: readonly object[];
  readonly theme: string;
  readonly windows: readonly {
    readonly shown: boolean;
    readonly destroyed: boolean;
    readonly preferences: Readonly<Record<string, unknown>>;
  }[];
}

const windows = createPageWindows(electron, call, () => fake.app.emit('window-all-closed'));
fake.state.answer = (box) => call('messageBox', { message: box.message, cancelId: box.cancelId ?? 0 });
fake.state.saveAt = ({ defaultPath = '' }) => call('saveDialog', basename(defaultPath));

let ends = false;
const app: ElectronModule['app'] = {
  ...electron.app,
  getVersion: () => packageJson.version,
  whenReady: () => setImmediate(),
  requestSingleInstanceLock: (data) =>
    holdInstance(electron.app.getPath('userData'), data, (theirs) =>
      fake.app.emit('second-instance', fakeEvent(), [], '/', theirs),
    ),
  quit() {
    if (ends) return;
    const event = fakeEvent();
    fake.app.emit('before-quit', event);
    if (event.defaultPrevented) return;
    ends = true;
    ends = windows.closeAll();
    if (ends) process.exit(0);
  },
  exit: (code = 0) => process.exit(code),
};
// The test that had the windows is gone.
process.on('disconnect', () => process.exit(1));

const standIn: ElectronModule = {
  ...electron,
  app,
  BrowserWindow: windows.BrowserWindow,
  nativeTheme: {
    get themeSource() {
      return electron.nativeTheme.themeSource;
    },
    set themeSource(source) {
      electron.nativeTheme.themeSource = source;
      windows.colour(source);
    },
  },
  MessageChannelMain: MessageChannel as never,
  // electron-store offers a channel of its own when it is made; the shell takes it away again.
  ipcMain: { ...electron.ipcMain, on: () => undefined } as ElectronModule['ipcMain'],
};

// oxlint-disable-next-line import/no-default-export -- so does Electron
export default standIn;
