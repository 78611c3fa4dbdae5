import { describe, expect, it } from 'vitest';
import { calendarDate } from './calendar-date.ts';

describe('calendarDate', () => {
  it('shows the day as it is written, in every time zone', () => {
    expect(calendarDate('2024-03-01')).toBe('1 Mar 2024');
  });

  it('leaves alone what is no date, and what is not there', () => {
    expect(calendarDate('next spring')).toBe('next spring');
    expect(calendarDate(null)).toBeNull();
  });
});
