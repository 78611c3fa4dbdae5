/** How far a review is, by the two definitions of the product. */
import type { ReviewStage, ReviewTask } from '#core/domain/request.ts';

export interface Progress {
  readonly taken: number;
  readonly needed: number;
  /** taken / needed, within 0 and 1; 1 when nothing is open. */
  readonly fraction: number;
}

/**
 * Access Requests: actions taken by all reviewers / actions needed from all, over all items and levels.
 * A stage needs as many actions as its outcome asks for, however many reviewers could take them. On neither side
 * counts what nobody has to do: what is no longer needed because an item ended earlier, and a reviewer who was
 * skipped. An open stage still needs one action at least, or it would have been passed.
 */
export function progressOfAll(
  stages: readonly (Pick<ReviewStage, 'state' | 'needed'> & {
    /** Decisions taken in this stage. */
    readonly taken: number;
    /** Reviewers skipped in it, whose earlier approval counts. Left out: none. */
    readonly skipped?: number;
  })[],
): Progress {
  let taken = 0;
  let outstanding = 0;
  for (const { state, needed, taken: here, skipped = 0 } of stages) {
    taken += here;
    if (state === 'waiting' || state === 'open') outstanding += Math.max(1, needed - here - skipped);
  }
  return progress(taken, taken + outstanding);
}

/**
 * My Tasks: actions I have taken / actions needed from me. An approval, a denial and leaving a line out are actions.
 * On neither side counts what is not needed from me: a task closed because somebody else decided, one that was
 * handed on to somebody else (it is theirs now), and one at which I was skipped (my earlier approval was the action).
 */
export function progressOfMine(tasks: readonly Pick<ReviewTask, 'state'>[]): Progress {
  const taken = tasks.filter(({ state }) => state === 'approved' || state === 'denied' || state === 'dropped').length;
  const open = tasks.filter(({ state }) => state === 'open').length;
  return progress(taken, taken + open);
}

/**
 * The one definition behind both: taken / (taken + outstanding). Within 0 and 1, 1 exactly when nothing is open, and
 * it never falls while no task is added: whatever happens to a task takes an action or makes one unneeded.
 */
function progress(taken: number, needed: number): Progress {
  return { taken, needed, fraction: needed === 0 ? 1 : taken / needed };
}
