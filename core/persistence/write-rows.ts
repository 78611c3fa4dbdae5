/** Inserts and updates of domain objects on the hot path: one statement for many rows, only changed columns. */
import type { InsertObject, UpdateObject } from 'kysely';
import type { EmployeeId } from '#core/domain/ids.ts';
import { preparedByShape } from './prepared.ts';
import { columnsOf, toRow, type Reader, type Rows, type TableName, type Tables, type Writer } from './tables.ts';

/** Statements for up to this many rows are kept; imports insert more at once and compile in passing. */
const rowsPerKeptStatement = 8;

/** Both databases take at most some tens of thousands of parameters in a statement. */
const parametersPerStatement = 8_000;

export async function insertRows<Name extends TableName>(
  writer: Writer,
  table: Name,
  rows: readonly Rows[Name][],
): Promise<void> {
  const perStatement = Math.max(1, Math.floor(parametersPerStatement / columnsOf(table).length));
  for (let start = 0; start < rows.length; start += perStatement) {
    const values = rows.slice(start, start + perStatement).map((row) => toRow(table, row));
    if (values.length > rowsPerKeptStatement) await insertInto(writer, table, values).execute();
    else
      await insertFew(
        writer,
        { table, rows: values.length },
        values.flatMap((row) => Object.values(row)),
      );
  }
}

function insertInto(writer: Reader, table: TableName, values: readonly object[]) {
  return writer.insertInto(table).values(values as InsertObject<Tables, TableName>[]);
}

/** Its parameters are the fields of the rows, one row after another in the order of the table's columns. */
const insertFew = preparedByShape(
  (writer, { table, rows }: { readonly table: TableName; readonly rows: number }, fields: readonly unknown[]) => {
    const columns = columnsOf(table);
    const rowAt = (row: number) =>
      Object.fromEntries(columns.map(({ column }, index) => [column, fields[row * columns.length + index]]));
    return insertInto(
      writer,
      table,
      Array.from({ length: rows }, (_, row) => rowAt(row)),
    );
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
