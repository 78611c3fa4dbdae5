/** Times, spans and terms in words. Pure, so that what people read is tested. */
import type { Term } from '#core/contract/index.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `3 minutes ago`, `in 2 days`, `just now`; from half a year on, the date. */
export function relativeTime(at: string, now: number): string {
  const distance = Date.parse(at) - now;
  const size = Math.abs(distance);
  if (size < 45_000) return distance > 5_000 ? 'in a moment' : 'just now';
  if (size < hour) return relative.format(Math.round(distance / minute), 'minute');
  if (size < day) return relative.format(Math.round(distance / hour), 'hour');
  if (size < 45 * day) return relative.format(Math.round(distance / day), 'day');
  if (size < 180 * day) return relative.format(Math.round(distance / (30 * day)), 'month');
  return localDate(at);
}

/** `23 Nov 2026`, in this machine's time zone. */
export function localDate(at: string): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** `23 Nov 2026, 19:41:07 CET`, in this machine's time zone. */
export function localTime(at: string): string {
  return new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
}

/** `2026-11-23 18:41:07 UTC`. */
export function utcTime(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A span in its two largest units: `45 seconds`, `2 hours 5 minutes`, `30 days`. */
export function spanOfSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return counted(whole, 'second');
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return counted(minutes, 'minute');
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days > 0) return joined(counted(days, 'day'), hours > 0 ? counted(hours, 'hour') : '');
  return joined(counted(hours, 'hour'), rest > 0 ? counted(rest, 'minute') : '');
}

export function spanOfMinutes(minutes: number): string {
  return spanOfSeconds(minutes * 60);
}

/** The span as short as a figure on a dashboard wants it: `45 s`, `12 min`, `3.5 h`, `2.1 d`. */
export function shortSpanOfMinutes(minutes: number): string {
  if (minutes < 1) return `${Math.round(minutes * 60)} s`;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  if (minutes < 36 * 60) return `${oneDigit(minutes / 60)} h`;
  return `${oneDigit(minutes / 1440)} d`;
}

/** `permanent`, `until 30 Nov 2026, 18:00`, `for 8 hours from delivery`. */
export function termWords(term: Term): string {
  switch (term.kind) {
    case 'permanent':
      return 'permanent';
    case 'until':
      return `until ${new Date(term.endsAt).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })}`;
    case 'duration':
      return `for ${spanOfMinutes(term.minutes)} from delivery`;
  }
}

/** `1 person`, `3 people`; `plural` defaults to the word with an s. */
export function counted(count: number, one: string, plural = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : plural}`;
}

/** The first letters of the first and the last name, for an avatar. */
export function initials(fullName: string): string {
  const words = fullName
    .trim()
    .split(/\s+/)
    .filter((word) => /^\p{L}/u.test(word));
  const first = words[0]?.[0] ?? '?';
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : '';
  return (first + last).toUpperCase();
}

/** `groupId` as `Group id`: names of facts come from connectors, in code's spelling. */
export function factLabel(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, (_match, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replace(/^http\b/, 'HTTP');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function oneDigit(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
