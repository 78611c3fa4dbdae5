/** `--callbacks`: takes the reports of other systems for as long as a console or worker runs. */
import type { Logger } from 'pino';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';
import { listenForCallbacks } from '#core/transports/callback-listener.ts';
import type { Workspace } from '#core/workspace.ts';
import { listenOn } from './arguments.ts';

/** Closes what it opened; nothing without the option. */
export async function openCallbacks(
  option: string | undefined,
  workspace: Workspace,
  log: Logger,
): Promise<() => Promise<void>> {
  const where = listenOn(option);
  if (where === null) return async () => undefined;
  const listener = await listenForCallbacks({ workspace, ...where, log }).catch((error: unknown) => {
    const message = `Calls of other systems cannot be taken at ${option ?? ''}: ${messageOf(error)}. Choose another place with --callbacks.`;
    throw new GatehouseError('arguments', message, {}, error);
  });
  process.stdout.write(`Other systems report at ${listener.baseUrl}APPLICATION\n`);
  return () => listener.close();
}
