/** Who may be chosen at sign-in: administrators first, then owners and managers, then everybody, each by name. */
import { expressionBuilder, sql, type Expression, type SqlBool } from 'kysely';
import { z } from 'zod';
import type { Operator, Person } from '#core/contract/index.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { WorkspaceSettings } from '#core/domain/workspace-settings.ts';
import type { Reader, Tables } from '#core/persistence/tables.ts';
import { cursorKind, decodeCursor, encodeCursor, keyParts, nameKey, type NameKey } from './cursor.ts';
import { nameOfEmployee } from './employees.ts';
import { fewMatching } from './matching-employees.ts';
import { operatorsOf } from './operators.ts';
import { personColumns, personOf } from './people.ts';
import { QueryRefused } from './query-refused.ts';
import { hasWords, searchWords, withoutIndex } from './search.ts';

export interface ChoicesInput {
  readonly search: string;
  readonly cursor: string | null;
  readonly limit: number;
}

/** In the order they are listed. Each is read by itself, because ranking everybody would read everybody. */
const groups = ['administrators', 'ownersAndManagers', 'everybody'] as const;
type Group = (typeof groups)[number];

const cursor = cursorKind('session.choices', z.tuple([z.enum(groups), z.string().max(200), keyParts.id]));

/** Nobody before the workspace is set up; the operator alone where only the operator signs in. */
export async function listSignInChoices(
  reader: Reader,
  settings: WorkspaceSettings | null,
  input: ChoicesInput,
): Promise<{ rows: Operator[]; nextCursor: string | null }> {
  if (settings === null) return { rows: [], nextCursor: null };
  const words = searchWords(input.search);
  const only = settings.signIn === 'operator' ? settings.operatorId : null;
  const from = decodeCursor(cursor, input.cursor);
  const few = await fewMatching(reader, ['active'], words);
  if (few?.length === 0) return { rows: [], nextCursor: null };
  const found: { readonly group: Group; readonly person: Person }[] = [];
  for (const group of groups.slice(from === null ? 0 : groups.indexOf(from[0]))) {
    const missing = input.limit + 1 - found.length;
    if (missing <= 0) break;
    const after = from !== null && from[0] === group ? await nameKeyOf(reader, from) : null;
    let query = reader
      .selectFrom('employee')
      .select(personColumns)
      .where((eb) => {
        const chosenById = group === 'administrators' || few !== null;
        return eb(chosenById ? withoutIndex(eb.ref('employee.status')) : eb.ref('employee.status'), '=', 'active');
      })
      .where(membersOf(reader, group))
      .orderBy('employee.full_name')
      .orderBy('employee.id')
      .limit(missing);
    query =
      few === null
        ? query.where((eb) => hasWords(eb.ref('employee.search_text'), words))
        : query.where('employee.id', 'in', few);
    if (settings.signIn === 'operator')
      query = query.where((eb) => (only === null ? sql<SqlBool>`1 = 0` : eb('employee.id', '=', only)));
    if (after !== null) {
      query = query.where((eb) =>
        eb(eb.refTuple('employee.full_name', 'employee.id'), '>', eb.tuple(after[0], after[1] as EmployeeId)),
      );
    }
    for (const row of await query.execute()) found.push({ group, person: personOf(row) });
  }
  const page = found.slice(0, input.limit);
  const last = page.at(-1);
  return {
    rows: await operatorsOf(
      reader,
      page.map(({ person }) => person),
    ),
    nextCursor:
      found.length > input.limit && last !== undefined
        ? encodeCursor(cursor, [last.group, ...nameKey(last.person.fullName, last.person.id)])
        : null,
  };
}

async function nameKeyOf(reader: Reader, [, name, id]: readonly [Group, string, string]): Promise<NameKey> {
  if (name !== '') return [name, id];
  const found = await nameOfEmployee(reader, id as EmployeeId);
  if (found === undefined)
    throw new QueryRefused(
      'command.invalid',
      'This list cannot be continued from here. Load it again from its beginning.',
    );
  return [found, id];
}

const employeeExpressions = expressionBuilder<Tables, 'employee'>();

/** Every group leaves out those of the groups before it. */
function membersOf(reader: Reader, group: Group): Expression<SqlBool> {
  const eb = employeeExpressions;
  const administrators = reader
    .selectFrom('role_assignment')
    .select('employee_id as id')
    .where('role', '=', 'administrator');
  const owners = reader
    .selectFrom('application')
    .select('primary_owner_id as id')
    .where('primary_owner_id', 'is not', null)
    .union(reader.selectFrom('secondary_owner').select('employee_id as id'));
  // Asked of each person in turn, because a page needs few of them and there are many managers.
  const manages = eb.exists(
    reader
      .selectFrom('employee as report')
      .select('report.id')
      .whereRef('report.manager_id', '=', 'employee.id' as 'report.id'),
  );
  const ownsOrManages = eb.or([eb('employee.id', 'in', owners), manages]);
  switch (group) {
    case 'administrators':
      return eb('employee.id', 'in', administrators);
    case 'ownersAndManagers':
      return eb.and([ownsOrManages, eb('employee.id', 'not in', administrators)]);
    case 'everybody':
      return eb.and([eb.not(ownsOrManages), eb('employee.id', 'not in', administrators)]);
  }
}
