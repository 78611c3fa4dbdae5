import { expect, it } from 'vitest';
import { progressExplanation, progressPercent, progressText } from './progress-words.ts';

it('says that nobody had to act', () => {
  expect(progressText({ taken: 0, needed: 0, fraction: 1 })).toBe('No review needed');
});

it('reaches 100 percent only when everything is done', () => {
  expect(progressPercent({ taken: 999, needed: 1000, fraction: 0.999 })).toBe(99);
  expect(progressPercent({ taken: 3, needed: 3, fraction: 1 })).toBe(100);
});

it('explains why my progress and everyone’s differ', () => {
  const progress = { taken: 1, needed: 2, fraction: 0.5 };
  expect(progressExplanation(progress, 'mine')).toContain(
    'Access requests counts those of all reviewers at every level',
  );
  expect(progressExplanation(progress, 'everyone')).toContain(
    'My tasks counts only your own, so the two differ where a review has several levels',
  );
});
