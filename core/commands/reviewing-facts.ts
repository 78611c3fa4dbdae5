/** Who there is to review some lines now: what planning a review, and asking whether it still holds, have in common. */
import type { Application, Employee, Entitlement } from '#core/domain/directory.ts';
import type { ApplicationId, EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Policy } from '#core/domain/policy.ts';
import type { PlannedLevel, RequestItem } from '#core/domain/request.ts';
import { reviewersIn } from '#core/engine/plan-review.ts';
import { levelsNow } from '#core/engine/reconcile.ts';
import type { OutOfOffice, ReviewFacts } from '#core/engine/review-facts.ts';
import type { ItemFacts } from '#core/engine/state.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { evened, inChunks, unique } from './chunks.ts';
import { loadDesignated, loadPolicies } from './review-facts.ts';
import { loadOutOfOffice } from './stand-ins.ts';

type ReviewedLine = Pick<RequestItem, 'beneficiaryId' | 'entitlementId'>;

/** What a line's reviewers are chosen from. */
export type LineReviewers = Pick<
  ItemFacts,
  'beneficiary' | 'entitlement' | 'application' | 'manager' | 'owners' | 'businessOwner'
>;

export interface Reviewing extends Omit<ReviewFacts, 'conflictRules' | 'asked'> {
  readonly of: (line: ReviewedLine) => LineReviewers;
}

/**
 * `further`: people besides the beneficiaries and reviewers whose absence matters. `at`: as in `loadOutOfOffice`.
 * `drafts`: policies that are not there yet, whose reviewers matter too.
 */
export async function loadReviewing(
  reader: Reader,
  lines: readonly ReviewedLine[],
  further: readonly EmployeeId[],
  at?: Instant,
  drafts: readonly Policy[] = [],
): Promise<Reviewing> {
  const entitlements = await loadEntitlements(reader, unique(lines.map((line) => line.entitlementId)));
  const applications = await loadApplications(
    reader,
    unique([...entitlements.values()].map((entitlement) => entitlement.applicationId)),
  );
  const beneficiaryIds = unique(lines.map((line) => line.beneficiaryId));
  const beneficiaries = await loadEmployees(reader, beneficiaryIds);
  const policies = await loadPolicies(reader);
  const roles = await reviewingRoles(reader);
  const withRole = (role: 'administrator' | 'riskManager') =>
    roles.flatMap((row) => (row.role === role ? [row.employee_id] : []));
  const designated = await loadDesignated(
    reader,
    [...applications.values()],
    [...entitlements.values()],
    [...policies, ...drafts],
  );
  const reviewers = unique([
    ...roles.map((row) => row.employee_id),
    ...[...beneficiaries.values()].flatMap((person) => person.managerId ?? []),
    ...[...applications.values()].flatMap((application) => ownersOf(application)),
    ...[...entitlements.values()].flatMap((entitlement) => entitlement.businessOwnerId ?? []),
    ...designated.persons,
    ...designated.members.map((member) => member.employeeId),
  ]);
  const atWork = await stillAtWork(reader, reviewers);
  const only = (people: readonly EmployeeId[]) => people.filter((person) => atWork.has(person));
  const away = await loadOutOfOffice(reader, [...reviewers, ...beneficiaryIds, ...further], at);
  const owners = new Map([...applications.values()].map((one) => [one.id, only(ownersOf(one))]));
  return {
    ...away,
    administrators: only(withRole('administrator')),
    riskManagers: only(withRole('riskManager')),
    groups: groupsOf(designated.members.filter((member) => atWork.has(member.employeeId))),
    absent: new Set(designated.persons.filter((person) => !atWork.has(person))),
    policies,
    of: ({ beneficiaryId, entitlementId }) => {
      const beneficiary = beneficiaries.get(beneficiaryId) ?? null;
      const entitlement = entitlements.get(entitlementId) ?? null;
      const application = entitlement === null ? null : (applications.get(entitlement.applicationId) ?? null);
      return {
        beneficiary,
        entitlement,
        application,
        manager: atWorkOrNull(beneficiary?.managerId, atWork),
        owners: (application === null ? undefined : owners.get(application.id)) ?? [],
        businessOwner: atWorkOrNull(entitlement?.businessOwnerId, atWork),
      };
    },
  };
}

export interface Authority {
  readonly outOfOffice: OutOfOffice;
  /** The levels of an item's plan with the people who are right for them now. */
  readonly levelsNow: (requesterId: EmployeeId, item: RequestItem) => readonly PlannedLevel[];
  /** The line's application and entitlement among what else was read. */
  readonly of: Reviewing['of'];
}

/**
 * Who may decide these items at this moment, in a number of queries that does not grow with them.
 * `holders`: who requested them, and whoever has or had a task of theirs.
 */
export async function loadAuthority(
  reader: Reader,
  items: readonly RequestItem[],
  holders: readonly EmployeeId[],
  at: Instant,
): Promise<Authority> {
  const planned = items.flatMap((item) => reviewersIn(item.plan));
  const reviewing = await loadReviewing(reader, items, unique([...holders, ...planned]), at);
  const left = await leftAmong(reader, planned);
  return {
    outOfOffice: reviewing,
    levelsNow: (requesterId, item) => levelsNow(item, requesterId, reviewing.of(item), { ...reviewing, left }),
    of: reviewing.of,
  };
}

/** Who of these people no longer works here. */
export async function leftAmong(reader: Reader, people: readonly EmployeeId[]): Promise<ReadonlySet<EmployeeId>> {
  const rows = await inChunks(unique(people), (chunk) => statuses(reader, evened(chunk)));
  return new Set(rows.flatMap((row) => (row.status === 'left' ? [row.id] : [])));
}

function atWorkOrNull(person: EmployeeId | null | undefined, atWork: ReadonlySet<EmployeeId>): EmployeeId | null {
  return person !== null && person !== undefined && atWork.has(person) ? person : null;
}

function groupsOf(members: Awaited<ReturnType<typeof loadDesignated>>['members']): ReviewFacts['groups'] {
  return new Map(
    [...Map.groupBy(members, (member) => member.groupId)].map(([groupId, of]) => [
      groupId,
      of.map((member) => member.employeeId),
    ]),
  );
}

/** Applications with their secondary owners in order. */
export async function loadApplications(
  reader: Reader,
  ids: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, Application>> {
  if (ids.length === 0) return new Map();
  const rows = await applicationsById(reader, evened(ids));
  const secondary = await secondaryOwners(reader, evened(ids));
  return new Map(
    rows.map((row) => {
      const { nameKey: _nameKey, ...application } = fromRow('application', row);
      const secondaryOwnerIds = secondary
        .filter((owner) => owner.application_id === row.id)
        .map((owner) => owner.employee_id);
      return [row.id, { ...application, secondaryOwnerIds }];
    }),
  );
}

export function ownersOf(application: Application): readonly EmployeeId[] {
  return application.primaryOwnerId === null
    ? application.secondaryOwnerIds
    : [application.primaryOwnerId, ...application.secondaryOwnerIds];
}

async function loadEntitlements(
  reader: Reader,
  ids: readonly EntitlementId[],
): Promise<ReadonlyMap<EntitlementId, Entitlement>> {
  const rows = await inChunks(ids, (chunk) => entitlementsById(reader, evened(chunk)));
  return new Map(rows.map((row) => [row.id, fromRow('entitlement', row)]));
}

async function loadEmployees(reader: Reader, ids: readonly EmployeeId[]): Promise<ReadonlyMap<EmployeeId, Employee>> {
  const rows = await inChunks(ids, (chunk) => employeesById(reader, evened(chunk)));
  return new Map(rows.map((row) => [row.id, fromRow('employee', row)]));
}

async function stillAtWork(reader: Reader, ids: readonly EmployeeId[]): Promise<ReadonlySet<EmployeeId>> {
  const rows = await inChunks(unique(ids), (chunk) => statuses(reader, evened(chunk)));
  // Looked at here: asked for the active ones among them, SQLite would read everybody who is active.
  return new Set(rows.flatMap((row) => (row.status === 'active' ? [row.id] : [])));
}

const applicationsById = prepared((reader, ids: readonly ApplicationId[]) =>
  reader.selectFrom('application').selectAll().where('id', 'in', ids),
);
const secondaryOwners = prepared((reader, ids: readonly ApplicationId[]) =>
  reader.selectFrom('secondary_owner').selectAll().where('application_id', 'in', ids).orderBy('position'),
);
const entitlementsById = prepared((reader, ids: readonly EntitlementId[]) =>
  reader.selectFrom('entitlement').selectAll().where('id', 'in', ids),
);
/** Whole rows, as stored. */
export const employeesById = prepared((reader, ids: readonly EmployeeId[]) =>
  reader.selectFrom('employee').selectAll().where('id', 'in', ids),
);
const statuses = prepared((reader, ids: readonly EmployeeId[]) =>
  reader.selectFrom('employee').select(['id', 'status']).where('id', 'in', ids),
);
const reviewingRoles = prepared((reader) =>
  reader
    .selectFrom('role_assignment')
    .select(['employee_id', 'role'])
    .where('role', 'in', ['administrator', 'riskManager'])
    .orderBy('employee_id'),
);
