/** Reads e-mail addresses, dates, durations and choices as people write them, and says what is wrong with the others. */
import type { Fields } from './fields.ts';

// RFC 5321's local part without quoting, any letter of any script (RFC 6531), and a domain with at least one dot.
const local = String.raw`[\p{L}\p{N}!#$%&'*+/=?^_\x60{|}~-]+`;
const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?`;
const emailPattern = new RegExp(String.raw`^${local}(?:\.${local})*@${label}(?:\.${label})+$`, 'u');

/** An address in lower case, or null when it is none. */
export function parseEmail(text: string): string | null {
  const address = text.normalize('NFC').toLowerCase();
  const at = address.lastIndexOf('@');
  return at <= 64 && address.length <= 254 && emailPattern.test(address) ? address : null;
}

/** The address in a field; null when it is empty or was rejected. */
export function emailField(fields: Fields, field: string): string | null {
  const text = fields.text(field);
  if (text === null) return null;
  const address = parseEmail(text);
  if (address === null) fields.reject(field, 'This is not an e-mail address.', text);
  return address;
}

/** Several addresses, separated by `;` or `,`; null when one of them is wrong. */
export function emailsField(fields: Fields, field: string): readonly string[] | null {
  const addresses: string[] = [];
  for (const part of (fields.text(field) ?? '').split(/[;,]/)) {
    const text = part.trim();
    if (text === '') continue;
    const address = parseEmail(text);
    if (address === null) {
      fields.reject(field, 'This is not a list of e-mail addresses, separated by ";".', text);
      return null;
    }
    if (!addresses.includes(address)) addresses.push(address);
  }
  return addresses;
}

export type ParsedDate = { readonly date: string } | { readonly problem: string };

const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A calendar date as `YYYY-MM-DD`. Read: `2026-03-31`, `2026/03/31`, ISO date and time (the date as written),
 * `31.03.2026`, `31 Mar 2026`, and `31/03/2026` or `03/31/2026` where only one of the two can be meant.
 */
export function parseDate(text: string): ParsedDate {
  const iso =
    /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text);
  if (iso !== null) return calendarDate(iso[1], iso[3], iso[4]);
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  if (dotted !== null) return calendarDate(dotted[3], dotted[2], dotted[1]);
  const named = /^(\d{1,2})[- ]([a-z]{3})[a-z]*[- ,]+(\d{4})$/i.exec(text);
  if (named !== null) return calendarDate(named[3], months.indexOf((named[2] ?? '').toLowerCase()) + 1, named[1]);
  const slashed = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(text);
  if (slashed !== null) return eitherOrder(Number(slashed[1]), Number(slashed[2]), slashed[3]);
  if (/^\d{5}$/.test(text))
    return { problem: "This is a spreadsheet's day number. Format the column as a date, YYYY-MM-DD." };
  return { problem: 'This is not a date. Write YYYY-MM-DD.' };
}

function eitherOrder(first: number, second: number, year: string | undefined): ParsedDate {
  if (first <= 12 && second <= 12 && first !== second) {
    return { problem: 'Day and month cannot be told apart here. Write YYYY-MM-DD.' };
  }
  return first > 12 ? calendarDate(year, second, first) : calendarDate(year, first, second);
}

function calendarDate(year: unknown, month: unknown, day: unknown): ParsedDate {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const leap = y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0);
  const days = m === 2 && leap ? 29 : (daysOfMonths[m - 1] ?? 0);
  if (y < 1900 || d < 1 || d > days) return { problem: 'There is no such day. Write YYYY-MM-DD.' };
  return { date: `${y}-${m < 10 ? '0' : ''}${m}-${d < 10 ? '0' : ''}${d}` };
}

/** The date in a field; null when it is empty or was rejected. */
export function dateField(fields: Fields, field: string): string | null {
  const text = fields.text(field);
  if (text === null) return null;
  const parsed = parseDate(text);
  if ('date' in parsed) return parsed.date;
  fields.reject(field, parsed.problem, text);
  return null;
}

const unitMinutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440, w: 10_080 };
const longestMinutes = 5_256_000;

/** Minutes in a field (`90`, `15m`, `8h`, `30d`, `2w`); null when it is empty, `permanent`, or was rejected. */
export function durationField(fields: Fields, field: string): number | null {
  const text = fields.text(field);
  if (text === null || text.toLowerCase() === 'permanent') return null;
  const parts = /^(\d{1,8})\s*([mhdw]?)$/i.exec(text);
  const minutes = parts === null ? 0 : Number(parts[1]) * (unitMinutes[(parts[2] ?? '').toLowerCase() || 'm'] ?? 1);
  if (minutes >= 1 && minutes <= longestMinutes) return minutes;
  fields.reject(field, 'This is not a duration. Write minutes, or 15m, 8h, 30d, 2w, or permanent.', text);
  return null;
}

/** One of several words, compared without case and spaces; null when empty or rejected. */
export function choiceField<Choice extends string>(
  fields: Fields,
  field: string,
  choices: Readonly<Record<string, Choice>>,
): Choice | null {
  const text = fields.text(field);
  if (text === null) return null;
  const choice = choices[plainWord(text)];
  if (choice === undefined) fields.reject(field, `This is not one of: ${Object.keys(choices).join(', ')}.`, text);
  return choice ?? null;
}

/** `Risk Manager` and `risk_manager` are one word. */
export function plainWord(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}
