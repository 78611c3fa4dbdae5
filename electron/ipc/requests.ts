/** What a page may ask of the shell. */
import { z } from 'zod';
import type { Needs, ShellWindow } from '../electron-module.ts';
import type { Engine } from '../engine.ts';
import type { SavedFiles } from '../save-file.ts';
import { themes, type Settings } from '../settings.ts';
import { request, type Request } from './door.ts';

/** The message that carries a window's port into its preload. */
export const portChannel = 'gatehouse:port';
/** The message that sends a window to a place in the console. */
export const placeChannel = 'gatehouse:place';

export interface RequestOptions {
  readonly engine: Pick<Engine, 'connect'>;
  readonly files: Pick<SavedFiles, 'choose' | 'write'>;
  readonly settings: Settings;
  /** The window a page is shown in; undefined when it has closed meanwhile. */
  windowOf(contentsId: number): { readonly key: string; readonly window: ShellWindow } | undefined;
}

export function requestsOf(
  electron: Needs<'MessageChannelMain'>,
  { engine, files, settings, windowOf }: RequestOptions,
): Readonly<Record<string, Request>> {
  const opened = (contentsId: number): NonNullable<ReturnType<typeof windowOf>> => {
    const found = windowOf(contentsId);
    if (found === undefined) throw new Error('The window has closed.');
    return found;
  };
  return {
    connect: request(z.undefined(), async (_payload, contentsId) => {
      const { key, window } = opened(contentsId);
      // Both ends leave this process: what window and engine say to each other never passes here.
      const { port1, port2 } = new electron.MessageChannelMain();
      try {
        await engine.connect(key, port2);
      } catch (error) {
        port1.close();
        throw error;
      }
      if (window.isDestroyed()) port1.close();
      else window.webContents.postMessage(portChannel, null, [port1]);
    }),
    chooseFile: request(z.string().max(200), (name, contentsId) => files.choose(opened(contentsId).window, name)),
    writeFile: request(
      z.strictObject({ ticket: z.uuid(), bytes: z.instanceof(ArrayBuffer).nullable() }),
      ({ ticket, bytes }, contentsId) => files.write(contentsId, ticket, bytes === null ? null : new Uint8Array(bytes)),
    ),
    colours: request(z.enum(themes).optional(), (theme) => {
      if (theme !== undefined) settings.change({ theme });
      return settings.current.theme;
    }),
  };
}
