/** What a page may ask of the machine: to put text on the clipboard, and nothing else. */
import { isOwnOrigin } from './app-protocol.ts';
import type { Needs } from './electron-module.ts';
import type { ShellLog } from './log.ts';

/** The console copies identifiers and links; reading the clipboard stays denied. */
const always: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);
/** Hot reload comes from this machine, which Chromium's Local Network Access asks about. */
const developing: ReadonlySet<string> = new Set([...always, 'local-network-access', 'loopback-network']);

export function denyPermissions({ session }: Needs<'session'>, log: ShellLog, isDevelopment = false): void {
  const granted = isDevelopment ? developing : always;
  const { defaultSession } = session;
  // Most of the web asks with a check before it asks with a request: both need an answer.
  defaultSession.setPermissionCheckHandler((_contents, permission, origin, details) => {
    return granted.has(permission) && isOwnOrigin(origin) && details.isMainFrame;
  });
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, details) => {
    const allowed = granted.has(permission) && isOwnOrigin(details.requestingUrl) && details.isMainFrame;
    if (!allowed) log.warn({ permission }, 'A permission was denied');
    answer(allowed);
  });
  defaultSession.setDevicePermissionHandler(() => false);
}
