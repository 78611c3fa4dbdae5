/** A bug of the shell is written down and told, and takes no transaction with it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Needs } from './electron-module.ts';
import type { ShellLog } from './log.ts';

/** So long the engine may take to end in order after the shell has failed, in milliseconds. */
const patience = 10_000;

/** The result takes what ends the engine in order, once there is one. */
export function reportFaults(
  { app, dialog }: Needs<'app' | 'dialog'>,
  log: ShellLog,
): (endEngine: () => Promise<void>) => void {
  let end = (): Promise<void> => Promise.resolve();
  let hasFailed = false;
  const fail = (reason: unknown): void => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    log.error({ err: error }, 'The shell failed');
    // A second fault, while the first one is ended, changes nothing.
    if (hasFailed) return;
    hasFailed = true;
    const ended = Promise.race([end(), wait(patience, undefined, { ref: false })]);
    dialog.showErrorBox(
      'Gatehouse met an unexpected problem',
      `${error.message}\n\nNothing that was confirmed is lost.`,
    );
    void ended.finally(() => app.exit(1));
  };
  process.on('uncaughtException', fail);
  // Electron would only warn of a promise that nobody minds, and go on with half of what was meant.
  process.on('unhandledRejection', fail);
  return (endEngine) => void (end = endEngine);
}
