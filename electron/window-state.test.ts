import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeWindow } from './window-state.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const right = { x: 1440, y: 0, width: 2560, height: 1400 };
const state = { x: 1600, y: 100, width: 1200, height: 800, maximized: false };

describe('a window comes back', () => {
  it('where it was, while that display is there', () => {
    expect(placeWindow(state, [laptop, right])).toEqual({ x: 1600, y: 100, width: 1200, height: 800 });
  });

  it('on a display that is there, when its own was unplugged', () => {
    expect(placeWindow(state, [laptop])).toEqual({ width: 1200, height: 800 });
  });

  it('no larger than the display', () => {
    expect(placeWindow({ ...state, x: 0, y: 25, width: 5000, height: 5000 }, [laptop])).toMatchObject({
      width: 1440,
      height: 875,
    });
  });

  it('in its usual size the first time, and without any display at all', () => {
    expect(placeWindow(null, [right])).toEqual({ width: 1280, height: 840 });
    expect(placeWindow(null, [])).toEqual({ width: 1280, height: 840 });
  });

  it('always with a title bar to take hold of', () => {
    const number = fc.integer({ min: -20_000, max: 20_000 });
    const size = fc.integer({ min: 1, max: 20_000 });
    const saved = fc.record({ x: number, y: number, width: size, height: size, maximized: fc.boolean() });
    fc.assert(
      fc.property(saved, (before) => {
        const { x, y, width } = placeWindow(before, [laptop, right]);
        if (x === undefined || y === undefined) return;
        const seen = [laptop, right].some(
          (area) =>
            Math.min(x + width, area.x + area.width) - Math.max(x, area.x) >= 120 &&
            y >= area.y &&
            y <= area.y + area.height - 40,
        );
        expect(seen).toBe(true);
      }),
    );
  });
});
