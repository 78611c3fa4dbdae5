/** Which addresses may be opened in the system's browser: parsed, https, and of a host that an application is connected to. */
import type { Needs } from './electron-module.ts';
import type { ShellLog } from './log.ts';
import { showNotice } from './notice.ts';

/** @param hosts with their port where it is not the usual one, as `URL.host` has them. */
export function isExternalAllowed(address: string, hosts: readonly string[]): boolean {
  const url = URL.parse(address);
  return (
    url !== null && url.protocol === 'https:' && url.username === '' && url.password === '' && hosts.includes(url.host)
  );
}

/** Opens an address that is allowed; anything else stays shut, leaves a line in the log, and is told to the person. */
export function openExternally(
  electron: Needs<'Notification' | 'shell'>,
  address: string,
  hosts: readonly string[],
  log: ShellLog,
): void {
  if (!isExternalAllowed(address, hosts)) {
    log.warn({ scheme: URL.parse(address)?.protocol ?? null }, 'An address outside the console was not opened');
    const body =
      'It is no https page of a system that an application is connected to. You can copy the address instead.';
    return showNotice(electron, { title: 'An address was not opened', body }, () => undefined);
  }
  electron.shell
    .openExternal(address)
    .catch((error: unknown) => log.error({ err: error }, 'The browser could not be opened'));
}
