/** What the machine does and the shell takes note of: sleep, network, login, colours, crashes. */
import { mkdirSync } from 'node:fs';
import type { Needs } from './electron-module.ts';
import type { Engine } from './engine.ts';
import type { ShellLog } from './log.ts';
import { openAtLogin } from './open-at-login.ts';
import type { Settings } from './settings.ts';

/** Electron tells no change of the network to this process, so it is asked, in milliseconds. */
const networkInterval = 10_000;

/** Tells the engine when the machine sleeps and wakes and the network comes and goes. Returns how to stop. */
export function watchMachine(
  { powerMonitor, net, app }: Needs<'app' | 'net' | 'powerMonitor'>,
  engine: Pick<Engine, 'tell'>,
): () => void {
  let online = net.isOnline();
  const look = (): void => {
    if (net.isOnline() === online) return;
    online = !online;
    engine.tell({ type: 'network', online });
  };
  powerMonitor.on('suspend', () => engine.tell({ type: 'power', event: 'suspend' }));
  powerMonitor.on('resume', () => {
    engine.tell({ type: 'power', event: 'resume' });
    look();
  });
  // A keychain that was locked with the screen opens with it.
  powerMonitor.on('unlock-screen', () => engine.tell({ type: 'power', event: 'unlock-screen' }));
  // The system goes down: end in order while there is time.
  powerMonitor.on('shutdown', () => app.quit());
  const timer = setInterval(look, networkInterval);
  return () => clearInterval(timer);
}

/** Carries the settings out: colours of menus and dialogs, and whether the console opens at login. */
export function applySettings(
  { app, nativeTheme }: Needs<'app' | 'nativeTheme'>,
  settings: Settings,
  setOpenAtLogin: (open: boolean) => void = openAtLogin(app),
): void {
  let opens = false;
  settings.apply((current) => {
    nativeTheme.themeSource = current.theme;
    // Off is how every machine begins: as long as nobody chose it, nothing is written anywhere.
    if (current.openAtLogin === opens) return;
    opens = current.openAtLogin;
    setOpenAtLogin(opens);
  });
}

/** Crash reports stay on this machine: nobody is sent anything. */
export function keepCrashReports(
  { app, crashReporter }: Needs<'app' | 'crashReporter'>,
  directory: string,
  log: ShellLog,
): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  app.setPath('crashDumps', directory);
  crashReporter.start({ uploadToServer: false });
  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
    log.error({ type, reason, exitCode, name }, 'A process ended by itself');
  });
}
