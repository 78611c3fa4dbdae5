/**
 * The settings of this device: how the console looks and behaves here. Never a secret, never anything of the
 * workspace. A file that cannot be read is set aside, and the person is told once.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'electron-store';
import { z } from 'zod';
import type { Needs } from './electron-module.ts';

export const themes = ['system', 'light', 'dark'] as const;

/** What a page may see and change; its own window's place is the shell's business. */
export const sharedSettingsSchema = z.strictObject({
  theme: z.enum(themes),
  /** Electron's steps: 0 is 100 %, each step is a fifth more or less. */
  zoomLevel: z.number().min(-3).max(5),
  openAtLogin: z.boolean(),
  keepRunning: z.boolean(),
});
export type SharedSettings = z.output<typeof sharedSettingsSchema>;

const settingsSchema = sharedSettingsSchema.extend({
  window: z
    .strictObject({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), maximized: z.boolean() })
    .nullable(),
});
export type DeviceSettings = z.output<typeof settingsSchema>;

export const defaultSettings: DeviceSettings = {
  theme: 'system',
  zoomLevel: 0,
  openAtLogin: false,
  keepRunning: false,
  window: null,
};

/** What is used of electron-store's class. */
export interface SettingsStore {
  readonly store: DeviceSettings;
  set(changes: Partial<DeviceSettings>): void;
}
export type OpenSettingsStore = (options: Options<DeviceSettings>) => SettingsStore;

export interface Settings {
  readonly current: DeviceSettings;
  /** The file that could not be read and where it was kept; null: all was well. */
  readonly setAside: string | null;
  change(changes: Partial<DeviceSettings>): void;
  /** Called after each change, and once at the start. */
  apply(listener: (settings: DeviceSettings) => void): void;
}

export function openSettings(
  { ipcMain }: Needs<'ipcMain'>,
  openStore: OpenSettingsStore,
  directory: string,
  now: () => Date = () => new Date(),
): Settings {
  const file = join(directory, 'settings.json');
  const { properties, ...rootSchema } = z.toJSONSchema(settingsSchema);
  let setAside: string | null = null;
  if (!isReadable(file)) {
    setAside = join(directory, `settings.damaged-${now().toISOString().replaceAll(/[:.]/g, '-')}.json`);
    renameSync(file, setAside);
  }
  const store = openStore({
    cwd: directory,
    name: 'settings',
    schema: properties as never,
    rootSchema: rootSchema as never,
    defaults: defaultSettings,
    configFileMode: 0o600,
  });
  // The store offers its folder to pages on a channel of its own; pages come through the one door or not at all.
  ipcMain.removeAllListeners('electron-store-get-data');

  const listeners: ((settings: DeviceSettings) => void)[] = [];
  return {
    get current() {
      return store.store;
    },
    setAside,
    change(changes) {
      store.set(changes);
      for (const listener of listeners) listener(store.store);
    },
    apply(listener) {
      listeners.push(listener);
      listener(store.store);
    },
  };
}

/** There is no file yet, or it holds settings and nothing else. */
function isReadable(file: string): boolean {
  if (!existsSync(file)) return true;
  try {
    return settingsSchema.partial().safeParse(JSON.parse(readFileSync(file, 'utf8'))).success;
  } catch {
    return false; // Torn, or no JSON.
  }
}
