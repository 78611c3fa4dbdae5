/** Due work: requests that nobody decided in time expire. */
import { sql } from 'kysely';
import { expireUndecidedItems } from '#core/commands/expire-undecided.command.ts';
import { freshCommand } from '#core/domain/command.ts';
import { messageOf } from '#core/domain/errors.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { MakeDueWork } from './due-work.ts';

const requestsPerRun = 500;
/** Written out, not bound: only so does SQLite know that the index over undecided items answers it. */
const inReview = sql.lit<'inReview'>('inReview');

export const undecidedWork: MakeDueWork = ({ database, execute, log }) => ({
  name: 'undecided requests',

  async nextDueAt(reader) {
    const row = await reader
      .selectFrom('request_item')
      .select((eb) => eb.fn.min<Instant | null>('decide_by').as('at'))
      .where('state', '=', inReview)
      .where('decide_by', 'is not', null)
      .executeTakeFirst();
    return row?.at ?? null;
  },

  async run(now) {
    const due = await database.read
      .selectFrom('request_item')
      .select('request_id')
      .distinct()
      .where('state', '=', inReview)
      .where('decide_by', '<=', now)
      .limit(requestsPerRun)
      .execute();
    for (const { request_id: requestId } of due) {
      try {
        // Refused when another console was faster, or somebody decided at the last moment.
        await execute(expireUndecidedItems, freshCommand({ requestId }, { kind: 'system', part: 'reviews' }, now));
      } catch (error) {
        log(`The request ${requestId} could not expire: ${messageOf(error)}`, error);
      }
    }
  },
});
