/** What people, the clock and the organisation do in a random history. Numbers choose among whatever is there at that moment. */
import fc from 'fast-check';
import type { ConflictEffect } from '#core/domain/conflict-rule.ts';
import type { PolicyEffect } from '#core/domain/policy.ts';
import { verdicts, type TicketState, type Verdict } from '#core/domain/request.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import { effectWith, organisations, settingsWith } from './organisation.ts';
import type { World } from './world.ts';

export interface AskedLine {
  readonly beneficiary: number;
  /** Often people ask for themselves. */
  readonly forSelf: boolean;
  readonly entitlement: number;
  readonly removal: boolean;
  /** 0: permanent; 1: an hour from delivery; 2: three days from delivery; 3: until a fixed end. */
  readonly term: number;
  readonly later: boolean;
  /** The name of the service account it is for, in any letters; null: the person's own. */
  readonly serviceAccount: string | null;
}

export type Step =
  | { readonly kind: 'submit'; readonly who: number; readonly lines: readonly AskedLine[] }
  | { readonly kind: 'extend'; readonly item: number; readonly who: number; readonly term: number }
  | {
      readonly kind: 'decide';
      readonly task: number;
      /** Among the open tasks; else among all. */
      readonly open: boolean;
      /** As its reviewer; else as `who`. */
      readonly asReviewer: boolean;
      readonly who: number;
      readonly verdict: Verdict;
      readonly shorter: boolean;
      readonly stale: boolean;
    }
  | { readonly kind: 'bulk'; readonly who: number; readonly verdict: Verdict; readonly highRisk: boolean }
  | { readonly kind: 'cancel'; readonly request: number; readonly asRequester: boolean; readonly who: number }
  | { readonly kind: 'expire' | 'reconcile'; readonly request: number }
  | {
      readonly kind: 'reassign';
      readonly task: number;
      readonly asReviewer: boolean;
      readonly who: number;
      readonly to: number;
    }
  | { readonly kind: 'ask' | 'remind' | 'escalate'; readonly task: number; readonly who: number }
  | { readonly kind: 'answer'; readonly question: number; readonly who: number }
  | {
      readonly kind: 'away';
      readonly who: number;
      readonly delegate: number;
      /** Minutes from now; 0: it begins at once. */
      readonly from: number;
      /** Minutes from its beginning; null: until somebody ends it. */
      readonly lasts: number | null;
    }
  /** So much later, what absences are due to begin or to end does. */
  | { readonly kind: 'turn'; readonly minutes: number }
  | { readonly kind: 'back'; readonly delegation: number }
  | { readonly kind: 'move'; readonly who: number }
  | { readonly kind: 'start'; readonly task: number }
  | { readonly kind: 'lookAgain'; readonly task: number }
  | {
      readonly kind: 'record';
      readonly task: number;
      readonly outcome: 'done' | 'pending' | 'ticket' | 'retry' | 'failed';
      readonly late: boolean;
    }
  | { readonly kind: 'hear'; readonly task: number; readonly says: TicketState }
  | { readonly kind: 'sendAgain' | 'handToPerson' | 'byHandDone' | 'byHandNotPossible'; readonly task: number }
  | { readonly kind: 'endEarly' | 'notRenew'; readonly item: number; readonly who: number }
  | { readonly kind: 'pass'; readonly minutes: number }
  | { readonly kind: 'leave' | 'entitlementGone'; readonly who: number }
  | { readonly kind: 'manager' | 'owner' | 'link'; readonly who: number; readonly to: number }
  | { readonly kind: 'settings'; readonly application: number; readonly settings: ReviewSettings }
  | { readonly kind: 'option'; readonly application: number }
  | { readonly kind: 'policy'; readonly policy: number; readonly effect: PolicyEffect }
  | { readonly kind: 'rule'; readonly rule: number; readonly effect: ConflictEffect };

const small = fc.nat({ max: 30 });
const mostly = fc.constantFrom(true, true, true, true, true, false);
const seldom = fc.constantFrom(true, false, false, false, false, false);
const verdict = fc.constantFrom<Verdict>('approve', 'approve', 'approve', 'approve', 'approve', ...verdicts);

const line: fc.Arbitrary<AskedLine> = fc.record({
  beneficiary: small,
  forSelf: fc.boolean(),
  entitlement: small,
  removal: seldom,
  term: fc.nat({ max: 3 }),
  later: seldom,
  serviceAccount: fc.constantFrom(null, null, null, null, null, 'robot', 'Robot', 'batch', 'batch'),
});

const of = <Kind extends string>(...kinds: readonly Kind[]) => fc.constantFrom(...kinds);

const submit: fc.Arbitrary<Step> = fc.record({
  kind: of('submit'),
  who: small,
  lines: fc.array(line, { minLength: 1, maxLength: 3 }),
});
const decide: fc.Arbitrary<Step> = fc.record({
  kind: of('decide'),
  task: small,
  open: mostly,
  asReviewer: mostly,
  who: small,
  verdict,
  shorter: seldom,
  stale: seldom,
});
const bulk: fc.Arbitrary<Step> = fc.record({ kind: of('bulk'), who: small, verdict, highRisk: fc.boolean() });
const ends: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: of('cancel'), request: small, asRequester: mostly, who: small }),
  fc.record({ kind: of('expire'), request: small }),
);
const away: fc.Arbitrary<Step> = fc.record({
  kind: of('away'),
  who: small,
  delegate: small,
  from: fc.constantFrom(0, 0, 0, 10, 60),
  lasts: fc.constantFrom(null, null, 10, 90),
});
const absences: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: away },
  fc.record({ kind: of('turn'), minutes: fc.constantFrom(0, 10, 60) }),
  fc.record({ kind: of('back'), delegation: small }),
  fc.record({ kind: of('move'), who: small }),
  fc.record({ kind: of('move'), who: small }),
);
const tasks: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: of('reassign'), task: small, asReviewer: mostly, who: small, to: small }),
  fc.record({ kind: of('ask', 'remind', 'escalate', 'escalate'), task: small, who: small }),
  fc.record({ kind: of('answer'), question: small, who: small }),
);
function delivery(faults: 'some' | 'many'): fc.Arbitrary<Step> {
  const outcome =
    faults === 'some'
      ? of('done', 'done', 'done', 'pending', 'ticket', 'ticket', 'retry', 'failed')
      : of('done', 'pending', 'ticket', 'retry', 'retry', 'failed');
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: of('start'), task: small }) },
    { weight: 1, arbitrary: fc.record({ kind: of('lookAgain'), task: small }) },
    { weight: 4, arbitrary: fc.record({ kind: of('record'), task: small, outcome, late: seldom }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: of('hear'), task: small, says: of('open', 'done', 'done', 'rejected') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: of('sendAgain', 'handToPerson', 'byHandDone', 'byHandDone', 'byHandNotPossible'),
        task: small,
      }),
    },
  );
}
const held: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: of('endEarly', 'notRenew'), item: small, who: small }),
  fc.record({ kind: of('extend'), item: small, who: small, term: fc.nat({ max: 3 }) }),
  fc.record({ kind: of('extend'), item: small, who: small, term: fc.nat({ max: 3 }) }),
);
const passing: fc.Arbitrary<Step> = fc.record({ kind: of('pass'), minutes: fc.constantFrom(1, 10, 90, 1500, 1500) });

function changes(skips: boolean): fc.Arbitrary<Step> {
  return fc.oneof(
    fc.record({ kind: of('leave', 'entitlementGone'), who: small }),
    fc.record({ kind: of('manager', 'owner', 'link'), who: small, to: small }),
    fc.record({ kind: of('settings'), application: small, settings: settingsWith(skips) }),
    fc.record({ kind: of('option'), application: small }),
    fc.record({ kind: of('option'), application: small }),
    fc.record({ kind: of('policy'), policy: small, effect: effectWith(skips) }),
    fc.record({ kind: of('rule'), rule: small, effect: of<ConflictEffect>('warn', 'requireLevel', 'forbid') }),
  );
}

export interface History {
  readonly world: World;
  readonly steps: readonly Step[];
}

/** Everything, with an eye on reviews. */
export function histories(length: number): fc.Arbitrary<History> {
  const step = fc.oneof(
    { weight: 7, arbitrary: submit },
    { weight: 16, arbitrary: decide },
    { weight: 1, arbitrary: bulk },
    { weight: 1, arbitrary: ends },
    { weight: 5, arbitrary: absences },
    { weight: 5, arbitrary: tasks },
    { weight: 20, arbitrary: delivery('some') },
    { weight: 4, arbitrary: held },
    { weight: 5, arbitrary: passing },
    { weight: 4, arbitrary: changes(true) },
    { weight: 3, arbitrary: fc.record({ kind: of('reconcile'), request: small }) },
  );
  return historyOf(organisations(), step, length);
}

/** Everything is approved by itself, and what is given is mostly temporary: what becomes of it in the applications then. */
export function deliveries(length: number): fc.Arbitrary<History> {
  const step = fc.oneof(
    { weight: 3, arbitrary: submit },
    { weight: 20, arbitrary: delivery('many') },
    { weight: 8, arbitrary: held },
    { weight: 6, arbitrary: passing },
    { weight: 3, arbitrary: fc.record({ kind: of('option'), application: small }) },
    { weight: 1, arbitrary: fc.record({ kind: of('leave', 'entitlementGone'), who: small }) },
    { weight: 2, arbitrary: fc.record({ kind: of('link'), who: small, to: small }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: of('rule'), rule: small, effect: of<ConflictEffect>('warn', 'forbid') }),
    },
  );
  return historyOf(organisations().map(approvingByItself), step, length);
}

function approvingByItself(world: World): World {
  return {
    ...world,
    policies: [],
    rules: world.rules.slice(0, 1).map((rule) => ({ ...rule, state: 'active', effect: 'warn' })),
    entitlements: world.entitlements.map((one) => ({ ...one, reviewSettings: null })),
    applications: world.applications.map((one) => ({
      ...one,
      reviewSettings: { ...one.reviewSettings, approval: 'auto' },
    })),
  };
}

/** People leave, managers and owners change, and reviews follow. */
export function reviewsInMotion(length: number): fc.Arbitrary<History> {
  const step = fc.oneof(
    { weight: 4, arbitrary: submit },
    { weight: 8, arbitrary: decide },
    { weight: 4, arbitrary: absences },
    { weight: 2, arbitrary: tasks },
    { weight: 2, arbitrary: passing },
    { weight: 2, arbitrary: fc.record({ kind: of('escalate'), task: small, who: small }) },
    { weight: 2, arbitrary: fc.record({ kind: of('leave'), who: small }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: of('manager', 'owner', 'manager', 'owner', 'link'), who: small, to: small }),
    },
    { weight: 8, arbitrary: fc.record({ kind: of('reconcile'), request: small }) },
  );
  return historyOf(organisations(), step, length);
}

/** Reviews and absences alone. Where nobody is skipped, what is decided can be decided again without the absences. */
export function reviewsWithAbsences(length: number, skips: boolean): fc.Arbitrary<History> {
  const step = fc.oneof(
    { weight: 3, arbitrary: submit },
    { weight: 12, arbitrary: decide },
    { weight: 6, arbitrary: absences },
  );
  return historyOf(organisations(skips), step, length);
}

/** Begins with a request, so that there is something to do. */
function historyOf(world: fc.Arbitrary<World>, step: fc.Arbitrary<Step>, length: number): fc.Arbitrary<History> {
  return fc
    .record({ world, first: submit, rest: fc.array(step, { minLength: 5, maxLength: length, size: 'max' }) })
    .map(({ first, rest, ...made }) => ({ ...made, steps: [first, ...rest] }));
}
