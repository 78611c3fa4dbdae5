/** Who reviews, by which levels and quorum, what policies and rules about duties make of it, and how decisions count. */
import { describe, expect, it } from 'vitest';
import type { ConflictRule, FoundConflict } from '#core/domain/conflict-rule.ts';
import type {
  ConflictRuleId,
  EmployeeId,
  EntitlementId,
  PolicyId,
  ReviewerGroupId,
  ReviewTaskId,
} from '#core/domain/ids.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import type { Policy, PolicyConditions } from '#core/domain/policy.ts';
import { plannedTask, type RequestItem, type Term } from '#core/domain/request.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import {
  circumstances,
  asPlanned,
  person,
  plainWorkspace,
  requestInReview,
  start,
  type BuiltItem,
} from '#core/testing/engine-builders.ts';
import { askedTogether, findConflicts, indexConflictRules, nothingHeld, unreviewed } from './conflicts.ts';
import { decide } from './decide.ts';
import { reassign } from './hand-over.ts';
import { planReview } from './plan-review.ts';
import { firstMatch, matches, type PolicySubject } from './policy.ts';
import { progressOfAll, progressOfMine } from './progress.ts';
import type { ReviewerCandidates } from './reviewers.ts';
import type { RequestAggregate, TransitionResult } from './state.ts';
import { verdictOf } from './verdict.ts';

const [requester, beneficiary, manager, owner, second, third, risk, administrator] = [
  'requester',
  'beneficiary',
  'manager',
  'owner',
  'second',
  'third',
  'risk',
  'administrator',
].map(person) as [EmployeeId, EmployeeId, EmployeeId, EmployeeId, EmployeeId, EmployeeId, EmployeeId, EmployeeId];

const candidates: ReviewerCandidates = {
  ...plainWorkspace,
  requesterId: requester,
  beneficiaryId: beneficiary,
  manager,
  owners: [owner, second],
  businessOwner: third,
  riskManagers: [risk],
  administrators: [administrator],
  concernedDelegates: new Set(),
};
const settings = (more: Partial<ReviewSettings> = {}): ReviewSettings => ({
  approval: 'review',
  reviewers: ['manager', 'applicationOwner', 'riskManager'],
  ...more,
});
const planned = (given: Partial<ReviewSettings>, who: Partial<ReviewerCandidates> = {}) =>
  planReview({ settings: settings(given), applicationVersion: 1 }, { ...candidates, ...who });
const levelsOf = (...parameters: Parameters<typeof planned>) =>
  planned(...parameters)?.levels.map((level) => [level.reviewerKind, [...level.reviewers], level.needed]);

describe('the levels of a review', () => {
  it('are the first kinds that have somebody, as many as asked for', () => {
    expect(levelsOf({})).toEqual([['manager', [manager], 1]]);
    expect(levelsOf({ levels: 2 })).toEqual([
      ['manager', [manager], 1],
      ['applicationOwner', [owner, second], 1],
    ]);
    expect(planned({ levels: 3 })?.levelsAsked).toBeUndefined();
  });

  it('move up when nobody is of a kind, saying why, and drop when too few are', () => {
    const plan = planned({ levels: 3 }, { manager: null });
    expect(plan?.levels.map((level) => [level.level, level.reviewerKind, level.fallbackReason])).toEqual([
      [1, 'applicationOwner', 'Nobody is the manager.'],
      [2, 'riskManager', null],
    ]);
    expect(plan?.levelsAsked).toBe(3);
  });

  it('are one of administrators when nobody else is there, and none at all without them', () => {
    const nobody = { manager: null, owners: [], riskManagers: [] };
    expect(planned({ levels: 2 }, nobody)).toMatchObject({
      levelsAsked: 2,
      levels: [{ reviewerKind: 'administrator', reviewers: [administrator], needed: 1 }],
    });
    expect(planned({}, { ...nobody, administrators: [requester] })).toBeNull();
  });

  it('never name who asked, who benefits, or who stands in for them (defect 8)', () => {
    expect(
      levelsOf(
        { levels: 2, reviewers: ['manager', 'applicationOwner'] },
        { manager: requester, owners: [beneficiary, second, third], concernedDelegates: new Set([third]) },
      ),
    ).toEqual([['applicationOwner', [second], 1]]);
    expect(
      planned({ reviewers: ['manager'] }, { concernedDelegates: new Set([manager]) })?.levels[0]?.fallbackReason,
    ).toContain('stands in for somebody');
  });

  it('ask every kind: business owners, risk managers, designated persons and groups, those at work alone', () => {
    const group = 'group' as ReviewerGroupId;
    const designated = { employeeIds: [owner, third], groupIds: [group] };
    const who = { groups: new Map([[group, [second, owner]]]), absent: new Set([third]) };
    expect(levelsOf({ reviewers: ['designated'], designated }, who)).toEqual([['designated', [owner, second], 1]]);
    expect(levelsOf({ reviewers: ['businessOwner'] })).toEqual([['businessOwner', [third], 1]]);
    expect(levelsOf({ reviewers: ['riskManager'] })).toEqual([['riskManager', [risk], 1]]);
  });

  it.each([
    [{ kind: 'one' as const }, 1],
    [{ kind: 'all' as const }, 3],
    [{ kind: 'atLeast' as const, count: 2 }, 2],
    [{ kind: 'atLeast' as const, count: 9 }, 3],
  ])('need %j of three', (quorum, needed) => {
    const plan = planned({ reviewers: ['applicationOwner'], quorum }, { owners: [owner, second, third] });
    expect(plan?.levels[0]?.needed).toBe(needed);
  });
});

function became(result: TransitionResult) {
  if (result.outcome === 'refused') throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result.value;
}
function decideAs(
  before: RequestAggregate,
  who: EmployeeId,
  more: Partial<Parameters<typeof decide>[1]> = {},
  facts: Partial<Parameters<typeof decide>[2]> = {},
): TransitionResult {
  const task = before.tasks.find((one) => one.reviewerId === who && one.state === 'open');
  return decide(
    before,
    { taskId: task?.id ?? ('none' as ReviewTaskId), verdict: 'approve', reason: 'because', basedOn: null, ...more },
    { ...circumstances(), ...asPlanned, deciderId: who, fulfillment: 'connector', ...facts },
  );
}
const inReview = (...items: readonly BuiltItem[]) => requestInReview(requester, items);
const stateOf = (aggregate: RequestAggregate) => aggregate.items[0]?.state;

describe('a decision', () => {
  it('counts towards two of three, and the last one needed approves', () => {
    const before = inReview({ beneficiary, levels: [{ reviewers: [owner, second, third], needed: 2 }] });
    const one = became(decideAs(before, owner)).after;
    expect([stateOf(one), verdictOf(one, one.items[0]!)]).toEqual(['inReview', 'undecided']);
    const two = became(decideAs(one, third)).after;
    expect([stateOf(two), verdictOf(two, two.items[0]!)]).toEqual(['approved', 'approved']);
    expect(two.tasks.map((task) => task.state)).toEqual(['approved', 'closed', 'approved']);
  });

  it('is for who is right for it at that moment, whatever the plan says', () => {
    const before = inReview({ beneficiary, levels: [{ reviewers: [manager] }] });
    const now = (...reviewers: readonly EmployeeId[]) => ({
      levelsNow: (item: RequestItem) => item.plan.levels.map((level) => ({ ...level, reviewers })),
    });
    expect(decideAs(before, manager, {}, now(owner))).toMatchObject({
      refusal: {
        code: 'decision.authorityLapsed',
        message: 'You are no longer the manager for this, so it is not yours to decide. It goes to whoever is now.',
      },
    });
    expect(decideAs(before, manager, { verdict: 'deny' }, now(owner)).outcome).toBe('refused');
    expect(decideAs(before, manager, {}, now(owner, manager)).outcome).toBe('done');
  });

  it('comes too late once the time to decide has passed, before anybody has noticed', () => {
    const before = inReview({ beneficiary, levels: [{ reviewers: [manager] }] });
    const until = plusMinutes(circumstances().now, 60);
    const timed = { ...before, items: before.items.map((item) => ({ ...item, decideBy: until })) };
    expect(decideAs(timed, manager, {}, { now: until })).toMatchObject({
      refusal: { code: 'decision.stale', message: 'Nobody decided this in time, so it has expired.' },
    });
    expect(decideAs(timed, manager, {}, { now: plusMinutes(until, -1) }).outcome).toBe('done');
  });

  it('denies at once, however many approvals are there', () => {
    const before = inReview({ beneficiary, levels: [{ reviewers: [owner, second, third], needed: 3 }] });
    const denied = became(decideAs(became(decideAs(before, owner)).after, second, { verdict: 'deny' })).after;
    expect([stateOf(denied), verdictOf(denied, denied.items[0]!)]).toEqual(['denied', 'denied']);
  });

  it('may leave the line out, which ends it without a denial', () => {
    const dropped = became(
      decideAs(inReview({ beneficiary, levels: [{ reviewers: [owner] }] }), owner, { verdict: 'drop' }),
    );
    expect(dropped.facts.map((fact) => fact.type)).toEqual(['item.dropped', 'request.denied']);
    expect([stateOf(dropped.after), dropped.after.tasks[0]?.state, dropped.after.stages[0]?.state]).toEqual([
      'dropped',
      'dropped',
      'closed',
    ]);
    expect(verdictOf(dropped.after, dropped.after.items[0]!)).toBe('dropped');
  });

  it('is not for whoever stands in for the people concerned', () => {
    const before = inReview({ beneficiary, levels: [{ reviewers: [owner] }] });
    expect(decideAs(before, owner, {}, { concernedDelegates: new Set([owner]) })).toMatchObject({
      refusal: { code: 'decision.ownRequest' },
    });
  });
});

describe('shortening', () => {
  const until = (minutes: number): Term => ({ kind: 'until', endsAt: plusMinutes(start, minutes) });
  const hours = (count: number): Term => ({ kind: 'duration', minutes: count * 60 });
  const shortened = (
    term: Term,
    shortenedTo: Term,
    more: Partial<BuiltItem> = {},
    verdict: 'approve' | 'deny' = 'approve',
  ) =>
    decideAs(inReview({ beneficiary, term, levels: [{ reviewers: [owner] }], ...more }), owner, {
      shortenedTo,
      verdict,
    });

  it.each([
    [{ kind: 'permanent' } as Term, hours(8)],
    [{ kind: 'permanent' } as Term, until(60)],
    [hours(8), hours(7)],
    [hours(8), until(60)],
    [until(60), until(59)],
  ])('allows %j to become %j, recorded, with the end in the tables', (from, to) => {
    const { after, facts } = became(shortened(from, to));
    expect(after.items[0]).toMatchObject({ state: 'approved', term: to });
    expect(after.decisions[0]?.shortenedTo).toEqual(to);
    expect(facts.map((fact) => fact.type)).toEqual(['review.approved', 'item.shortened', 'item.approved']);
    expect(facts[1]?.data).toMatchObject({ from, to });
    expect(after.fulfillment.map((task) => task.cause)).toEqual(['decision', 'expiry']);
  });

  it.each([
    ['the same', hours(8), hours(8), {}],
    ['longer', hours(8), hours(9), {}],
    ['without an end', hours(8), { kind: 'permanent' } as Term, {}],
    ['later', until(60), until(61), {}],
    ['a duration for a fixed end', until(600), hours(1), {}],
    ['past', { kind: 'permanent' } as Term, until(0), {}],
    ['a removal', { kind: 'permanent' } as Term, hours(1), { action: 'REVOKE' as const }],
  ])('refuses %s', (_name, from, to, more) => {
    expect(shortened(from, to, more)).toMatchObject({ refusal: { code: 'decision.notShorter' } });
  });

  it('never lets what prolongs access end before the access it prolongs', () => {
    const before = inReview({ beneficiary, term: until(600), levels: [{ reviewers: [owner] }] });
    const to = (shortenedTo: Term) =>
      decideAs(before, owner, { shortenedTo }, { prolongsUntil: plusMinutes(start, 300) });
    expect(to(until(300))).toMatchObject({ refusal: { code: 'decision.notShorter' } });
    expect(to(until(301)).outcome).toBe('done');
    const open = { ...before, items: before.items.map((item) => ({ ...item, term: hours(8) })) };
    const lasting = (shortenedTo: Term) =>
      decideAs(open, owner, { shortenedTo }, { prolongsUntil: plusMinutes(start, 300) }).outcome;
    expect([lasting(hours(5)), lasting(hours(6))]).toEqual(['refused', 'done']);
  });

  it('goes with an approval alone', () => {
    expect(shortened(hours(8), hours(1), {}, 'deny')).toMatchObject({ refusal: { code: 'decision.notShorter' } });
  });
});

describe('a reviewer who approved at an earlier level', () => {
  const levels = [{ reviewers: [manager] }, { reviewers: [manager, owner] }, { reviewers: [manager] }];

  it('is skipped visibly, and the skip counts', () => {
    const { after, facts } = became(decideAs(inReview({ beneficiary, levels, skipEarlierApprovers: true }), manager));
    expect(facts.map((fact) => fact.type)).toEqual([
      'review.approved',
      'review.skipped',
      'review.skipped',
      'item.approved',
    ]);
    expect(after.tasks.map((task) => [task.reviewerId, task.state])).toEqual([
      [manager, 'approved'],
      [manager, 'skipped'],
      [owner, 'closed'],
      [manager, 'skipped'],
    ]);
    expect(verdictOf(after, after.items[0]!)).toBe('approved');
    // A skip that the plan does not know is nobody's approval.
    const item = { ...after.items[0]!, plan: { ...after.items[0]!.plan, skipEarlierApprovers: false } };
    expect(verdictOf(after, item)).toBe('undecided');
    expect(verdictOf({ ...after, decisions: [] }, after.items[0]!)).toBe('undecided');
  });

  it('is asked again when the plan does not say so', () => {
    const { after } = became(decideAs(inReview({ beneficiary, levels }), manager));
    expect(after.tasks.filter((task) => task.state === 'open').map((task) => task.reviewerId)).toEqual([
      manager,
      owner,
    ]);
  });

  it('leaves the others of the level to approve', () => {
    const two = [{ reviewers: [manager] }, { reviewers: [manager, owner], needed: 2 }];
    const { after } = became(decideAs(inReview({ beneficiary, levels: two, skipEarlierApprovers: true }), manager));
    expect(stateOf(after)).toBe('inReview');
    expect(stateOf(became(decideAs(after, owner)).after)).toBe('approved');
  });
});

describe('whoever stands in', () => {
  const levels = [{ reviewers: [manager] }, { reviewers: [owner, second], needed: 2 }];
  const opened = (standIns: readonly (readonly [EmployeeId, EmployeeId])[], concerned: readonly EmployeeId[] = []) =>
    became(
      decideAs(
        inReview({ beneficiary, levels }),
        manager,
        {},
        {
          standIns: new Map(standIns),
          concernedDelegates: new Set(concerned),
        },
      ),
    );

  it('gets the task, decides in the place of who is away, and the chain says so', () => {
    const { after, facts } = opened([[owner, third]]);
    expect(facts.map((fact) => fact.type)).toEqual(['review.approved', 'review.delegated']);
    const [, handedOn, theirs] = after.tasks;
    expect(handedOn).toMatchObject({ reviewerId: owner, state: 'handedOn' });
    expect(theirs).toMatchObject({ reviewerId: third, state: 'open', via: 'delegated', fromTaskId: handedOn?.id });
    const standIns = new Map([[owner, third]]);
    const done = became(decideAs(became(decideAs(after, third, {}, { standIns })).after, second)).after;
    expect([stateOf(done), verdictOf(done, done.items[0]!)]).toEqual(['approved', 'approved']);
    // Back in office, or with somebody else in their place: whoever had it decides no more, and chooses no successor.
    for (const then of [new Map(), new Map([[owner, risk]])]) {
      const late = decideAs(after, third, {}, { standIns: then });
      expect(late).toMatchObject({ refusal: { code: 'decision.authorityLapsed' } });
      const given = (isAdministrator: boolean) =>
        reassign(
          after,
          { taskId: theirs!.id, toReviewerId: manager, reason: null },
          { ...circumstances(), ...asPlanned, standIns: then, actingId: third, isAdministrator, worksHere: true },
        ).outcome;
      expect([given(false), given(true)]).toEqual(['refused', 'done']);
    }
  });

  it.each([
    ['who asked', requester, []],
    ['who benefits', beneficiary, []],
    ['who stands in for them', third, [third]],
    ['a reviewer of the level', second, []],
  ] as const)('is not %s: the task stays', (_name, standIn, concerned) => {
    const { after } = opened([[owner, standIn]], concerned);
    expect(after.tasks.slice(1).map((task) => [task.reviewerId, task.state])).toEqual([
      [owner, 'open'],
      [second, 'open'],
    ]);
  });

  it('gets one task of a level, not two, so that two approvals are of two people', () => {
    const { after } = opened([
      [owner, third],
      [second, third],
    ]);
    expect(after.tasks.filter((task) => task.state === 'open').map((task) => task.reviewerId)).toEqual([third, second]);
  });

  it('counts for the place alone: two people acting for one reviewer are one approval', () => {
    const before = inReview({ beneficiary, levels: [{ reviewers: [owner, second], needed: 2 }] });
    const first = before.tasks[0]!;
    const beside = {
      ...first,
      ...plannedTask,
      id: 'beside' as ReviewTaskId,
      reviewerId: third,
      via: 'escalated' as const,
      fromTaskId: first.id,
    };
    const { after } = became(decideAs({ ...before, tasks: [...before.tasks, beside] }, third));
    expect(after.tasks.map((task) => [task.reviewerId, task.state])).toEqual([
      [owner, 'closed'],
      [second, 'open'],
      [third, 'approved'],
    ]);
    expect(stateOf(after)).toBe('inReview');
    expect(verdictOf(after, after.items[0]!)).toBe('undecided');
    expect(stateOf(became(decideAs(after, second)).after)).toBe('approved');
  });

  it('decides nothing when the chain leads to nobody who was planned', () => {
    const before = inReview({ beneficiary, levels: [{ reviewers: [owner] }] });
    const stray = { ...before.tasks[0]!, id: 'stray' as ReviewTaskId, reviewerId: third, via: 'reassigned' as const };
    expect(decideAs({ ...before, tasks: [...before.tasks, stray] }, third)).toMatchObject({
      refusal: { code: 'decision.notReviewer' },
    });
  });
});

const subject: PolicySubject = {
  action: 'GRANT',
  requesterId: requester,
  beneficiary: {
    id: beneficiary,
    managerId: manager,
    department: 'Finance',
    jobTitle: 'Accountant',
    employmentType: null,
    organization: 'Acme',
  },
  application: { id: 'app' as never },
  entitlement: { id: 'readers' as EntitlementId, kind: 'group', risk: 'low' },
  term: { kind: 'duration', minutes: 90 },
  from: start,
  accountKind: 'employee',
};
const policy = (more: Partial<Policy> = {}): Policy => ({
  id: `policy-${more.position ?? 1}` as PolicyId,
  name: 'Low risk',
  position: 1,
  state: 'active',
  conditions: {},
  effect: { kind: 'autoApprove' },
  version: 3,
  ...more,
});

describe('a policy', () => {
  it.each<[PolicyConditions, Partial<PolicySubject>, boolean]>([
    [{}, {}, true],
    [{ actions: ['REVOKE'] }, {}, false],
    [{ departments: [' finance '] }, {}, true],
    [{ departments: ['Sales'] }, {}, false],
    [{ employmentTypes: ['Contractor'] }, {}, false],
    [{ jobTitles: ['x', 'ACCOUNTANT'], organizations: ['acme'] }, {}, true],
    [{ jobTitles: ['accountant'], organizations: ['Other'] }, {}, false],
    [{ beneficiaryIds: [beneficiary] }, {}, true],
    [{ beneficiaryIds: [manager] }, {}, false],
    [{ requestedBy: ['other'] }, {}, true],
    [{ requestedBy: ['self'] }, { requesterId: beneficiary }, true],
    [{ requestedBy: ['manager'] }, { requesterId: manager }, true],
    [{ requestedBy: ['self', 'manager'] }, {}, false],
    [{ applicationIds: ['app' as never] }, {}, true],
    [{ applicationIds: ['other' as never] }, {}, false],
    [{ entitlementIds: ['readers' as never], entitlementKinds: ['Group'] }, {}, true],
    [{ entitlementIds: ['writers' as never] }, {}, false],
    [{ risks: ['medium', 'high'] }, {}, false],
    [{ terms: ['temporary'] }, {}, true],
    [{ terms: ['permanent'] }, {}, false],
    [{ maximumMinutes: 90 }, {}, true],
    [{ maximumMinutes: 89 }, {}, false],
    [{ maximumMinutes: 5_000_000 }, { term: { kind: 'permanent' } }, false],
    [{ maximumMinutes: 60 }, { term: { kind: 'until', endsAt: plusMinutes(start, 60) } }, true],
    [{ maximumMinutes: 59 }, { term: { kind: 'until', endsAt: plusMinutes(start, 60) } }, false],
    [{ accountKinds: ['service'] }, {}, false],
  ])('with %j meets %j: %s', (conditions, more, expected) => {
    expect(matches(conditions, { ...subject, ...more })).toBe(expected);
  });

  it('decides when it is the first active one in order that matches', () => {
    const [late, inactive, other, early] = [
      policy({ position: 9 }),
      policy({ position: 1, state: 'inactive' }),
      policy({ position: 2, conditions: { risks: ['high'] } }),
      policy({ position: 3 }),
    ];
    expect(firstMatch([late, inactive, other, early], subject)).toBe(early);
    expect(firstMatch([inactive, other], subject)).toBeNull();
  });

  const under = (effect: Policy['effect'], more: Partial<Parameters<typeof planReview>[0]> = {}) =>
    planReview({ settings: settings(), applicationVersion: 1, policy: policy({ effect }), ...more }, candidates);
  const named = { id: 'policy-1', name: 'Low risk', version: 3 };

  it('takes the place of the settings, and the plan names it with its version', () => {
    expect(under({ kind: 'autoApprove' })).toMatchObject({ mode: 'auto', policy: named, levels: [] });
    expect(under({ kind: 'autoDeny', reason: 'Closed' })).toMatchObject({ mode: 'auto', policy: named });
    expect(
      under({ kind: 'route', route: { reviewers: ['riskManager'] } }, { settings: settings({ approval: 'auto' }) }),
    ).toMatchObject({ mode: 'review', policy: named, levels: [{ reviewerKind: 'riskManager' }] });
  });

  const found = (effect: 'warn' | 'requireLevel' | 'forbid') => ({
    found: [{ ruleId: 'rule' as ConflictRuleId, ruleVersion: 1, name: 'Pay', effect, with: [] }],
    furtherKinds: effect === 'requireLevel' ? (['riskManager'] as const) : [],
  });

  it.each(['requireLevel', 'forbid'] as const)('approves nothing by itself that brings a conflict to %s', (effect) => {
    const conflicts = found(effect);
    const byPolicy = under({ kind: 'autoApprove' }, { conflicts });
    expect(byPolicy).toMatchObject({ mode: 'review', notAutomatic: expect.stringContaining('Pay') });
    expect(byPolicy?.policy).toBeUndefined();
    const bySetting = planReview(
      { settings: settings({ approval: 'auto' }), applicationVersion: 1, conflicts },
      candidates,
    );
    expect(bySetting).toMatchObject({ mode: 'review', notAutomatic: expect.stringContaining('The application') });
  });

  it('is not held back by a warning', () => {
    expect(under({ kind: 'autoApprove' }, { conflicts: found('warn') })).toMatchObject({
      mode: 'auto',
      conflicts: [{ effect: 'warn' }],
    });
  });
});

describe('duties to keep apart', () => {
  const [pay, approve, audit] = ['pay', 'approve', 'audit'] as unknown as [EntitlementId, EntitlementId, EntitlementId];
  const rule = (more: Partial<ConflictRule> = {}): ConflictRule => ({
    id: 'rule' as ConflictRuleId,
    name: 'Pay',
    description: null,
    left: [pay],
    right: [approve, audit],
    effect: 'forbid',
    reviewerKind: 'riskManager',
    state: 'active',
    version: 2,
    ...more,
  });
  const none = new Set<EntitlementId>();

  it('are found against what is held, pending, and asked for together, from either side', () => {
    const rules = indexConflictRules([rule()]);
    const standing = { held: new Set([audit]), pending: new Set([approve, audit]) };
    expect(findConflicts(pay, rules, standing, none).found).toMatchObject([
      {
        ruleVersion: 2,
        with: [
          { entitlementId: approve, standing: 'pending' },
          { entitlementId: audit, standing: 'held' },
        ],
      },
    ]);
    expect(findConflicts(audit, rules, nothingHeld, new Set([pay, audit])).found).toMatchObject([
      { with: [{ entitlementId: pay, standing: 'sameRequest' }] },
    ]);
    // Two of the same side are no conflict.
    expect(findConflicts(approve, rules, { ...nothingHeld, held: new Set([audit]) }, none).found).toEqual([]);
    expect(findConflicts(pay, indexConflictRules([rule({ state: 'inactive' })]), standing, none).found).toEqual([]);
  });

  it('add a level of their kind after the others, once, with the usual fallback', () => {
    const conflicts = {
      found: [
        { ruleId: 'rule' as ConflictRuleId, ruleVersion: 1, name: 'Pay', effect: 'requireLevel' as const, with: [] },
      ],
      furtherKinds: ['riskManager' as const],
    };
    const kinds = (who: Partial<ReviewerCandidates>) =>
      planReview(
        { settings: settings({ reviewers: ['manager', 'applicationOwner'] }), applicationVersion: 1, conflicts },
        { ...candidates, ...who },
      )?.levels.map((level) => [level.level, level.reviewerKind]);
    expect(kinds({})).toEqual([
      [1, 'manager'],
      [2, 'riskManager'],
    ]);
    expect(kinds({ riskManagers: [] })).toEqual([
      [1, 'manager'],
      [2, 'applicationOwner'],
    ]);
    expect(kinds({ riskManagers: [], owners: [] })).toEqual([
      [1, 'manager'],
      [2, 'administrator'],
    ]);
    expect(kinds({ riskManagers: [], owners: [], administrators: [] })).toBeUndefined();
  });

  it('gathers what each person is to be granted by one request', () => {
    const line = (action: 'GRANT' | 'REVOKE', entitlementId: EntitlementId) => ({
      action,
      beneficiaryId: owner,
      entitlementId,
    });
    expect(askedTogether([line('GRANT', pay), line('REVOKE', audit)])).toEqual(new Map([[owner, new Set([pay])]]));
  });

  it('stop a delivery when they appeared since the review', () => {
    const now = (effect: ConflictRule['effect']): FoundConflict[] => [
      { ruleId: 'rule' as ConflictRuleId, ruleVersion: 2, name: 'Pay', effect, with: [] },
    ];
    const plan = { mode: 'review' as const, applicationVersion: 1, levels: [] };
    expect(unreviewed(plan, now('warn'))).toEqual([]);
    expect(unreviewed(plan, now('forbid'))).toHaveLength(1);
    expect(unreviewed(plan, now('requireLevel'))).toHaveLength(1);
    expect(unreviewed({ ...plan, conflicts: now('requireLevel') }, now('requireLevel'))).toEqual([]);
    expect(unreviewed({ ...plan, conflicts: now('warn') }, now('requireLevel'))).toHaveLength(1);
    // Nobody has reviewed it against what has come since, nor by the rule as it reads now.
    const [known] = now('requireLevel');
    const against = (change: Partial<FoundConflict>) => [{ ...known!, ...change }];
    const further = { entitlementId: 'another' as EntitlementId, standing: 'held' as const };
    const reviewed = { ...plan, conflicts: now('requireLevel') };
    expect(unreviewed(reviewed, against({ with: [...known!.with, further] }))).toHaveLength(1);
    expect(unreviewed(reviewed, against({ with: [further] }))).toHaveLength(1);
    expect(unreviewed(reviewed, against({ ruleVersion: known!.ruleVersion + 1 }))).toHaveLength(1);
  });
});

describe('progress with people who have nothing to do', () => {
  it('counts neither a skipped reviewer nor a task that was handed on', () => {
    expect(progressOfAll([{ state: 'open', needed: 3, taken: 1, skipped: 1 }])).toMatchObject({ taken: 1, needed: 2 });
    expect(progressOfAll([{ state: 'approved', needed: 1, taken: 0, skipped: 1 }])).toMatchObject({ fraction: 1 });
    const tasks = (['dropped', 'skipped', 'handedOn', 'open'] as const).map((state) => ({ state }));
    expect(progressOfMine(tasks)).toEqual({ taken: 1, needed: 2, fraction: 0.5 });
  });
});
