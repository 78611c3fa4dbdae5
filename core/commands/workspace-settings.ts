/** The stored setting that says what kind of workspace this is. */
import type { WorkspaceSettings } from '#core/domain/workspace-settings.ts';
import { fromRow, type Reader, type Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';

const name = 'workspace';

/** Null: nothing was set up yet. */
export async function readWorkspaceSettings(reader: Reader): Promise<WorkspaceSettings | null> {
  const row = await reader.selectFrom('setting').selectAll().where('name', '=', name).executeTakeFirst();
  return row === undefined ? null : (fromRow('setting', row).value as unknown as WorkspaceSettings);
}

export async function writeWorkspaceSettings(writer: Writer, settings: WorkspaceSettings): Promise<void> {
  await insertRows(writer, 'setting', [{ name, value: { ...settings } }]);
}
