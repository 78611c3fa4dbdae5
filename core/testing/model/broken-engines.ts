/** Engines with one rule broken each, so that a check can be seen to notice. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { RequestItem } from '#core/domain/request.ts';
import type { RequestAggregate, TransitionResult } from '#core/engine/state.ts';
import { ownerOf } from '#core/engine/hand-over.ts';
import { realEngine, type Engine } from './engine.ts';

const asPlanned = (item: RequestItem) => item.plan.levels;
const nobody = 'nobody' as EmployeeId;
const noDelegates: ReadonlySet<EmployeeId> = new Set();

/** What came of it, with the aggregate changed afterwards. */
function afterwards(result: TransitionResult, change: (after: RequestAggregate) => RequestAggregate): TransitionResult {
  return result.outcome === 'refused'
    ? result
    : { outcome: 'done', value: { ...result.value, after: change(result.value.after) } };
}

/** Runs a transition on a request that concerns nobody. */
function unconcerned(before: RequestAggregate, run: (blind: RequestAggregate) => TransitionResult): TransitionResult {
  const blind: RequestAggregate = {
    ...before,
    request: { ...before.request, requesterId: nobody },
    items: before.items.map((item) => ({ ...item, beneficiaryId: nobody })),
  };
  return afterwards(run(blind), (after) => ({
    ...after,
    request: { ...after.request, requesterId: before.request.requesterId },
    items: itemsLike(after, before, (item, old) => ({ ...item, beneficiaryId: old.beneficiaryId })),
  }));
}

function itemsLike(
  after: RequestAggregate,
  before: RequestAggregate,
  change: (item: RequestItem, old: RequestItem) => RequestItem,
): readonly RequestItem[] {
  return after.items.map((item) => change(item, before.items.find((old) => old.id === item.id) ?? item));
}

/** Runs a transition as if one approval made every level. */
function oneSuffices(before: RequestAggregate, run: (easy: RequestAggregate) => TransitionResult): TransitionResult {
  const easy: RequestAggregate = {
    ...before,
    items: before.items.map((item) => ({
      ...item,
      plan: { ...item.plan, levels: item.plan.levels.map((level) => ({ ...level, needed: 1 })) },
    })),
  };
  return afterwards(run(easy), (after) => ({
    ...after,
    items: itemsLike(after, before, (item, old) => ({ ...item, plan: old.plan })),
  }));
}

const { submit, decide, decideTasks, reassign, cancel, expireUndecided, escalate, startFulfillment, completeByHand } =
  realEngine;

export const plansAsIfSomebodyElseAsked: Engine = {
  ...realEngine,
  submit: (submission, facts) =>
    afterwards(submit(submission, { ...facts, requesterId: nobody, delegates: new Map() }), (after) => ({
      ...after,
      request: { ...after.request, requesterId: facts.requesterId },
    })),
};

export const reassignsToAnybody: Engine = {
  ...realEngine,
  reassign: (before, command, facts) =>
    unconcerned(before, (blind) => reassign(blind, command, { ...facts, concernedDelegates: noDelegates })),
};

export const escalatesToAnybody: Engine = {
  ...realEngine,
  escalate: (before, taskId, facts) => {
    const unchecked = { ...facts, concernedDelegates: noDelegates };
    if (escalate(before, taskId, facts) === null) return null;
    return unconcerned(
      before,
      (blind) =>
        escalate(blind, taskId, unchecked) ?? { outcome: 'refused', refusal: { code: 'task.notFound', message: '' } },
    );
  },
};

export const letsStandInsOfConcernedDecide: Engine = {
  ...realEngine,
  decide: (before, command, facts) => {
    const result = decide(before, command, facts);
    return result.outcome === 'refused' && result.refusal.code === 'decision.ownRequest'
      ? unconcerned(before, (blind) =>
          decide(blind, command, { ...facts, concernedDelegates: noDelegates, levelsNow: asPlanned }),
        )
      : result;
  },
};

export const takesOneApprovalForAll: Engine = {
  ...realEngine,
  decide: (before, command, facts) => oneSuffices(before, (easy) => decide(easy, command, facts)),
};

export const asksTheLastPolicyFirst: Engine = {
  ...realEngine,
  submit: (submission, facts) =>
    submit(submission, { ...facts, policies: facts.policies.map((one) => ({ ...one, position: -one.position })) }),
};

export const approvesWhateverConflicts: Engine = {
  ...realEngine,
  submit: (submission, facts) => submit(submission, { ...facts, conflictRules: new Map() }),
};

export const cancelsWhatHasEnded: Engine = {
  ...realEngine,
  cancel: (before, command, facts) =>
    cancel(
      {
        ...before,
        request: { ...before.request, state: 'inReview', endedAt: null },
        items: before.items.map((item) => ({ ...item, state: 'inReview' })),
      },
      command,
      { ...facts, isAdministrator: true },
    ),
};

let count = 0;
export const decidesDifferentlyEachTime: Engine = {
  ...realEngine,
  decide: (before, command, facts) => decide(before, { ...command, reason: `reason ${(count += 1)}` }, facts),
};

export const forgetsToSay: Engine = {
  ...realEngine,
  cancel: (before, command, facts) => {
    const result = cancel(before, command, facts);
    return result.outcome === 'refused'
      ? result
      : { ...result, value: { ...result.value, facts: result.value.facts.slice(1) } };
  },
};

export const saysItTwice: Engine = {
  ...realEngine,
  decide: (before, command, facts) => {
    const result = decide(before, command, facts);
    const twice = (value: Extract<typeof result, { outcome: 'done' }>['value']) => [...value.facts, ...value.facts];
    return result.outcome === 'refused'
      ? result
      : { ...result, value: { ...result.value, facts: twice(result.value) } };
  },
};

export const cancelsInsteadOfExpiring: Engine = {
  ...realEngine,
  expireUndecided: (before, facts) =>
    afterwards(expireUndecided(before, facts), (after) => ({
      ...after,
      items: after.items.map((item) => (item.state === 'expired' ? { ...item, state: 'cancelled' } : item)),
    })),
};

export const writesBeforeItRefuses: Engine = {
  ...realEngine,
  decide: (before, command, facts) => {
    const result = decide(before, command, facts);
    const task = before.tasks.find((one) => one.id === command.taskId);
    if (result.outcome === 'refused' && task !== undefined) Object.assign(task, { endedAt: facts.now });
    return result;
  },
};

export const keepsTheVersion: Engine = {
  ...realEngine,
  reassign: (before, command, facts) =>
    afterwards(reassign(before, command, facts), (after) => ({
      ...after,
      request: { ...after.request, version: before.request.version },
    })),
};

export const forgetsLevelsToCome: Engine = {
  ...realEngine,
  progressOfAll: (stages) => realEngine.progressOfAll(stages.filter((stage) => stage.state !== 'waiting')),
};

export const countsWhatOthersDecided: Engine = {
  ...realEngine,
  progressOfMine: (tasks) =>
    realEngine.progressOfMine(tasks.map((task) => (task.state === 'closed' ? { ...task, state: 'open' } : task))),
};

export const stopsAfterTheFirst: Engine = {
  ...realEngine,
  decideTasks: (loaded, ...rest) => decideTasks({ ...loaded, tasks: loaded.tasks.slice(0, 1) }, ...rest),
};

export const letsDelegatesDecideForEver: Engine = {
  ...realEngine,
  decide: (before, command, facts) => {
    const held = before.tasks.filter((task) => task.via === 'delegated');
    const standIns = new Map([
      ...facts.standIns,
      ...held.map((task) => [ownerOf(before, task), task.reviewerId] as const),
    ]);
    return decide(before, command, { ...facts, standIns });
  },
};

export const goesByThePlanAlone: Engine = {
  ...realEngine,
  decide: (before, command, facts) => decide(before, command, { ...facts, levelsNow: asPlanned }),
};

export const letsStandInsPassTheLevel: Engine = {
  ...realEngine,
  decide: (before, command, facts) => {
    const run = (aggregate: RequestAggregate) => decide(aggregate, command, facts);
    const delegated = before.tasks.some((task) => task.id === command.taskId && task.via === 'delegated');
    return delegated ? oneSuffices(before, run) : run(before);
  },
};

export const asksForAnybodysAccount: Engine = {
  ...realEngine,
  submit: (command, facts) =>
    submit(command, { ...facts, items: facts.items.map((item) => ({ ...item, serviceAccount: null })) }),
};

export const deliversToWhoeverOwnsIt: Engine = {
  ...realEngine,
  startFulfillment: (before, command, { serviceAccount: _known, ...facts }) => startFulfillment(before, command, facts),
  completeByHand: (before, command, { serviceAccount: _known, ...facts }) => completeByHand(before, command, facts),
};
