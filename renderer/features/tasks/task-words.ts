/** A task in one line. */
import type { TaskRow } from '#core/contract/index.ts';

export function describeTask(task: Pick<TaskRow, 'item' | 'beneficiary'>): string {
  const verb = task.item.action === 'GRANT' ? 'give' : 'remove';
  const link = task.item.action === 'GRANT' ? 'to' : 'from';
  return `${verb} ${task.item.entitlement.name} in ${task.item.application.name} ${link} ${task.beneficiary.fullName}`;
}
