/**
 * `node e2e/support/first-paint.ts FOLDER ROUNDS`, for `npm run bench`: starts the built desktop program on the stand-in
 * for Electron, times it until people of its directory are painted, and the same browser until it has painted a bare
 * page. In turn, so that what slows the machine for a while slows both. Says what it measured as JSON.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Locator } from '@playwright/test';
import { withoutDesktop } from '#core/testing/keyring-session.ts';
import { buildParts } from '#electron/start/build.ts';
import { StandInShell } from '../electron-stand-in/stand-in-shell.ts';
import { root } from './process.ts';

const [, , folder = '', rounds = '2'] = process.argv;
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', chromium.executablePath()].find(
  (path) => path && existsSync(path),
);
if (executablePath === undefined) {
  const lacks = 'There is no Chromium on this machine. CHROMIUM_PATH names one.';
  process.stdout.write(`${JSON.stringify({ lacks })}\n`, () => process.exit(0));
  await new Promise(() => undefined);
}
const workspace = join(folder, 'workspace');
const bare = join(folder, 'bare.html');

await buildParts(root, ['renderer', 'engine', 'electron'], (line) => process.stderr.write(`${line}\n`));
mkdirSync(workspace);
execFileSync(process.execPath, [join(root, 'e2e/support/make-workspace.ts'), 'sample', workspace], {
  cwd: root,
  env: withoutDesktop(),
});
writeFileSync(bare, '<!doctype html><title>Bare</title><ul><li><button>Ada Lund</button></ul>');

const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath });
const starts: Awaited<ReturnType<typeof startShell>>[] = [];
const floors: number[] = [];
// The first of each fills the caches of the file system and is not counted.
for (let round = 0; round <= Number(rounds); round += 1) {
  const [start, floor] = [await startShell(browser, round), await openBare(browser)];
  if (round === 0) continue;
  starts.push(start);
  floors.push(floor);
}
await browser.close();
process.stdout.write(`${JSON.stringify({ starts, floors })}\n`);

/** @returns milliseconds: until people are painted, until the shell itself is up, and what the engine took from there. */
async function startShell(chrome: Browser, round: number) {
  const userData = join(folder, `user-data-${round}`);
  const startedAt = Date.now();
  const shell = new StandInShell({ browser: chrome, workspace, userData, keyring: null });
  const { page } = await shell.nextWindow();
  // Several buttons: the people to choose from, who come from the engine.
  await painted(page.locator('main button').nth(5));
  const paintedAt = Date.now();
  const log = readFileSync(join(userData, 'logs', 'shell.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly time: number; readonly msg: string });
  const timeOf = (words: string): number => log.find(({ msg }) => msg === words)?.time ?? Number.NaN;
  await shell.quit();
  const shellUp = timeOf('Started');
  return {
    painted: paintedAt - startedAt,
    shell: shellUp - startedAt,
    engine: timeOf('The engine is ready') - shellUp,
  };
}

async function openBare(chrome: Browser): Promise<number> {
  const startedAt = Date.now();
  const context = await chrome.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(bare).href);
  await painted(page.locator('button'));
  const paintedAt = Date.now();
  await context.close();
  return paintedAt - startedAt;
}

/** Something of the kind is there, and a frame with it has been drawn. */
async function painted(what: Locator): Promise<void> {
  await what.waitFor();
  await what.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))),
  );
}
