/** Asks the database what is due, from its index and a few rows at a time, however much is due. */
import { sql } from 'kysely';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { FulfillmentState } from '#core/domain/request.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Reader } from '#core/persistence/tables.ts';

/** So many are asked for at once. */
export const fetched = 200;

/** The first due of each state; sorted over all states at once, everything that is due would be read. */
function firstDue(reader: Reader, moment: Instant, without: readonly ApplicationId[], effect: 'revoke' | null) {
  const first = (state: FulfillmentState) => {
    const query = reader
      .selectFrom('fulfillment_task')
      .select(['id', 'application_id', 'beneficiary_id', 'next_attempt_at', 'effect'])
      .where('state', '=', state)
      .where('next_attempt_at', '<=', moment)
      .$if(effect !== null, (due) => due.where('effect', '=', sql.lit(effect)))
      .$if(without.length > 0, (due) => due.where('application_id', 'not in', without))
      .orderBy('next_attempt_at')
      .limit(fetched);
    return reader.selectFrom(query.as(state)).selectAll();
  };
  return (
    first('scheduled')
      .unionAll(first('ready'))
      .unionAll(first('waiting'))
      .unionAll(first('running'))
      .orderBy('next_attempt_at')
      // What takes access away goes first.
      .orderBy('effect', 'desc')
      .limit(fetched)
  );
}

export const dueTasks = prepared((reader, moment: Instant, without: readonly ApplicationId[]) =>
  firstDue(reader, moment, without, null),
);

export const dueRemovals = prepared((reader, moment: Instant, without: readonly ApplicationId[]) =>
  firstDue(reader, moment, without, 'revoke'),
);

export const applicationFulfillment = prepared((reader, id: ApplicationId) =>
  reader.selectFrom('application').select('fulfillment').where('id', '=', id),
);

/** What somebody performs right now, or died performing. */
export const runningTasks = prepared((reader) =>
  reader
    .selectFrom('fulfillment_task')
    .select(['id', 'application_id', 'beneficiary_id', 'lease_owner'])
    .where('state', '=', sql.lit('running')),
);

/** The first attempt after `moment` of each state, from the index: asked for all at once, every scheduled end of access would be read. */
export const nextAttempts = prepared((reader, moment: Instant) => {
  const first = (state: FulfillmentState) =>
    reader
      .selectFrom('fulfillment_task')
      .select((eb) => eb.fn.min<Instant | null>('next_attempt_at').as('at'))
      .where('state', '=', state)
      .where('next_attempt_at', '>', moment);
  return first('scheduled').unionAll(first('ready')).unionAll(first('waiting')).unionAll(first('running'));
});
