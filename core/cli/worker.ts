/** `npm run worker`: engine, connectors and timers without any screen, for a server or beside a console that is closed. */
import { parseArgs } from 'node:util';
import { openWorkspace } from '#core/host.ts';
import { openLog } from '#core/log.ts';
import { defaultWorkspaceDirectory, listenOn, runTool, untilAskedToEnd } from './arguments.ts';
import { openCallbacks } from './callbacks.ts';

const help = `Usage: npm run worker -- [options]

  --workspace DIR  the folder of the workspace (made when missing)
                   default: ${defaultWorkspaceDirectory()}
  --callbacks [ADDRESS:]PORT
                   take reports of other systems (webhooks) there; default: none are taken
  --help           this text
`;

await runTool(async () => {
  const { values } = parseArgs({
    options: {
      workspace: { type: 'string', default: defaultWorkspaceDirectory() },
      callbacks: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const log = openLog(values.workspace, 'worker');
  const ended = untilAskedToEnd();
  listenOn(values.callbacks);
  const workspace = await openWorkspace({ directory: values.workspace, log });
  const closeCallbacks = await openCallbacks(values.callbacks, workspace, log).catch(async (error: unknown) => {
    await workspace.close();
    throw error;
  });
  process.stdout.write(`The worker performs what is due in ${workspace.directory}. End it with Ctrl+C.\n`);
  log.info('started');
  // The timers of the runtime do not keep a process alive; being a worker does.
  const alive = setInterval(() => undefined, 60_000);
  await ended;
  clearInterval(alive);
  process.stdout.write('Closing.\n');
  await closeCallbacks();
  await workspace.close();
  log.info('ended');
});
