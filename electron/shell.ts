/** The desktop program, put together: the only place of the shell that knows all its parts. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageBoxOptions } from 'electron';
import envPaths from 'env-paths';
import { tellVersions } from './about.ts';
import { serveApp } from './app-protocol.ts';
import { showAttention } from './attention.ts';
import { claimDeepLinks, followDeepLinks } from './deep-links.ts';
import { developmentFrom } from './development.ts';
import { keepCrashReports, watchMachine } from './device.ts';
import type { ElectronModule } from './electron-module.ts';
import { createEngine } from './engine.ts';
import { reportFaults } from './faults.ts';
import { openDoor } from './ipc/door.ts';
import { requestsOf } from './ipc/requests.ts';
import { openShellLog } from './log.ts';
import { keepMenu } from './menu.ts';
import { guardNavigation } from './navigation-guard.ts';
import { loginItem } from './open-at-login.ts';
import { readOptions } from './options.ts';
import { denyPermissions } from './permissions.ts';
import { quitInPeace, quitOnSignals } from './quit.ts';
import { saveFiles } from './save-file.ts';
import { followSecondStarts, startedWith } from './second-start.ts';
import { openSettings, type OpenSettingsStore } from './settings.ts';
import { createWindows } from './windows.ts';

/** Where the built parts are. */
export interface ShellPaths {
  readonly engineProcess: string;
  readonly preload: string;
  readonly renderer: string;
  readonly icons: string;
  /** The folder that is handed to Electron when it is started from sources. */
  readonly sources: string;
}

export interface ShellParts {
  readonly paths: ShellPaths;
  readonly argv: readonly string[];
  readonly openStore: OpenSettingsStore;
}

/** Starts everything, or hands over to the instance that is running already. Resolves when the first window opens. */
export async function startShell(electron: ElectronModule, { paths, argv, openStore }: ShellParts): Promise<void> {
  const { app } = electron;
  const options = readOptions(argv);
  // The lock is held per folder of user data, so the folder comes first.
  if (options.userData !== null) {
    // Electron takes only a folder that is there.
    mkdirSync(options.userData, { recursive: true, mode: 0o700 });
    app.setPath('userData', options.userData);
  }
  if (!app.requestSingleInstanceLock(startedWith(argv))) return app.quit();
  const userData = app.getPath('userData');
  const logs = join(userData, 'logs');
  const log = openShellLog({ file: join(logs, 'shell.log') });
  const endEngine = reportFaults(electron, log);
  quitOnSignals(electron, log);
  keepCrashReports(electron, join(logs, 'crashes'), log);
  let connectedHosts: readonly string[] = [];
  guardNavigation(electron, () => connectedHosts, log);
  app.setAppUserModelId('io.gatehouse.console');

  // What arrives before there is a window to show it in is shown in the first one.
  let show = (place?: string): void => void (firstPlace = place ?? firstPlace);
  let firstPlace: string | undefined;
  const follow = followDeepLinks(electron, { log, show: (place) => show(place) });
  const directory = options.workspace ?? envPaths('gatehouse', { suffix: '' }).data;
  followSecondStarts(electron, { directory, log, follow, show: () => show() });
  app.on('activate', () => show());

  let asksAboutSlow = false;
  let wasNotSaved = false;
  const settings = openSettings(electron, openStore, {
    directory: userData,
    setAside: (file) => void app.whenReady().then(() => tellSetAside(file)),
    notSaved(error) {
      log.error({ err: error }, 'The settings could not be saved');
      void app.whenReady().then(tellNotSaved);
    },
  });
  const engine = createEngine(electron, {
    modulePath: paths.engineProcess,
    args: ['--workspace', directory],
    log,
    attention: (attention) => attentionView.take(attention),
    hosts: (hosts) => void (connectedHosts = hosts),
    ready: (database) => tellVersions(electron, database),
    slow: (again) => void tellSlow(again),
    stopped: (why) => void tellStopped(why),
  });
  endEngine(() => engine.close());

  await app.whenReady();
  log.info({ version: app.getVersion(), electron: process.versions.electron }, 'Started');
  engine.start();
  const development = developmentFrom(process.env, app.isPackaged);
  serveApp(electron, paths.renderer, log, development);
  denyPermissions(electron, log, development !== null);
  const files = saveFiles(electron, log);
  const quit = quitInPeace(electron, { engine, files, log });
  const isMac = process.platform === 'darwin';
  const windows = createWindows(electron, {
    preload: paths.preload,
    icon: join(paths.icons, 'icon.png'),
    settings,
    files,
    log,
    staysOpen: () => !quit.hasBegun && (isMac || settings.current.keepRunning),
    isOver: () => quit.isOver,
    closed(key) {
      engine.forget(key);
      attentionView.forget(key);
    },
  });
  openDoor(electron, {
    requests: requestsOf(electron, { engine, files, settings, windowOf: windows.of }),
    knows: (contentsId) => windows.of(contentsId) !== undefined,
    log,
  });
  show = (place) => windows.show(place);
  const attentionView = showAttention(electron, {
    icon: join(paths.icons, isMac ? 'trayTemplate.png' : 'tray.png'),
    overlay: process.platform === 'win32' ? join(paths.icons, 'overlay.png') : null,
    settings,
    log,
    windows: () => windows.all,
    show: (place, window) => windows.show(place, window),
    watched: () => windows.focusedKey(),
  });
  settings.apply(({ theme, zoomLevel }) => {
    // The pages follow too: to them it is the system's choice.
    electron.nativeTheme.themeSource = theme;
    for (const { webContents } of windows.all) webContents.setZoomLevel(zoomLevel);
  });
  const login = loginItem(electron);
  keepMenu(electron, {
    settings,
    login,
    isMac,
    openWindow: () => windows.open(),
    show: (place) => show(place),
    showWorkspaceFolder: () => void showFolder(directory),
    showLogs: () => void showFolder(logs),
  });
  tellVersions(electron, null);
  claimDeepLinks(electron, log, paths.sources);
  watchMachine(electron, engine);
  follow(argv);
  // Electron quits by itself when the last window closes, unless somebody listens.
  app.on('window-all-closed', () => {
    if (!isMac && !settings.current.keepRunning) app.quit();
  });
  const isHidden = options.hidden || login?.hasOpenedNow === true;
  if (!isHidden || firstPlace !== undefined) windows.show(firstPlace);

  async function showFolder(folder: string): Promise<void> {
    const problem = await electron.shell.openPath(folder);
    if (problem === '') return;
    log.error({ problem }, 'A folder could not be shown');
    electron.dialog.showErrorBox('The folder could not be shown', `${folder}\n\n${problem}`);
  }

  async function tellStopped(why: string): Promise<void> {
    const answer = await ask({
      type: 'error',
      message: 'Gatehouse cannot reach its workspace.',
      detail: `${why}\n\nThe logs say more: ${join(directory, 'logs')}`,
      buttons: ['Try again', 'Quit'],
      cancelId: 1,
    });
    if (answer === 0) engine.start();
    else app.quit();
  }

  async function tellSlow(again: () => void): Promise<void> {
    if (asksAboutSlow) return;
    asksAboutSlow = true;
    const answer = await ask({
      type: 'warning',
      message: 'Gatehouse is still opening its workspace.',
      detail: `A large one may take minutes after an update. The logs say more: ${join(directory, 'logs')}`,
      buttons: ['Keep waiting', 'Start it again', 'Quit'],
      cancelId: 0,
    });
    asksAboutSlow = false;
    if (answer === 1) again();
    if (answer === 2) app.quit();
  }

  function tellSetAside(file: string): Promise<number> {
    return ask({
      type: 'info',
      message: 'The settings of this device could not be read.',
      detail: `They are as they were before. The damaged file is kept as ${file}. Nothing of the workspace is touched.`,
    });
  }

  /** Once: the next attempt fails in the same way. */
  async function tellNotSaved(): Promise<void> {
    if (wasNotSaved) return;
    wasNotSaved = true;
    await ask({
      type: 'warning',
      message: 'The settings of this device could not be saved.',
      detail: `They hold until Gatehouse ends. Is there room on the disk, and may you write in ${userData}?`,
    });
  }

  async function ask(box: MessageBoxOptions): Promise<number> {
    return (await electron.dialog.showMessageBox({ buttons: ['OK'], defaultId: 0, ...box })).response;
  }
}
