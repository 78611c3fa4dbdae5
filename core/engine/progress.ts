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
 * A stage needs as many actions as its outcome asks for, however many reviewers could take them; what is
 * no longer needed because an item ended earlier counts on neither side.
 */
export function progressOfAll(
  stages: readonly (Pick<ReviewStage, 'state' | 'needed'> & {
    /** Decisions taken in this stage. */ readonly taken: number;
  })[],
): Progress {
  let taken = 0;
  let outstanding = 0;
  for (const stage of stages) {
    taken += stage.taken;
    if (stage.state === 'waiting' || stage.state === 'open') outstanding += Math.max(0, stage.needed - stage.taken);
  }
  return progress(taken, taken + outstanding);
}

/** My Tasks: actions I have taken / actions needed from me. Tasks closed because somebody else decided are not needed from me. */
export function progressOfMine(tasks: readonly Pick<ReviewTask, 'state'>[]): Progress {
  const taken = tasks.filter((task) => task.state === 'approved' || task.state === 'denied').length;
  const open = tasks.filter((task) => task.state === 'open').length;
  return progress(taken, taken + open);
}

function progress(taken: number, needed: number): Progress {
  return { taken, needed, fraction: needed === 0 ? 1 : taken / needed };
}
