/** Times, terms, lateness and lists in plain English, the same in the trail, the report and the CSV. */
import { reviewerKinds } from '#core/domain/review-settings.ts';
import type { ItemState, RequestState, Term } from '#core/domain/request.ts';
import { durationWords } from '#core/engine/check-item.ts';
import { reviewerKindNames } from '#core/engine/reviewers.ts';

/** `2026-03-02T08:00:00.000Z` -> `2026-03-02 08:00:00 UTC`; text that is no time stays as it is. */
export function timeWords(at: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(at);
  return match === null ? at : `${match[1]} ${match[2]} UTC`;
}

export function termWords(term: Term): string {
  switch (term.kind) {
    case 'permanent':
      return 'without an end';
    case 'until':
      return `until ${timeWords(term.endsAt)}`;
    case 'duration':
      return `for ${durationWords(term.minutes)} from delivery`;
  }
}

/** Seconds between when something was due and when it happened, e.g. `3 minutes late`. */
export function latenessWords(seconds: number): string {
  if (seconds <= 0) return 'on time';
  if (seconds < 60) return `${count(seconds, 'second')} late`;
  return `${durationWords(Math.floor(seconds / 60))} late`;
}

/** `2`, `item` -> `2 items`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** `a, b and c`. */
export function list(words: readonly string[], joint = 'and'): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1) ?? ''}`;
}

/** Words that somebody wrote, in quotation marks. */
export function quoted(text: string): string {
  return `“${text}”`;
}

/** Ends a sentence once. */
export function sentence(text: string): string {
  return /[.!?”]$/.test(text) ? text : `${text}.`;
}

/** `manager` -> `the manager`; a kind from another time as it was written. */
export function reviewerKindWords(kind: string | null): string {
  if (kind === 'administrator') return reviewerKindNames.administrator;
  const known = reviewerKinds.find((candidate) => candidate === kind);
  return known === undefined ? (kind ?? 'a reviewer') : reviewerKindNames[known];
}

export const itemStateWords: Readonly<Record<ItemState, string>> = {
  inReview: 'in review',
  approved: 'approved, on its way',
  denied: 'denied',
  dropped: 'left out by a reviewer',
  expired: 'expired undecided',
  cancelled: 'cancelled',
  fulfilled: 'fulfilled',
  failed: 'failed',
};

export const requestStateWords: Readonly<Record<RequestState, string>> = {
  inReview: 'In review',
  fulfilling: 'Approved, being fulfilled',
  completed: 'Completed',
  completedWithFailures: 'Completed with failures',
  denied: 'Denied',
  cancelled: 'Cancelled',
  expired: 'Expired undecided',
};
