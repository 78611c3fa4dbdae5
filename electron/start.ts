/**
 * `npm start`: opens Gatehouse as a desktop program. Where Electron's binary or a display cannot be had, it says
 * why in one line and serves the same console in the browser.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { help, readStartOptions, type StartOptions } from './start/arguments.ts';
import { buildParts } from './start/build.ts';
import { downloadElectron, findElectron, missingDisplay } from './start/find-electron.ts';
import { runElectron } from './start/run-electron.ts';
import { runToEnd } from './start/run-to-end.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageFolder = fileURLToPath(new URL('../node_modules/electron', import.meta.url));

try {
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) say(help.trimEnd());
  else await start(options);
} catch (error) {
  const code = (error as { readonly code?: unknown }).code;
  const isMistyped = typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isMistyped ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
}

async function start(options: StartOptions): Promise<void> {
  const why = options.browser ? null : await openDesktop(options);
  if (why === 'ran') return;
  if (why !== null) say(`Gatehouse opens in the browser, because ${why}.`);
  await serveInBrowser(options.browserArguments);
}

/** `ran`, or why it did not. */
async function openDesktop({ workspace }: StartOptions): Promise<string> {
  const noDisplay = missingDisplay(process.env);
  if (noDisplay !== null) return noDisplay;
  let binary = findElectron(packageFolder, process.env);
  if (binary === null) {
    const downloaded = await downloadElectron({ packageFolder, env: process.env, say });
    if ('missing' in downloaded) return downloaded.missing;
    binary = downloaded.path;
  }
  await buildParts(root, ['renderer', 'engine', 'electron'], say);
  const why = await runElectron(binary, [root, ...(workspace === undefined ? [] : ['--workspace', workspace])]);
  return why ?? 'ran';
}

/** A process of its own: the desktop's sources know nothing of the engine. */
async function serveInBrowser(args: readonly string[]): Promise<void> {
  await buildParts(root, ['renderer', 'engine'], say);
  const serve = join(root, 'dist', 'engine', 'programs', 'serve.js');
  process.exitCode = await runToEnd(process.execPath, [serve, '--renderer', join(root, 'dist', 'renderer'), ...args]);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
