/** Applications from a file: one row per application, found again by name. */
import type { Application } from '#core/domain/directory.ts';
import type { ReviewerKind } from '#core/domain/review-settings.ts';
import { newId, type ApplicationId, type EmployeeId } from '#core/domain/ids.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import type { Fields } from './fields.ts';
import type { ImportScope, KindImporter } from './importer.ts';
import { findPeople } from './people.ts';
import { StoredRows } from './stored-rows.ts';
import { choiceField, emailField, emailsField, plainWord } from './values.ts';

const fulfillmentWords = { connector: 'connector', manual: 'manual' } as const;
const approvalWords = { review: 'review', auto: 'auto', automatic: 'auto' } as const;
const reviewerWords: Readonly<Record<string, ReviewerKind>> = {
  manager: 'manager',
  applicationowner: 'applicationOwner',
  owner: 'applicationOwner',
};
/** An application that nobody has set up: reviewed by manager, then owner, and provisioned by hand until it is connected. */
const initial = {
  description: null,
  primaryOwnerId: null,
  fulfillment: 'manual',
  reviewSettings: { approval: 'review', reviewers: ['manager', 'applicationOwner'] },
  version: 0,
} as const satisfies Partial<Application>;

interface Stated {
  readonly name: string;
  readonly description: string | null | undefined;
  readonly primaryOwner: string | null;
  readonly secondaryOwners: readonly string[];
  readonly fulfillment: Application['fulfillment'] | null;
  readonly approval: 'review' | 'auto' | null;
  readonly reviewers: readonly ReviewerKind[];
}

export function applicationsImporter(): KindImporter {
  const lines = new Map<string, number>();
  let scope: ImportScope | null = null;

  return {
    header: () => undefined,
    prepare: async (given) => {
      scope = given;
    },
    async write(rows) {
      if (scope === null) throw new Error('Not prepared');
      const { context } = scope;
      const stated = rows.flatMap((fields) => {
        const application = statedBy(fields);
        return application === null || isRepeated(fields, application.name, lines) ? [] : [{ fields, application }];
      });
      const stored = new StoredRows(context, 'application');
      const keys = stated.map(({ application }) => application.name.toLowerCase());
      const byKey = new Map((await stored.load('name_key', keys)).map((row) => [row.nameKey, row]));
      const owners = await findPeople(
        context,
        stated.flatMap(({ application: { primaryOwner, secondaryOwners } }) => [
          ...(primaryOwner === null ? [] : [primaryOwner]),
          ...secondaryOwners,
        ]),
      );
      const seats = await secondaryOwnersOf(
        scope,
        [...byKey.values()].map(({ id }) => id),
      );
      const newSeats: Rows['secondary_owner'][] = [];
      for (const { fields, application } of stated) {
        const before = byKey.get(application.name.toLowerCase()) ?? null;
        const row = merged(before, application, knownOwner(fields, 'primaryOwner', application.primaryOwner, owners));
        const added = newSecondaryOwners(fields, row, application.secondaryOwners, owners, seats.get(row.id) ?? []);
        newSeats.push(...added);
        const changes = before === null || added.length > 0 || stored.put(row) !== 'unchanged';
        // Automatic decisions name the version of the settings they rest on: every change is a new one.
        if (changes) stored.put({ ...row, version: (before?.version ?? 0) + 1 });
        fields.outcome = before === null ? 'created' : changes ? 'changed' : 'unchanged';
      }
      await stored.save();
      await insertRows(context.writer, 'secondary_owner', newSeats);
    },
    remarks: () => [],
  };
}

/** Rejects a row whose key an earlier row had. */
function isRepeated(fields: Fields, name: string, lines: Map<string, number>): boolean {
  const key = name.toLowerCase();
  const first = lines.get(key);
  if (first === undefined) lines.set(key, fields.line);
  else fields.reject('application', `Line ${first} has the same application.`, name);
  return first !== undefined;
}

function statedBy(fields: Fields): Stated | null {
  const name = fields.required('application');
  const stated = {
    description: fields.has('description') ? fields.text('description') : undefined,
    primaryOwner: emailField(fields, 'primaryOwner'),
    secondaryOwners: emailsField(fields, 'secondaryOwners') ?? [],
    fulfillment: choiceField(fields, 'fulfillment', fulfillmentWords),
    approval: choiceField(fields, 'approval', approvalWords),
    reviewers: reviewersOf(fields),
  };
  if (stated.secondaryOwners.length > 50) fields.reject('secondaryOwners', 'At most 50 secondary owners are possible.');
  return name === null || fields.rejection !== null ? null : { name, ...stated };
}

function reviewersOf(fields: Fields): readonly ReviewerKind[] {
  const kinds = new Set<ReviewerKind>();
  for (const part of (fields.text('reviewers') ?? '').split(/[,;|>]/)) {
    if (part.trim() === '') continue;
    const kind = reviewerWords[plainWord(part)];
    if (kind === undefined) fields.reject('reviewers', 'This is not one of: manager, application owner.', part.trim());
    else kinds.add(kind);
  }
  return [...kinds];
}

function merged(
  before: Rows['application'] | null,
  stated: Stated,
  primaryOwnerId: EmployeeId | null,
): Rows['application'] {
  const row = before ?? {
    ...initial,
    id: newId<ApplicationId>(),
    name: stated.name,
    nameKey: stated.name.toLowerCase(),
  };
  return {
    ...row,
    description: stated.description === undefined ? row.description : stated.description,
    primaryOwnerId: primaryOwnerId ?? row.primaryOwnerId,
    fulfillment: stated.fulfillment ?? row.fulfillment,
    reviewSettings: {
      approval: stated.approval ?? row.reviewSettings.approval,
      reviewers: stated.reviewers.length > 0 ? stated.reviewers : row.reviewSettings.reviewers,
    },
  };
}

function knownOwner(
  fields: Fields,
  field: string,
  email: string | null,
  owners: ReadonlyMap<string, EmployeeId>,
): EmployeeId | null {
  if (email === null) return null;
  const owner = owners.get(email) ?? null;
  if (owner === null) fields.warn(field, 'Nobody has this address; the owner stays as it was.', email);
  return owner;
}

/** The secondary owners of applications, in their order. */
export async function secondaryOwnersOf(
  { context: { writer } }: ImportScope,
  applicationIds: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, readonly EmployeeId[]>> {
  const seats = new Map<ApplicationId, EmployeeId[]>();
  if (applicationIds.length === 0) return seats;
  const rows = await writer
    .selectFrom('secondary_owner')
    .selectAll()
    .where('application_id', 'in', applicationIds)
    .orderBy('position')
    .execute();
  for (const row of rows) seats.set(row.application_id, [...(seats.get(row.application_id) ?? []), row.employee_id]);
  return seats;
}

/** Seats for those who are not among the owners yet, behind the others. */
export function newSecondaryOwners(
  fields: Fields,
  application: Pick<Rows['application'], 'id' | 'primaryOwnerId'>,
  emails: readonly string[],
  owners: ReadonlyMap<string, EmployeeId>,
  seated: readonly EmployeeId[],
): readonly Rows['secondary_owner'][] {
  const added: Rows['secondary_owner'][] = [];
  for (const email of emails) {
    const employeeId = owners.get(email);
    if (employeeId === undefined) fields.warn('secondaryOwners', 'Nobody has this address; it is left out.', email);
    else if (!seated.includes(employeeId) && !added.some((seat) => seat.employeeId === employeeId)) {
      added.push({ applicationId: application.id, employeeId, position: seated.length + added.length });
    }
  }
  return added;
}
