/** Gathers what the engine must know about the lines of a request, in a fixed number of queries however many lines there are. */
import { sql } from 'kysely';
import type { Application, Employee, Entitlement } from '#core/domain/directory.ts';
import type { AccountId, ApplicationId, EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { ItemDraft } from '#core/engine/check-item.ts';
import type { ItemFacts } from '#core/engine/state.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';

export interface LineFacts {
  /** By position of the line. */
  readonly items: readonly ItemFacts[];
  /** Administrators who still work here. */
  readonly administrators: readonly EmployeeId[];
}

export async function loadItemFacts(
  reader: Reader,
  drafts: readonly Pick<ItemDraft, 'beneficiaryId' | 'entitlementId'>[],
): Promise<LineFacts> {
  const entitlements = await loadEntitlements(reader, unique(drafts.map((draft) => draft.entitlementId)));
  const applicationIds = unique([...entitlements.values()].map((entitlement) => entitlement.applicationId));
  const applications = await loadApplications(reader, applicationIds);
  const beneficiaryIds = unique(drafts.map((draft) => draft.beneficiaryId));
  const beneficiaries = await loadEmployees(reader, beneficiaryIds);
  const administrators = (await administratorIds(reader)).map((row) => row.employee_id);
  const atWork = await stillAtWork(reader, [
    ...administrators,
    ...[...beneficiaries.values()].flatMap((person) => person.managerId ?? []),
    ...[...applications.values()].flatMap((application) => ownersOf(application)),
  ]);
  const entitlementIds = unique(drafts.map((draft) => draft.entitlementId));
  const held = await heldBy(reader, beneficiaryIds, entitlementIds);
  const pending = await pendingFor(reader, beneficiaryIds, entitlementIds);
  return {
    administrators: administrators.filter((id) => atWork.has(id)),
    items: drafts.map((draft) => {
      const beneficiary = beneficiaries.get(draft.beneficiaryId) ?? null;
      const entitlement = entitlements.get(draft.entitlementId) ?? null;
      const application = entitlement === null ? null : (applications.get(entitlement.applicationId) ?? null);
      const manager = beneficiary?.managerId ?? null;
      const key = pairOf(draft.beneficiaryId, draft.entitlementId);
      return {
        beneficiary,
        entitlement,
        application,
        manager: manager !== null && atWork.has(manager) ? manager : null,
        owners: application === null ? [] : ownersOf(application).filter((id) => atWork.has(id)),
        held: held.has(key),
        pendingIn: pending.get(key) ?? null,
      };
    }),
  };
}

/** Applications with their secondary owners in order. */
export async function loadApplications(
  reader: Reader,
  ids: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, Application>> {
  if (ids.length === 0) return new Map();
  const rows = await applicationsById(reader, ids);
  const secondary = await secondaryOwners(reader, ids);
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
  const rows = await inChunks(ids, (chunk) => entitlementsById(reader, chunk));
  return new Map(rows.map((row) => [row.id, fromRow('entitlement', row)]));
}

async function loadEmployees(reader: Reader, ids: readonly EmployeeId[]): Promise<ReadonlyMap<EmployeeId, Employee>> {
  const rows = await inChunks(ids, (chunk) => employeesById(reader, chunk));
  return new Map(rows.map((row) => [row.id, fromRow('employee', row)]));
}

async function stillAtWork(reader: Reader, ids: readonly EmployeeId[]): Promise<ReadonlySet<EmployeeId>> {
  const rows = await inChunks(unique(ids), (chunk) => statuses(reader, chunk));
  // Looked at here: asked for the active ones among them, SQLite would read everybody who is active.
  return new Set(rows.flatMap((row) => (row.status === 'active' ? [row.id] : [])));
}

async function heldBy(
  reader: Reader,
  people: readonly EmployeeId[],
  entitlements: readonly EntitlementId[],
): Promise<ReadonlySet<string>> {
  // In two steps: joined in one, SQLite would read everybody who holds these entitlements.
  const accounts = new Map(
    (await inChunks(people, (chunk) => accountsOf(reader, chunk))).map((row) => [row.id, row.employee_id]),
  );
  const grants = await inChunks([...accounts.keys()], (chunk) => activeGrants(reader, chunk, entitlements));
  return new Set(grants.map((row) => pairOf(accounts.get(row.account_id) ?? null, row.entitlement_id)));
}

/** Open items for the same person and entitlement, by the number of their request. */
async function pendingFor(
  reader: Reader,
  people: readonly EmployeeId[],
  entitlements: readonly EntitlementId[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await inChunks(people, (chunk) => openItems(reader, chunk, entitlements));
  return new Map(rows.map((row) => [pairOf(row.beneficiary_id, row.entitlement_id), row.number]));
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
const administratorIds = prepared((reader) =>
  reader.selectFrom('role_assignment').select('employee_id').where('role', '=', 'administrator'),
);
const accountsOf = prepared((reader, people: readonly EmployeeId[]) =>
  reader.selectFrom('account').select(['id', 'employee_id']).where('employee_id', 'in', people),
);
const activeGrants = prepared((reader, accounts: readonly AccountId[], entitlements: readonly EntitlementId[]) =>
  reader
    .selectFrom('access_grant')
    .select(['account_id', 'entitlement_id'])
    .where('account_id', 'in', accounts)
    .where('entitlement_id', 'in', entitlements)
    // Written out, not bound: only so does SQLite know that the index over active grants answers it.
    .where('status', '=', sql.lit('active')),
);
const openItems = prepared((reader, people: readonly EmployeeId[], entitlements: readonly EntitlementId[]) =>
  reader
    .selectFrom('request_item')
    .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
    .select(['request_item.beneficiary_id', 'request_item.entitlement_id', 'access_request.number'])
    .where('request_item.beneficiary_id', 'in', people)
    .where('request_item.entitlement_id', 'in', entitlements)
    .where('request_item.state', 'in', ['inReview', 'approved']),
);

function pairOf(employeeId: EmployeeId | null, entitlementId: EntitlementId): string {
  return `${employeeId} ${entitlementId}`;
}

function unique<Id>(ids: readonly Id[]): readonly Id[] {
  return [...new Set(ids)];
}

/** Databases take only so many parameters in a statement. */
async function inChunks<Id, Row>(
  ids: readonly Id[],
  query: (chunk: readonly Id[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  if (ids.length === 0) return [];
  const rows: Row[] = [];
  for (let start = 0; start < ids.length; start += 500) rows.push(...(await query(ids.slice(start, start + 500))));
  return rows;
}
