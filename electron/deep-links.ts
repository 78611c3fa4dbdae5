/**
 * `gatehouse://request/<id>`: a link in a mail or a chat that opens a request. Anybody can write such a link,
 * so only the one form that is known leads anywhere, and all it can do is show a page.
 */
import type { Needs } from './electron-module.ts';
import type { ShellLog } from './log.ts';

export const deepLinkScheme = 'gatehouse';

const form = /^gatehouse:\/\/request\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/?$/;

/** The console's address that a link leads to; null when it is none of ours. */
export function placeOfDeepLink(link: string): string | null {
  // An id has one spelling here; schemes and hosts come in any case.
  const id = form.exec(link.toLowerCase())?.[1];
  return id === undefined ? null : `/requests/${id}`;
}

export interface DeepLinkOptions {
  readonly log: ShellLog;
  /** Shows a place of the console in a window. */
  show(place: string): void;
}

/** Follows links that the system hands over while the console runs; the result takes those of a command line. */
export function followDeepLinks(
  { app }: Needs<'app'>,
  { log, show }: DeepLinkOptions,
): (argv: readonly string[]) => boolean {
  const follow = (link: string): boolean => {
    const place = placeOfDeepLink(link);
    if (place === null) {
      // Only its length: a link may hold anything, also what belongs in no log.
      log.warn({ length: link.length }, 'A link was ignored that leads nowhere in the console');
      return false;
    }
    log.info({ place }, 'A link was followed');
    show(place);
    return true;
  };
  app.on('open-url', (event, url) => {
    event.preventDefault();
    follow(url);
  });
  return (argv) => {
    const link = argv.findLast((argument) => argument.toLowerCase().startsWith(`${deepLinkScheme}:`));
    return link === undefined ? false : follow(link);
  };
}

/** Tells the system that these links are ours. Started from its sources the program is Electron itself and needs the folder too. */
export function claimDeepLinks({ app }: Needs<'app'>, log: ShellLog, sources: string): void {
  const claimed = app.isPackaged
    ? app.setAsDefaultProtocolClient(deepLinkScheme)
    : app.setAsDefaultProtocolClient(deepLinkScheme, process.execPath, [sources]);
  if (!claimed) log.warn('This system did not take Gatehouse as the program for gatehouse:// links');
}
