/** How long: presets, durations in parts, and the picker's local times as instants and back. */
import { instant, type Term } from '#core/contract/index.ts';

export const minutesPerUnit = { minutes: 1, hours: 60, days: 24 * 60 } as const;
export type DurationUnit = keyof typeof minutesPerUnit;

/** As the contract allows: ten years. */
export const maximumDurationMinutes = 5_256_000;

export const durationPresets: readonly { readonly label: string; readonly minutes: number }[] = [
  { label: '1 hour', minutes: 60 },
  { label: '8 hours', minutes: 8 * 60 },
  { label: '1 day', minutes: 24 * 60 },
  { label: '7 days', minutes: 7 * 24 * 60 },
  { label: '30 days', minutes: 30 * 24 * 60 },
  { label: '90 days', minutes: 90 * 24 * 60 },
];

/** The largest unit that divides the duration, so that 1440 shows as one day and 90 as ninety minutes. */
export function splitDuration(minutes: number): { readonly amount: number; readonly unit: DurationUnit } {
  if (minutes % minutesPerUnit.days === 0) return { amount: minutes / minutesPerUnit.days, unit: 'days' };
  if (minutes % minutesPerUnit.hours === 0) return { amount: minutes / minutesPerUnit.hours, unit: 'hours' };
  return { amount: minutes, unit: 'minutes' };
}

/** Whole minutes within what the contract allows. */
export function joinDuration(amount: number, unit: DurationUnit): number {
  const minutes = Math.round(amount * minutesPerUnit[unit]);
  return Math.min(maximumDurationMinutes, Math.max(1, minutes));
}

/** `2026-11-24 18:00:00` in this machine's time zone, as an `until` term; null when it is not a time. */
export function untilLocal(text: string | null): Term | null {
  if (text === null) return null;
  const time = new Date(text.replace(' ', 'T'));
  return Number.isNaN(time.getTime()) ? null : { kind: 'until', endsAt: instant(time) };
}

/** The picker's form of an instant: local time, `YYYY-MM-DD HH:mm:ss`. */
export function localPickerText(at: string): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** The end of the working day a week from now: a start that is rarely far off. */
export function suggestedEnd(now: Date): Term {
  const end = new Date(now);
  end.setDate(end.getDate() + 7);
  end.setHours(18, 0, 0, 0);
  return { kind: 'until', endsAt: instant(end) };
}

/** What is wrong with a term by itself; null when nothing is. The engine checks again when it is submitted. */
export function termProblem(term: Term, now: Date): string | null {
  if (term.kind === 'until' && Date.parse(term.endsAt) <= now.getTime())
    return 'This time has passed. Choose a later one.';
  return null;
}
