/** Due work: reminders before temporary access ends. */
import { beginningOf, readRemindedUntil, remindedDaysBefore, remindEnds } from '#core/commands/remind-ends.command.ts';
import { freshCommand } from '#core/domain/command.ts';
import { plusMinutes, type Instant } from '#core/domain/instant.ts';
import type { MakeDueWork } from './due-work.ts';

export const accessEndsWork: MakeDueWork = ({ execute }) => ({
  name: 'reminders of ending access',

  async nextDueAt(reader, now) {
    const until = await readRemindedUntil(reader);
    const times: Instant[] = [];
    for (const days of remindedDaysBefore) {
      const row = await reader
        .selectFrom('fulfillment_task')
        .select('next_attempt_at')
        .where('state', '=', 'scheduled')
        .where('cause', '=', 'expiry')
        .where('next_attempt_at', '>', beginningOf(until, days, now))
        .orderBy('next_attempt_at')
        .limit(1)
        .executeTakeFirst();
      const end = row?.next_attempt_at ?? null;
      if (end !== null) times.push(plusMinutes(end, -days * 24 * 60));
    }
    return times.toSorted()[0] ?? null;
  },

  async run(now) {
    await execute(remindEnds, freshCommand({}, { kind: 'system', part: 'reviews' }, now));
  },
});
