/** `byHand.remind`: whoever looks after an application is reminded of work by hand that is overdue, once a day. */
import { z } from 'zod';
import { done } from '#core/domain/errors.ts';
import { plusMinutes, type Instant } from '#core/domain/instant.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { defineCommand, onlySystem } from './command-definition.ts';
import { whoLooksAfter } from './delivery-notices.ts';
import { raiseNotices } from './notices.ts';

const minutesBetween = 24 * 60;
/** Tasks of one application that are reminded of in one transaction. */
const tasksPerRun = 100;

export const remindByHand = defineCommand({
  type: 'byHand.remind',
  payload: z.object({}),
  async run(_payload, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const { now } = circumstances;
    let told = 0;
    for (const { application_id: applicationId, by_hand_hours: hours } of await applicationsWithHours(writer)) {
      const tasks = await writer
        .selectFrom('fulfillment_task')
        .select(['id', 'item_id', 'request_id', 'effect', 'by_hand_since'])
        .where('application_id', '=', applicationId)
        .where('state', '=', 'byHand')
        .where('by_hand_since', '<=', plusMinutes(now, -hours * 60))
        .where((eb) =>
          eb.or([eb('reminded_at', 'is', null), eb('reminded_at', '<=', plusMinutes(now, -minutesBetween))]),
        )
        .orderBy('by_hand_since')
        .limit(tasksPerRun)
        .execute();
      if (tasks.length === 0) continue;
      const to = await whoLooksAfter(writer, applicationId);
      await raiseNotices(
        context,
        tasks.map((task) => ({
          to,
          kind: 'byHandOverdue',
          requestId: task.request_id,
          itemId: task.item_id,
          data: {
            effect: task.effect,
            dueAt: task.by_hand_since === null ? null : plusMinutes(task.by_hand_since, hours * 60),
          },
        })),
      );
      await writer
        .updateTable('fulfillment_task')
        .set({ reminded_at: now })
        .where(
          'id',
          'in',
          tasks.map(({ id }) => id),
        )
        .execute();
      told += tasks.length;
    }
    return done({ told });
  },
});

/** When the next reminder is due; null: nothing is waited for. */
export async function nextByHandReminder(reader: Reader): Promise<Instant | null> {
  const times: Instant[] = [];
  for (const { application_id: applicationId, by_hand_hours: hours } of await applicationsWithHours(reader)) {
    const { fresh, reminded } = await reader
      .selectFrom('fulfillment_task')
      .select((eb) => [
        eb.fn
          .min<Instant | null>(eb.case().when('reminded_at', 'is', null).then(eb.ref('by_hand_since')).end())
          .as('fresh'),
        eb.fn.min<Instant | null>('reminded_at').as('reminded'),
      ])
      .where('application_id', '=', applicationId)
      .where('state', '=', 'byHand')
      .executeTakeFirstOrThrow();
    if (fresh !== null) times.push(plusMinutes(fresh, hours * 60));
    if (reminded !== null) times.push(plusMinutes(reminded, minutesBetween));
  }
  return times.toSorted()[0] ?? null;
}

async function applicationsWithHours(reader: Reader) {
  const rows = await reader
    .selectFrom('delivery_settings')
    .select(['application_id', 'by_hand_hours'])
    .where('by_hand_hours', 'is not', null)
    .execute();
  return rows.map((row) => ({ ...row, by_hand_hours: row.by_hand_hours ?? 0 }));
}
