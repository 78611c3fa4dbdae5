import { expect, it } from 'vitest';
import { conflictSentence, planSentences } from './plan-words.ts';

const nothing = { policy: null, notAutomatic: null, levelsAsked: null, conflicts: [] };

it('says of a conflict which rule it is, what it is kept apart from, where that stands, and what follows', () => {
  expect(
    conflictSentence({
      name: 'Pay and approve',
      version: 2,
      effect: 'requireLevel',
      with: [
        { entitlement: 'Approvers', application: 'Ledger', standing: 'held' },
        { entitlement: 'Auditors', application: 'Ledger', standing: 'sameRequest' },
      ],
    }),
  ).toBe(
    '“Pay and approve”, version 2, keeps this apart from Approvers in Ledger (held now), Auditors in Ledger (asked for in the same request). A further level reviews it for that.',
  );
});

it('says which policy routed a review, what it lacks, and why it is none that decides by itself', () => {
  const plan = {
    ...nothing,
    policy: { name: 'Finance', version: 4 },
    levelsAsked: 3,
    notAutomatic: 'The application would have approved it.',
  };
  expect(planSentences(plan, 1)).toEqual([
    'Reviewed as the policy “Finance”, version 4, says.',
    '3 levels were asked for; there is somebody for one.',
    'The application would have approved it.',
  ]);
  // What a policy decided by itself is told by its decision.
  expect(planSentences({ ...nothing, policy: { name: 'Readers', version: 1 } }, 0)).toEqual([]);
  expect(planSentences(nothing, 2)).toEqual([]);
});
