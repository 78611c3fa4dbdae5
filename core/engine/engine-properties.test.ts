/**
 * What must hold for the pure engine whatever is done to it in whatever order: random requests with up to
 * three levels, plans that name the requester too, and commands of everybody, sensible or not.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditFact } from '#core/domain/audit.ts';
import type { ApplicationId, DecisionId, CommandId, EmployeeId } from '#core/domain/ids.ts';
import { plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { FulfillmentEvidence, RequestItem, Term } from '#core/domain/request.ts';
import {
  circumstances,
  asPlanned,
  person,
  requestInReview,
  start,
  type BuiltItem,
} from '#core/testing/engine-builders.ts';
import { cancel, decide } from './decide.ts';
import { completeByHand, sendAgain } from './fulfill-by-person.ts';
import { recordAttempt, type AttemptOutcome } from './record-attempt.ts';
import { startFulfillment } from './start-fulfillment.ts';
import { progressOfAll, progressOfMine } from './progress.ts';
import { isFinal, itemCounts, requestStateOf } from './request-state.ts';
import { isInterested } from './reviewers.ts';
import type { RequestAggregate, TransitionResult } from './state.ts';
import { verdictOf } from './verdict.ts';

const people = ['requester', 'beneficiary', 'manager', 'owner', 'administrator'].map(person);
const requester = people[0] as EmployeeId;

type Step =
  | {
      readonly kind: 'decide';
      readonly task: number;
      readonly asReviewer: boolean;
      readonly who: number;
      readonly verdict: 'approve' | 'deny';
      readonly basedOn: number | null;
      readonly option: 'connector' | 'manual';
    }
  | { readonly kind: 'cancel'; readonly who: number; readonly isAdministrator: boolean }
  | {
      readonly kind: 'start';
      readonly task: number;
      readonly works: boolean;
      readonly exists: boolean;
      readonly option: 'connector' | 'manual';
      readonly grantIs: 'mine' | 'others' | 'ended' | 'unknown';
    }
  | {
      readonly kind: 'record';
      readonly task: number;
      readonly mine: boolean;
      readonly outcome: 'done' | 'retry' | 'failed';
    }
  | { readonly kind: 'sendAgain' | 'byHandDone' | 'byHandNotPossible'; readonly task: number }
  | { readonly kind: 'pass'; readonly minutes: number }
  /** Somebody writes into the tables past the engine: approved, without decisions. */
  | { readonly kind: 'forge'; readonly item: number; readonly state: 'ready' | 'byHand' }
  /** A decision of somebody concerned is written into the tables past the engine. */
  | { readonly kind: 'plant'; readonly item: number; readonly who: number };

const small = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      task: small,
      asReviewer: fc.constantFrom(true, true, true, false),
      who: small,
      verdict: fc.constantFrom(
        'approve' as const,
        'approve' as const,
        'approve' as const,
        'approve' as const,
        'deny' as const,
      ),
      basedOn: fc.constantFrom(null, null, null, 0, 1, 5),
      option: fc.constantFrom('connector' as const, 'connector' as const, 'manual' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cancel' as const),
      who: small,
      isAdministrator: fc.constantFrom(true, false, false, false),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      task: small,
      works: fc.constantFrom(true, true, true, false),
      exists: fc.constantFrom(true, true, true, false),
      option: fc.constantFrom('connector' as const, 'connector' as const, 'manual' as const),
      grantIs: fc.constantFrom('mine' as const, 'others' as const, 'ended' as const, 'unknown' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      task: small,
      mine: fc.constantFrom(true, true, false),
      outcome: fc.constantFrom('done' as const, 'done' as const, 'retry' as const, 'failed' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('sendAgain' as const, 'byHandDone' as const, 'byHandNotPossible' as const),
      task: small,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(1, 30, 120) }) },
);
const tampering: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('forge' as const),
    item: small,
    state: fc.constantFrom('ready' as const, 'byHand' as const),
  }),
  fc.record({ kind: fc.constant('plant' as const), item: small, who: fc.constantFrom(0, 1) }),
);

const term: fc.Arbitrary<Term> = fc.constantFrom<Term>(
  { kind: 'permanent' },
  { kind: 'duration', minutes: 60 },
  { kind: 'until', endsAt: plusMilliseconds(start, 45 * 60_000) },
);
const item: fc.Arbitrary<BuiltItem> = fc
  .record({
    action: fc.constantFrom('GRANT' as const, 'GRANT' as const, 'REVOKE' as const),
    beneficiary: fc.constantFrom(requester, people[1] as EmployeeId),
    term,
    // Plans are not what the rules about deciders rest on: these name the people concerned too.
    levels: fc.array(
      fc.record({
        reviewers: fc.uniqueArray(fc.constantFrom(...people), { minLength: 1, maxLength: 3 }),
        needed: fc.constantFrom(1, 1, 1, 2),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map((built) => (built.action === 'REVOKE' ? { ...built, term: { kind: 'permanent' } } : built));

const scenario = (steps: fc.Arbitrary<Step>) =>
  fc.record({
    items: fc.array(item, { minLength: 1, maxLength: 3 }),
    steps: fc.array(steps, { minLength: 20, maxLength: 60, size: 'max' }),
  });
type Scenario = { readonly items: readonly BuiltItem[]; readonly steps: readonly Step[] };

interface Taken {
  readonly step: Step;
  readonly before: RequestAggregate;
  readonly after: RequestAggregate;
  readonly facts: readonly AuditFact[];
  readonly refused: boolean;
}

/** Plays a scenario, and answers with every step that was taken. */
function play({ items, steps }: Scenario): readonly Taken[] {
  let aggregate = requestInReview(requester, items);
  let now = start;
  const world = circumstances();
  return steps.map((each): Taken => {
    const before = aggregate;
    if (each.kind === 'pass') now = plusMilliseconds(now, each.minutes * 60_000);
    const result =
      each.kind === 'pass'
        ? null
        : each.kind === 'forge' || each.kind === 'plant'
          ? tamper(before, each, now)
          : transition(before, each, now, world);
    if (result === null || 'request' in result) {
      aggregate = result ?? before;
      return { step: each, before, after: aggregate, facts: [], refused: false };
    }
    if (result.outcome === 'done') aggregate = result.value.after;
    return {
      step: each,
      before,
      after: aggregate,
      facts: result.outcome === 'done' ? result.value.facts : [],
      refused: result.outcome === 'refused',
    };
  });
}

const at = <Value>(list: readonly Value[], index: number): Value | undefined =>
  list.length === 0 ? undefined : list[index % list.length];

function transition(
  before: RequestAggregate,
  each: Exclude<Step, { readonly kind: 'pass' | 'forge' | 'plant' }>,
  now: Instant,
  world: ReturnType<typeof circumstances>,
): TransitionResult | null {
  const told = world.at(now);
  if (each.kind === 'cancel')
    return cancel(
      before,
      { reason: null },
      { ...told, employeeId: at(people, each.who) as EmployeeId, isAdministrator: each.isAdministrator },
    );
  if (each.kind === 'decide') {
    const task = at(before.tasks, each.task);
    if (task === undefined) return null;
    const deciderId = each.asReviewer ? task.reviewerId : (at(people, each.who) as EmployeeId);
    return decide(
      before,
      { taskId: task.id, verdict: each.verdict, reason: 'because', basedOn: each.basedOn },
      { ...told, ...asPlanned, deciderId, fulfillment: each.option },
    );
  }
  const task = at(before.fulfillment, each.task);
  if (task === undefined) return null;
  switch (each.kind) {
    case 'start':
      return startFulfillment(
        before,
        { fulfillmentTaskId: task.id, leaseOwner: 'me', leaseUntil: plusMilliseconds(now, 120_000) },
        {
          ...told,
          option: each.option,
          beneficiaryWorksHere: each.works,
          entitlementExists: each.exists,
          grantIs: each.grantIs,
        },
      );
    case 'record': {
      const outcome: AttemptOutcome =
        each.outcome === 'done'
          ? { kind: 'done', evidence: evidenceAt(now) }
          : each.outcome === 'retry'
            ? { kind: 'retry', problem: 'busy', afterMilliseconds: null, jitter: 0.5 }
            : { kind: 'failed', problem: 'no', mayHaveHappened: false };
      return recordAttempt(
        before,
        { fulfillmentTaskId: task.id, leaseOwner: each.mine ? 'me' : 'another', outcome },
        told,
      );
    }
    case 'sendAgain':
      return sendAgain(before, task.id, told);
    case 'byHandDone':
    case 'byHandNotPossible':
      return completeByHand(
        before,
        { fulfillmentTaskId: task.id, outcome: each.kind === 'byHandDone' ? 'done' : 'notPossible', note: 'by hand' },
        {
          ...told,
          beneficiaryWorksHere: true,
          entitlementExists: true,
          evidence: { ...evidenceAt(now), outcome: 'byHand', readBackAt: null },
        },
      );
  }
}

function evidenceAt(now: Instant): FulfillmentEvidence {
  return {
    outcome: 'applied',
    accountId: null,
    accountCreated: false,
    grantId: null,
    heldAfterwards: true,
    readBackAt: now,
    source: 'test',
    facts: {},
  };
}

function tamper(
  before: RequestAggregate,
  each: Extract<Step, { readonly kind: 'forge' | 'plant' }>,
  now: Instant,
): RequestAggregate {
  const target = at(before.items, each.item) as RequestItem;
  if (each.kind === 'plant') {
    const stage = before.stages.find((candidate) => candidate.itemId === target.id);
    const decision = {
      id: `planted-${before.decisions.length}` as DecisionId,
      requestId: target.requestId,
      itemId: target.id,
      stageId: stage?.id ?? null,
      taskId: null,
      deciderId: at(people, each.who) as EmployeeId,
      automatic: null,
      verdict: 'approve' as const,
      reason: null,
      shortenedTo: null,
      decidedAt: now,
      commandId: 'planted' as CommandId,
    };
    return { ...before, decisions: [...before.decisions, decision] };
  }
  if (before.fulfillment.some((task) => task.itemId === target.id)) return before;
  const forged = {
    id: `forged-${target.id}`,
    requestId: target.requestId,
    itemId: target.id,
    applicationId: 'application' as ApplicationId,
    beneficiaryId: target.beneficiaryId,
    entitlementId: target.entitlementId,
    effect: target.action === 'GRANT' ? 'grant' : 'revoke',
    cause: 'decision',
    state: each.state,
    dueAt: now,
    nextAttemptAt: each.state === 'ready' ? now : null,
    attempts: 0,
    leaseOwner: null,
    leaseUntil: null,
    lastProblem: null,
    evidence: null,
    endedAt: null,
    latenessSeconds: null,
  };
  return {
    ...before,
    items: before.items.map((other) => (other.id === target.id ? { ...other, state: 'approved' } : other)),
    fulfillment: [...before.fulfillment, forged as never],
  };
}

const check = (property: fc.IProperty<[Scenario]>, numRuns = 300) => fc.assert(property, { numRuns });
const honest = scenario(step);
const tampered = scenario(fc.oneof({ weight: 40, arbitrary: step }, { weight: 1, arbitrary: tampering }));

describe('whatever happens', () => {
  it('nobody decides what they asked for or receive, on any path, whatever the plan says (defect 8)', () => {
    let decided = 0;
    check(
      fc.property(honest, (played) => {
        for (const { after } of play(played)) {
          decided += after.decisions.length;
          for (const decision of after.decisions) {
            const of = after.items.find((candidate) => candidate.id === decision.itemId)!;
            expect(isInterested(decision.deciderId!, { requesterId: requester, beneficiaryId: of.beneficiaryId })).toBe(
              false,
            );
            // And only who the plan names.
            const stage = after.stages.find((candidate) => candidate.id === decision.stageId)!;
            expect(of.plan.levels[stage.level - 1]!.reviewers).toContain(decision.deciderId);
          }
        }
      }),
    );
    expect(decided).toBeGreaterThan(500);
  });

  it('a request that has ended changes no more, but for the end of its temporary access', () => {
    let ended = 0;
    check(
      fc.property(honest, (played) => {
        for (const { before, after, refused, step: each } of play(played)) {
          if (!isFinal(before.request.state)) continue;
          ended += 1;
          expect({ ...after.request, version: 0 }).toEqual({ ...before.request, version: 0 });
          expect([after.stages, after.tasks, after.decisions]).toEqual([before.stages, before.tasks, before.decisions]);
          const withoutEnd = (aggregate: RequestAggregate) =>
            aggregate.items.map((one) => ({ ...one, expiredAt: null, changedInVersion: 0 }));
          expect(withoutEnd(after)).toEqual(withoutEnd(before));
          // What was done by hand stops waiting to be seen when its access ends; it never starts to wait again.
          const delivered = (aggregate: RequestAggregate) =>
            aggregate.fulfillment.filter((task) => task.cause === 'decision');
          for (const task of delivered(after)) {
            const { unconfirmedSince } = delivered(before).find((other) => other.id === task.id)!;
            expect([null, unconfirmedSince]).toContain(task.unconfirmedSince);
          }
          const withoutWait = (aggregate: RequestAggregate) =>
            delivered(aggregate).map((task) => ({ ...task, unconfirmedSince: null }));
          expect(withoutWait(after)).toEqual(withoutWait(before));
          const byPerson = each.kind === 'decide' || each.kind === 'cancel';
          expect(!byPerson || refused || before === after).toBe(true);
        }
      }),
    );
    expect(ended).toBeGreaterThan(50);
  });

  it('the same commands in the same order make the same state and the same trail', () => {
    check(
      fc.property(honest, (played) => {
        expect(play(played)).toEqual(play(played));
      }),
    );
  });

  it('a refusal changes nothing, and whatever changes raises the version', () => {
    check(
      fc.property(honest, (played) => {
        for (const { before, after, refused, step: each } of play(played)) {
          const nothing = refused || each.kind === 'pass';
          expect(!nothing || after === before).toBe(true);
          expect(after === before || after.request.version > before.request.version).toBe(true);
          for (const one of after.items) expect(one.changedInVersion).toBeLessThanOrEqual(after.request.version);
        }
      }),
    );
  });

  /**
   * A fact names a change when its type and data say which row came into which state. States that follow from
   * others by rule (a stage from its decisions, a closed task from its stage, `fulfilling` from the items)
   * are named by the fact that caused them; the rest each have exactly one of their own:
   *   item approved | denied | cancelled   item.*            item fulfilled   access.granted | access.removed
   *   item failed   fulfillment.refused (cause decision)     request's end    request.*
   *   a reviewer's task approved | denied  review.*          a fulfillment task   fulfillment.*, access.*
   */
  it('every change of a state is named by exactly one fact of the trail, and no fact names a change that was not', () => {
    check(
      fc.property(honest, (played) => {
        for (const { before, after, facts } of play(played)) {
          const expected: string[] = [];
          for (const one of after.items) {
            const old = before.items.find((other) => other.id === one.id)!;
            if (old.state === one.state) continue;
            if (one.state === 'fulfilled')
              expected.push(`${one.id} ${one.action === 'GRANT' ? 'access.granted' : 'access.removed'}`);
            else if (one.state === 'failed') expected.push(`${one.id} fulfillment.refused decision`);
            else expected.push(`${one.id} item.${one.state}`);
          }
          for (const task of after.tasks) {
            const old = before.tasks.find((other) => other.id === task.id);
            if (old !== undefined && old.state !== task.state && task.state !== 'closed')
              expected.push(`${task.itemId} review.${task.state}`);
          }
          for (const task of after.fulfillment) {
            const old = before.fulfillment.find((other) => other.id === task.id);
            if (old?.state === task.state) continue;
            if (old === undefined) {
              if (task.state === 'byHand') expected.push(`${task.itemId} fulfillment.handedToPerson`);
            } else if (task.state === 'done') {
              if (task.cause === 'expiry') expected.push(`${task.itemId} access.expired`);
            } else if (task.state === 'cancelled') {
              // Cancelled with its item, by the fact that names the item's failure; by itself, by one of its own.
              const failedNow = (aggregate: RequestAggregate) =>
                aggregate.items.find((one) => one.id === task.itemId)!.state === 'failed';
              if (task.cause === 'expiry' && (failedNow(before) || !failedNow(after)))
                expected.push(`${task.itemId} fulfillment.refused expiry`);
            } else {
              const names: Record<string, string> = {
                running: 'started',
                waiting: 'retrying',
                failed: 'failed',
                byHand: 'handedToPerson',
                ready: 'sentAgain',
              };
              expected.push(`${task.itemId} fulfillment.${names[task.state]}`);
            }
          }
          if (isFinal(after.request.state) && !isFinal(before.request.state)) {
            const names: Record<string, string> = {
              completed: 'completed',
              completedWithFailures: 'completed',
              denied: 'denied',
              cancelled: 'cancelled',
            };
            expected.push(`null request.${names[after.request.state]}`);
          }
          const told = facts
            // A lease that is taken over is an attempt more, in the same state.
            .filter(
              (one) =>
                !(
                  one.type === 'fulfillment.started' &&
                  before.fulfillment.find((task) => task.id === one.data['fulfillmentTaskId'])?.state === 'running'
                ),
            )
            .map(
              (one) =>
                `${one.itemId} ${one.type}${one.type === 'fulfillment.refused' ? ` ${String(one.data['cause'])}` : ''}`,
            );
          expect(told.toSorted()).toEqual(expected.toSorted());
        }
      }),
    );
  });

  it('the request is what its items make of it', () => {
    check(
      fc.property(honest, (played) => {
        for (const { after } of play(played)) {
          expect(after.request.state).toBe(requestStateOf(itemCounts(after)));
          expect(after.request.endedAt === null).toBe(!isFinal(after.request.state));
        }
      }),
    );
  });

  it('progress is within 0 and 1, and 1 exactly when nothing is open', () => {
    check(
      fc.property(honest, (played) => {
        for (const { after } of play(played)) {
          const all = progressOfAll(
            after.stages.map((stage) => ({
              ...stage,
              taken: after.decisions.filter((decision) => decision.stageId === stage.id).length,
            })),
          );
          const someOpen = after.stages.some((stage) => stage.state === 'open' || stage.state === 'waiting');
          expect(all.fraction).toBeGreaterThanOrEqual(0);
          expect(all.fraction).toBeLessThanOrEqual(1);
          expect(all.fraction === 1).toBe(!someOpen);
          for (const who of people) {
            const mine = after.tasks.filter((task) => task.reviewerId === who);
            const { fraction } = progressOfMine(mine);
            expect(fraction).toBeGreaterThanOrEqual(0);
            expect(fraction === 1).toBe(mine.every((task) => task.state !== 'open'));
          }
        }
      }),
    );
  });

  it('nothing is started, or done by hand, that the decisions do not approve, whatever was written into the tables (defect 2)', () => {
    let started = 0;
    let byHand = 0;
    let kept = 0;
    let refusedByHand = 0;
    check(
      fc.property(tampered, (played) => {
        for (const { before, after, refused, step: each } of play(played)) {
          for (const task of after.fulfillment) {
            const old = before.fulfillment.find((other) => other.id === task.id);
            const begun = task.state === 'running' && old?.attempts !== task.attempts;
            const doneByHand = task.state === 'done' && old?.state !== 'done' && old?.state !== 'running';
            if (task.cause !== 'decision' || !(begun || doneByHand)) continue;
            if (begun) started += 1;
            else byHand += 1;
            const of = before.items.find((one) => one.id === task.itemId)!;
            expect(verdictOf(before, of)).toBe('approved');
            // Said independently of verdictOf: each level has its approvals, by planned people who are not concerned.
            for (const level of of.plan.levels) {
              const stage = before.stages.find((one) => one.itemId === of.id && one.level === level.level)!;
              const approvals = new Set(
                before.decisions
                  .filter(
                    (one) =>
                      one.stageId === stage.id &&
                      one.verdict === 'approve' &&
                      level.reviewers.includes(one.deciderId!) &&
                      one.deciderId !== requester &&
                      one.deciderId !== of.beneficiaryId,
                  )
                  .map((one) => one.deciderId),
              );
              expect(approvals.size).toBeGreaterThanOrEqual(level.needed);
            }
          }
          if (after.fulfillment.some((task) => task.id.startsWith('forged') && task.state === 'cancelled')) kept += 1;
          if (refused && each.kind === 'byHandDone' && at(before.fulfillment, each.task)?.id.startsWith('forged'))
            refusedByHand += 1;
        }
      }),
      3000,
    );
    expect(started).toBeGreaterThan(10);
    expect(byHand).toBeGreaterThan(5);
    expect(kept).toBeGreaterThan(5);
    expect(refusedByHand).toBeGreaterThan(5);
  });

  it('temporary access has its end in the tables before its grant is started, and keeps it until it ended', () => {
    let seen = 0;
    check(
      fc.property(honest, (played) => {
        for (const { after } of play(played)) {
          for (const task of after.fulfillment) {
            const of = after.items.find((one) => one.id === task.itemId)!;
            if (
              task.cause !== 'decision' ||
              of.action !== 'GRANT' ||
              of.term.kind === 'permanent' ||
              !['running', 'done'].includes(task.state)
            )
              continue;
            seen += 1;
            const end = after.fulfillment.find((other) => other.itemId === of.id && other.cause === 'expiry');
            expect(end).toBeDefined();
            const toCome = end!.state === 'scheduled' && of.state === 'fulfilled';
            expect(!toCome || end!.nextAttemptAt === of.expiresAt).toBe(true);
          }
        }
      }),
      1000,
    );
    expect(seen).toBeGreaterThan(30);
  });
});
