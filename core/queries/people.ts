/** People as screens show them, many at once: a page of any length costs one look-up. */
import type { Person } from '#core/contract/index.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Reader, Tables } from '#core/persistence/tables.ts';

export const personColumns = [
  'employee.id',
  'employee.full_name',
  'employee.work_email',
  'employee.job_title',
  'employee.department',
  'employee.status',
] as const;

type PersonRow = Pick<Tables['employee'], 'id' | 'full_name' | 'work_email' | 'job_title' | 'department' | 'status'>;

export type People = ReadonlyMap<EmployeeId, Person>;

export function personOf(row: PersonRow): Person {
  return {
    id: row.id,
    fullName: row.full_name,
    workEmail: row.work_email,
    jobTitle: row.job_title,
    department: row.department,
    status: row.status,
  };
}

/** Databases take only so many parameters in a statement. */
const idsPerStatement = 5_000;

/** The people with these ids; null and repeated ids are left out. */
export async function loadPeople(reader: Reader, ids: Iterable<EmployeeId | null>): Promise<People> {
  const distinct = [...new Set(ids)].filter((id) => id !== null);
  const people = new Map<EmployeeId, Person>();
  for (let start = 0; start < distinct.length; start += idsPerStatement) {
    const chunk = distinct.slice(start, start + idsPerStatement);
    const rows = await reader.selectFrom('employee').select(personColumns).where('id', 'in', chunk).execute();
    for (const row of rows) people.set(row.id, personOf(row));
  }
  return people;
}

/** The person with this id. Employees are never deleted, so whoever is named somewhere is there. */
export function personIn(people: People, id: EmployeeId): Person {
  const person = people.get(id);
  if (person === undefined) throw new Error(`No employee has the id ${id}`);
  return person;
}
