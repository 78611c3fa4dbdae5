/**
 * Electron's binary: named by the environment, installed beside its package, or downloaded by the package's own
 * installer. The package is never imported: doing so downloads without asking and without a limit.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type Found = { readonly path: string } | { readonly missing: string };

const executables: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  linux: 'electron',
  win32: 'electron.exe',
};

/** How long the download's host may take to answer at all, and the download as a whole; in milliseconds. */
const answerWithin = 5_000;
const downloadWithin = 15 * 60_000;

/** @param packageFolder node_modules/electron */
export function findElectron(
  packageFolder: string,
  env: NodeJS.ProcessEnv,
  platform = process.platform,
): string | null {
  const executable = executables[platform];
  if (executable === undefined) return null;
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  // An override that is empty or wrong is told, not silently replaced by a download.
  if (override !== undefined && override !== '') return existing(join(override, executable));
  return existing(join(packageFolder, 'dist', executable));
}

function existing(path: string): string | null {
  return existsSync(path) ? path : null;
}

/** Why no window could be shown even with Electron; null: one can. */
export function missingDisplay(env: NodeJS.ProcessEnv, platform = process.platform): string | null {
  if (platform !== 'linux') return null;
  return env.DISPLAY || env.WAYLAND_DISPLAY ? null : 'this machine has no display';
}

export interface DownloadOptions {
  readonly packageFolder: string;
  readonly env: NodeJS.ProcessEnv;
  say(line: string): void;
  /** In milliseconds; shorter in tests. */
  readonly limit?: number;
  readonly answerWithin?: number;
}

/** Lets the package's installer download, and says how far it has come. Ends in bounded time, with or without a network. */
export async function downloadElectron(options: DownloadOptions): Promise<Found> {
  const { packageFolder, env, say, limit = downloadWithin } = options;
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override !== undefined && override !== '')
    return { missing: `there is no Electron in ${override} (ELECTRON_OVERRIDE_DIST_PATH)` };
  if (env.ELECTRON_SKIP_BINARY_DOWNLOAD)
    return { missing: 'Electron is not installed and its download is switched off' };
  const host = downloadHost(env);
  if (host !== null && !(await answers(host, options.answerWithin ?? answerWithin))) {
    return { missing: `Electron is not installed, and ${host.hostname} cannot be reached to download it` };
  }
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  say(`Downloading Electron ${version}, about 120 MB. This happens once.`);
  const progress = new URL('./download-progress.ts', import.meta.url).href;
  const installer = spawn(process.execPath, ['--import', progress, join(packageFolder, 'install.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own bar comes late, and on a terminal alone.
    env: { ...env, ELECTRON_GET_NO_PROGRESS: '1' },
  });
  createInterface({ input: installer.stdout }).on('line', say);
  let problem = '';
  installer.stderr.on('data', (text: Buffer) => {
    // It says what goes wrong in many lines; one is enough.
    if (problem === '') problem = firstLine(String(text));
  });
  const timer = setTimeout(() => installer.kill(), limit);
  const [code] = (await once(installer, 'close')) as [number | null];
  clearTimeout(timer);
  const path = code === 0 ? findElectron(packageFolder, env) : null;
  if (path !== null) return { path };
  return {
    missing: `Electron could not be downloaded (${code === null ? 'it took too long' : problem || `the installer ended with ${code}`})`,
  };
}

/** Where the installer downloads from; null: a proxy stands before it, and only the installer knows the way. */
export function downloadHost(env: NodeJS.ProcessEnv): URL | null {
  const proxies = [
    'HTTPS_PROXY',
    'https_proxy',
    'HTTP_PROXY',
    'http_proxy',
    'ALL_PROXY',
    'GLOBAL_AGENT_HTTPS_PROXY',
    'ELECTRON_GET_USE_PROXY',
  ];
  if (proxies.some((name) => env[name])) return null;
  const mirrors = ['ELECTRON_MIRROR', 'npm_config_electron_mirror', 'NPM_CONFIG_ELECTRON_MIRROR'];
  const mirror = mirrors.map((name) => env[name]).find((value) => value);
  return URL.parse(mirror ?? 'https://github.com/');
}

/** Does anybody answer there? Without a network a download would only fail after many tries. */
function answers(url: URL, within: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({
      host: url.hostname,
      port: Number(url.port) || (url.protocol === 'http:' ? 80 : 443),
    });
    const end = (reached: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reached);
    };
    // Looking the name up may hang as well, so the whole is timed.
    const timer = setTimeout(() => end(false), within);
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.slice(0, 200) ?? '';
}
