import { expect, it } from 'vitest';
import { nextIndex } from './next-index.ts';

it('walks rows with the arrows and stops at the ends', () => {
  expect(nextIndex('ArrowDown', 0, 3, 10)).toBe(1);
  expect(nextIndex('ArrowDown', 2, 3, 10)).toBe(2);
  expect(nextIndex('ArrowUp', 0, 3, 10)).toBe(0);
});

it('jumps by a page, to the first and to the last row', () => {
  expect(nextIndex('PageDown', 5, 100, 10)).toBe(15);
  expect(nextIndex('PageUp', 5, 100, 10)).toBe(0);
  expect(nextIndex('Home', 50, 100, 10)).toBe(0);
  expect(nextIndex('End', 50, 100, 10)).toBe(99);
});

it('leaves other keys alone', () => {
  expect(nextIndex('a', 1, 3, 10)).toBeNull();
});
