/** Employees from a file: one row per person, found again by work e-mail. */
import type { Employee, Role } from '#core/domain/directory.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { employeeSearchText } from '../search-text.ts';
import type { Fields } from './fields.ts';
import type { ImportScope, KindImporter } from './importer.ts';
import { Organisation } from './managers.ts';
import type { MappedHeader } from './mapped-header.ts';
import { StoredRows } from './stored-rows.ts';
import { choiceField, dateField, emailField, parseEmail, plainWord } from './values.ts';

/** What BalkanID and Gatehouse call roles. Every team member reviews: that role is not stored. */
const roleWords: Readonly<Record<string, Role | null>> = {
  reviewer: null,
  riskmanager: 'riskManager',
  administrator: 'administrator',
  admin: 'administrator',
};
const statusWords = { active: 'active', left: 'left', inactive: 'left', terminated: 'left' } as const;

const plainFields = [
  'department',
  'jobTitle',
  'employmentType',
  'organization',
  'sourceUserId',
  'firstName',
  'lastName',
] as const;

const nothingKnown = {
  firstName: null,
  lastName: null,
  department: null,
  jobTitle: null,
  employmentType: null,
  organization: null,
  startDate: null,
  endDate: null,
  sourceUserId: null,
};

interface Stated {
  readonly workEmail: string;
  readonly fullName: string | null;
  /** Only what the file has columns for. */
  readonly properties: Partial<Employee>;
  readonly attributes: readonly (readonly [string, string | null])[];
  readonly status: Employee['status'] | null;
  readonly roles: readonly Role[];
  readonly manager: string | null | undefined;
}

/** @param today the calendar date in UTC; who ended before it has left. */
export function employeesImporter(today: string): KindImporter {
  const organisation = new Organisation();
  const rolesGiven: { employeeId: EmployeeId; role: Role }[] = [];
  let header: MappedHeader | null = null;
  let scope: ImportScope | null = null;

  return {
    header: (mapped) => {
      header = mapped;
    },
    survey(fields) {
      const stated = statedBy(fields, today);
      if (stated !== null) organisation.add(stated.workEmail, fields.line, stated.manager);
    },
    prepare(given) {
      scope = given;
      return organisation.resolve(given.context);
    },
    async write(rows) {
      if (scope === null) throw new Error('Not prepared');
      const { context } = scope;
      const people = rows.flatMap((fields) => {
        const stated = statedBy(fields, today);
        if (stated === null) return [];
        const first = organisation.lineOf(stated.workEmail);
        if (first === fields.line) return [{ fields, stated }];
        fields.reject('workEmail', `Line ${first} has the same e-mail address.`, stated.workEmail);
        return [];
      });
      const stored = new StoredRows(context, 'employee');
      const byEmail = new Map(
        (
          await stored.load(
            'work_email',
            people.map(({ stated }) => stated.workEmail),
          )
        ).map((row) => [row.workEmail, row]),
      );
      const wanted: { readonly fields: Fields; readonly employeeId: EmployeeId; readonly role: Role }[] = [];
      for (const { fields, stated } of people) {
        const place = organisation.placeOf(stated.workEmail);
        const before = byEmail.get(stated.workEmail) ?? null;
        const managerId = stated.manager === undefined ? (before?.managerId ?? null) : place.managerId;
        fields.outcome = stored.put(merged(before, stated, place.id, managerId, today));
        if (place.managerRemark !== null)
          fields.warn(managerField(fields), place.managerRemark.reason, place.managerRemark.value);
        for (const role of stated.roles) wanted.push({ fields, employeeId: place.id, role });
      }
      await stored.save();
      rolesGiven.push(...(await giveRoles(scope, wanted)));
    },
    remarks() {
      const names = header?.found.get('managerName');
      return names !== undefined && header?.found.has('managerEmail') === false
        ? [
            {
              column: names.name,
              reason: 'Managers are found by e-mail: only the addresses in this column are used, names are not.',
            },
          ]
        : [];
    },
    evidence: () => ({ rolesGiven }),
  };
}

function managerField(fields: Fields): string {
  return fields.has('managerEmail') ? 'managerEmail' : 'managerName';
}

/** What a row says about a person; null when it is rejected. */
function statedBy(fields: Fields, today: string): Stated | null {
  const workEmail = fields.required('workEmail') === null ? null : emailField(fields, 'workEmail');
  const properties: { -readonly [Name in keyof Employee]?: Employee[Name] } = {};
  for (const field of plainFields) if (fields.has(field)) properties[field] = fields.text(field);
  for (const field of ['startDate', 'endDate'] as const)
    if (fields.has(field)) properties[field] = dateField(fields, field);
  const { startDate, endDate } = properties;
  if (typeof startDate === 'string' && typeof endDate === 'string' && endDate < startDate)
    fields.warn('endDate', 'The end lies before the start.', endDate);
  const stated: Omit<Stated, 'workEmail'> = {
    fullName: fields.text('fullName') ?? joinedName(properties),
    properties,
    attributes: [...fields.unknown()],
    status:
      choiceField(fields, 'status', statusWords) ?? (typeof endDate === 'string' && endDate < today ? 'left' : null),
    roles: rolesOf(fields),
    manager: managerOf(fields),
  };
  return fields.rejection === null && workEmail !== null ? { workEmail, ...stated } : null;
}

function joinedName({ firstName, lastName }: Partial<Employee>): string | null {
  const name = [firstName, lastName].filter((part) => typeof part === 'string').join(' ');
  return name === '' ? null : name;
}

/** Undefined: the file says nothing about managers. */
function managerOf(fields: Fields): string | null | undefined {
  if (fields.has('managerEmail')) {
    const text = fields.text('managerEmail');
    // What is no address belongs to nobody; the row says so as a warning, like an address that nobody has.
    return text === null ? null : (parseEmail(text) ?? text.toLowerCase());
  }
  const name = fields.text('managerName');
  return name?.includes('@') === true ? (parseEmail(name) ?? undefined) : undefined;
}

function rolesOf(fields: Fields): readonly Role[] {
  const found = new Set<Role>();
  for (const part of (fields.text('roles') ?? '').split(/[,;|]/)) {
    if (part.trim() === '') continue;
    const role = roleWords[plainWord(part)];
    if (role === undefined)
      fields.reject('roles', 'This is not one of: Reviewer, Risk Manager, Administrator.', part.trim());
    else if (role !== null) found.add(role);
  }
  return [...found];
}

function merged(
  before: Rows['employee'] | null,
  stated: Stated,
  id: EmployeeId,
  managerId: EmployeeId | null,
  today: string,
): Rows['employee'] {
  const attributes = new Map(Object.entries(before?.attributes ?? {}));
  for (const [name, value] of stated.attributes) {
    if (value === null) attributes.delete(name);
    else attributes.set(name, value);
  }
  const employee = {
    ...nothingKnown,
    ...before,
    ...stated.properties,
    id: before?.id ?? id,
    workEmail: stated.workEmail,
    fullName: stated.fullName ?? before?.fullName ?? stated.workEmail,
    managerId,
    attributes: Object.fromEntries(attributes),
  };
  const ended = employee.endDate !== null && employee.endDate < today;
  // An end date that moved into the future, or went away, brings a person back.
  const kept = stated.properties.endDate === undefined ? (before?.status ?? 'active') : 'active';
  const status = ended ? 'left' : (stated.status ?? kept);
  return { ...employee, status, searchText: employeeSearchText(employee) };
}

/** Adds roles that are missing. An import never takes a role away: an incomplete file would lock people out. */
async function giveRoles(
  { context: { writer } }: ImportScope,
  wanted: readonly { readonly fields: Fields; readonly employeeId: EmployeeId; readonly role: Role }[],
): Promise<readonly { employeeId: EmployeeId; role: Role }[]> {
  if (wanted.length === 0) return [];
  const ids = wanted.map(({ employeeId }) => employeeId);
  const rows = await writer.selectFrom('role_assignment').selectAll().where('employee_id', 'in', ids).execute();
  const held = new Set(rows.map((row) => `${row.employee_id} ${row.role}`));
  const missing = wanted.filter(({ employeeId, role }) => !held.has(`${employeeId} ${role}`));
  for (const { fields } of missing) if (fields.outcome === 'unchanged') fields.outcome = 'changed';
  const given = missing.map(({ employeeId, role }) => ({ employeeId, role }));
  await insertRows(writer, 'role_assignment', given);
  return given;
}
