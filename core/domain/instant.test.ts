import { describe, expect, it } from 'vitest';
import { epochMilliseconds, instant, plusMilliseconds, plusMinutes, secondsBetween } from './instant.ts';

describe('an instant', () => {
  const noon = instant('2026-11-23T12:00:00+01:00');

  it('is UTC text with milliseconds, whatever it was made from', () => {
    expect(noon).toBe('2026-11-23T11:00:00.000Z');
    expect(instant(new Date(noon))).toBe(noon);
    expect(instant(epochMilliseconds(noon))).toBe(noon);
  });

  it('refuses what is not a time', () => {
    expect(() => instant('soon')).toThrow(RangeError);
  });

  it('sorts as text in the order of time', () => {
    const later = plusMilliseconds(noon, 1);
    expect([later, noon].toSorted()).toEqual([noon, later]);
  });

  it('moves by minutes, back and forth, across the end of a month', () => {
    expect(plusMinutes(instant('2028-02-28T23:59:00Z'), 1)).toBe('2028-02-29T00:00:00.000Z');
    expect(plusMinutes(noon, -90)).toBe('2026-11-23T09:30:00.000Z');
  });

  it('counts whole seconds and never below zero', () => {
    expect(secondsBetween(noon, plusMilliseconds(noon, 1999))).toBe(1);
    expect(secondsBetween(plusMinutes(noon, 1), noon)).toBe(0);
  });
});
