/** Rows of one table that a batch of an import works on: loaded together, compared, and only what differs is written. */
import canonicalize from 'canonicalize';
import { sql, type ExpressionBuilder, type ExpressionWrapper, type InsertObject, type SqlBool } from 'kysely';
import type { CommandContext } from '#core/commands/command-definition.ts';
import { columnsOf, fromRow, toRow, type Rows, type Tables } from '#core/persistence/tables.ts';
import { insertRows, type IdentifiedTable } from '#core/persistence/write-rows.ts';

/** Values in one `in (…)`. */
const listLength = 1000;

type Context = Pick<CommandContext, 'writer' | 'dialect'>;

export class StoredRows<Name extends IdentifiedTable> {
  readonly #context: Context;
  readonly #table: Name;
  readonly #before = new Map<string, Rows[Name]>();
  readonly #after = new Map<string, Rows[Name]>();

  constructor(context: Context, table: Name) {
    this.#context = context;
    this.#table = table;
  }

  /** Loads rows whose `column` has one of `values`, and answers with all of them as they are now. */
  async load(
    column: string,
    values: Iterable<string>,
    and?: { readonly column: string; readonly values: Iterable<string> },
  ): Promise<readonly Rows[Name][]> {
    const loaded: Rows[Name][] = [];
    const { writer, dialect } = this.#context;
    const second = and === undefined ? null : [...and.values];
    for (const list of lists(values)) {
      let query = writer
        .selectFrom(this.#table as 'account')
        .selectAll()
        .where(isIn(column, list));
      if (and !== undefined && second !== null) query = query.where(isIn(and.column, second));
      // Nobody changes what is being compared; references to the rows stay possible.
      const rows = await (dialect === 'postgres' ? query.forNoKeyUpdate() : query).execute();
      for (const raw of rows) {
        const row = fromRow(this.#table, raw as unknown as Tables[Name]);
        const id = idOf(row);
        const known = this.get(id);
        if (known === undefined) this.#before.set(id, row);
        loaded.push(known ?? row);
      }
    }
    return loaded;
  }

  get(id: string): Rows[Name] | undefined {
    return this.#after.get(id) ?? this.#before.get(id);
  }

  /** Keeps a row for `save`. Answers what that means for the row as it was before the batch. */
  put(row: Rows[Name]): 'created' | 'changed' | 'unchanged' {
    const id = idOf(row);
    const now = this.get(id);
    if (now !== undefined && sameRow(this.#table, now, row)) return 'unchanged';
    this.#after.set(id, row);
    return now === undefined ? 'created' : 'changed';
  }

  /** Writes new and changed rows. */
  async save(): Promise<void> {
    const added: Rows[Name][] = [];
    const changed: Rows[Name][] = [];
    for (const [id, row] of this.#after) (this.#before.has(id) ? changed : added).push(row);
    await insertRows(this.#context.writer, this.#table, added);
    await this.#update(changed);
  }

  async #update(rows: readonly Rows[Name][]): Promise<void> {
    if (rows.length === 0) return;
    const columns = columnsOf(this.#table).map(({ column }) => column);
    const perStatement = Math.max(1, Math.floor(8_000 / columns.length));
    for (let start = 0; start < rows.length; start += perStatement) {
      const values = rows.slice(start, start + perStatement).map((row) => toRow(this.#table, row));
      await this.#context.writer
        .insertInto(this.#table as 'account')
        .values(values as unknown as InsertObject<Tables, 'account'>[])
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet(
              Object.fromEntries(
                columns.filter((column) => column !== 'id').map((column) => [column, sql.ref(`excluded.${column}`)]),
              ),
            ),
        )
        .execute();
    }
  }
}

/** Splits values into lists that fit in a statement; nothing for no values. */
export function* lists(values: Iterable<string>): Generator<readonly string[]> {
  const all = [...new Set(values)];
  for (let start = 0; start < all.length; start += listLength) yield all.slice(start, start + listLength);
}

function isIn(column: string, values: readonly string[]) {
  return (eb: ExpressionBuilder<Tables, 'account'>): ExpressionWrapper<Tables, 'account', SqlBool> =>
    eb(sql.ref<string>(column), 'in', values.length === 0 ? [''] : values);
}

function idOf(row: unknown): string {
  return (row as { readonly id: string }).id;
}

function sameRow<Name extends IdentifiedTable>(table: Name, a: Rows[Name], b: Rows[Name]): boolean {
  const [left, right] = [a, b] as unknown as Readonly<Record<string, unknown>>[];
  return columnsOf(table).every(({ property, json }) => {
    const [one, other] = [left?.[property] ?? null, right?.[property] ?? null];
    // Postgres orders the keys of a JSON value in its own way.
    return json ? canonicalize(one) === canonicalize(other) : one === other;
  });
}
