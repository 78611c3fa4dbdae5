/** What waits for people, outside the window: the tray's words, the badge, and a notice for what arrived with a way to it. */
import type { Needs, ShellTray, ShellWindow } from './electron-module.ts';
import type { Attention } from './engine-messages.ts';
import type { ShellLog } from './log.ts';
import { keepRunningItem } from './menu.ts';
import { showNotice } from './notice.ts';
import type { Settings } from './settings.ts';

/** News that were told of; two windows of one person tell it once. */
const mostRemembered = 2_000;

export interface AttentionViewOptions {
  readonly icon: string;
  /** What lies over the icon in the taskbar of Windows, which has no numbers for it; null: on another system. */
  readonly overlay: string | null;
  readonly settings: Settings;
  readonly log: ShellLog;
  readonly windows: () => readonly ShellWindow[];
  show(place?: string, window?: string): void;
  /** The window somebody is looking at: its console shows what is new for the person in it. */
  watched(): string | undefined;
}

export interface AttentionView {
  take(attention: Attention): void;
  forget(window: string): void;
}

export function showAttention(
  electron: Needs<'Menu' | 'Notification' | 'Tray' | 'app' | 'nativeImage'>,
  { icon, overlay, settings, log, windows, show, watched }: AttentionViewOptions,
): AttentionView {
  const perWindow = new Map<string, Attention>();
  const told = new Set<string>();
  const tray = openTray();
  settings.apply(update);

  /** Not every desktop has a tray; the console works without. */
  function openTray(): ShellTray | null {
    try {
      const opened = new electron.Tray(icon);
      opened.on('click', () => show());
      return opened;
    } catch (error) {
      log.warn({ err: error }, 'This desktop has no tray');
      return null;
    }
  }

  function update(): void {
    const all = [...perWindow.values()];
    const open = openTasks(all);
    const words = inWords(
      open,
      all.some(({ operatorId }) => operatorId !== null),
    );
    if (overlay === null) electron.app.setBadgeCount(open);
    else {
      const image = open === 0 ? null : electron.nativeImage.createFromPath(overlay);
      for (const window of windows()) window.setOverlayIcon(image, words);
    }
    tray?.setToolTip(open === 0 ? 'Gatehouse' : `Gatehouse: ${words}`);
    tray?.setContextMenu(
      electron.Menu.buildFromTemplate([
        {
          label: words,
          enabled: open > 0,
          click: () => show('/tasks', all.find(({ openTasks: own }) => own > 0)?.window),
        },
        { label: 'Open Gatehouse', click: () => show() },
        { type: 'separator' },
        keepRunningItem(settings),
        { label: 'Quit', click: () => electron.app.quit() },
      ]),
    );
  }

  function notify({ arrived, window, operatorId }: Attention): void {
    const fresh = arrived.filter(({ id }) => !told.has(id));
    for (const { id } of fresh) told.add(id);
    for (const id of told) {
      if (told.size <= mostRemembered) break;
      told.delete(id);
    }
    // Another person's window in front shows nothing of it.
    if (perWindow.get(watched() ?? '')?.operatorId === operatorId) return;
    for (const [kind, [first, ...others]] of Map.groupBy(fresh, (news) => news.kind)) {
      if (first === undefined) continue;
      const { title, text, place } = others.length === 0 ? first : several(kind, first, others.length);
      showNotice(electron, { title, body: text }, () => show(place, windowFor(operatorId, window)));
    }
  }

  /** The window the news came to, or another one of the same person when that has closed. */
  function windowFor(operatorId: string | null, window: string): string {
    if (perWindow.get(window)?.operatorId === operatorId) return window;
    return [...perWindow.values()].find((other) => other.operatorId === operatorId)?.window ?? window;
  }

  return {
    take(attention) {
      perWindow.set(attention.window, attention);
      update();
      notify(attention);
    },
    forget(window) {
      if (perWindow.delete(window)) update();
    },
  };
}

type News = Attention['arrived'][number];

function several(kind: News['kind'], first: News, others: number): Pick<News, 'place' | 'text' | 'title'> {
  const text = `${first.text.replace(/\.$/, '')}, and ${others} more.`;
  return kind === 'task'
    ? { title: `${others + 1} requests wait for you`, text, place: '/tasks' }
    : { title: `${others + 1} news of requests`, text, place: '/requests' };
}

/** Of everybody who is signed in here, each person once. */
function openTasks(all: readonly Attention[]): number {
  const perPerson = new Map(all.map(({ operatorId, openTasks: open }) => [operatorId, open]));
  return [...perPerson.values()].reduce((sum, open) => sum + open, 0);
}

function inWords(open: number, isAnybodyHere: boolean): string {
  if (open === 0) return isAnybodyHere ? 'Nothing waits for you' : 'Nobody is signed in';
  return open === 1 ? '1 task waits for you' : `${open} tasks wait for you`;
}
