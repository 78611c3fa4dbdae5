/** Which addresses may be opened in the system's browser: parsed, https, and of a host on the list. */
import type { Needs } from './electron-module.ts';
import type { ShellLog } from './log.ts';

/** The console links to no other site yet; a host is entered here together with the screen that needs it. */
export const externalHosts: readonly string[] = [];

export function isExternalAllowed(address: string, hosts: readonly string[] = externalHosts): boolean {
  const url = URL.parse(address);
  return (
    url !== null &&
    url.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    url.port === '' &&
    hosts.includes(url.hostname)
  );
}

/** Opens an address that is allowed; anything else stays shut and leaves a line in the log. */
export function openExternally(
  { shell }: Needs<'shell'>,
  address: string,
  log: ShellLog,
  hosts: readonly string[] = externalHosts,
): void {
  if (!isExternalAllowed(address, hosts)) {
    log.warn({ scheme: URL.parse(address)?.protocol ?? null }, 'An address outside the console was not opened');
    return;
  }
  shell.openExternal(address).catch((error: unknown) => log.error({ err: error }, 'The browser could not be opened'));
}
