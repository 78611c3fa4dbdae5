import { describe, expect, it } from 'vitest';
import { edgeOfDay, isDay } from './day.ts';

describe('A day', () => {
  it('is what the calendar has, and nothing else that an address may hold', () => {
    expect(['2026-03-02', '2024-02-29'].map(isDay)).toEqual([true, true]);
    const none = ['2026-13-02', '2026-3-2', '2026-03-02T00:00', 'soon', '', null, 20_260_302];
    expect(none.map(isDay)).toEqual(none.map(() => false));
  });

  it('begins a list with its first instant, and where newer comes first with its last', () => {
    const [first, last] = [Date.parse(edgeOfDay('2026-03-02', false)), Date.parse(edgeOfDay('2026-03-02', true))];
    expect(new Date(first).getHours()).toBe(0);
    expect(new Date(first).getDate()).toBe(2);
    expect(last - first).toBe(24 * 60 * 60_000 - 1);
  });
});
