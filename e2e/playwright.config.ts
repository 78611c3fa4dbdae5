/**
 * The console as people use it: in a real browser, and in Electron where its binary is at hand. What only
 * makes sense in one of them is named `*.browser.spec.ts` or `*.stand-in.spec.ts`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, devices } from '@playwright/test';
import type { GatehouseOptions } from './support/gatehouse.ts';

const root = join(import.meta.dirname, '..');

/** Debian's Chromium, or the one named by CHROMIUM_PATH; without either, the one Playwright installed. */
const chromium = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

/** Electron's package brings no binary: it is downloaded on first use, or ELECTRON_OVERRIDE_DIST_PATH points to one. */
function hasElectron(): boolean {
  const program = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string];
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules/electron/dist');
  const named = join(root, 'node_modules/electron/path.txt');
  const name = existsSync(named) ? readFileSync(named, 'utf8').trim() : (program ?? 'electron');
  return existsSync(join(folder, name));
}

const inChromium = {
  ...devices['Desktop Chrome'],
  viewport: { width: 1280, height: 800 },
  deviceScaleFactor: 1,
  launchOptions: chromium === undefined ? {} : { executablePath: chromium },
};

/** Specs whose page is the same in every shell, and which take minutes: e2e/electron-stand-in/README.md. */
const onceIsEnough = ['**/large.spec.ts', '**/accessibility.spec.ts'];

/** Specs of what was packed, which has no window: they run once, beside those of the browser. */
const ofThePackage = '**/*.packed.spec.ts';

/** Specs that move the engine's clock, which a packed program lets nobody do. */
const needsAnOpenProgram = ['**/main-job.spec.ts', '**/killed.spec.ts'];

export default defineConfig<GatehouseOptions>({
  testDir: '.',
  testMatch: ['flows/**/*.spec.ts', 'security/**/*.spec.ts'],
  outputDir: '../test-results',
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  retries: 0,
  // They mostly wait for one another's seconds: a browser, an engine, a person's time to take something back.
  workers: 2,
  // These end what hangs; how quick anything is, the benchmarks say.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    // A trace makes every test several times as long; `--trace on` records one. A failure leaves what was on screen.
    screenshot: 'only-on-failure',
    actionTimeout: 30_000,
    contextOptions: { reducedMotion: 'reduce' },
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
  },
  projects: [
    {
      name: 'browser',
      testIgnore: ['**/*.stand-in.spec.ts'],
      use: inChromium,
    },
    // The desktop shell without Electron's binary. What a reader must know of it is in e2e/electron-stand-in/README.md.
    {
      name: 'stand-in',
      testMatch: ['flows/**/*.spec.ts', 'security/**/*.spec.ts'],
      testIgnore: ['**/*.browser.spec.ts', ofThePackage, ...onceIsEnough],
      use: { ...inChromium, shell: 'stand-in' },
    },
    // Listed without a binary only to be counted, so that what was left out is known.
    ...(hasElectron() || process.env.GATEHOUSE_LIST_ELECTRON === '1'
      ? [
          {
            name: 'electron',
            testIgnore: [
              '**/*.browser.spec.ts',
              '**/*.stand-in.spec.ts',
              ofThePackage,
              ...onceIsEnough,
              ...needsAnOpenProgram,
            ],
            // A debugger that could see the messages of a port is not at hand here.
            grepInvert: /its secret stays in the keychain|whose answer was lost/,
            use: { shell: 'electron' as const },
          },
        ]
      : []),
  ],
});
