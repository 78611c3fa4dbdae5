/** The list of people, by name. */
import type { EmployeeRow } from '#core/contract/index.ts';
import { employeeStatuses, type EmployeeStatus, type Role } from '#core/domain/directory.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { decodeNameCursor, nameCursorKind, nameKey, pageOf, type NameKey } from './cursor.ts';
import { fewMatching } from './matching-employees.ts';
import { loadPeople, personColumns, personIn, personOf } from './people.ts';
import { hasWords, searchWords, withoutIndex } from './search.ts';

export interface EmployeeListInput {
  readonly search: string;
  readonly status: EmployeeStatus | 'all';
  readonly cursor: string | null;
  readonly limit: number;
}

const cursor = nameCursorKind('directory.employees');

export async function listEmployees(
  reader: Reader,
  input: EmployeeListInput,
): Promise<{ rows: EmployeeRow[]; nextCursor: string | null; total: number }> {
  const words = searchWords(input.search);
  const after = await decodeNameCursor(cursor, input.cursor, (id) => nameOfEmployee(reader, id as EmployeeId));
  const statuses = input.status === 'all' ? employeeStatuses : [input.status];
  const few = await fewMatching(reader, statuses, words);
  const selected =
    few?.length === 0 ? [] : await inOrder(reader, { statuses, words, few, after, limit: input.limit + 1 }).execute();
  const page = pageOf(selected, input.limit, cursor, (row) => nameKey(row.full_name, row.id));
  const managers = await loadPeople(
    reader,
    page.rows.map((row) => row.manager_id),
  );
  const roles = await loadRoles(
    reader,
    page.rows.map((row) => row.id),
  );
  const rows = page.rows.map((row): EmployeeRow => ({
    ...personOf(row),
    roles: roles.get(row.id) ?? [],
    manager: row.manager_id === null ? null : personIn(managers, row.manager_id),
  }));
  const total = few?.length ?? (await countMatching(reader, statuses, words));
  return { rows, nextCursor: page.nextCursor, total };
}

/** Roles beyond requesting and reviewing, by person. */
export async function loadRoles(reader: Reader, ids: readonly EmployeeId[]): Promise<ReadonlyMap<EmployeeId, Role[]>> {
  if (ids.length === 0) return new Map();
  const rows = await reader
    .selectFrom('role_assignment')
    .selectAll()
    .where('employee_id', 'in', ids)
    .orderBy('role')
    .execute();
  const byPerson = new Map<EmployeeId, Role[]>();
  for (const { employee_id, role } of rows) byPerson.set(employee_id, [...(byPerson.get(employee_id) ?? []), role]);
  return byPerson;
}

export async function nameOfEmployee(reader: Reader, id: EmployeeId): Promise<string | undefined> {
  return (await reader.selectFrom('employee').select('full_name').where('id', '=', id).executeTakeFirst())?.full_name;
}

async function countMatching(
  reader: Reader,
  statuses: readonly EmployeeStatus[],
  words: readonly string[],
): Promise<number> {
  const { total } = await reader
    .selectFrom('employee')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where((eb) =>
      words.length === 0 ? eb('status', 'in', statuses) : eb(withoutIndex(eb.ref('status')), 'in', statuses),
    )
    .where((eb) => hasWords(eb.ref('search_text'), words))
    .executeTakeFirstOrThrow();
  return total;
}

interface Wanted {
  readonly statuses: readonly EmployeeStatus[];
  readonly words: readonly string[];
  /** All who match, when they are few. */
  readonly few: readonly EmployeeId[] | null;
  readonly after: NameKey | null;
  readonly limit: number;
}

/** One look-up per status, because the index that sorts by name begins with the status; then the two are merged. */
function inOrder(reader: Reader, { statuses, words, few, after, limit }: Wanted) {
  const ofStatus = (status: EmployeeStatus) => {
    let query = reader
      .selectFrom('employee')
      .select([...personColumns, 'employee.manager_id'])
      .where((eb) =>
        eb(few === null ? eb.ref('employee.status') : withoutIndex(eb.ref('employee.status')), '=', status),
      )
      .orderBy('employee.full_name')
      .orderBy('employee.id')
      .limit(limit);
    query =
      few === null
        ? query.where((eb) => hasWords(eb.ref('employee.search_text'), words))
        : query.where('employee.id', 'in', few);
    if (after !== null) {
      query = query.where((eb) =>
        eb(eb.refTuple('employee.full_name', 'employee.id'), '>', eb.tuple(after[0], after[1] as EmployeeId)),
      );
    }
    return reader.selectFrom(query.as('one')).selectAll();
  };
  const [first = 'active', ...others] = statuses;
  const every = others.reduce((union, status) => union.unionAll(ofStatus(status)), ofStatus(first));
  return reader
    .selectFrom(every.as('employee'))
    .selectAll()
    .orderBy('employee.full_name')
    .orderBy('employee.id')
    .limit(limit);
}
