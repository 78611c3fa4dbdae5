/** What a test knows of a page that is a window of the desktop program, and a page of a browser has not. */
import type { Page } from '@playwright/test';
import type { PageWindow } from '../electron-stand-in/page-window.ts';

export interface DesktopWindow {
  /** Where the person saves what they are asked about. */
  readonly saves: string;
  /** On the stand-in for Electron: what passes between the window and the engine. */
  readonly standIn: PageWindow | null;
}

const windows = new WeakMap<Page, DesktopWindow>();

export function isDesktopWindow(page: Page, window: DesktopWindow): void {
  windows.set(page, window);
}

export function desktopWindowOf(page: Page): DesktopWindow | undefined {
  return windows.get(page);
}
