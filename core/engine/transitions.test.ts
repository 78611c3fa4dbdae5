/** The engine's transitions one by one, with nothing but data. */
import { describe, expect, it } from 'vitest';
import type { Application, Employee, Entitlement } from '#core/domain/directory.ts';
import type { CommandId, DecisionId, EmployeeId, FulfillmentTaskId } from '#core/domain/ids.ts';
import { instant, plusMilliseconds, plusMinutes } from '#core/domain/instant.ts';
import type { Term } from '#core/domain/request.ts';
import {
  application,
  circumstances,
  asPlanned,
  person,
  plainWorkspace,
  requestInReview,
  start,
  type BuiltItem,
} from '#core/testing/engine-builders.ts';
import { durationWords } from './check-item.ts';
import { cancel, decide } from './decide.ts';
import { recordAttempt, retryDelay, type AttemptOutcome } from './record-attempt.ts';
import { startFulfillment, type StartFacts } from './start-fulfillment.ts';
import { endOf } from './fulfillment-plan.ts';
import { progressOfAll, progressOfMine } from './progress.ts';
import { requestStateOf } from './request-state.ts';
import { planReview } from './plan-review.ts';
import type { ReviewerCandidates } from './reviewers.ts';
import { nothingHeld } from './conflicts.ts';
import type { ItemFacts, RequestAggregate, TransitionResult } from './state.ts';
import { submit, type Submission } from './submit.ts';
import { verdictOf } from './verdict.ts';

const [requester, beneficiary, manager, owner, second, administrator] = [
  'requester',
  'beneficiary',
  'manager',
  'owner',
  'second',
  'administrator',
].map(person) as [EmployeeId, EmployeeId, EmployeeId, EmployeeId, EmployeeId, EmployeeId];
const world = () => circumstances();

function became(result: TransitionResult) {
  if (result.outcome === 'refused') throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result.value;
}

function decided(
  before: RequestAggregate,
  who: EmployeeId,
  verdict: 'approve' | 'deny' = 'approve',
  more: { readonly at?: typeof start; readonly option?: 'connector' | 'manual'; readonly basedOn?: number } = {},
) {
  const task =
    before.tasks.find((candidate) => candidate.reviewerId === who && candidate.state === 'open') ??
    before.tasks.find((candidate) => candidate.reviewerId === who);
  return decide(
    before,
    {
      taskId: task?.id ?? ('none' as never),
      verdict,
      reason: verdict === 'deny' ? 'no need' : null,
      basedOn: more.basedOn ?? null,
    },
    { ...world().at(more.at ?? start), ...asPlanned, deciderId: who, fulfillment: more.option ?? 'connector' },
  );
}

const twoLevels: BuiltItem = {
  beneficiary,
  levels: [{ reviewers: [manager] }, { reviewers: [owner, second], needed: 2 }],
};

describe('levels', () => {
  it('are passed one after another; the next one opens with its tasks when the one before has approved', () => {
    const before = requestInReview(requester, [twoLevels]);
    expect(before.tasks.map((task) => task.reviewerId)).toEqual([manager]);
    const first = became(decided(before, manager, 'approve', { at: plusMinutes(start, 5) }));
    expect(first.facts.map((fact) => fact.type)).toEqual(['review.approved']);
    expect(first.after.stages.map((stage) => [stage.state, stage.openedAt, stage.endedAt])).toEqual([
      ['approved', start, plusMinutes(start, 5)],
      ['open', plusMinutes(start, 5), null],
    ]);
    expect(first.after.tasks.slice(1).map((task) => [task.reviewerId, task.state])).toEqual([
      [owner, 'open'],
      [second, 'open'],
    ]);
    expect(first.after.fulfillment).toEqual([]);

    const one = became(decided(first.after, owner));
    expect(one.after.items[0]).toMatchObject({ state: 'inReview' });
    expect(verdictOf(one.after, one.after.items[0]!)).toBe('undecided');
    const two = became(decided(one.after, second));
    expect(two.facts.map((fact) => fact.type)).toEqual(['review.approved', 'item.approved']);
    expect(two.after.items[0]).toMatchObject({ state: 'approved', decidedAt: start });
    expect(two.after.request).toMatchObject({ state: 'fulfilling', version: 4 });
    expect(verdictOf(two.after, two.after.items[0]!)).toBe('approved');
  });

  it('end at once with a denial, and everything open under the item with them', () => {
    const first = became(decided(requestInReview(requester, [twoLevels]), manager)).after;
    const denied = became(decided(first, second, 'deny'));
    expect(denied.facts.map((fact) => fact.type)).toEqual(['review.denied', 'item.denied', 'request.denied']);
    expect(denied.after.tasks.map((task) => task.state)).toEqual(['approved', 'closed', 'denied']);
    expect(denied.after.stages.map((stage) => stage.state)).toEqual(['approved', 'denied']);
    expect(denied.after.request).toMatchObject({ state: 'denied', endedAt: start });
    expect(verdictOf(denied.after, denied.after.items[0]!)).toBe('denied');
    const early = became(decided(requestInReview(requester, [twoLevels]), manager, 'deny'));
    expect(early.after.stages.map((stage) => stage.state)).toEqual(['denied', 'closed']);
  });

  it('are not decided before their turn, nor twice', () => {
    const before = requestInReview(requester, [twoLevels]);
    expect(decided(before, owner)).toMatchObject({ refusal: { code: 'task.notFound' } });
    const first = became(decided(before, manager)).after;
    expect(decided(first, manager)).toMatchObject({
      refusal: { code: 'decision.stale', message: 'You have approved this already.' },
    });
    const one = became(decided(first, owner)).after;
    expect(decided(one, owner)).toMatchObject({ refusal: { code: 'decision.stale' } });
  });

  it('stay as they are when another item of the request is cancelled or decided', () => {
    const before = requestInReview(requester, [twoLevels, { beneficiary, levels: [{ reviewers: [owner] }] }]);
    const after = became(decided(before, owner)).after;
    expect(after.items.map((item) => [item.state, item.changedInVersion])).toEqual([
      ['inReview', 1],
      ['approved', 2],
    ]);
    expect(decided(after, manager, 'approve', { basedOn: 1 })).toMatchObject({ outcome: 'done' });
    const cancelled = became(
      cancel(after, { reason: 'enough' }, { ...world(), employeeId: requester, isAdministrator: false }),
    );
    expect(cancelled.facts.map((fact) => [fact.type, fact.itemId])).toEqual([['item.cancelled', 'item-0']]);
    expect(cancelled.after.request.state).toBe('fulfilling');
    expect(cancelled.after.tasks.map((task) => task.state)).toEqual(['closed', 'approved']);
  });
});

describe('verdictOf', () => {
  const approvedBy = (aggregate: RequestAggregate, ...who: readonly EmployeeId[]) =>
    who.map((deciderId, index) => ({
      id: `d${index}` as DecisionId,
      requestId: aggregate.request.id,
      itemId: aggregate.items[0]!.id,
      stageId: aggregate.stages[0]!.id,
      taskId: aggregate.tasks.find((task) => task.reviewerId === deciderId)?.id ?? null,
      deciderId,
      automatic: null,
      verdict: 'approve' as const,
      reason: null,
      shortenedTo: null,
      decidedAt: start,
      commandId: 'c' as CommandId,
    }));

  it('counts each planned person once, and nobody who asked or benefits', () => {
    const aggregate = requestInReview(requester, [
      { beneficiary, levels: [{ reviewers: [requester, beneficiary, manager, owner], needed: 2 }] },
    ]);
    const verdict = (...who: readonly EmployeeId[]) =>
      verdictOf({ ...aggregate, decisions: approvedBy(aggregate, ...who) }, aggregate.items[0]!);
    expect(verdict(manager)).toBe('undecided');
    expect(verdict(manager, manager)).toBe('undecided');
    expect(verdict(manager, requester, beneficiary)).toBe('undecided');
    expect(verdict(manager, administrator)).toBe('undecided');
    expect(verdict(manager, owner)).toBe('approved');
  });

  it('needs every level of the plan, also one whose stage is not there, and never takes a plan of review without levels for approval', () => {
    const aggregate = requestInReview(requester, [twoLevels]);
    const decisions = approvedBy(aggregate, manager);
    expect(verdictOf({ ...aggregate, stages: aggregate.stages.slice(0, 1), decisions }, aggregate.items[0]!)).toBe(
      'undecided',
    );
    const empty = { ...aggregate.items[0]!, plan: { ...aggregate.items[0]!.plan, levels: [] } };
    expect(verdictOf({ ...aggregate, stages: [], decisions }, empty)).toBe('undecided');
  });

  it('takes an automatic decision under the version of the plan alone (defect 7)', () => {
    const aggregate = requestInReview(requester, [twoLevels]);
    const item = { ...aggregate.items[0]!, plan: { mode: 'auto' as const, applicationVersion: 3, levels: [] } };
    const automatic = (applicationVersion: number) => [
      {
        ...approvedBy(aggregate, manager)[0]!,
        deciderId: null,
        stageId: null,
        automatic: { rule: 'applicationAutoApproval' as const, applicationId: application, applicationVersion },
      },
    ];
    expect(verdictOf({ ...aggregate, decisions: automatic(3) }, item)).toBe('approved');
    expect(verdictOf({ ...aggregate, decisions: automatic(2) }, item)).toBe('undecided');
    expect(verdictOf({ ...aggregate, decisions: approvedBy(aggregate, manager) }, item)).toBe('undecided');
  });
});

const app = (more: Partial<Application> = {}): Application => ({
  id: application,
  name: 'App',
  description: null,
  primaryOwnerId: owner,
  secondaryOwnerIds: [],
  fulfillment: 'connector',
  reviewSettings: { approval: 'review', reviewers: ['manager', 'applicationOwner'] },
  version: 4,
  ...more,
});

const candidates: ReviewerCandidates = {
  ...plainWorkspace,
  requesterId: requester,
  beneficiaryId: beneficiary,
  manager,
  owners: [owner],
  businessOwner: null,
  administrators: [administrator],
  concernedDelegates: new Set(),
};

describe('planReview', () => {
  const plan = (who: Partial<ReviewerCandidates>, settings: Partial<Application> = {}) =>
    planReview(
      { settings: app(settings).reviewSettings, applicationVersion: 4 },
      { ...candidates, owners: [owner, second], ...who },
    )?.levels[0] ?? null;

  it.each([
    ['the first kind in the order', {}, {}, { reviewers: [manager], reviewerKind: 'manager', fallbackReason: null }],
    [
      'the other order',
      {},
      { reviewSettings: { approval: 'review' as const, reviewers: ['applicationOwner' as const, 'manager' as const] } },
      { reviewers: [owner, second], reviewerKind: 'applicationOwner', fallbackReason: null },
    ],
    [
      'the next kind when there is no manager',
      { manager: null },
      {},
      { reviewers: [owner, second], reviewerKind: 'applicationOwner', fallbackReason: 'Nobody is the manager.' },
    ],
    [
      'the next kind when the manager asked',
      { manager: requester },
      {},
      { reviewers: [owner, second], fallbackReason: 'The manager asked for this access or receives it.' },
    ],
    [
      'the other owner when one benefits',
      { manager: null, owners: [beneficiary, second, second] },
      {},
      { reviewers: [second] },
    ],
    [
      'administrators when nobody else may',
      { manager: null, owners: [requester] },
      {},
      {
        reviewers: [administrator],
        reviewerKind: 'administrator',
        fallbackReason: "Nobody is the manager, and the application's owner asked for this access or receives it.",
      },
    ],
  ])('asks %s (defect 8)', (_name, who, settings, expected) => {
    expect(plan(who, settings)).toMatchObject(expected);
  });

  it('has no plan when all who could review are concerned, and none to review where approval is automatic', () => {
    expect(plan({ manager: null, owners: [beneficiary], administrators: [requester] })).toBeNull();
    expect(
      planReview(
        { settings: { approval: 'auto', reviewers: ['manager'] }, applicationVersion: 4 },
        { ...candidates, beneficiaryId: requester, manager: null, owners: [], administrators: [] },
      ),
    ).toEqual({ mode: 'auto', applicationVersion: 4, levels: [] });
  });
});

describe('submit', () => {
  const facts = (more: Partial<ItemFacts> = {}): ItemFacts => ({
    beneficiary: { id: beneficiary, fullName: 'Bea', status: 'active' } as Employee,
    entitlement: {
      name: 'Readers',
      status: 'active',
      maximumDurationMinutes: null,
      reviewSettings: null,
    } as Entitlement,
    application: app(),
    manager,
    owners: [owner],
    businessOwner: null,
    standing: nothingHeld,
    held: false,
    pendingIn: null,
    ...more,
  });
  const asked = (
    term: Term = { kind: 'permanent' },
    action: 'GRANT' | 'REVOKE' = 'GRANT',
    more: Partial<ItemFacts> = {},
    lines = 1,
  ) => {
    const submission: Submission = {
      justification: 'work',
      ticketReference: null,
      items: Array.from({ length: lines }, () => ({
        action,
        beneficiaryId: beneficiary,
        entitlementId: 'e' as never,
        term,
      })),
    };
    return submit(submission, {
      ...world(),
      ...plainWorkspace,
      requesterId: requester,
      number: 7,
      items: submission.items.map(() => facts(more)),
      administrators: [administrator],
    });
  };
  const limited = {
    entitlement: { name: 'Readers', status: 'active', maximumDurationMinutes: 90, reviewSettings: null } as Entitlement,
  };

  it.each([
    ['nothing asked', asked({ kind: 'permanent' }, 'GRANT', {}, 0), 'request.empty'],
    ['the same line twice', asked({ kind: 'permanent' }, 'GRANT', {}, 2), 'item.alreadyPending'],
    ['an end that has passed', asked({ kind: 'until', endsAt: start }), 'item.endInPast'],
    ['permanent where it is limited', asked({ kind: 'permanent' }, 'GRANT', limited), 'item.tooLong'],
    ['a duration over the limit', asked({ kind: 'duration', minutes: 91 }, 'GRANT', limited), 'item.tooLong'],
    [
      'an end over the limit',
      asked({ kind: 'until', endsAt: plusMilliseconds(start, 90 * 60_000 + 1) }, 'GRANT', limited),
      'item.tooLong',
    ],
    ['a removal with an end', asked({ kind: 'duration', minutes: 5 }, 'REVOKE', { held: true }), 'command.invalid'],
    ['a removal of what is not held', asked({ kind: 'permanent' }, 'REVOKE'), 'item.notHeld'],
    [
      'what is gone',
      asked({ kind: 'permanent' }, 'GRANT', { entitlement: { ...limited.entitlement, status: 'gone' } }),
      'item.entitlementGone',
    ],
  ])('refuses %s', (_name, result, code) => {
    expect(result).toMatchObject({ outcome: 'refused', refusal: { code } });
  });

  it('allows the longest that is allowed, and the removal of what is gone or of whom has left', () => {
    expect(asked({ kind: 'duration', minutes: 90 }, 'GRANT', limited)).toMatchObject({ outcome: 'done' });
    expect(asked({ kind: 'until', endsAt: plusMinutes(start, 90) }, 'GRANT', limited)).toMatchObject({
      outcome: 'done',
    });
    const gone = {
      held: true,
      entitlement: { name: 'R', status: 'gone', maximumDurationMinutes: 5, reviewSettings: null } as Entitlement,
      beneficiary: { id: beneficiary, fullName: 'Bea', status: 'left' } as Employee,
    };
    expect(asked({ kind: 'permanent' }, 'REVOKE', gone)).toMatchObject({ outcome: 'done' });
  });

  it('records first what was asked, then each line with its plan', () => {
    const { after, facts: trail } = became(asked());
    expect(trail.map((fact) => fact.type)).toEqual(['request.submitted', 'item.reviewStarted']);
    expect(trail[1]?.data).toMatchObject({ action: 'GRANT', beneficiaryId: beneficiary, plan: after.items[0]?.plan });
    expect(after.request).toMatchObject({ number: 7, version: 1, state: 'inReview' });
    expect(after.tasks).toMatchObject([{ reviewerId: manager, state: 'open', openedAt: start }]);
  });
});

describe('fulfillment', () => {
  const approvedRequest = (
    term: Term = { kind: 'permanent' },
    action: 'GRANT' | 'REVOKE' = 'GRANT',
    option: 'connector' | 'manual' = 'connector',
  ) =>
    became(
      decided(
        requestInReview(requester, [{ action, beneficiary, term, levels: [{ reviewers: [manager] }] }]),
        manager,
        'approve',
        { option },
      ),
    ).after;
  const taskOf = (aggregate: RequestAggregate, cause: 'decision' | 'expiry' = 'decision') =>
    aggregate.fulfillment.find((task) => task.cause === cause)!;
  const begun = (
    before: RequestAggregate,
    at = start,
    more: Partial<StartFacts> = {},
    cause: 'decision' | 'expiry' = 'decision',
  ) =>
    startFulfillment(
      before,
      { fulfillmentTaskId: taskOf(before, cause).id, leaseOwner: 'me', leaseUntil: plusMinutes(at, 2) },
      {
        ...world().at(at),
        option: 'connector',
        beneficiaryWorksHere: true,
        entitlementExists: true,
        grantIs: 'unknown',
        ...more,
      },
    );
  const reported = (
    before: RequestAggregate,
    outcome: AttemptOutcome,
    at = start,
    owner1 = 'me',
    cause: 'decision' | 'expiry' = 'decision',
  ) =>
    recordAttempt(before, { fulfillmentTaskId: taskOf(before, cause).id, leaseOwner: owner1, outcome }, world().at(at));
  const delivered = (at = start): AttemptOutcome => ({
    kind: 'done',
    evidence: {
      outcome: 'applied',
      accountId: null,
      accountCreated: true,
      grantId: null,
      heldAfterwards: true,
      readBackAt: at,
      source: 'test',
      facts: {},
    },
  });
  const retry: AttemptOutcome = { kind: 'retry', problem: 'busy', afterMilliseconds: null, jitter: 0 };
  const hopeless: AttemptOutcome = { kind: 'failed', problem: 'no', mayHaveHappened: false };

  it('is claimed once, and again when the lease has ended', () => {
    const running = became(begun(approvedRequest())).after;
    expect(taskOf(running)).toMatchObject({
      state: 'running',
      attempts: 1,
      leaseOwner: 'me',
      nextAttemptAt: plusMinutes(start, 2),
    });
    expect(begun(running, plusMilliseconds(start, 119_999))).toMatchObject({
      refusal: { code: 'fulfillment.notPossible' },
    });
    expect(taskOf(became(begun(running, plusMinutes(start, 2))).after)).toMatchObject({
      state: 'running',
      attempts: 2,
    });
  });

  it('is recorded by who holds the lease alone', () => {
    const running = became(begun(approvedRequest())).after;
    expect(reported(running, delivered(), start, 'another')).toMatchObject({
      refusal: { code: 'fulfillment.notPossible' },
    });
    const { after, facts } = became(reported(running, delivered()));
    expect(facts.map((fact) => fact.type)).toEqual(['account.created', 'access.granted', 'request.completed']);
    expect(after.request).toMatchObject({ state: 'completed', endedAt: start });
    expect(reported(after, delivered())).toMatchObject({ refusal: { code: 'fulfillment.notPossible' } });
  });

  it.each([
    ['who has left', { beneficiaryWorksHere: false }, 'no longer works here'],
    ['what is gone', { entitlementExists: false }, 'no longer exists'],
  ])('gives nothing to %s', (_name, facts, reason) => {
    const ended = became(begun(approvedRequest(), start, facts));
    expect(taskOf(ended.after)).toMatchObject({ state: 'cancelled', lastProblem: expect.stringContaining(reason) });
    expect(ended.after.items[0]).toMatchObject({ state: 'failed' });
    // Taking away is always possible.
    expect(taskOf(became(begun(approvedRequest({ kind: 'permanent' }, 'REVOKE'), start, facts)).after).state).toBe(
      'running',
    );
  });

  it('goes to a person when a grant cannot be done, and never when access is to be taken away', () => {
    expect(taskOf(became(reported(became(begun(approvedRequest())).after, hopeless)).after)).toMatchObject({
      state: 'failed',
      nextAttemptAt: null,
    });
    const removal = became(
      reported(became(begun(approvedRequest({ kind: 'permanent' }, 'REVOKE'))).after, hopeless),
    ).after;
    expect(taskOf(removal)).toMatchObject({
      state: 'waiting',
      nextAttemptAt: plusMilliseconds(start, 30 * 60_000 + 250),
      lastProblem: 'no',
    });
  });

  it('is by hand where the application is, also when the setting changed after the approval', () => {
    const byHand = became(begun(approvedRequest(), start, { option: 'manual' }));
    expect(byHand.facts.map((fact) => fact.type)).toEqual(['fulfillment.handedToPerson']);
    expect(taskOf(byHand.after)).toMatchObject({ state: 'byHand', nextAttemptAt: null });
    // Nobody is asked before everything was looked at once more.
    expect(taskOf(approvedRequest({ kind: 'permanent' }, 'GRANT', 'manual')).state).toBe('ready');
  });

  it('says to the person who does it that the account is disabled', () => {
    const byHand = became(begun(approvedRequest(), start, { option: 'manual', disabledAccount: 'jane' }));
    expect(taskOf(byHand.after).lastProblem).toContain('The account jane is disabled there');
    expect(String(byHand.facts[0]?.data['reason'])).toContain('The account jane is disabled there');
  });

  it('gives nothing that prolongs access to an end before the one it has', () => {
    const until = (minutes: number) => ({ kind: 'until' as const, endsAt: plusMinutes(start, minutes) });
    const prolonging = (minutes: number) =>
      became(begun(approvedRequest(until(minutes)), start, { prolongsUntil: plusMinutes(start, 90) })).after;
    expect(taskOf(prolonging(60))).toMatchObject({
      state: 'cancelled',
      lastProblem: 'The access lasts that long already, so there is nothing to prolong.',
    });
    expect(taskOf(prolonging(60), 'expiry').state).toBe('cancelled');
    expect(taskOf(prolonging(91)).state).toBe('running');
  });

  it('counts a duration from delivery, and moves its end there', () => {
    const before = approvedRequest({ kind: 'duration', minutes: 60 });
    expect(taskOf(before, 'expiry')).toMatchObject({ state: 'scheduled', dueAt: plusMinutes(start, 60) });
    const at = plusMinutes(start, 10);
    const running = became(begun(before, at)).after;
    expect(taskOf(running, 'expiry').nextAttemptAt).toBe(plusMinutes(at, 60));
    const done = became(reported(running, delivered(plusMinutes(at, 1)), plusMinutes(at, 1))).after;
    expect(taskOf(done, 'expiry')).toMatchObject({ dueAt: plusMinutes(at, 61), nextAttemptAt: plusMinutes(at, 61) });
    expect(done.items[0]?.expiresAt).toBe(plusMinutes(at, 61));
  });

  it('does not end a duration that has not begun, and lets the end wait for a grant that is being performed', () => {
    const before = approvedRequest({ kind: 'duration', minutes: 60 });
    const waiting = became(reported(became(begun(before)).after, retry)).after;
    const later = plusMinutes(start, 60);
    const put = became(begun(waiting, later, {}, 'expiry'));
    expect(put.facts).toEqual([]);
    expect(taskOf(put.after, 'expiry')).toMatchObject({ state: 'scheduled', nextAttemptAt: plusMinutes(later, 60) });
    expect(taskOf(put.after)).toEqual(taskOf(waiting));
    const until = approvedRequest({ kind: 'until', endsAt: plusMinutes(start, 1) });
    const running = became(begun(until, plusMilliseconds(start, 59_000))).after;
    const behind = became(begun(running, plusMinutes(start, 1), {}, 'expiry')).after;
    expect(taskOf(behind, 'expiry').nextAttemptAt).toBe(plusMilliseconds(start, 75_000));
    expect(taskOf(behind)).toEqual(taskOf(running));
  });

  it('gives up a grant whose end has come, and removes what may have arrived', () => {
    const before = approvedRequest({ kind: 'until', endsAt: plusMinutes(start, 30) });
    const waiting = became(reported(became(begun(before)).after, { ...retry, afterMilliseconds: 3_600_000 })).after;
    const ended = became(begun(waiting, plusMinutes(start, 30), {}, 'expiry'));
    expect(ended.facts.map((fact) => fact.type)).toEqual([
      'fulfillment.refused',
      'request.completed',
      'fulfillment.started',
    ]);
    expect(ended.after.fulfillment.map((task) => task.state)).toEqual(['cancelled', 'running']);
    expect(ended.after.items[0]).toMatchObject({ state: 'failed' });
  });

  it.each([
    ['mine', 'connector', 'running'],
    ['unknown', 'connector', 'running'],
    ['others', 'connector', 'cancelled'],
    ['ended', 'connector', 'running'],
    ['ended', 'manual', 'cancelled'],
    ['mine', 'manual', 'byHand'],
  ] as const)(
    'at the end of access that is %s, in an application fulfilled by %s: %s (defects 1 and 4)',
    (grantIs, option, state) => {
      const done = became(
        reported(became(begun(approvedRequest({ kind: 'duration', minutes: 60 }))).after, delivered()),
      ).after;
      const ended = became(begun(done, plusMinutes(start, 60), { grantIs, option }, 'expiry')).after;
      expect(taskOf(ended, 'expiry').state).toBe(state);
      expect(ended.request.state).toBe('completed');
    },
  );

  it('records how late the end of access came', () => {
    const done = became(
      reported(became(begun(approvedRequest({ kind: 'duration', minutes: 60 }))).after, delivered()),
    ).after;
    const at = plusMilliseconds(start, 3_600_000 + 90_500);
    const running = became(begun(done, at, { grantIs: 'mine' }, 'expiry')).after;
    const { after, facts } = became(reported(running, delivered(at), at, 'me', 'expiry'));
    expect(taskOf(after, 'expiry')).toMatchObject({ state: 'done', latenessSeconds: 90 });
    expect(after.items[0]).toMatchObject({ state: 'fulfilled', expiredAt: at });
    expect(facts.at(-1)).toMatchObject({ type: 'access.expired', data: { latenessSeconds: 90 } });
    expect(after.request).toMatchObject({ state: 'completed', endedAt: start });
  });

  it('does not know a task of another request', () => {
    expect(
      startFulfillment(
        approvedRequest(),
        { fulfillmentTaskId: 'none' as FulfillmentTaskId, leaseOwner: 'me', leaseUntil: start },
        { ...world(), option: 'connector', beneficiaryWorksHere: true, entitlementExists: true, grantIs: 'unknown' },
      ),
    ).toMatchObject({ refusal: { code: 'fulfillment.notFound' } });
  });
});

describe('retryDelay', () => {
  it('is anything from a quarter of a second to a bound that doubles from two seconds to half an hour', () => {
    expect([1, 2, 3, 10, 11, 12, 5000].map((attempts) => retryDelay(attempts, null, 1))).toEqual(
      [2_000, 4_000, 8_000, 1_024_000, 1_800_000, 1_800_000, 1_800_000].map((bound) => 250 + bound),
    );
    expect([1, 12].map((attempts) => retryDelay(attempts, null, 0))).toEqual([250, 250]);
    expect(retryDelay(3, null, 0.5)).toBe(4_250);
  });

  it('is never shorter than the application asked for, up to a day', () => {
    expect(retryDelay(1, 60_000, 0)).toBe(60_250);
    expect(retryDelay(1, 60_000, 1)).toBe(62_250);
    expect(retryDelay(1, 365 * 86_400_000, 0)).toBe(86_400_250);
  });
});

describe('progress', () => {
  it('of all: actions taken out of those that are needed, not of those that could be taken', () => {
    const stages = [
      { state: 'approved' as const, needed: 1, taken: 1 },
      { state: 'open' as const, needed: 2, taken: 1 },
      { state: 'waiting' as const, needed: 1, taken: 0 },
      { state: 'closed' as const, needed: 3, taken: 0 },
    ];
    expect(progressOfAll(stages)).toEqual({ taken: 2, needed: 4, fraction: 0.5 });
    expect(progressOfAll([])).toEqual({ taken: 0, needed: 0, fraction: 1 });
  });

  it('of mine: what others have decided is not needed from me', () => {
    const tasks = (['approved', 'denied', 'open', 'closed'] as const).map((state) => ({ state }));
    expect(progressOfMine(tasks)).toEqual({ taken: 2, needed: 3, fraction: 2 / 3 });
    expect(progressOfMine([{ state: 'closed' }])).toEqual({ taken: 0, needed: 0, fraction: 1 });
  });
});

describe('the state of a request', () => {
  it.each([
    [{ inReview: 1, approved: 1, failed: 1 }, 'inReview'],
    [{ approved: 1, failed: 1, denied: 1 }, 'fulfilling'],
    [{ failed: 1, fulfilled: 1, denied: 1 }, 'completedWithFailures'],
    [{ fulfilled: 1, denied: 1, cancelled: 1 }, 'completed'],
    [{ denied: 1, cancelled: 1 }, 'denied'],
    [{ cancelled: 2 }, 'cancelled'],
  ] as const)('of items %j is %s', (counts, state) => {
    expect(requestStateOf(counts)).toBe(state);
  });
});

describe('words and ends', () => {
  it('says durations as people do', () => {
    expect([1, 90, 1440, 2_945].map(durationWords)).toEqual([
      '1 minute',
      '1 hour 30 minutes',
      '1 day',
      '2 days 1 hour 5 minutes',
    ]);
  });

  it('counts a duration from delivery and takes an end as it is', () => {
    expect(endOf({ kind: 'duration', minutes: 5 }, start)).toBe('2026-03-02T08:05:00.000Z');
    expect(endOf({ kind: 'until', endsAt: instant('2027-01-01') }, start)).toBe('2027-01-01T00:00:00.000Z');
    expect(endOf({ kind: 'permanent' }, start)).toBeNull();
  });
});
