/** What waits for people, outside the window: the tray's words, the badge, and a notice for what arrived with a way to it. */
import type { Needs, ShellTray } from './electron-module.ts';
import type { Attention } from './engine-messages.ts';
import type { ShellLog } from './log.ts';
import { keepRunningItem } from './menu.ts';
import { showNotice } from './notice.ts';
import type { Settings } from './settings.ts';

/** News that were told of; two windows of one person tell it once. */
const mostRemembered = 2_000;

export interface AttentionViewOptions {
  readonly icon: string;
  readonly settings: Settings;
  readonly log: ShellLog;
  show(place?: string): void;
  /** Somebody is looking at a window: no notice, the console shows it. */
  isWatched(): boolean;
}

export interface AttentionView {
  take(attention: Attention): void;
  forget(window: string): void;
}

export function showAttention(
  electron: Needs<'Menu' | 'Notification' | 'Tray' | 'app'>,
  { icon, settings, log, show, isWatched }: AttentionViewOptions,
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
    const open = openTasks([...perWindow.values()]);
    electron.app.setBadgeCount(open);
    tray?.setToolTip(open === 0 ? 'Gatehouse' : `Gatehouse: ${inWords(open)}`);
    tray?.setContextMenu(
      electron.Menu.buildFromTemplate([
        {
          label: open === 0 ? 'Nothing waits for you' : `${inWords(open)}`,
          enabled: open > 0,
          click: () => show('/tasks'),
        },
        { label: 'Open Gatehouse', click: () => show() },
        { type: 'separator' },
        keepRunningItem(settings),
        { label: 'Quit', click: () => electron.app.quit() },
      ]),
    );
  }

  function notify({ arrived }: Attention): void {
    const fresh = arrived.filter(({ id }) => !told.has(id));
    for (const { id } of fresh) told.add(id);
    for (const id of told) {
      if (told.size <= mostRemembered) break;
      told.delete(id);
    }
    if (isWatched()) return;
    for (const [kind, [first, ...others]] of Map.groupBy(fresh, (news) => news.kind)) {
      if (first === undefined) continue;
      const { title, text, place } = others.length === 0 ? first : several(kind, first, others.length);
      showNotice(electron, { title, body: text }, () => show(place));
    }
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

function inWords(open: number): string {
  return open === 1 ? '1 task waits for you' : `${open} tasks wait for you`;
}
