/** The rules of review as the console shows them. Risk managers read them; administrators change them. */
import type {
  ConflictRuleView,
  EntitlementRef,
  PolicyVersionView,
  PolicyView,
  ReviewerGroupView,
  ReviewSettingsView,
} from '#core/contract/index.ts';
import { policyFields, reviewSettingsSchema } from '#core/contract/index.ts';
import { readReviewSettings } from '#core/commands/review-settings.command.ts';
import { inChunks, unique } from '#core/commands/chunks.ts';
import { rulesById } from '#core/commands/review-facts.ts';
import type { EntitlementId, PolicyId } from '#core/domain/ids.ts';
import type { PolicyConditions, PolicyEffect } from '#core/domain/policy.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { loadPeople, personIn } from './people.ts';
import { QueryRefused } from './query-refused.ts';
import { isAdministrator, mayManage, seesEverything, type Viewer } from './visibility.ts';

/** @throws QueryRefused for whoever neither is a risk manager nor an administrator. */
export function requireRules(viewer: Viewer): void {
  if (!seesEverything(viewer))
    throw new QueryRefused('access.notAllowed', 'Only risk managers and administrators can see the rules of review.');
}

export async function listPolicies(reader: Reader, viewer: Viewer) {
  requireRules(viewer);
  const rows = await reader.selectFrom('policy').selectAll().orderBy('position').execute();
  const policies = rows.map((row) => fromRow('policy', row));
  return {
    rows: policies.map(({ id, state, version, ...policy }, index): PolicyView => ({
      id,
      place: index + 1,
      state,
      version,
      ...policyFields.parse(policy),
    })),
    names: await namesIn(reader, policies),
    mayChange: isAdministrator(viewer),
  };
}

export async function listPolicyVersions(reader: Reader, viewer: Viewer, policyId: PolicyId) {
  requireRules(viewer);
  const rows = await reader
    .selectFrom('policy_version')
    .selectAll()
    .where('policy_id', '=', policyId)
    .orderBy('version', 'desc')
    .execute();
  const versions = rows.map((row) => fromRow('policy_version', row));
  const people = await loadPeople(
    reader,
    versions.map((version) => version.changedById),
  );
  return {
    rows: versions.map(({ version, state, position, changedAt, changedById, ...policy }): PolicyVersionView => ({
      version,
      state,
      place: position,
      changedAt,
      changedBy: personIn(people, changedById),
      ...policyFields.parse(policy),
    })),
    names: await namesIn(reader, versions),
  };
}

/** Names of what conditions and routes name by id; whatever is gone from the directory keeps its id for a name. */
async function namesIn(
  reader: Reader,
  policies: readonly { readonly conditions: PolicyConditions; readonly effect: PolicyEffect }[],
): Promise<Record<string, string>> {
  const designated = policies.map(({ effect }) => (effect.kind === 'route' ? effect.route.designated : undefined));
  const employees = unique([
    ...policies.flatMap(({ conditions }) => conditions.beneficiaryIds ?? []),
    ...designated.flatMap((one) => one?.employeeIds ?? []),
  ]);
  const applications = unique(policies.flatMap(({ conditions }) => conditions.applicationIds ?? []));
  const entitlements = unique(policies.flatMap(({ conditions }) => conditions.entitlementIds ?? []));
  const groups = unique(designated.flatMap((one) => one?.groupIds ?? []));
  const named: (readonly { readonly id: string; readonly name: string }[])[] = [
    await inChunks(employees, (chunk) =>
      reader.selectFrom('employee').select(['id', 'full_name as name']).where('id', 'in', chunk).execute(),
    ),
    await inChunks(applications, (chunk) =>
      reader.selectFrom('application').select(['id', 'name']).where('id', 'in', chunk).execute(),
    ),
    await inChunks(entitlements, (chunk) =>
      reader.selectFrom('entitlement').select(['id', 'name']).where('id', 'in', chunk).execute(),
    ),
    await inChunks(groups, (chunk) =>
      reader.selectFrom('reviewer_group').select(['id', 'name']).where('id', 'in', chunk).execute(),
    ),
  ];
  return Object.fromEntries(named.flat().map(({ id, name }) => [id, name]));
}

export async function listConflictRules(reader: Reader, viewer: Viewer) {
  requireRules(viewer);
  const ids = await reader.selectFrom('conflict_rule').select('id').execute();
  const rules = await rulesById(
    reader,
    ids.map((row) => row.id),
  );
  const refs = await entitlementRefs(
    reader,
    rules.flatMap((rule) => [...rule.left, ...rule.right]),
  );
  const of = (entitlementIds: readonly EntitlementId[]) => entitlementIds.flatMap((id) => refs.get(id) ?? []);
  return {
    rows: rules.map((rule): ConflictRuleView => ({ ...rule, left: of(rule.left), right: of(rule.right) })),
    mayChange: isAdministrator(viewer),
  };
}

async function entitlementRefs(
  reader: Reader,
  ids: readonly EntitlementId[],
): Promise<ReadonlyMap<EntitlementId, EntitlementRef>> {
  const rows = await inChunks(unique(ids), (chunk) =>
    reader
      .selectFrom('entitlement')
      .innerJoin('application', 'application.id', 'entitlement.application_id')
      .select(['entitlement.id', 'entitlement.name', 'entitlement.risk', 'application.name as application'])
      .where('entitlement.id', 'in', chunk)
      .execute(),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Everybody who sets up an application may name groups, so everybody may see them; only administrators change them. */
export async function listReviewerGroups(reader: Reader, viewer: Viewer) {
  const groups = await reader.selectFrom('reviewer_group').selectAll().orderBy('name_key').execute();
  const members = await reader.selectFrom('reviewer_group_member').selectAll().orderBy('employee_id').execute();
  const people = await loadPeople(
    reader,
    members.map((member) => member.employee_id),
  );
  return {
    rows: groups.map(({ id, name, description, version }): ReviewerGroupView => ({
      id,
      name,
      description,
      version,
      members: members
        .filter((member) => member.group_id === id)
        .map((member) => personIn(people, member.employee_id))
        .toSorted((a, b) => a.fullName.localeCompare(b.fullName, 'en')),
    })),
    mayChange: isAdministrator(viewer),
  };
}

export async function getReviewSettings(reader: Reader, viewer: Viewer) {
  const { bulkDecidesHighRisk, undoSeconds } = await readReviewSettings(reader);
  return { bulkDecidesHighRisk, undoSeconds, mayChange: isAdministrator(viewer) };
}

export async function getEntitlementReview(reader: Reader, viewer: Viewer, entitlementId: EntitlementId) {
  const row = await reader
    .selectFrom('entitlement')
    .innerJoin('application', 'application.id', 'entitlement.application_id')
    .selectAll('entitlement')
    .select('application.version as application_version')
    .where('entitlement.id', '=', entitlementId)
    .executeTakeFirst();
  if (row === undefined) throw new QueryRefused('application.notFound', 'This entitlement does not exist.');
  const { application_version: applicationVersion, ...entitlement } = row;
  const { reviewSettings } = fromRow('entitlement', entitlement);
  const settings: ReviewSettingsView | null =
    reviewSettings === null ? null : reviewSettingsSchema.parse(reviewSettings);
  const people = await loadPeople(reader, settings?.designated?.employeeIds ?? []);
  return {
    settings,
    people: [...people.values()],
    applicationVersion,
    mayChange: mayManage(viewer, entitlement.application_id),
  };
}
