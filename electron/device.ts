/** What the machine does and the shell takes note of: sleep, network, its end, crashes. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from 'electron';
import type { Needs } from './electron-module.ts';
import type { Engine } from './engine.ts';
import type { ShellLog } from './log.ts';

/** Electron tells no change of the network to this process, so it is asked, in milliseconds. */
const networkInterval = 10_000;
/** Of the reports of crashes the newest are kept; a report is two files. */
const reportsKept = 20;

/** Tells the engine when the machine sleeps and wakes and the network comes and goes. */
export function watchMachine(
  { powerMonitor, net, app }: Needs<'app' | 'net' | 'powerMonitor'>,
  engine: Pick<Engine, 'tell'>,
): void {
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
  // The system goes down (Linux, macOS; on Windows it tells the windows): it waits while the program ends in order.
  // Electron hands the event over, as its documentation says and its types do not.
  powerMonitor.on('shutdown', ((event: Event) => {
    event.preventDefault();
    app.quit();
  }) as () => void);
  setInterval(look, networkInterval).unref();
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
  try {
    const reports = readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(dmp|meta)$/.test(name))
      .map((name) => ({ file: join(directory, name), at: statSync(join(directory, name)).mtimeMs }));
    for (const { file } of reports.toSorted((one, other) => other.at - one.at).slice(reportsKept)) rmSync(file);
  } catch (error) {
    log.warn({ err: error }, 'Old crash reports could not be removed');
  }
}
