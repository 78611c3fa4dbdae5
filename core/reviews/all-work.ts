/** Every kind of work the clock does. A new kind is entered here. */
import { absences } from './absences.ts';
import { bulkWork } from './bulk-work.ts';
import type { DueWork, MakeDueWork, WorkParts } from './due-work.ts';
import { waitingTasks } from './waiting-tasks.ts';

const kinds: readonly MakeDueWork[] = [bulkWork, absences, waitingTasks];

export function allDueWork(parts: WorkParts): readonly DueWork[] {
  return kinds.map((make) => make(parts));
}
