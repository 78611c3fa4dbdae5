/** Owners of applications and entitlements from a file. A row whose owner or thing is not known is rejected. */
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { ApplicationList, type NamedApplication } from './application-list.ts';
import { newSecondaryOwners, secondaryOwnersOf } from './applications.ts';
import type { Fields } from './fields.ts';
import type { ImportScope, KindImporter } from './importer.ts';
import { findPeople } from './people.ts';
import { StoredRows } from './stored-rows.ts';
import { emailField, emailsField, plainWord } from './values.ts';

const applicationWords = new Set(['application', 'app', 'integration', 'applicationintegration']);
const withoutOwners = new Set(['resource', 'identity', 'employee', 'account', 'user']);

interface Stated {
  readonly fields: Fields;
  readonly application: NamedApplication;
  /** Null: the row is about the application itself. */
  readonly entitlement: { readonly id: string | null; readonly name: string | null } | null;
  readonly primary: string;
  readonly secondary: readonly string[];
}

export function businessOwnersImporter(): KindImporter {
  const lines = new Map<string, number>();
  let scope: ImportScope | null = null;
  let applications: ApplicationList | null = null;

  return {
    header: () => undefined,
    async prepare(given) {
      scope = given;
      applications = await ApplicationList.load(given.context, given.applicationId);
    },
    async write(rows) {
      if (scope === null || applications === null) throw new Error('Not prepared');
      const list = applications;
      const stated = rows.flatMap((fields) => statedBy(fields, list) ?? []);
      const owners = await findPeople(
        scope.context,
        stated.flatMap(({ primary, secondary }) => [primary, ...secondary]),
      );
      const known = stated.filter(({ fields, primary }) => {
        if (!owners.has(primary))
          fields.reject('primaryOwner', 'Nobody has this address. Import the employees first.', primary);
        return fields.rejection === null;
      });
      await writeApplications(
        scope,
        known.filter(({ entitlement }) => entitlement === null),
        owners,
        lines,
      );
      await writeEntitlements(
        scope,
        known.filter(({ entitlement }) => entitlement !== null),
        owners,
        lines,
      );
    },
    remarks: () => [],
  };
}

function statedBy(fields: Fields, applications: ApplicationList): Stated | null {
  const primary = fields.required('primaryOwner') === null ? null : emailField(fields, 'primaryOwner');
  const secondary = emailsField(fields, 'secondaryOwners') ?? [];
  const type = plainWord(fields.text('entityType') ?? '');
  const [id, name] = [fields.text('entityId'), fields.text('entityName')];
  if (withoutOwners.has(type)) {
    fields.reject(
      'entityType',
      'Gatehouse keeps owners of applications and of entitlements only.',
      fields.text('entityType'),
    );
  }
  const ofApplication = applicationWords.has(type) || (type === '' && id === null && name === null);
  const application = applicationOf(fields, applications, ofApplication ? [name, id] : []);
  if (!ofApplication && id === null && name === null) fields.reject('entityId', 'The row names no entitlement.');
  if (fields.rejection !== null || application === null || primary === null) return null;
  return { fields, application, entitlement: ofApplication ? null : { id, name }, primary, secondary };
}

/** By the application's own columns; a row about an application may name it as its entity. */
function applicationOf(
  fields: Fields,
  applications: ApplicationList,
  entity: readonly (string | null)[],
): NamedApplication | null {
  if (fields.text('application') !== null) return applications.of(fields);
  for (const key of [fields.text('applicationId'), ...entity]) {
    const found = key === null ? null : applications.find(key);
    if (found !== null) return found;
  }
  const named = fields.text('applicationId') ?? entity.find((key) => key !== null) ?? null;
  if (named === null) return applications.of(fields);
  fields.reject('applicationId', 'There is no application of this name or id. Create it or import it first.', named);
  return null;
}

async function writeApplications(
  scope: ImportScope,
  stated: readonly Stated[],
  owners: ReadonlyMap<string, EmployeeId>,
  lines: Map<string, number>,
): Promise<void> {
  const stored = new StoredRows(scope.context, 'application');
  const ids = stated.map(({ application }) => application.id);
  await stored.load('id', ids);
  const seats = await secondaryOwnersOf(scope, [...new Set<ApplicationId>(ids)]);
  const added: Rows['secondary_owner'][] = [];
  for (const { fields, application, primary, secondary } of stated) {
    const before = stored.get(application.id);
    if (before === undefined || isRepeated(fields, application.id, lines)) continue;
    const row = { ...before, primaryOwnerId: owners.get(primary) ?? before.primaryOwnerId };
    const more = newSecondaryOwners(fields, row, secondary, owners, seats.get(row.id) ?? []);
    added.push(...more);
    if (row.primaryOwnerId === before.primaryOwnerId && more.length === 0) continue;
    fields.outcome = 'changed';
    stored.put({ ...row, version: before.version + 1 });
  }
  await stored.save();
  await insertRows(scope.context.writer, 'secondary_owner', added);
}

async function writeEntitlements(
  scope: ImportScope,
  stated: readonly Stated[],
  owners: ReadonlyMap<string, EmployeeId>,
  lines: Map<string, number>,
): Promise<void> {
  const stored = new StoredRows(scope.context, 'entitlement');
  const within = { column: 'application_id', values: new Set(stated.map(({ application }) => application.id)) };
  const byId = await stored.load(
    'external_id',
    stated.flatMap(({ entitlement }) => entitlement?.id ?? []),
    within,
  );
  const byName = await stored.load(
    'name',
    stated.flatMap(({ entitlement }) => entitlement?.name ?? []),
    within,
  );
  for (const { fields, application, entitlement, primary, secondary } of stated) {
    const mine = (rows: readonly Rows['entitlement'][]) => rows.filter((row) => row.applicationId === application.id);
    const exact = mine(byId).filter((row) => row.externalId === entitlement?.id);
    const found = exact.length > 0 ? exact : mine(byName).filter((row) => row.name === entitlement?.name);
    const [first] = found;
    const key = entitlement?.name ?? entitlement?.id ?? null;
    if (first === undefined) {
      fields.reject(
        'entityName',
        `The application "${application.name}" has no such entitlement. Import its entitlements first.`,
        key,
      );
    } else if (found.length > 1) {
      fields.reject(
        'entityName',
        `The application "${application.name}" has ${found.length} entitlements of this name. Give the entity ID.`,
        key,
      );
    } else if (!isRepeated(fields, first.id, lines)) {
      if (secondary.length > 0)
        fields.warn('secondaryOwners', 'An entitlement has one owner; secondary owners are left out.');
      fields.outcome = stored.put({ ...(stored.get(first.id) ?? first), businessOwnerId: owners.get(primary) ?? null });
    }
  }
  await stored.save();
}

function isRepeated(fields: Fields, id: string, lines: Map<string, number>): boolean {
  const first = lines.get(id);
  if (first === undefined) lines.set(id, fields.line);
  else fields.reject(null, `Line ${first} names the owner of the same thing.`);
  return first !== undefined;
}
