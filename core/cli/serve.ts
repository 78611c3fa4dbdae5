/**
 * `npm start` in browser mode: opens the workspace, serves the console on this machine alone, and opens it
 * in the browser at an address that works once.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import open from 'open';
import { GatehouseError } from '#core/domain/errors.ts';
import { openWorkspace } from '#core/host.ts';
import { openLog } from '#core/log.ts';
import { createRouter } from '#core/procedures/router.ts';
import { serveLoopback } from '#core/transports/loopback-server.ts';
import { defaultWorkspaceDirectory, listenOn, portOf, runTool, untilAskedToEnd } from './arguments.ts';
import { openCallbacks } from './callbacks.ts';

const help = `Usage: node core/cli/serve.ts [options]    (npm start builds and runs it)

  --workspace DIR  the folder of the workspace (made when missing)
                   default: ${defaultWorkspaceDirectory()}
  --port N         the port to listen on, on 127.0.0.1; default: any free one
  --callbacks [ADDRESS:]PORT
                   take reports of other systems (webhooks) there; default: none are taken
  --renderer DIR   the folder of the built console; default: dist/renderer
  --no-open        print the address and leave the browser shut
  --help           this text
`;

await runTool(async () => {
  const { values } = parseArgs({
    options: {
      workspace: { type: 'string', default: defaultWorkspaceDirectory() },
      port: { type: 'string' },
      callbacks: { type: 'string' },
      renderer: { type: 'string', default: join('dist', 'renderer') },
      open: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values.help) {
    say(help);
    return;
  }
  const port = portOf(values.port);
  listenOn(values.callbacks);
  const log = openLog(values.workspace, 'console');
  const workspace = await openWorkspace({ directory: values.workspace, log });
  const router = createRouter({ log: (problem, error) => log.error({ err: error }, problem) });
  try {
    const rendererDirectory = builtConsole(values.renderer);
    const server = await serveLoopback({
      workspace,
      router,
      log,
      rendererDirectory,
      ...(port === undefined ? {} : { port }),
    }).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === 'EADDRINUSE'
        ? new GatehouseError(
            'arguments',
            `Port ${port} is taken by another program. Choose another with --port, or leave it out.`,
            {},
            error,
          )
        : error;
    });
    const closeCallbacks = await openCallbacks(values.callbacks, workspace, log);
    const ended = untilAskedToEnd();
    announce(server.link(), workspace.directory);
    if (values.open) await openBrowser(server.link());
    // A window that was closed, or a second one: a line gives a fresh address.
    const lines = createInterface({ input: process.stdin });
    lines.on('line', () => say(server.link()));
    await ended;
    say('Closing.');
    lines.close();
    await closeCallbacks();
    await server.close();
  } finally {
    await workspace.close();
  }
});

/** @throws GatehouseError `arguments` when no console is there. */
function builtConsole(directory: string): string {
  if (existsSync(join(directory, 'index.html'))) return resolve(directory);
  throw new GatehouseError(
    'arguments',
    `There is no built console in ${resolve(directory)}. npm start builds it; so does npm run build.`,
  );
}

function announce(link: string, directory: string): void {
  say(`The workspace is in ${directory}.`);
  say('Gatehouse runs at this address. It works once; press Enter for another. End with Ctrl+C.');
  say(link);
}

async function openBrowser(link: string): Promise<void> {
  try {
    const child = await open(link);
    child.on('error', () => say('No browser could be opened here; open the address yourself.'));
  } catch {
    say('No browser could be opened here; open the address yourself.');
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
