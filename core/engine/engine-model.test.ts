/**
 * What must hold for the pure engine in whatever organisation, whatever is done in whatever order: random people,
 * owners, groups, absences, settings, policies and rules, and random commands of everybody. For each rule there is an
 * engine that breaks it, which its check must notice.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as broken from '#core/testing/model/broken-engines.ts';
import {
  absencesChangeNoOutcome,
  bulkIsOneByOne,
  compareWithoutAbsences,
  standInsDoNoMore,
} from '#core/testing/model/checks-of-many.ts';
import {
  decidersReviewItNow,
  nobodyDecidesTheirOwn,
  nothingChangesAfterTheEnd,
  oneEventForEachChange,
  progressIsHonest,
  provisionedOnlyWhenApproved,
  refusalsChangeNothing,
  sameCommandsSameState,
  serviceAccountsKeepTheirOwner,
  type Check,
} from '#core/testing/model/checks.ts';
import { realEngine, type Engine } from '#core/testing/model/engine.ts';
import { observe } from '#core/testing/model/observe.ts';
import { play } from '#core/testing/model/play.ts';
import {
  deliveries,
  histories,
  reviewsInMotion,
  reviewsWithAbsences,
  type History,
} from '#core/testing/model/steps.ts';
import { changeKey, lifecycle } from './lifecycle.ts';

const anything = fc.oneof(histories(60), deliveries(80), reviewsWithAbsences(60, true), reviewsInMotion(60));
const withoutSkips = reviewsWithAbsences(60, false);

function violates(check: Check, engine: Engine) {
  return (history: History) => {
    const problems = check(history, engine);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  };
}

/** The shortest history that breaks the rule, with the seed and path that bring it back (`fc.check(…, { seed, path })`). */
function counterexample(check: Check, over = anything): string | null {
  const details = fc.check(fc.property(over, violates(check, realEngine)), { numRuns: 300 });
  if (!details.failed) return null;
  const { seed, counterexamplePath, errorInstance } = details;
  const found = JSON.stringify(details.counterexample?.[0]);
  return `${String(errorInstance)}\nseed ${seed}, path ${counterexamplePath}\n${found}`;
}

/** How the broken engine was found out. */
function noticed(check: Check, engine: Engine, over = anything): string {
  const details = fc.check(fc.property(over, violates(check, engine)), { numRuns: 3000, seed: 4, endOnFailure: true });
  return details.failed ? String(details.errorInstance) : 'not noticed';
}

describe('whatever happens', () => {
  it('nobody ever decides their own request on any path, nor does who stands in for them (defect 8)', () => {
    expect(counterexample(nobodyDecidesTheirOwn)).toBeNull();
  });

  it('a service account is asked for as that of its owner alone, and nothing that is given makes it somebody else’s', () => {
    expect(counterexample(serviceAccountsKeepTheirOwner)).toBeNull();
  });

  it('whoever decides is among those who review it at that moment, or stands where one of them handed it on', () => {
    expect(counterexample(decidersReviewItNow)).toBeNull();
  });

  it('an item is provisioned only if every level it needed approved it under the policy in force (defects 2 and 7)', () => {
    expect(counterexample(provisionedOnlyWhenApproved)).toBeNull();
  });

  it('no command after a final state changes anything', () => {
    expect(counterexample(nothingChangesAfterTheEnd)).toBeNull();
  });

  it('the same commands in the same order give the same state', () => {
    expect(counterexample(sameCommandsSameState)).toBeNull();
  });

  it('every state change has exactly one audit event, and is in the table of the lifecycle', () => {
    expect(counterexample(oneEventForEachChange)).toBeNull();
  });

  it('a refusal changes nothing, and whatever changes raises the version', () => {
    expect(counterexample(refusalsChangeNothing)).toBeNull();
  });

  it('percentages stay within 0 and 1, never fall while no task is added, and reach 1 exactly when nothing is open', () => {
    expect(counterexample(progressIsHonest)).toBeNull();
  });

  it('bulk equals the same decisions one by one', () => {
    expect(counterexample(bulkIsOneByOne)).toBeNull();
  });

  it('whatever a stand-in decides, the person who is away could have decided, and it weighs the same', () => {
    expect(counterexample(standInsDoNoMore)).toBeNull();
  });

  it('with every absence removed, the same decisions by the original reviewers lead to the same states', () => {
    expect(counterexample(absencesChangeNoOutcome, withoutSkips)).toBeNull();
    const seen = fc.sample(withoutSkips, { numRuns: 300, seed: 4 });
    const compared = seen.reduce((sum, history) => sum + compareWithoutAbsences(history, realEngine).compared, 0);
    expect(compared).toBeGreaterThan(500);
  });
});

describe('a check notices an engine that', () => {
  it.each([
    [
      'plans a review as if somebody else had asked',
      nobodyDecidesTheirOwn,
      broken.plansAsIfSomebodyElseAsked,
      /got a task of .*, which concerns them/,
    ],
    ['reassigns to anybody', nobodyDecidesTheirOwn, broken.reassignsToAnybody, /got a task of .*, which concerns them/],
    ['escalates to anybody', nobodyDecidesTheirOwn, broken.escalatesToAnybody, /got a task of .*, which concerns them/],
    [
      'does not ask whom a decider stands in for',
      nobodyDecidesTheirOwn,
      broken.letsStandInsOfConcernedDecide,
      /decided .*, which concerns them/,
    ],
    [
      'lets anybody ask for a service account as theirs',
      serviceAccountsKeepTheirOwner,
      broken.asksForAnybodysAccount,
      /was asked for as .*'s/,
    ],
    [
      'gives to a service account that has found another owner',
      serviceAccountsKeepTheirOwner,
      broken.deliversToWhoeverOwnsIt,
      /(robot|batch) of .* became .*'s/,
    ],
    [
      'goes by the plan, whatever has become of the people in it',
      decidersReviewItNow,
      broken.goesByThePlanAlone,
      /who does not review it any more/,
    ],
    [
      'lets a stand-in go on after the absence',
      standInsDoNoMore,
      broken.letsDelegatesDecideForEver,
      /do not stand in any more/,
    ],
    [
      'takes one approval for all of a level',
      provisionedOnlyWhenApproved,
      broken.takesOneApprovalForAll,
      /without the approvals it needs/,
    ],
    [
      'asks the last policy first',
      provisionedOnlyWhenApproved,
      broken.asksTheLastPolicyFirst,
      /is not reviewed as|was not/,
    ],
    [
      'approves by itself what brings duties into conflict',
      provisionedOnlyWhenApproved,
      broken.approvesWhateverConflicts,
      /is not reviewed as/,
    ],
    [
      'cancels what has ended',
      nothingChangesAfterTheEnd,
      broken.cancelsWhatHasEnded,
      /(had ended|was dropped|was denied|was cancelled) and changed/,
    ],
    ['decides differently each time', sameCommandsSameState, broken.decidesDifferentlyEachTime, /came out in two ways/],
    ['forgets to say that something was cancelled', oneEventForEachChange, broken.forgetsToSay, /named by 0 facts/],
    ['says everything twice', oneEventForEachChange, broken.saysItTwice, /named by 2 facts/],
    [
      'makes of an expired item a cancelled one',
      oneEventForEachChange,
      broken.cancelsInsteadOfExpiring,
      /not in the table/,
    ],
    [
      'writes something before it refuses',
      refusalsChangeNothing,
      broken.writesBeforeItRefuses,
      /changed what it was given and was refused/,
    ],
    ['keeps the version of what it changed', refusalsChangeNothing, broken.keepsTheVersion, /in its version/],
    ['forgets the levels to come', progressIsHonest, broken.forgetsLevelsToCome, /the request (fell|is at)/],
    [
      'counts as mine what others decided',
      progressIsHonest,
      broken.countsWhatOthersDecided,
      /and has nothing to do|fell/,
    ],
    ['stops after the first task', bulkIsOneByOne, broken.stopsAfterTheFirst, /comes out differently/],
    ['lets the approval of a stand-in pass a level', standInsDoNoMore, broken.letsStandInsPassTheLevel, /weighs more/],
  ] as const)('%s', (_name, check, engine, message) => {
    expect(noticed(check, engine)).toMatch(message);
  });

  it('lets the approval of a stand-in do what that of a reviewer does not', () => {
    const found = noticed(absencesChangeNoOutcome, broken.letsStandInsPassTheLevel, withoutSkips);
    expect(found).toMatch(/with absences, .* without/);
  });
});

describe('the table of the lifecycle', () => {
  const played = {
    everything: () => seenIn(histories(60), 2000),
    'reviews with absences': () => seenIn(reviewsWithAbsences(60, true), 2000),
    'an organisation in motion': () => seenIn(reviewsInMotion(60), 2500),
    deliveries: () => seenIn(deliveries(100), 1500),
  };
  const seen = new Map<string, ReturnType<typeof seenIn>>();
  const seenOf = (name: keyof typeof played) => {
    const found = seen.get(name) ?? played[name]();
    seen.set(name, found);
    return found;
  };
  const names = Object.keys(played) as (keyof typeof played)[];

  it.each(names)('has all that happens in %s', { timeout: 120_000 }, (name) => {
    expect([...seenOf(name).violations]).toEqual([]);
  });

  it('has no line that never happens', () => {
    const keys = new Set(names.flatMap((name) => [...seenOf(name).keys]));
    const unseen = lifecycle.flatMap((command) =>
      command.lines
        .filter((line) => !line.from.some((from) => keys.has(changeKey(command, { ...line, from }))))
        .map((line) => changeKey(command, { ...line, from: line.from.join(' | ') })),
    );
    expect(unseen).toEqual([]);
  });
});

function seenIn(over: typeof anything, numRuns: number) {
  const keys = new Set<string>();
  const violations = new Set<string>();
  for (const history of fc.sample(over, { numRuns, seed: 7 }))
    for (const taken of play(history, realEngine)) {
      const observed = observe(taken);
      for (const key of observed.keys) keys.add(key);
      for (const violation of observed.violations) violations.add(violation);
    }
  return { keys, violations };
}
