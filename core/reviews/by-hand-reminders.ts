/** Due work: reminders of work by hand that is overdue. */
import { nextByHandReminder, remindByHand } from '#core/commands/remind-by-hand.command.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { MakeDueWork } from './due-work.ts';

export const byHandReminders: MakeDueWork = ({ execute }) => ({
  name: 'reminders of work by hand',
  nextDueAt: (reader) => nextByHandReminder(reader),
  async run(now) {
    await execute(remindByHand, freshCommand({}, { kind: 'system', part: 'reviews' }, now));
  },
});
