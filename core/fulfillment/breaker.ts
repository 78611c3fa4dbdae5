/**
 * A pause for an application that does not answer well: after several passing faults in a row nothing is begun
 * there for a while, then a single task tries whether it works again. Pure: told what happened and when.
 */
import { epochMilliseconds, plusMilliseconds, type Instant } from '#core/domain/instant.ts';

export const faultsUntilPause = 5;
const firstPauseMilliseconds = 30_000;
const longestPauseMilliseconds = 10 * 60_000;

export interface Breaker {
  /** Passing faults in a row. */
  readonly faults: number;
  /** Until then nothing is begun; null: not paused. After it, one task at a time. */
  readonly pausedUntil: Instant | null;
  readonly problem: string | null;
}

export const closedBreaker: Breaker = { faults: 0, pausedUntil: null, problem: null };

export type Passage = 'free' | 'probe' | 'paused';

export function passageAt({ pausedUntil }: Breaker, now: Instant): Passage {
  if (pausedUntil === null) return 'free';
  return pausedUntil <= now ? 'probe' : 'paused';
}

/** @param jitter between 0 and 1: consoles do not all try in the same moment. */
export function afterFault(
  breaker: Breaker,
  fault: { readonly problem: string; readonly afterMilliseconds: number | null },
  now: Instant,
  jitter: number,
): Breaker {
  const faults = breaker.faults + 1;
  const { problem } = fault;
  // Many tasks were under way when it paused; what they meet prolongs nothing.
  if (passageAt(breaker, now) === 'paused') return { ...breaker, problem };
  if (faults < faultsUntilPause) return { faults, pausedUntil: null, problem };
  const doubling = firstPauseMilliseconds * 2 ** Math.min(10, faults - faultsUntilPause);
  const wish = Math.min(longestPauseMilliseconds, Math.max(doubling, fault.afterMilliseconds ?? 0));
  return { faults, pausedUntil: plusMilliseconds(now, Math.round(wish * (0.75 + jitter / 2))), problem };
}

/** Milliseconds until a paused application may be tried again. */
export function pauseLeft({ pausedUntil }: Breaker, now: Instant): number {
  return pausedUntil === null ? 0 : Math.max(0, epochMilliseconds(pausedUntil) - epochMilliseconds(now));
}
