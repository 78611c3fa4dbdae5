/** What a step of a history is told as: what was asked of the engine, and what became of it. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { RefusalCode, Result } from '#core/domain/errors.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Verdict } from '#core/domain/request.ts';
import type { RequestAggregate, Transition } from '#core/engine/state.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

/** One request that a command was about. `before` null: it did not exist. */
export interface Change {
  readonly before: RequestAggregate | null;
  readonly after: RequestAggregate;
  readonly facts: readonly AuditFact[];
}

export interface PlayedCommand {
  readonly type: string;
  readonly verdict?: Verdict;
  /** Who acts; null: Gatehouse itself. */
  readonly actorId: EmployeeId | null;
}

export interface Taken {
  readonly step: Step;
  /** Null: nothing was asked of the engine. */
  readonly command: PlayedCommand | null;
  /** Null: it was done, or nothing was asked. */
  readonly refused: RefusalCode | null;
  readonly before: World;
  readonly after: World;
  readonly changes: readonly Change[];
}

/** What a step asked of the engine. */
export interface Performed {
  readonly command: PlayedCommand;
  readonly result: Result<readonly Change[]>;
  /** What is true of the organisation besides, once it is done. */
  readonly besides?: (world: World) => World;
}

/** The change of one request that a transition makes. */
export function changeBy(before: RequestAggregate | null, result: Result<Transition>): Result<readonly Change[]> {
  return result.outcome === 'refused' ? result : { outcome: 'done', value: [{ before, ...result.value }] };
}
