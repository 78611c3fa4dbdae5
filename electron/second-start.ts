/** The program is started while it runs: the second one hands over what it was asked for, and ends. */
import { z } from 'zod';
import type { Needs } from './electron-module.ts';
import type { ShellLog } from './log.ts';
import { readOptions } from './options.ts';

/** Handed over as data, because Chromium puts the arguments themselves in another order. */
const startSchema = z.object({ argv: z.array(z.string()), folder: z.string() });

export function startedWith(argv: readonly string[]): z.output<typeof startSchema> {
  return { argv: [...argv], folder: process.cwd() };
}

export interface SecondStartOptions {
  /** Of the workspace that is open. */
  readonly directory: string;
  readonly log: ShellLog;
  /** @returns whether there was a link that leads somewhere. */
  follow(argv: readonly string[]): boolean;
  show(): void;
}

export function followSecondStarts(
  { app, dialog }: Needs<'app' | 'dialog'>,
  { directory, log, follow, show }: SecondStartOptions,
): void {
  app.on('second-instance', (_event, _argv, _folder, data) => {
    log.info('Started a second time');
    const read = startSchema.safeParse(data);
    const argv = read.data?.argv ?? [];
    const { workspace } = readOptions(argv, read.data?.folder);
    if (workspace !== null && workspace !== directory) {
      void dialog.showMessageBox({
        type: 'info',
        message: 'Gatehouse is open with another workspace.',
        detail: `It works with ${directory}.\nTo open ${workspace}, quit it first.`,
        buttons: ['OK'],
      });
      show();
    } else if (!follow(argv) && !argv.includes('--hidden')) show();
  });
}
