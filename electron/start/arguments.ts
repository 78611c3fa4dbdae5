/** What `npm start` was asked for. */
import { parseArgs } from 'node:util';

export interface StartOptions {
  /** In the browser, without trying the desktop program. */
  readonly browser: boolean;
  readonly workspace: string | undefined;
  /** What the browser mode is started with. */
  readonly browserArguments: readonly string[];
  readonly help: boolean;
}

export const help = `Usage: npm start -- [options]

  --workspace DIR  the folder of the workspace (made when missing)
  --browser        in the browser, not as a desktop program
  --port N         in the browser, on this port of 127.0.0.1
  --callbacks [ADDRESS:]PORT
                   in the browser, taking reports of other systems (webhooks) there
  --no-open        in the browser, printing the address and opening nothing
  --help           this text
`;

/** @throws TypeError with a code ERR_PARSE_ARGS_… that says what is wrong. */
export function readStartOptions(argv: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      workspace: { type: 'string' },
      port: { type: 'string' },
      callbacks: { type: 'string' },
      open: { type: 'boolean', default: true },
      browser: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  const { workspace, port, callbacks, open } = values;
  return {
    // A port, callbacks, or a browser that stays shut, mean nothing to the desktop program.
    browser: values.browser || port !== undefined || callbacks !== undefined || !open,
    workspace,
    browserArguments: [
      ...(workspace === undefined ? [] : ['--workspace', workspace]),
      ...(port === undefined ? [] : ['--port', port]),
      ...(callbacks === undefined ? [] : ['--callbacks', callbacks]),
      ...(open ? [] : ['--no-open']),
    ],
    help: values.help,
  };
}
