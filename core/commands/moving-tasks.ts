/**
 * Whose tasks have to be looked at because they went out of office or came back. Kept in the workspace until it is
 * done, so that a crash between two steps loses nothing and any console goes on.
 */
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import { fromRow, type Reader, type Writer } from '#core/persistence/tables.ts';

const prefix = 'movingTasks.';
/** The first name after all that begin with the prefix. */
const beyond = 'movingTasks/';

export interface MovingTasks {
  readonly employeeId: EmployeeId;
  /** Tasks up to this one were looked at; null: none yet. */
  readonly after: ReviewTaskId | null;
}

/** From the beginning, also when it was under way: what was looked at before may have to move again. */
export async function startMovingTasks(writer: Writer, employeeId: EmployeeId): Promise<void> {
  await writeMovingTasks(writer, { employeeId, after: null });
}

export async function writeMovingTasks(writer: Writer, { employeeId, after }: MovingTasks): Promise<void> {
  const value = JSON.stringify({ after });
  await writer
    .insertInto('setting')
    .values({ name: `${prefix}${employeeId}`, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

export async function endMovingTasks(writer: Writer, employeeId: EmployeeId): Promise<void> {
  await writer.deleteFrom('setting').where('name', '=', `${prefix}${employeeId}`).execute();
}

/** Null: nothing of this person has to be looked at. Locked on Postgres, so that one console at a time goes on. */
export async function readMovingTasks(
  writer: Writer,
  employeeId: EmployeeId,
  lock: boolean,
): Promise<MovingTasks | null> {
  const query = writer.selectFrom('setting').selectAll().where('name', '=', `${prefix}${employeeId}`);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  if (row === undefined) return null;
  const { after } = fromRow('setting', row).value as { readonly after: ReviewTaskId | null };
  return { employeeId, after };
}

/** Everybody whose tasks have to be looked at. */
export async function peopleWithMovingTasks(reader: Reader): Promise<readonly EmployeeId[]> {
  const rows = await reader
    .selectFrom('setting')
    .select('name')
    .where('name', '>=', prefix)
    .where('name', '<', beyond)
    .orderBy('name')
    .execute();
  return rows.map((row) => row.name.slice(prefix.length) as EmployeeId);
}
