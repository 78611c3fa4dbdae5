/** How progress is said. The same request reads differently in My tasks and in Access requests, and this says why. */
import type { ProgressView } from '#core/contract/index.ts';

/** Whose actions are counted. */
export type ProgressScope = 'everyone' | 'mine';

export function progressText(progress: ProgressView): string {
  if (progress.needed === 0) return 'No review needed';
  return `${progress.taken} of ${progress.needed}`;
}

/** Whole percent, and 100 only when it is really all. */
export function progressPercent(progress: ProgressView): number {
  if (progress.fraction >= 1) return 100;
  return Math.min(99, Math.round(progress.fraction * 100));
}

export function progressExplanation(progress: ProgressView, scope: ProgressScope): string {
  if (scope === 'mine') {
    return 'Actions you have taken, out of the actions needed from you. Access requests counts those of all reviewers at every level, so the two differ where a review has several levels or several people must approve.';
  }
  if (progress.needed === 0)
    return 'Nobody had to act: it was approved automatically, and the trail says by which setting.';
  return 'Actions taken by all reviewers at all levels, out of the actions needed from all. My tasks counts only your own, so the two differ where a review has several levels or several people must approve.';
}
