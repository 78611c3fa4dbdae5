/** `npm run worker`: engine, connectors and timers without any screen, for a server or beside a console that is closed. */
import { parseArgs } from 'node:util';
import { openWorkspace } from '#core/host.ts';
import { openLog } from '#core/log.ts';
import { defaultWorkspaceDirectory, runTool, untilAskedToEnd } from './arguments.ts';

const help = `Usage: npm run worker -- [options]

  --workspace DIR  the folder of the workspace (made when missing)
                   default: ${defaultWorkspaceDirectory()}
  --help           this text
`;

await runTool(async () => {
  const { values } = parseArgs({
    options: {
      workspace: { type: 'string', default: defaultWorkspaceDirectory() },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const log = openLog(values.workspace, 'worker');
  const ended = untilAskedToEnd();
  const workspace = await openWorkspace({ directory: values.workspace, log });
  process.stdout.write(`The worker performs what is due in ${workspace.directory}. End it with Ctrl+C.\n`);
  log.info('started');
  // The timers of the runtime do not keep a process alive; being a worker does.
  const alive = setInterval(() => undefined, 60_000);
  await ended;
  clearInterval(alive);
  process.stdout.write('Closing.\n');
  await workspace.close();
  log.info('ended');
});
