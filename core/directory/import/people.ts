/** Finds employees by e-mail for the rows of a batch. */
import type { CommandContext } from '#core/commands/command-definition.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { lists } from './stored-rows.ts';

/** The ids of those who are known, by e-mail in lower case. */
export async function findPeople(
  { writer }: Pick<CommandContext, 'writer'>,
  emails: Iterable<string>,
): Promise<ReadonlyMap<string, EmployeeId>> {
  const found = new Map<string, EmployeeId>();
  for (const list of lists(emails)) {
    const rows = await writer
      .selectFrom('employee')
      .select(['id', 'work_email'])
      .where('work_email', 'in', list)
      .execute();
    for (const row of rows) found.set(row.work_email, row.id);
  }
  return found;
}
