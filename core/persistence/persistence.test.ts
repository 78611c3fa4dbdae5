/** What both databases keep, and what is said when they cannot. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { GatehouseError } from '#core/domain/errors.ts';
import { newId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { databaseFault } from './database-fault.ts';
import { entities } from './entities/index.ts';
import { openDatabase } from './open-database.ts';
import { columnsOf, fromRow, toRow, type Rows, type TableName, type Tables } from './tables.ts';
import { insertRows } from './write-rows.ts';

interface Property {
  readonly type: unknown;
  readonly nullable?: boolean;
  readonly primary?: boolean;
}

const tables = entities.map((entity) => ({
  table: entity.meta.tableName as TableName,
  properties: entity.meta.properties as unknown as Readonly<Record<string, Property>>,
}));

function typeName(type: unknown): string {
  if (typeof type === 'string') return type;
  return typeof type === 'function' ? type.name : (type as object).constructor.name;
}

let numbered = 0;

/** Values that encodings, quoting and precision get wrong. */
function sampleOf(property: Property): unknown {
  const name = typeName(property.type);
  if (/uuid/i.test(name)) return newId();
  if (/instant/i.test(name)) return instant('2026-12-31T23:59:59.999Z');
  if (/json/i.test(name))
    return { text: 'ä "quoted" \\ 😀\n', nested: { list: [1, -0.5, null, true, 'x'], empty: {} }, big: 2 ** 53 - 1 };
  numbered += 1;
  if (/bigint/i.test(name)) return 2 ** 53 - numbered;
  if (/int/i.test(name)) return 2 ** 31 - numbered;
  if (/text|string/i.test(name)) return `O'Brien "ß" 😀 ${'\u00e9'} %_\\ \t\n; drop table ${newId()}`;
  throw new Error(`No sample for a column of type ${name}`);
}

function sampleRow(properties: Readonly<Record<string, Property>>, empty: boolean): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      empty && property.nullable === true ? null : sampleOf(property),
    ]),
  );
}

describeEachDatabase('every table', (open, dialect) => {
  it('gives back what was put into it, with everything filled and with everything empty that may be', async () => {
    const { database } = await open();
    const undo = new Error('undo');
    const seen: string[] = [];
    for (const { table, properties } of tables) {
      const rows = [sampleRow(properties, false), sampleRow(properties, true)] as unknown as Rows[typeof table][];
      // Undone before the end, when the references of the rows would be asked for.
      const attempt = database.transaction(async (writer) => {
        await insertRows(writer, table, rows);
        const stored = await writer
          .selectFrom(table as 'setting')
          .selectAll()
          .execute();
        const read = stored.map((row) => fromRow(table, row as unknown as Tables[typeof table]));
        expect(read).toHaveLength(2);
        for (const row of rows) expect(read).toContainEqual(row);
        // Raw rows are the same text, numbers and nulls from both databases.
        const byText = (row: object) => JSON.stringify(Object.values(row)[0]);
        const raw = stored
          .toSorted((a, b) => (byText(a) < byText(b) ? -1 : 1))
          .map((row) => Object.values(row).map((value) => (value === null ? 'null' : typeof value)));
        const put = rows
          .map((row) => toRow(table, row))
          .toSorted((a, b) => (byText(a) < byText(b) ? -1 : 1))
          .map((row) =>
            columnsOf(table).map(({ column }) =>
              (row as Record<string, unknown>)[column] === null
                ? 'null'
                : typeof (row as Record<string, unknown>)[column],
            ),
          );
        expect(raw.map((types) => types.toSorted())).toEqual(put.map((types) => types.toSorted()));
        seen.push(table);
        throw undo;
      });
      await expect(attempt).rejects.toBe(undo);
    }
    expect(seen).toHaveLength(42);
  });

  it('has the columns of its entity, which may be empty where the entity says so', async () => {
    const { database } = await open();
    for (const { table, properties } of tables) {
      const real =
        dialect === 'sqlite'
          ? (
              await sql<{
                name: string;
                notnull: number;
              }>`select name, "notnull" from pragma_table_info(${table})`.execute(database.read)
            ).rows.map((row) => [row.name, row.notnull === 0])
          : (
              await sql<{
                name: string;
                empty: string;
              }>`select column_name as name, is_nullable as empty from information_schema.columns where table_schema = 'public' and table_name = ${table}`.execute(
                database.read,
              )
            ).rows.map((row) => [row.name, row.empty === 'YES']);
      const described = columnsOf(table).map(({ property, column }) => [
        column,
        properties[property]?.nullable === true,
      ]);
      const inOrder = (columns: readonly unknown[][]) =>
        columns.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
      expect([table, inOrder(real)]).toEqual([table, inOrder(described)]);
    }
  });

  it('is described by an entity, and no entity is without its table', async () => {
    const { database } = await open();
    const real =
      dialect === 'sqlite'
        ? await sql<{
            name: string;
          }>`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`.execute(database.read)
        : await sql<{
            name: string;
          }>`select table_name as name from information_schema.tables where table_schema = 'public'`.execute(
            database.read,
          );
    expect(
      real.rows
        .map((row) => row.name)
        .filter((name) => name !== 'mikro_orm_migrations' && !name.startsWith('list_'))
        .toSorted(),
    ).toEqual(tables.map(({ table }) => table as string).toSorted());
  });

  it('lets no reference point to nothing once the transaction ends', async () => {
    const { database } = await open();
    await expect(
      database.transaction((writer) =>
        insertRows(writer, 'role_assignment', [{ employeeId: newId(), role: 'administrator' }]),
      ),
    ).rejects.toThrow(/foreign key/i);
  });
});

describeEachDatabase('a database', (open) => {
  it('that a newer Gatehouse has changed is refused, and stays as it is', async () => {
    const { database, location } = await open();
    await database.transaction((writer) =>
      sql`insert into mikro_orm_migrations (name) values ('9999-from-the-future')`.execute(writer),
    );
    await expect(openDatabase(location)).rejects.toMatchObject({
      code: 'database.newer',
      message: expect.stringContaining('9999-from-the-future'),
      data: { unknown: ['9999-from-the-future'] },
    });
    await database.transaction((writer) =>
      sql`delete from mikro_orm_migrations where name = '9999-from-the-future'`.execute(writer),
    );
    await (await openDatabase(location)).close();
  });

  it('shows readers what is committed and nothing of what is under way', async () => {
    const { database } = await open();
    const settings = () => database.read.selectFrom('setting').select('name').execute();
    await database.transaction(async (writer) => {
      await insertRows(writer, 'setting', [{ name: 'one', value: {} }]);
      expect(await settings()).toEqual([]);
    });
    expect(await settings()).toEqual([{ name: 'one' }]);
  });

  it('waits at its close for the transaction that is running', async () => {
    const { database, location } = await open();
    const second = location.kind === 'sqlite' ? database : await openDatabase(location);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let began: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    const writing = second.transaction(async (writer) => {
      began();
      await insertRows(writer, 'setting', [{ name: 'last', value: {} }]);
      await held;
    });
    await begun;
    const closing = second.close();
    release();
    await writing;
    await closing;
    const again = await openDatabase(location);
    expect(await again.read.selectFrom('setting').select('name').execute()).toEqual([{ name: 'last' }]);
    await again.close();
  });
});

describe('a fault', () => {
  it('of the environment becomes one that a person can act on; anything else stays what it was', () => {
    const fault = databaseFault(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }), 'the database file x');
    expect(fault).toBeInstanceOf(GatehouseError);
    expect(fault).toMatchObject({ code: 'database.full', message: expect.stringContaining('the database file x') });
    expect(databaseFault(Object.assign(new Error('no'), { code: 'SQLITE_IOERR_WRITE' }), 'x')).toMatchObject({
      code: 'database.inputOutput',
    });
    const bug = new TypeError('a bug');
    expect(databaseFault(bug, 'x')).toBe(bug);
    expect(databaseFault(fault, 'y')).toBe(fault);
  });

  it('of the network to Postgres says where, without the password', async () => {
    await expect(
      openDatabase({ kind: 'postgres', url: 'postgres://someone:very-secret@127.0.0.1:1/nothing' }),
    ).rejects.toMatchObject({
      code: 'database.unreachable',
      message: expect.stringMatching(/^(?!.*very-secret).*127\.0\.0\.1:1\/nothing/s),
    });
  });
});
