/** No page of this program leads anywhere else, opens a window, or embeds another page. Applies to every page there ever is. */
import { isConsolePage, isOwnOrigin, originOf } from './app-protocol.ts';
import type { Needs, ShellContents } from './electron-module.ts';
import { openExternally } from './external-links.ts';
import type { ShellLog } from './log.ts';

export function guardNavigation(
  electron: Needs<'Notification' | 'app' | 'shell'>,
  connectedHosts: () => readonly string[],
  log: ShellLog,
): void {
  electron.app.on('web-contents-created', (_event, contents) => {
    guardContents(contents, log);
    contents.setWindowOpenHandler(({ url }) => {
      if (!isOwnOrigin(url)) openExternally(electron, url, connectedHosts(), log);
      return { action: 'deny' };
    });
  });
}

function guardContents(contents: ShellContents, log: ShellLog): void {
  contents.on('will-frame-navigate', (details) => {
    // The console may load itself again; places within it are fragments and no navigation.
    if (details.isMainFrame && isConsolePage(details.url)) return;
    details.preventDefault();
    log.warn({ origin: originOf(details.url) }, 'A navigation was denied');
  });
  contents.on('will-redirect', (details) => {
    details.preventDefault();
    log.warn({ origin: originOf(details.url) }, 'A redirect was denied');
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
    log.warn('An embedded page was denied');
  });
}
