/**
 * `npm run dev`: the desktop program with a console that changes while it is worked on. Vite serves the renderer into
 * the window; when the shell or the engine changes, they are built and started again. Without Electron's binary or a
 * display it is the browser mode: Vite serves the page, and hands what is for the engine to the engine.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build, createBuilder, createServer, type InlineConfig, type ProxyOptions, type ViteDevServer } from 'vite';
import { findElectron, missingDisplay } from './start/find-electron.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Files that are saved together are one change, in milliseconds. */
const pause = 200;

const display = missingDisplay(process.env);
const binary = findElectron(join(root, 'node_modules', 'electron'), process.env);
const why = display ?? (binary === null ? 'Electron is not installed (npm start downloads it)' : null);
const parameters = process.argv.slice(2);
if (binary !== null && why === null) {
  say('Development: the desktop program, with hot reload.');
  await developDesktop(binary);
} else {
  say(`Development: the console in the browser, with hot reload, because ${why}.`);
  await developInBrowser();
}

/** In the window the page's address is none of Vite's, so its socket is named, and its scripts are marked. */
async function developDesktop(program: string): Promise<void> {
  const nonce = randomBytes(16).toString('base64url');
  const port = await freePort();
  const ws = { protocol: 'ws', host: '127.0.0.1', clientPort: port };
  const vite = await serveConsole({ server: { port, ws }, html: { cspNonce: nonce } });
  await keepRunning(vite, {
    sources: ['electron', 'core', 'resources'],
    async build() {
      await build({ configFile: join(root, 'core/vite.config.ts'), logLevel: 'warn' });
      const builder = await createBuilder({ configFile: join(root, 'electron/vite.config.ts'), logLevel: 'warn' });
      await builder.buildApp();
    },
    start: () =>
      spawn(program, [root, ...parameters], {
        stdio: 'inherit',
        env: { ...process.env, GATEHOUSE_DEV_SERVER: `http://127.0.0.1:${port}`, GATEHOUSE_DEV_NONCE: nonce },
      }),
  });
}

async function developInBrowser(): Promise<void> {
  const [port, enginePort] = [await freePort(), await freePort()];
  const [page, engine] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${enginePort}`];
  // The engine keeps its own checks: host, origin, session. Of the page's origin, and of no other, it hears as of its own.
  const toEngine: ProxyOptions = { target: engine, changeOrigin: true };
  const calls: ProxyOptions = {
    ...toEngine,
    ws: true,
    configure: (proxy) =>
      proxy.on('proxyReqWs', (asked, { headers }) => {
        if (headers.origin === page) asked.setHeader('origin', engine);
      }),
  };
  const vite = await serveConsole({ server: { port, proxy: { '/rpc': calls, '^/\\?token=': toEngine } } });
  await keepRunning(vite, {
    sources: ['core', 'resources'],
    build: () => Promise.resolve(),
    start() {
      // The page is Vite's; what the engine itself would serve is never asked for.
      const serve = [join(root, 'core/cli/serve.ts'), '--renderer', join(root, 'renderer'), '--no-open'];
      const child = spawn(process.execPath, [...serve, '--port', String(enginePort), ...parameters], {
        stdio: ['inherit', 'pipe', 'inherit'],
      });
      // Its addresses work once, and lead to the page that changes.
      createInterface({ input: child.stdout }).on('line', (line) => say(line.replace(engine, page)));
      return child;
    },
  });
}

async function serveConsole({ server, ...more }: InlineConfig): Promise<ViteDevServer> {
  const vite = await createServer({
    configFile: join(root, 'vite.config.ts'),
    server: { host: '127.0.0.1', strictPort: true, ...server },
    ...more,
  });
  return vite.listen();
}

async function freePort(): Promise<number> {
  const taken = createNetServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  taken.close();
  return port;
}

interface Developed {
  /** The folders whose changes start the program again. */
  readonly sources: readonly string[];
  build(): Promise<void>;
  start(): ChildProcess;
}

async function keepRunning(vite: ViteDevServer, { sources, build, start }: Developed): Promise<void> {
  let isRestarting = false;
  await build();
  let running = run();

  function run(): ChildProcess {
    const child = start();
    // Whoever closes the program has finished working on it.
    child.on('exit', (code) => {
      if (!isRestarting) void vite.close().finally(() => process.exit(code ?? 0));
    });
    return child;
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
    if (running.exitCode === null) {
      // It quits in peace: what runs is finished first.
      running.kill('SIGTERM');
      await once(running, 'exit');
    }
    isRestarting = false;
    running = run();
  }

  const folders = sources.map((folder) => join(root, folder));
  vite.watcher.add(folders);
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  vite.watcher.on('all', (_event, file) => {
    if (!folders.some((folder) => file.startsWith(folder)) || /\.(test|spec)\.ts$|\/(bench|testing)\//.test(file))
      return;
    clearTimeout(timer);
    timer = setTimeout(() => void (last = last.then(restart)), pause);
  });
  // Vite would end this process at once; the program ends first, in peace.
  process.removeAllListeners('SIGTERM');
  // Ctrl+C in a terminal reaches both by itself.
  process.on('SIGINT', () => void (process.stdin.isTTY || running.kill('SIGINT')));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void running.kill(signal));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
