/** What waits for people, outside the window: the tray's words, the badge, and a notice for what arrived with a way to it. */
import type { Needs, ShellTray } from './electron-module.ts';
import type { Attention } from './engine-messages.ts';
import type { ShellLog } from './log.ts';
import { showNotice } from './notice.ts';
import type { Settings } from './settings.ts';

/** Tasks that were told of; two windows of one person tell it once. */
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
        {
          label: 'Keep Running in the Background',
          type: 'checkbox',
          checked: settings.current.keepRunning,
          click: () => settings.change({ keepRunning: !settings.current.keepRunning }),
        },
        { label: 'Quit', click: () => electron.app.quit() },
      ]),
    );
  }

  function notify({ arrived, openTasks: open }: Attention): void {
    const fresh = arrived.filter(({ taskId }) => !told.has(taskId));
    for (const { taskId } of fresh) told.add(taskId);
    for (const taskId of told) {
      if (told.size <= mostRemembered) break;
      told.delete(taskId);
    }
    const [first, ...others] = fresh;
    if (first === undefined || isWatched()) return;
    const isOne = others.length === 0;
    showNotice(
      electron,
      {
        title: isOne ? 'A request waits for you' : `${fresh.length} requests wait for you`,
        body: isOne ? first.text : `${first.text}, and ${others.length} more. ${inWords(open)} in all.`,
      },
      () => show(isOne ? `/requests/${first.requestId}` : '/tasks'),
    );
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

/** Of everybody who is signed in here, each person once. */
function openTasks(all: readonly Attention[]): number {
  const perPerson = new Map(all.map(({ operatorId, openTasks: open }) => [operatorId, open]));
  return [...perPerson.values()].reduce((sum, open) => sum + open, 0);
}

function inWords(open: number): string {
  return open === 1 ? '1 task waits for you' : `${open} tasks wait for you`;
}
