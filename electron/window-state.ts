/** Where a window was, fitted into the displays there are now: a display that was unplugged must not hold a window nobody can see. */
import type { Rectangle } from 'electron';
import type { DeviceSettings } from './settings.ts';

/** Without x and y: in the middle of the first display. */
export type WindowPlace = Pick<Rectangle, 'height' | 'width'> & Partial<Rectangle>;

const usual = { width: 1280, height: 840 };
export const smallest = { width: 880, height: 560 };
/** So much of the title bar must be within reach to take hold of it. */
const grip = { width: 120, height: 40 };

/** @param workAreas of all displays, the first one first; in the same units as the state */
export function placeWindow(state: DeviceSettings['window'], workAreas: readonly Rectangle[]): WindowPlace {
  const size = state ?? usual;
  const fitted = (area: Rectangle | undefined): Rectangle => ({
    x: state?.x ?? 0,
    y: state?.y ?? 0,
    width: Math.max(smallest.width, Math.min(size.width, area?.width ?? size.width)),
    height: Math.max(smallest.height, Math.min(size.height, area?.height ?? size.height)),
  });
  // Fitted first: a window that became smaller may have lost its hold on the display.
  const home = state === null ? undefined : workAreas.find((area) => isReachable(fitted(area), area));
  const { x, y, width, height } = fitted(home ?? workAreas[0]);
  return home === undefined ? { width, height } : { x, y, width, height };
}

function isReachable(window: Rectangle, area: Rectangle): boolean {
  const across = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  return across >= grip.width && window.y >= area.y && window.y + grip.height <= area.y + area.height;
}
