import { describe, expect, it } from 'vitest';
import type { ApplicationId, PolicyId, PolicyView } from '#core/contract/index.ts';
import { conditionWords, effectWords, newPolicy, policyProblem, toPolicy, toPolicyForm } from './policy-form.ts';

const policy: PolicyView = {
  id: 'p' as PolicyId,
  place: 1,
  state: 'active',
  version: 2,
  name: 'Short and harmless',
  conditions: { risks: ['low'], applicationIds: ['wiki' as ApplicationId], maximumMinutes: 480 },
  effect: { kind: 'route', route: { reviewers: ['manager'] } },
};

describe('a policy', () => {
  it('survives the way through its form', () => {
    const { name, conditions, effect } = policy;
    expect(toPolicy(toPolicyForm(policy, { wiki: 'Wiki' }))).toEqual({ name, conditions, effect });
    expect(toPolicyForm(policy, { wiki: 'Wiki' }).applications).toEqual([{ id: 'wiki', name: 'Wiki' }]);
    const denying = { ...policy, effect: { kind: 'autoDeny' as const, reason: 'Closed' } };
    expect(toPolicy(toPolicyForm(denying, {})).effect).toEqual(denying.effect);
  });

  it('says what it lacks', () => {
    expect(policyProblem(newPolicy)).toBe('Give the policy a name.');
    expect(policyProblem({ ...newPolicy, name: 'A', effect: 'autoDeny' })).toContain('why it denies');
    expect(policyProblem({ ...newPolicy, name: 'A', route: { ...newPolicy.route, reviewers: [] } })).toContain('kind');
    expect(policyProblem({ ...newPolicy, name: 'A', effect: 'autoApprove' })).toBeNull();
  });

  it('is said in words', () => {
    expect(conditionWords(policy.conditions, { wiki: 'Wiki' })).toBe(
      'risk: low; application: Wiki; at most (minutes): 480',
    );
    expect(conditionWords({}, {})).toBe('Every item');
    expect(effectWords(policy.effect)).toBe('Reviewed by: Manager; 1 level; one of each level suffices');
    expect(effectWords({ kind: 'autoDeny', reason: 'No' })).toBe('Denied automatically: No');
  });
});
