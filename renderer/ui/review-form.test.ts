import { describe, expect, it } from 'vitest';
import type { EmployeeId, ReviewerGroupId, ReviewSettingsView } from '#core/contract/index.ts';
import { newReview, newRoute, routeFormProblem, routeWords, toReviewForm, toReviewSettings } from './review-form.ts';

const full: ReviewSettingsView = {
  approval: 'review',
  reviewers: ['manager', 'designated'],
  levels: 2,
  quorum: { kind: 'atLeast', count: 3 },
  designated: { employeeIds: ['ana' as EmployeeId], groupIds: ['board' as ReviewerGroupId] },
  skipEarlierApprovers: true,
  decideWithinDays: 7,
  remindAfterDays: 2,
  escalateAfterDays: 4,
};

describe('how something is reviewed', () => {
  it('survives the way through the form', () => {
    const form = toReviewForm(full, (id) => id.toUpperCase());
    expect(form.persons).toEqual([{ id: 'ana', fullName: 'ANA' }]);
    expect(toReviewSettings(form, 'review')).toEqual(full);
  });

  it('leaves out what is as it is by itself', () => {
    expect(toReviewSettings(newReview, 'auto')).toEqual({
      approval: 'auto',
      reviewers: ['manager', 'applicationOwner'],
    });
    expect(toReviewSettings({ ...newReview, quorum: 'all' }, 'review')).toMatchObject({ quorum: { kind: 'all' } });
  });

  it('needs a kind, and somebody where persons are to be designated', () => {
    expect(routeFormProblem(newRoute)).toBeNull();
    expect(routeFormProblem({ ...newRoute, reviewers: [] })).toContain('at least one');
    expect(routeFormProblem({ ...newRoute, reviewers: ['designated'] })).toContain('Name the designated');
  });

  it('is said in words', () => {
    expect(routeWords(full, (kind) => kind)).toBe(
      'Manager, then designated; 2 levels; at least 3 of each level; whoever approved earlier is skipped',
    );
    expect(routeWords({ reviewers: ['manager'], quorum: { kind: 'all' } }, (kind) => kind)).toBe(
      'Manager; 1 level; everybody of a level',
    );
  });
});
