/** People as whoever may be, or is, signed in: with their roles, what they own and whom they manage. */
import type { Operator, Person } from '#core/contract/index.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { loadRoles } from './employees.ts';
import { withoutIndex } from './search.ts';

export async function operatorsOf(reader: Reader, people: readonly Person[]): Promise<Operator[]> {
  if (people.length === 0) return [];
  const ids = people.map((person) => person.id);
  const roles = await loadRoles(reader, ids);
  const owned = await countOwned(reader, ids);
  const managed = await countManaged(reader, ids);
  return people.map((person) => ({
    person,
    roles: roles.get(person.id) ?? [],
    ownsApplications: owned.get(person.id) ?? 0,
    managesPeople: managed.get(person.id) ?? 0,
  }));
}

/** Applications by owner; who is primary and secondary owner of the same one owns one. */
async function countOwned(reader: Reader, ids: readonly EmployeeId[]): Promise<ReadonlyMap<EmployeeId | null, number>> {
  const owners = reader
    .selectFrom('application')
    .select(['application.id as application_id', 'primary_owner_id as employee_id'])
    .where('primary_owner_id', 'in', ids)
    .union(
      reader.selectFrom('secondary_owner').select(['application_id', 'employee_id']).where('employee_id', 'in', ids),
    );
  const rows = await reader
    .selectFrom(owners.as('owner'))
    .select(['employee_id', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('employee_id')
    .execute();
  return new Map(rows.map((row) => [row.employee_id, row.count]));
}

async function countManaged(
  reader: Reader,
  ids: readonly EmployeeId[],
): Promise<ReadonlyMap<EmployeeId | null, number>> {
  const rows = await reader
    .selectFrom('employee')
    .select(['manager_id', (eb) => eb.fn.countAll<number>().as('count')])
    .where('manager_id', 'in', ids)
    .where((eb) => eb(withoutIndex(eb.ref('status')), '=', 'active'))
    .groupBy('manager_id')
    .execute();
  return new Map(rows.map((row) => [row.manager_id, row.count]));
}
