/** Checks that play something in two ways: in bulk and one by one, with stand-ins and without. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { RequestItem, ReviewTask, Verdict } from '#core/domain/request.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import { changeOrganisation } from './change-organisation.ts';
import type { Check } from './checks.ts';
import type { Engine } from './engine.ts';
import { standIns } from './facts.ts';
import { plannedReviewer } from './oracle.ts';
import { decideFacts } from './play-review.ts';
import { play, takeStep } from './play.ts';
import type { Change, Taken } from './played.ts';
import type { History } from './steps.ts';
import {
  circumstancesIn,
  concernedIn,
  entitlementOf,
  found,
  standInOf,
  tasksOf,
  worksHere,
  type World,
} from './world.ts';

/** The rows and the trail of a decision over many tasks are those of the same decisions one after the other. */
export const bulkIsOneByOne: Check = (history, engine) =>
  play(history, engine).flatMap((taken, index) => {
    const { step, before, command } = taken;
    if (step.kind !== 'bulk' || command?.actorId === undefined || command.actorId === null) return [];
    const alone = oneByOne(before, command.actorId, step, engine);
    const many = { requests: taken.after.requests, facts: taken.changes.flatMap((change) => change.facts) };
    const outcome = ({ requests, facts }: typeof many) =>
      JSON.stringify([requests, facts.map((fact) => JSON.stringify(fact)).toSorted()]);
    return outcome(alone) === outcome(many) ? [] : [`step ${index}: in bulk it comes out differently than one by one`];
  });

function oneByOne(
  before: World,
  deciderId: EmployeeId,
  { verdict, highRisk }: { readonly verdict: Verdict; readonly highRisk: boolean },
  engine: Engine,
) {
  const told = circumstancesIn(before, deciderId).told;
  const facts: Change['facts'][number][] = [];
  let world = before;
  for (const { row } of tasksOf(before).filter((one) => one.row.state === 'open' && one.row.reviewerId === deciderId)) {
    const aggregate = found(world.requests.find((one) => one.request.id === row.requestId));
    const item = found(aggregate.items.find((one) => one.id === row.itemId));
    if (!worksHere(before, deciderId) || (!highRisk && entitlementOf(before, item).risk === 'high')) continue;
    const result = engine.decide(
      aggregate,
      { taskId: row.id, verdict, reason: verdict === 'deny' ? 'no need' : null, basedOn: null },
      decideFacts(before, aggregate, item, deciderId, () => told),
    );
    if (result.outcome === 'refused') continue;
    facts.push(...result.value.facts);
    const { after } = result.value;
    world = {
      ...world,
      requests: world.requests.map((one) => (one.request.id === after.request.id ? after : one)),
    };
  }
  return { requests: world.requests, facts };
}

/** Whatever a stand-in decided, the person who is away could have decided at that moment, to the same effect on the level. */
export const standInsDoNoMore: Check = (history, engine) =>
  play(history, engine).flatMap((taken, index) =>
    taken.changes
      .flatMap((change) => decidedByStandIn(change).flatMap((task) => problemOfStandIn(taken, change, task, engine)))
      .map((problem) => `step ${index}: ${problem}`),
  );

function decidedByStandIn({ before, after }: Change): readonly ReviewTask[] {
  const known = before?.decisions.length ?? 0;
  return after.decisions
    .slice(known)
    .flatMap(
      (decision) => before?.tasks.filter((task) => task.id === decision.taskId && task.via === 'delegated') ?? [],
    );
}

function problemOfStandIn(taken: Taken, change: Change, task: ReviewTask, engine: Engine): readonly string[] {
  const away = ownerIn(found(change.before ?? undefined), task).reviewerId;
  if (standInOf(taken.before, away) !== task.reviewerId)
    return [`${task.reviewerId} decided for ${away}, for whom they do not stand in any more`];
  // Among many decisions at once, each rests on those before it.
  if (change.before === null || taken.command?.type !== 'task.decide') return [];
  const { before, owner } = asIfHere(change.before, task);
  const item = found(before.items.find((one) => one.id === task.itemId));
  // Who has come to stand in for somebody concerned since is asked for nothing; that says nothing of the level.
  if (concernedIn(taken.before, before.request, item).has(owner.reviewerId)) return [];
  const decision = found(change.after.decisions.at(-1));
  const result = engine.decide(
    before,
    {
      taskId: owner.id,
      verdict: decision.verdict,
      reason: decision.reason,
      shortenedTo: decision.shortenedTo,
      basedOn: null,
    },
    {
      ...decideFacts(taken.before, before, item, owner.reviewerId, (id) => circumstancesIn(taken.before, id).told),
      standIns: new Map([...standIns(taken.before, before, item).standIns].filter(([who]) => who !== owner.reviewerId)),
    },
  );
  if (result.outcome === 'refused')
    return [`${task.reviewerId} decided what ${owner.reviewerId} could not have: ${result.refusal.message}`];
  const levelIn = ({ stages }: RequestAggregate) => stages.find((stage) => stage.id === task.stageId)?.state;
  return levelIn(result.value.after) === levelIn(change.after)
    ? []
    : [`what ${task.reviewerId} decided weighs more than what ${owner.reviewerId} could have decided`];
}

/** The task before all hand-overs to stand-ins. */
function ownerIn(aggregate: RequestAggregate, task: ReviewTask): ReviewTask {
  return task.via === 'delegated'
    ? ownerIn(aggregate, found(aggregate.tasks.find((one) => one.id === task.fromTaskId)))
    : task;
}

/** The request as if the person whose task it is had never been away. */
function asIfHere(aggregate: RequestAggregate, task: ReviewTask) {
  const away = new Set<string>();
  let owner = task;
  while (owner.via === 'delegated') {
    away.add(owner.id);
    owner = found(aggregate.tasks.find((one) => one.id === owner.fromTaskId));
  }
  const open: ReviewTask = { ...owner, state: 'open', endedAt: null };
  const tasks = aggregate.tasks.filter((one) => !away.has(one.id)).map((one) => (one.id === open.id ? open : one));
  return { before: { ...aggregate, tasks }, owner: open };
}

/** With every absence taken out, the same decisions by those whose tasks they were lead to the same states. */
export const absencesChangeNoOutcome: Check = (history, engine) => compareWithoutAbsences(history, engine).problems;

/** `compared`: how many items of how many decisions were looked at, so that a test can say that there were any. */
export function compareWithoutAbsences({ world, steps }: History, engine: Engine) {
  let alone = world;
  let compared = 0;
  const partner = new Map<string, string>();
  for (const [index, taken] of play({ world, steps }, engine).entries()) {
    const { step } = taken;
    if (['away', 'back', 'move'].includes(step.kind)) continue;
    if (step.kind === 'submit') {
      const again = takeStep(alone, step, engine);
      alone = again.after;
      const [mine, theirs] = [taken.changes[0]?.after, again.changes[0]?.after];
      // Whoever stands in for people concerned is not asked, so that the two reviews may have nothing in common.
      if (JSON.stringify(mine?.items.map(planOf)) !== JSON.stringify(theirs?.items.map(planOf))) break;
      if (mine !== undefined && theirs !== undefined) partner.set(mine.request.id, theirs.request.id);
      continue;
    }
    const changed = changeOrganisation(alone, step, engine);
    if (changed !== null) alone = changed;
    for (const change of taken.changes) {
      const again = decidedAgain(alone, change, found(partner.get(change.after.request.id)), engine);
      if (again === null) return { compared, problems: [`step ${index}: its reviewer could not have decided it`] };
      alone = again;
      const other = found(again.requests.find((one) => one.request.id === partner.get(change.after.request.id)));
      compared += other.items.length;
      const states = ({ items }: RequestAggregate) => items.map((item) => item.state).join(' ');
      if (states(other) !== states(change.after))
        return {
          compared,
          problems: [`step ${index}: ${states(change.after)} with absences, ${states(other)} without`],
        };
    }
  }
  return { compared, problems: [] };
}

function planOf({ plan, state }: RequestItem) {
  return [plan.mode, plan.levels.map(({ reviewers, needed }) => [reviewers, needed]), state];
}

/** Null: it could not be decided there. */
function decidedAgain(alone: World, { before, after }: Change, requestId: string, engine: Engine): World | null {
  const decision = found(after.decisions.at(-1));
  const task = found(before?.tasks.find((one) => one.id === decision.taskId));
  const level = found(after.stages.find((stage) => stage.id === task.stageId)).level;
  const position = after.items.findIndex((item) => item.id === task.itemId);
  const owner = plannedReviewer(after, task);
  const aggregate = found(alone.requests.find((one) => one.request.id === requestId));
  const item = found(aggregate.items[position]);
  const stage = aggregate.stages.find((one) => one.itemId === item.id && one.level === level);
  const theirs = aggregate.tasks.find(
    (one) => one.stageId === stage?.id && one.reviewerId === owner && one.state === 'open',
  );
  if (theirs === undefined) return null;
  const { told, used } = circumstancesIn(alone, owner);
  const result = engine.decide(
    aggregate,
    {
      taskId: theirs.id,
      verdict: decision.verdict,
      reason: decision.reason,
      shortenedTo: decision.shortenedTo,
      basedOn: null,
    },
    decideFacts(alone, aggregate, item, owner, () => told),
  );
  if (result.outcome === 'refused') return null;
  const done = result.value.after;
  return {
    ...alone,
    ids: used() + 1,
    requests: alone.requests.map((one) => (one.request.id === done.request.id ? done : one)),
  };
}
