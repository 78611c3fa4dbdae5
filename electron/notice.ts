/** A notice of the system with something behind it. */
import type { Needs, ShellNotification } from './electron-module.ts';

/** Those on the screen: one that nothing refers to is collected, and its click goes nowhere. */
const shown = new Set<ShellNotification>();

export interface NoticeOptions {
  readonly title: string;
  readonly body: string;
  readonly silent?: boolean;
}

/** Shows it where the system can; `clicked` is called at most once. */
export function showNotice({ Notification }: Needs<'Notification'>, options: NoticeOptions, clicked: () => void): void {
  if (!Notification.isSupported()) return;
  const notice = new Notification(options);
  shown.add(notice);
  notice.on('click', () => {
    if (shown.delete(notice)) clicked();
  });
  notice.on('close', () => void shown.delete(notice));
  notice.show();
}
