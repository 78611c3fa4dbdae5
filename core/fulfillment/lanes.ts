/**
 * How much may be under way in each application: as many effects at once and as many a second as its connector and
 * its settings bear, and none while it is paused. Each application has a lane of its own, so none waits for another.
 */
import { recordHealth } from '#core/commands/delivery.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { afterFault, closedBreaker, passageAt, pauseLeft, type Breaker } from './breaker.ts';

export interface Limits {
  readonly concurrency: number;
  /** Effects that may be begun in a second; null: as many as there are. */
  readonly effectsPerSecond: number | null;
}

/** What an attempt said about the application itself. */
export type Verdict =
  | { readonly kind: 'answered' }
  | { readonly kind: 'fault'; readonly problem: string; readonly afterMilliseconds: number | null }
  /** Nothing: it was not asked. */
  | { readonly kind: 'notAsked' };

export interface Lanes {
  /** Zero: a task may be begun now. Otherwise milliseconds to wait, or `full` until one ends. */
  room(applicationId: ApplicationId, limits: Limits): number | 'full' | 'paused';
  enter(applicationId: ApplicationId, limits: Limits): void;
  leave(applicationId: ApplicationId, verdict: Verdict): Promise<void>;
  /** Reads which applications other processes have paused or found well again. */
  load(): Promise<void>;
  /** Milliseconds until the next pause ends; null: nothing is paused. */
  nextOpening(): number | null;
}

export interface LanesOptions {
  readonly database: Database;
  readonly execute: Execute;
  readonly now: () => Instant;
}

interface Lane {
  inside: number;
  breaker: Breaker;
  /** When the breaker was opened or closed last, here or elsewhere. */
  changedAt: Instant | null;
  /** By the clock of this process, not of the workspace: the rate is about real seconds. */
  nextStart: number;
}

export function createLanes({ database, execute, now }: LanesOptions): Lanes {
  const lanes = new Map<ApplicationId, Lane>();

  function laneOf(applicationId: ApplicationId): Lane {
    const known = lanes.get(applicationId);
    if (known !== undefined) return known;
    const fresh: Lane = { inside: 0, breaker: closedBreaker, changedAt: null, nextStart: 0 };
    lanes.set(applicationId, fresh);
    return fresh;
  }

  return {
    room(applicationId, { concurrency, effectsPerSecond }) {
      const lane = laneOf(applicationId);
      const passage = passageAt(lane.breaker, now());
      if (passage === 'paused') return 'paused';
      if (lane.inside >= (passage === 'probe' ? 1 : concurrency)) return 'full';
      return effectsPerSecond === null ? 0 : Math.max(0, Math.ceil(lane.nextStart - performance.now()));
    },
    enter(applicationId, { effectsPerSecond }) {
      const lane = laneOf(applicationId);
      lane.inside += 1;
      if (effectsPerSecond !== null)
        lane.nextStart = Math.max(performance.now(), lane.nextStart) + 1000 / effectsPerSecond;
    },
    async leave(applicationId, verdict) {
      const lane = laneOf(applicationId);
      lane.inside -= 1;
      if (verdict.kind === 'notAsked') return;
      const before = lane.breaker;
      lane.breaker = verdict.kind === 'answered' ? closedBreaker : afterFault(before, verdict, now(), Math.random());
      if (before.pausedUntil === lane.breaker.pausedUntil) return;
      lane.changedAt = now();
      const { faults, pausedUntil, problem } = lane.breaker;
      await execute(
        recordHealth,
        freshCommand(
          { applicationId, faults, pausedUntil, problem: problem?.slice(0, 2000) ?? null },
          { kind: 'system', part: 'fulfillment' },
          now(),
        ),
      );
    },
    async load() {
      for (const row of await standing(database.read)) {
        const lane = laneOf(row.application_id);
        if (lane.changedAt !== null && row.changed_at <= lane.changedAt) continue;
        lane.changedAt = row.changed_at;
        lane.breaker = { faults: row.faults, pausedUntil: row.paused_until, problem: row.last_problem };
      }
    },
    nextOpening() {
      const left = [...lanes.values()]
        .filter(({ breaker }) => passageAt(breaker, now()) === 'paused')
        .map(({ breaker }) => pauseLeft(breaker, now()));
      return left.length === 0 ? null : Math.min(...left);
    },
  };
}

const standing = prepared((reader) => reader.selectFrom('delivery_health').selectAll());
