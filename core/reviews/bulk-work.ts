/** Performs bulk decisions once they can no longer be taken back, in chunks small enough for other questions to be answered between them. */
import { setImmediate as afterOthers } from 'node:timers/promises';
import { advanceBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { freshCommand } from '#core/domain/command.ts';
import { messageOf } from '#core/domain/errors.ts';
import type { BulkDecisionId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { DueWork, WorkParts } from './due-work.ts';

/** How long a chunk may keep the engine from answering, in milliseconds. It decides how many tasks the next one has. */
const chunkMilliseconds = 10;
const fewest = 2;
const most = 100;
/** A turn ends after so long, so that stopping never waits for a large decision; the clock comes back at once. */
const turnMilliseconds = 1_000;

export function bulkWork({ database, execute, now, log }: WorkParts): DueWork {
  let chunk = 20;
  return {
    name: 'bulk decisions',
    async nextDueAt(reader) {
      const row = await reader
        .selectFrom('bulk_decision')
        .select('dispatch_at')
        .where('state', 'in', ['waiting', 'running'])
        .orderBy('dispatch_at')
        .limit(1)
        .executeTakeFirst();
      return row?.dispatch_at ?? null;
    },
    async run(moment) {
      const from = performance.now();
      for (const { id } of await dueAt(moment)) {
        try {
          while (!(await advance(id)) && performance.now() - from < turnMilliseconds) await afterOthers();
        } catch (error) {
          // The others go on; this one stays due and is tried again.
          log(`A bulk decision could not go on (${messageOf(error)}); it is tried again soon`, error);
        }
      }
    },
  };

  function dueAt(moment: Instant) {
    return database.read
      .selectFrom('bulk_decision')
      .select('id')
      .where('state', 'in', ['waiting', 'running'])
      .where('dispatch_at', '<=', moment)
      .orderBy('dispatch_at')
      .execute();
  }

  /** True when it has come to its end. */
  async function advance(bulkDecisionId: BulkDecisionId): Promise<boolean> {
    const from = performance.now();
    const command = freshCommand({ bulkDecisionId, limit: chunk }, { kind: 'system', part: 'reviews' }, now());
    const result = await execute(advanceBulkDecision, command);
    if (result.outcome === 'refused') throw new Error(result.refusal.message);
    const took = Math.max(1, performance.now() - from);
    if (result.value.results > 0) {
      const better = Math.round((result.value.results * chunkMilliseconds) / took);
      // Halfway to it, because a single one may have been slowed by something else.
      chunk = Math.min(most, Math.max(fewest, Math.round((chunk + better) / 2)));
    }
    return result.value.ended;
  }
}
