/** The desktop program, put together: the only place of the shell that knows all its parts. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';
import { serveApp } from './app-protocol.ts';
import { showAttention } from './attention.ts';
import { claimDeepLinks, followDeepLinks } from './deep-links.ts';
import { developmentFrom } from './development.ts';
import { applySettings, keepCrashReports, watchMachine } from './device.ts';
import { saveDownloads } from './downloads.ts';
import type { ElectronModule } from './electron-module.ts';
import { createEngine } from './engine.ts';
import { openDoor } from './ipc/door.ts';
import { requestsOf } from './ipc/requests.ts';
import { openShellLog, type ShellLog } from './log.ts';
import { keepMenu } from './menu.ts';
import { guardNavigation } from './navigation-guard.ts';
import { readOptions } from './options.ts';
import { denyPermissions } from './permissions.ts';
import { quitInPeace, quitOnSignals } from './quit.ts';
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
  if (!app.requestSingleInstanceLock()) return app.quit();
  const userData = app.getPath('userData');
  const logFile = join(userData, 'logs', 'shell.log');
  const log = openShellLog({ file: logFile });
  reportFaults(electron, log);
  quitOnSignals(electron, log);
  keepCrashReports(electron, join(userData, 'crashes'), log);
  guardNavigation(electron, log);
  app.setAppUserModelId('io.gatehouse.console');

  // What arrives before there is a window to show it in is shown in the first one.
  let show = (place?: string): void => void (firstPlace = place ?? firstPlace);
  let firstPlace: string | undefined;
  const follow = followDeepLinks(electron, { log, show: (place) => show(place) });
  app.on('second-instance', (_event, theirArgv) => {
    log.info('Started a second time');
    if (!follow(theirArgv)) show();
  });
  app.on('activate', () => show());

  const settings = openSettings(electron, openStore, userData);
  const directory = options.workspace ?? envPaths('gatehouse', { suffix: '' }).data;
  const engine = createEngine(electron, {
    modulePath: paths.engineProcess,
    args: ['--workspace', directory],
    log,
    attention: (attention) => attentionView.take(attention),
    stopped: (why) => void tellStopped(why),
  });

  await app.whenReady();
  log.info({ version: app.getVersion(), electron: process.versions.electron }, 'Started');
  engine.start();
  const development = developmentFrom(process.env, app.isPackaged);
  serveApp(electron, paths.renderer, log, development);
  denyPermissions(electron, log, development !== null);
  const downloads = saveDownloads(electron, log);
  const quit = quitInPeace(electron, { engine, downloads, log });
  const isMac = process.platform === 'darwin';
  const windows = createWindows(electron, {
    preload: paths.preload,
    icon: join(paths.icons, 'icon.png'),
    settings,
    downloads,
    log,
    staysOpen: () => !quit.hasBegun && (isMac || settings.current.keepRunning),
    isOver: () => quit.isOver,
    closed(key) {
      engine.forget(key);
      attentionView.forget(key);
    },
  });
  openDoor(electron, {
    requests: requestsOf(electron, { engine, settings, windowOf: windows.of }),
    knows: (contentsId) => windows.of(contentsId) !== undefined,
    log,
  });
  show = (place) => windows.show(place);
  const attentionView = showAttention(electron, {
    icon: join(paths.icons, isMac ? 'trayTemplate.png' : 'tray.png'),
    settings,
    log,
    show: (place) => show(place),
    isWatched: () => windows.isFocused(),
  });
  applySettings(electron, settings);
  settings.apply(({ zoomLevel }) => {
    for (const { webContents } of windows.all) webContents.setZoomLevel(zoomLevel);
  });
  keepMenu(electron, {
    settings,
    isMac,
    openWindow: () => windows.open(),
    show: (place) => show(place),
    showWorkspaceFolder: () => void electron.shell.openPath(directory),
    showLogs: () => void electron.shell.openPath(dirname(logFile)),
  });
  setAbout(electron);
  claimDeepLinks(electron, log, paths.sources);
  watchMachine(electron, engine);
  follow(argv);
  // Electron quits by itself when the last window closes, unless somebody listens.
  app.on('window-all-closed', () => {
    if (!isMac && !settings.current.keepRunning) app.quit();
  });
  if (!options.hidden || firstPlace !== undefined) windows.show(firstPlace);
  if (settings.setAside !== null) tellSetAside(electron, settings.setAside);

  async function tellStopped(why: string): Promise<void> {
    const { response } = await electron.dialog.showMessageBox({
      type: 'error',
      message: 'Gatehouse cannot reach its workspace.',
      detail: `${why}\n\nThe logs say more: ${join(directory, 'logs')}`,
      buttons: ['Try again', 'Quit'],
      defaultId: 0,
      cancelId: 1,
    });
    if (response === 0) engine.start();
    else app.quit();
  }
}

/** A bug of the shell is written down and told, and does not leave half a program behind. */
function reportFaults({ app, dialog }: Pick<ElectronModule, 'app' | 'dialog'>, log: ShellLog): void {
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'The shell failed');
    dialog.showErrorBox('Gatehouse met an unexpected problem', error.message);
    app.exit(1);
  });
}

function setAbout({ app }: Pick<ElectronModule, 'app'>): void {
  const { versions: run } = process;
  const versions = `Electron ${run.electron}\nChromium ${run.chrome}\nNode ${run.node}`;
  app.setAboutPanelOptions({
    applicationName: 'Gatehouse',
    applicationVersion: app.getVersion(),
    version: versions,
    copyright: versions,
  });
}

function tellSetAside({ dialog }: Pick<ElectronModule, 'dialog'>, file: string): void {
  void dialog.showMessageBox({
    type: 'info',
    message: 'The settings of this device could not be read.',
    detail: `They are back at their defaults. The old file is kept as ${file}. Nothing of the workspace is touched.`,
    buttons: ['OK'],
  });
}
