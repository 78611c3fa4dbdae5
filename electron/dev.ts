/**
 * `npm run dev`: the desktop program with a console that changes while it is worked on. Vite serves the renderer into
 * the window; when the shell or the engine changes, they are built and started again. Without Electron's binary or a
 * display the console alone is served in the browser.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBuilder, createServer, type ViteDevServer } from 'vite';
import { findElectron, missingDisplay } from './start/find-electron.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Files that are saved together are one change, in milliseconds. */
const pause = 200;

const display = missingDisplay(process.env);
const binary = findElectron(join(root, 'node_modules', 'electron'), process.env);
const why = display ?? (binary === null ? 'Electron is not installed (npm start downloads it)' : null);
say(
  why === null
    ? 'Development: the desktop program, with hot reload.'
    : `Development: the console in the browser, with hot reload, because ${why}.`,
);
const nonce = randomBytes(16).toString('base64url');
const server = await createServer({
  configFile: join(root, 'vite.config.ts'),
  ...(why === null ? await forWindow() : {}),
});
await server.listen();
if (binary !== null && why === null) await keepDesktop(binary, server);
else server.printUrls();

/** In the window the page's address is none of Vite's, so its socket is named, and its scripts are marked. */
async function forWindow() {
  const port = await freePort();
  const ws = { protocol: 'ws', host: '127.0.0.1', clientPort: port };
  return { server: { host: '127.0.0.1', port, strictPort: true, ws }, html: { cspNonce: nonce } };
}

async function freePort(): Promise<number> {
  const taken = createNetServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  taken.close();
  return port;
}

async function keepDesktop(program: string, vite: ViteDevServer): Promise<void> {
  let running: ChildProcess | null = null;
  let isRestarting = false;

  async function build(): Promise<void> {
    const builder = await createBuilder({ configFile: join(root, 'electron/vite.config.ts'), logLevel: 'warn' });
    await builder.buildApp();
  }

  function start(): void {
    const child = spawn(program, [root, ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...process.env, GATEHOUSE_DEV_SERVER: addressOf(vite), GATEHOUSE_DEV_NONCE: nonce },
    });
    running = child;
    // Whoever closes the program has finished working on it.
    child.on('exit', (code) => {
      if (!isRestarting) void vite.close().finally(() => process.exit(code ?? 0));
    });
  }

  async function restart(): Promise<void> {
    try {
      await build();
    } catch (error) {
      // The program that runs stays: what does not build yet is no reason to lose it.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      return;
    }
    say('The shell or the engine has changed: starting again.');
    isRestarting = true;
    if (running !== null && running.exitCode === null) {
      // It quits in peace: what runs is finished first.
      running.kill('SIGTERM');
      await once(running, 'exit');
    }
    isRestarting = false;
    start();
  }

  await build();
  start();
  const sources = ['electron', 'core', 'resources'].map((folder) => join(root, folder));
  vite.watcher.add(sources);
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  vite.watcher.on('all', (_event, file) => {
    if (!sources.some((folder) => file.startsWith(folder)) || /\.(test|spec)\.ts$|\/(bench|testing)\//.test(file))
      return;
    clearTimeout(timer);
    timer = setTimeout(() => void (last = last.then(restart)), pause);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void running?.kill(signal));
}

function addressOf(vite: ViteDevServer): string {
  const address = vite.httpServer?.address();
  if (typeof address !== 'object' || address === null) throw new Error('Vite serves nothing.');
  return `http://127.0.0.1:${address.port}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
