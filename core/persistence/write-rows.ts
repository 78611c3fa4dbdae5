/** Inserts and updates of domain objects on the hot path: one statement for many rows, only changed columns. */
import type { InsertObject, UpdateObject } from 'kysely';
import type { EmployeeId } from '#core/domain/ids.ts';
import { preparedByShape } from './prepared.ts';
import { appendFields, columnsOf, toRow, type Rows, type TableName, type Tables, type Writer } from './tables.ts';

/** Many rows are written in blocks of these sizes, so that a table needs a few statements and each is put together once. */
const blockSizes = [512, 256, 128, 64, 32, 16, 8, 7, 6, 5, 4, 3, 2, 1];

/** Both databases take at most some tens of thousands of parameters in a statement. */
const parametersPerStatement = 8_000;

export async function insertRows<Name extends TableName>(
  writer: Writer,
  table: Name,
  rows: readonly Rows[Name][],
): Promise<void> {
  const most = Math.max(1, Math.floor(parametersPerStatement / columnsOf(table).length));
  for (let start = 0; start < rows.length;) {
    const left = Math.min(most, rows.length - start);
    const size = blockSizes.find((block) => block <= left) ?? 1;
    const fields: unknown[] = [];
    for (const row of rows.slice(start, start + size)) appendFields(fields, table, row);
    await insertBlock(writer, { table, rows: size }, fields);
    start += size;
  }
}

/** Its parameters are the fields of the rows, one row after another in the order of the table's columns. */
const insertBlock = preparedByShape(
  (writer, { table, rows }: { readonly table: TableName; readonly rows: number }, fields: readonly unknown[]) => {
    const columns = columnsOf(table);
    const rowAt = (row: number) =>
      Object.fromEntries(columns.map(({ column }, index) => [column, fields[row * columns.length + index]]));
    const values = Array.from({ length: rows }, (_, row) => rowAt(row));
    return writer.insertInto(table).values(values as InsertObject<Tables, TableName>[]);
  },
  ({ table, rows }) => `${table} ${rows}`,
);

/** Writes what differs between two versions of a row; nothing when they are alike. */
export async function updateRow<Name extends IdentifiedTable>(
  writer: Writer,
  table: Name,
  before: Rows[Name],
  after: Rows[Name],
): Promise<void> {
  const old = toRow(table, before) as Readonly<Record<string, unknown>>;
  const changed = Object.entries(toRow(table, after) as Readonly<Record<string, unknown>>).filter(
    ([column, value]) => old[column] !== value,
  );
  if (changed.length === 0) return;
  const columns = changed.map(([column]) => column);
  await updateColumns(writer, { table, columns }, [
    (before as Rows['employee']).id,
    ...changed.map(([, value]) => value),
  ]);
}

const updateColumns = preparedByShape(
  (
    writer,
    { table, columns }: { readonly table: IdentifiedTable; readonly columns: readonly string[] },
    [id, ...values]: readonly [EmployeeId, ...unknown[]],
  ) =>
    writer
      .updateTable(table as 'employee')
      .set(
        Object.fromEntries(columns.map((column, index) => [column, values[index]])) as UpdateObject<Tables, 'employee'>,
      )
      .where('id', '=', id),
  ({ table, columns }) => `${table} ${columns.join()}`,
);

/** Tables whose rows are found by `id`. */
export type IdentifiedTable = {
  [Name in TableName]: Rows[Name] extends { readonly id: string } ? Name : never;
}[TableName];

/**
 * Writes the difference between two lists of rows: new objects are inserted, changed ones updated, the same
 * objects left alone. Rows are never deleted: history does not vanish.
 */
export async function writeDifference<Name extends IdentifiedTable>(
  writer: Writer,
  table: Name,
  before: readonly Rows[Name][],
  after: readonly Rows[Name][],
): Promise<void> {
  if (before === after) return;
  const known = new Map(before.map((row) => [(row as Rows['employee']).id as string, row]));
  const added: Rows[Name][] = [];
  for (const row of after) {
    const old = known.get((row as Rows['employee']).id);
    if (old === undefined) added.push(row);
    else if (old !== row) await updateRow(writer, table, old, row);
  }
  await insertRows(writer, table, added);
}
