/** What the command-line tools share: the workspace's folder, and ending in a way people and scripts understand. */
import envPaths from 'env-paths';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';

/** Where a workspace is when nobody says otherwise: the place for this system's application data. */
export function defaultWorkspaceDirectory(): string {
  return envPaths('gatehouse', { suffix: '' }).data;
}

/** A port from an option. @throws GatehouseError `arguments` */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new GatehouseError('arguments', `--port takes a number from 1 to 65535, not ${text}.`);
}

/** Where to listen, from `[ADDRESS:]PORT`; without an address on this machine alone. @throws GatehouseError `arguments` */
export function listenOn(text: string | undefined): { readonly host: string; readonly port: number } | null {
  if (text === undefined) return null;
  const [, host = '127.0.0.1', port = ''] = /^(?:(\[[0-9a-f:.]+\]|[^\s:[\]]+):)?(\d{1,5})$/i.exec(text) ?? [];
  if (Number(port) >= 1 && Number(port) <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  throw new GatehouseError('arguments', `--callbacks takes a port or ADDRESS:PORT, not ${text}.`);
}

/** Runs a tool. What people can act on is told in a line; everything else is a bug and shows where it happened. */
export async function runTool(tool: () => Promise<void>): Promise<void> {
  // Whoever read what this says has gone, a pipe or a terminal: what it does goes on, and ends in order.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
  try {
    await tool();
  } catch (error) {
    const forPeople =
      error instanceof GatehouseError ||
      (error as { code?: unknown } | null)?.code?.toString().startsWith('ERR_PARSE_ARGS') === true;
    process.stderr.write(
      forPeople
        ? `${messageOf(error)}\n`
        : `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}

/** How often npm is looked for, in milliseconds. */
const look = 1_000;

/** Resolves at the first request to end this process (Ctrl+C, `kill`, the service manager). A second one ends it at once. */
export function untilAskedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    // npm hands a signal to the shell between it and this process, which dies of it and tells nobody.
    const { ppid } = process;
    if (process.env['npm_lifecycle_event'] !== undefined)
      setInterval(() => process.ppid !== ppid && resolve(), look).unref();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve();
      });
    }
  });
}
