/** Writes what differs between many rows at once: rows that change alike are changed by one statement. */
import type { UpdateObject } from 'kysely';
import { toRow, type Rows, type Tables, type Writer } from './tables.ts';
import { insertRows, type IdentifiedTable } from './write-rows.ts';

const idsPerStatement = 500;

/** The same as `writeDifference`, in a few statements for any number of rows. */
export async function writeManyDifferences<Name extends IdentifiedTable>(
  writer: Writer,
  table: Name,
  before: readonly Rows[Name][],
  after: readonly Rows[Name][],
): Promise<void> {
  const known = new Map(before.map((row) => [idOf(row), row]));
  const added: Rows[Name][] = [];
  const alike = new Map<string, { readonly changes: Readonly<Record<string, unknown>>; readonly ids: string[] }>();
  for (const row of after) {
    const old = known.get(idOf(row));
    if (old === undefined) added.push(row);
    if (old === undefined || old === row) continue;
    const changes = differenceOf(table, old, row);
    const key = JSON.stringify(changes);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, { changes, ids: [idOf(row)] });
    else group.ids.push(idOf(row));
  }
  for (const { changes, ids } of alike.values()) {
    if (Object.keys(changes).length === 0) continue;
    for (let start = 0; start < ids.length; start += idsPerStatement) {
      await writer
        .updateTable(table as 'employee')
        .set(changes as UpdateObject<Tables, 'employee'>)
        .where('id', 'in', ids.slice(start, start + idsPerStatement) as never)
        .execute();
    }
  }
  await insertRows(writer, table, added);
}

function idOf(row: object): string {
  return (row as { readonly id: string }).id;
}

function differenceOf<Name extends IdentifiedTable>(
  table: Name,
  before: Rows[Name],
  after: Rows[Name],
): Readonly<Record<string, unknown>> {
  const old = toRow(table, before) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(toRow(table, after) as Readonly<Record<string, unknown>>).filter(
      ([column, value]) => old[column] !== value,
    ),
  );
}
