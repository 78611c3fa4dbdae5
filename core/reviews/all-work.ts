/** Every kind of work the clock does. A new kind is entered here. */
import { absences } from './absences.ts';
import { accessEndsWork } from './access-ends.ts';
import { bulkWork } from './bulk-work.ts';
import { byHandReminders } from './by-hand-reminders.ts';
import type { DueWork, MakeDueWork, WorkParts } from './due-work.ts';
import { reconciling } from './reconciling.ts';
import { waitingTasks } from './waiting-tasks.ts';
import { undecidedWork } from './undecided.ts';

const kinds: readonly MakeDueWork[] = [
  bulkWork,
  reconciling,
  absences,
  waitingTasks,
  undecidedWork,
  accessEndsWork,
  byHandReminders,
];

export function allDueWork(parts: WorkParts): readonly DueWork[] {
  return kinds.map((make) => make(parts));
}
