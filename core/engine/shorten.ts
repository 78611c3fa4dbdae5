/** A reviewer may allow a shorter time than was asked for, never a longer one. */
import type { Refusal } from '#core/domain/errors.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { RequestItem, Term } from '#core/domain/request.ts';
import { endOf } from './fulfillment-plan.ts';
import { minutesOf } from './policy.ts';

/**
 * Why an item cannot be shortened to a term; null: it can. Access that ends at a fixed time can only be given an
 * earlier end: how long a duration would last is known at delivery alone. What prolongs access that ends at
 * `prolongsUntil` must end after that: a reviewer who wants it to end sooner denies, and leaves it as it is.
 */
export function shortenProblem(
  item: RequestItem,
  to: Term,
  now: Instant,
  prolongsUntil: Instant | null,
): Refusal | null {
  if (item.action === 'REVOKE') return problem('Removing access has no end time to shorten.');
  if (to.kind === 'permanent') return problem('Permanent access is not shorter than what was asked for.');
  const from = item.startsAt !== null && item.startsAt > now ? item.startsAt : now;
  if (to.kind === 'until' && to.endsAt <= from) {
    return problem('The end time has passed already, or comes before the access begins. Choose a later one.');
  }
  if (to.kind === 'duration' && to.minutes <= 0) return problem('The access must last a minute at least.');
  const end = endOf(to, now);
  if (prolongsUntil !== null && end !== null && end <= prolongsUntil)
    return problem('The access that this prolongs lasts that long already. Choose a later end, or deny it.');
  if (item.term.kind === 'until') {
    if (to.kind !== 'until')
      return problem('This access ends at a fixed time. Choose an earlier end time to shorten it.');
    return to.endsAt < item.term.endsAt ? null : problem('Choose an end time before the one that was asked for.');
  }
  return minutesOf(to, from) < minutesOf(item.term, from)
    ? null
    : problem('Choose a shorter time than the one that was asked for.');
}

function problem(message: string): Refusal {
  return { code: 'decision.notShorter', message };
}
