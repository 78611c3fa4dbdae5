/** What a page may ask of the shell. */
import { z } from 'zod';
import type { Needs, ShellContents } from '../electron-module.ts';
import type { Engine } from '../engine.ts';
import { sharedSettingsSchema, type Settings, type SharedSettings } from '../settings.ts';
import { request, type Request } from './door.ts';

/** The message that carries a window's port into its preload. */
export const portChannel = 'gatehouse:port';
/** The message that sends a window to a place in the console. */
export const placeChannel = 'gatehouse:place';

export interface RequestOptions {
  readonly engine: Pick<Engine, 'connect'>;
  readonly settings: Settings;
  /** The window a page is shown in; undefined when it has closed meanwhile. */
  windowOf(contentsId: number): { readonly key: string; readonly contents: ShellContents } | undefined;
}

export function requestsOf(
  electron: Needs<'MessageChannelMain'>,
  { engine, settings, windowOf }: RequestOptions,
): Readonly<Record<string, Request>> {
  return {
    connect: request(z.undefined(), async (_payload, contentsId) => {
      const window = windowOf(contentsId);
      if (window === undefined) throw new Error('The window has closed.');
      // Both ends leave this process: what window and engine say to each other never passes here.
      const { port1, port2 } = new electron.MessageChannelMain();
      try {
        await engine.connect(window.key, port2);
      } catch (error) {
        port1.close();
        throw error;
      }
      if (window.contents.isDestroyed()) port1.close();
      else window.contents.postMessage(portChannel, null, [port1]);
    }),
    settings: request(z.undefined(), () => shared(settings.current)),
    changeSettings: request(sharedSettingsSchema.partial(), (changes) => {
      // A field that was left out must not become one that is undefined.
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      settings.change(Object.fromEntries(given));
      return shared(settings.current);
    }),
  };
}

function shared({ theme, zoomLevel, openAtLogin, keepRunning }: SharedSettings): SharedSettings {
  return { theme, zoomLevel, openAtLogin, keepRunning };
}
