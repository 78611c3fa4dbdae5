/** A task in one line. */
import type { TaskRow } from '#core/contract/index.ts';

export function describeTask(task: Pick<TaskRow, 'item' | 'beneficiary'>): string {
  const verb = task.item.action === 'GRANT' ? 'give' : 'remove';
  const link = task.item.action === 'GRANT' ? 'to' : 'from';
  return `${verb} ${task.item.entitlement.name} in ${task.item.application.name} ${link} ${task.beneficiary.fullName}`;
}

/** The same as a sentence of its own. */
export function sentenceOfTask(task: Pick<TaskRow, 'item' | 'beneficiary'>): string {
  const words = describeTask(task);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
