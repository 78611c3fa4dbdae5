/**
 * The settings of this device: how the console looks and behaves here. Never a secret, never anything of the
 * workspace. The file is read once; whatever becomes of it or the disk afterwards, what was chosen holds meanwhile.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'electron-store';
import { z } from 'zod';
import type { Needs } from './electron-module.ts';

export const themes = ['system', 'light', 'dark'] as const;

const settingsSchema = z.strictObject({
  theme: z.enum(themes),
  /** Electron's steps: 0 is 100 %, each step is a fifth more or less. */
  zoomLevel: z.number().min(-3).max(5),
  keepRunning: z.boolean(),
  window: z
    .strictObject({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), maximized: z.boolean() })
    .nullable(),
});
export type DeviceSettings = z.output<typeof settingsSchema>;

export const defaultSettings: DeviceSettings = { theme: 'system', zoomLevel: 0, keepRunning: false, window: null };

/** What is used of electron-store's class. */
export interface SettingsStore {
  store: DeviceSettings;
}
export type OpenSettingsStore = (options: Options<DeviceSettings>) => SettingsStore;

export interface Settings {
  readonly current: DeviceSettings;
  /** @throws ZodError when it is no setting: a bug. */
  change(changes: Partial<DeviceSettings>): void;
  /** Called after each change, and once at the start. */
  apply(listener: (settings: DeviceSettings) => void): void;
}

export interface SettingsOptions {
  readonly directory: string;
  /** A file that could not be read is kept under this name. */
  setAside(file: string): void;
  /** What was chosen could not be written; it holds until the program ends. */
  notSaved(error: unknown): void;
}

export function openSettings(
  { ipcMain }: Needs<'ipcMain'>,
  openStore: OpenSettingsStore,
  { directory, setAside, notSaved }: SettingsOptions,
): Settings {
  const file = join(directory, 'settings.json');
  const { properties, ...rootSchema } = z.toJSONSchema(settingsSchema);
  const store = openOrNot();
  // The store offers its folder to pages on a channel of its own; pages come through the one door or not at all.
  ipcMain.removeAllListeners('electron-store-get-data');
  let current = settingsSchema.parse(store?.store ?? defaultSettings);

  /** Null: a full disk, say. The program runs without. */
  function openOrNot(): SettingsStore | null {
    try {
      keepAsideIfDamaged();
      return openStore({
        cwd: directory,
        name: 'settings',
        schema: properties as never,
        rootSchema: rootSchema as never,
        defaults: defaultSettings,
        configFileMode: 0o600,
      });
    } catch (error) {
      notSaved(error);
      return null;
    }
  }

  function keepAsideIfDamaged(): void {
    if (isReadable(file)) return;
    const kept = join(directory, `settings.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
    renameSync(file, kept);
    setAside(kept);
  }

  function save(): void {
    try {
      // The store reads the file before it writes it, and somebody may have torn it meanwhile.
      keepAsideIfDamaged();
      if (store !== null) store.store = current;
    } catch (error) {
      notSaved(error);
    }
  }

  const listeners: ((settings: DeviceSettings) => void)[] = [];
  return {
    get current() {
      return current;
    },
    change(changes) {
      current = settingsSchema.parse({ ...current, ...changes });
      save();
      for (const listener of listeners) listener(current);
    },
    apply(listener) {
      listeners.push(listener);
      listener(current);
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
