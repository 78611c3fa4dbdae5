/** Plays a history through the engine: every step with what was before it, what became of it, and what the trail says. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Circumstances, RequestAggregate } from '#core/engine/state.ts';
import { changeOrganisation } from './change-organisation.ts';
import type { Engine } from './engine.ts';
import { performDelivery } from './play-delivery.ts';
import { performReview } from './play-review.ts';
import type { Change, Taken } from './played.ts';
import type { History, Step } from './steps.ts';
import { circumstancesIn, type World } from './world.ts';

export function play({ world, steps }: History, engine: Engine): readonly Taken[] {
  let current = world;
  return steps.map((step) => {
    const taken = takeStep(current, step, engine);
    current = taken.after;
    return taken;
  });
}

export function takeStep(before: World, step: Step, engine: Engine): Taken {
  const changed = changeOrganisation(before, step, engine);
  const nothing = { step, command: null, refused: null, before, changes: [] };
  if (changed !== null) return { ...nothing, after: changed };
  let used = (): number => before.ids;
  const tell = (actorId: EmployeeId | null): Circumstances => {
    const circumstances = circumstancesIn(before, actorId);
    ({ used } = circumstances);
    return circumstances.told;
  };
  const performed = performReview(before, step, engine, tell) ?? performDelivery(before, step, engine, tell);
  if (performed === null) return { ...nothing, after: before };
  const { command, result, besides = (world: World) => world } = performed;
  if (result.outcome === 'refused') return { ...nothing, command, refused: result.refusal.code, after: before };
  const changes = result.value;
  const written = { ...before, ids: used() + 1, requests: requestsAfter(before.requests, changes) };
  return { step, command, refused: null, before, after: besides(written), changes };
}

function requestsAfter(requests: readonly RequestAggregate[], changes: readonly Change[]): readonly RequestAggregate[] {
  const byId = new Map(requests.map((aggregate) => [aggregate.request.id, aggregate]));
  for (const { after } of changes) byId.set(after.request.id, after);
  return [...byId.values()];
}
