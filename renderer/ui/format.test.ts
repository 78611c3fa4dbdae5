import { describe, expect, it } from 'vitest';
import type { Instant } from '#core/contract/index.ts';
import {
  counted,
  factLabel,
  initials,
  relativeTime,
  shortSpanOfMinutes,
  spanOfSeconds,
  termWords,
  utcTime,
} from './format.ts';

const now = Date.parse('2026-11-23T12:00:00.000Z');
const at = (milliseconds: number): string => new Date(now + milliseconds).toISOString();
const hour = 3_600_000;

describe('relative time', () => {
  it('says what just happened without counting seconds', () => {
    expect(relativeTime(at(-3_000), now)).toBe('just now');
    expect(relativeTime(at(20_000), now)).toBe('in a moment');
  });

  it('counts minutes, hours, days and months in both directions', () => {
    expect(relativeTime(at(-3 * 60_000), now)).toBe('3 minutes ago');
    expect(relativeTime(at(5 * hour), now)).toBe('in 5 hours');
    expect(relativeTime(at(-24 * hour), now)).toBe('yesterday');
    expect(relativeTime(at(60 * 24 * hour), now)).toBe('in 2 months');
  });

  it('turns to the date when counting helps nobody', () => {
    expect(relativeTime('2025-03-04T12:00:00.000Z', now)).toBe('4 Mar 2025');
  });
});

describe('spans', () => {
  it('names the two largest units', () => {
    expect(spanOfSeconds(1)).toBe('1 second');
    expect(spanOfSeconds(7_500)).toBe('2 hours 5 minutes');
    expect(spanOfSeconds(30 * 86_400)).toBe('30 days');
    expect(spanOfSeconds(90_000)).toBe('1 day 1 hour');
  });

  it('never rounds up to 60 of a unit', () => {
    expect(spanOfSeconds(3_599)).toBe('1 hour');
  });

  it('is short where a figure is wanted', () => {
    expect(shortSpanOfMinutes(0.5)).toBe('30 s');
    expect(shortSpanOfMinutes(42.4)).toBe('42 min');
    expect(shortSpanOfMinutes(1_311)).toBe('21.9 h');
    expect(shortSpanOfMinutes(3_000)).toBe('2.1 d');
  });
});

it('says terms in words', () => {
  expect(termWords({ kind: 'permanent' })).toBe('permanent');
  expect(termWords({ kind: 'duration', minutes: 480 })).toBe('for 8 hours from delivery');
  expect(termWords({ kind: 'until', endsAt: '2026-11-30T18:00:00.000Z' as Instant })).toMatch(/^until 30 Nov 2026/);
});

it('shows an instant exactly in UTC', () => {
  expect(utcTime('2026-11-23T18:41:07.123Z')).toBe('2026-11-23 18:41:07 UTC');
});

it('counts with the right word', () => {
  expect(counted(1, 'person', 'people')).toBe('1 person');
  expect(counted(12_345, 'item')).toBe('12,345 items');
});

it('takes initials from the first and the last name', () => {
  expect(initials('Ana Maria Almeida')).toBe('AA');
  expect(initials('Öz')).toBe('Ö');
  expect(initials('  ')).toBe('?');
});

it('turns the names of facts into words', () => {
  expect(factLabel('groupId')).toBe('Group id');
  expect(factLabel('httpStatus')).toBe('HTTP status');
  expect(factLabel('User id')).toBe('User id');
});
