/**
 * Points in time. An instant is a UTC time as ISO 8601 text with milliseconds
 * (`2026-11-23T18:41:00.000Z`): it sorts as text, survives JSON, and reads the same in both databases.
 */
import type { Branded } from './ids.ts';

export type Instant = Branded<'Instant'>;

/** The instant of a `Date`, of epoch milliseconds, or of any text `Date` can parse. @throws RangeError when it is not a time. */
export function instant(value: Date | number | string): Instant {
  return new Date(value).toISOString() as Instant;
}

/** Epoch milliseconds of an instant. */
export function epochMilliseconds(at: Instant): number {
  return Date.parse(at);
}

/** The instant `milliseconds` after `at` (before it when negative). */
export function plusMilliseconds(at: Instant, milliseconds: number): Instant {
  return instant(Date.parse(at) + milliseconds);
}

/** The instant `minutes` after `at`. */
export function plusMinutes(at: Instant, minutes: number): Instant {
  return plusMilliseconds(at, minutes * 60_000);
}

/** Whole seconds from `earlier` to `later`, never below zero. */
export function secondsBetween(earlier: Instant, later: Instant): number {
  return Math.max(0, Math.floor((Date.parse(later) - Date.parse(earlier)) / 1000));
}
