/** The entry of the desktop program. What must be said before Electron is ready is said in this first turn. */
import { join } from 'node:path';
import electron from 'electron';
import ElectronStore from 'electron-store';
import { registerAppScheme } from './app-protocol.ts';
import { startShell } from './shell.ts';

// This file is built to dist/electron/main.js, beside the other built parts.
const built = import.meta.dirname;
const root = join(built, '..', '..');

registerAppScheme(electron);
// Not awaited here: Electron is ready only after this module has been evaluated.
startShell(electron, {
  paths: {
    engineProcess: join(root, 'dist', 'engine', 'programs', 'engine-process.js'),
    preload: join(built, 'preload.cjs'),
    renderer: join(root, 'dist', 'renderer'),
    icons: join(root, 'resources', 'icons'),
    sources: root,
  },
  argv: process.argv,
  openStore: (options) => new ElectronStore(options),
}).catch((error: unknown) => {
  // A fault like any other: the shell's own report of faults takes it.
  queueMicrotask(() => {
    throw error;
  });
});
