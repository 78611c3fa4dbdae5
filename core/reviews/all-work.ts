/** Every kind of work the clock does. A new kind is entered here. */
import type { DueWork, MakeDueWork, WorkParts } from './due-work.ts';

const kinds: readonly MakeDueWork[] = [];

export function allDueWork(parts: WorkParts): readonly DueWork[] {
  return kinds.map((make) => make(parts));
}
