/** Gathers what planning a review needs of the workspace: policies, rules, groups, roles and who is out of office. */
import type { ConflictRule } from '#core/domain/conflict-rule.ts';
import type { Application, Entitlement } from '#core/domain/directory.ts';
import type { ConflictRuleId, EmployeeId, EntitlementId, ReviewerGroupId } from '#core/domain/ids.ts';
import type { Policy } from '#core/domain/policy.ts';
import type { DesignatedReviewers } from '#core/domain/review-settings.ts';
import { indexConflictRules, type ConflictRules } from '#core/engine/conflicts.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { inChunks, unique } from './chunks.ts';

/** Active policies, in their order. */
export async function loadPolicies(reader: Reader): Promise<readonly Policy[]> {
  return (await activePolicies(reader)).map((row) => fromRow('policy', row));
}

/** The active rules that name one of the entitlements, whole. */
export async function loadConflictRules(
  reader: Reader,
  entitlementIds: readonly EntitlementId[],
): Promise<ConflictRules> {
  const naming = await inChunks(entitlementIds, (chunk) => rulesNaming(reader, chunk));
  return indexConflictRules(await rulesById(reader, unique(naming.map((row) => row.rule_id))));
}

/** Rules with both their sides, in the order of their names. */
export async function rulesById(reader: Reader, ids: readonly ConflictRuleId[]): Promise<readonly ConflictRule[]> {
  const rules = await inChunks(ids, (chunk) => conflictRules(reader, chunk));
  const sides = await inChunks(ids, (chunk) => conflictSides(reader, chunk));
  const of = (id: ConflictRuleId, side: 'left' | 'right') =>
    sides.filter((row) => row.rule_id === id && row.side === side).map((row) => row.entitlement_id);
  return rules
    .map((row) => ({ ...fromRow('conflict_rule', row), left: of(row.id, 'left'), right: of(row.id, 'right') }))
    .toSorted((a, b) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1));
}

/** Everybody whom settings or routes designate, by themselves or through a group. */
export async function loadDesignated(
  reader: Reader,
  applications: readonly Application[],
  entitlements: readonly Entitlement[],
  policies: readonly Policy[],
): Promise<{
  readonly persons: readonly EmployeeId[];
  readonly members: readonly { readonly groupId: ReviewerGroupId; readonly employeeId: EmployeeId }[];
}> {
  const named: (DesignatedReviewers | undefined)[] = [
    ...applications.map((application) => application.reviewSettings.designated),
    ...entitlements.map((entitlement) => entitlement.reviewSettings?.designated),
    ...policies.map(({ effect }) => (effect.kind === 'route' ? effect.route.designated : undefined)),
  ];
  const groups = unique(named.flatMap((designated) => designated?.groupIds ?? []));
  const rows = await inChunks(groups, (chunk) => groupMembers(reader, chunk));
  return {
    persons: unique(named.flatMap((designated) => designated?.employeeIds ?? [])),
    members: rows.map((row) => ({ groupId: row.group_id, employeeId: row.employee_id })),
  };
}

const activePolicies = prepared((reader) =>
  reader.selectFrom('policy').selectAll().where('state', '=', 'active').orderBy('position'),
);
const rulesNaming = prepared((reader, entitlements: readonly EntitlementId[]) =>
  reader
    .selectFrom('conflict_rule_entitlement')
    .innerJoin('conflict_rule', 'conflict_rule.id', 'conflict_rule_entitlement.rule_id')
    .select('conflict_rule_entitlement.rule_id')
    .distinct()
    .where('conflict_rule_entitlement.entitlement_id', 'in', entitlements)
    .where('conflict_rule.state', '=', 'active'),
);
const conflictRules = prepared((reader, ids: readonly ConflictRuleId[]) =>
  reader.selectFrom('conflict_rule').selectAll().where('id', 'in', ids),
);
const conflictSides = prepared((reader, ids: readonly ConflictRuleId[]) =>
  reader.selectFrom('conflict_rule_entitlement').selectAll().where('rule_id', 'in', ids).orderBy('entitlement_id'),
);
const groupMembers = prepared((reader, ids: readonly ReviewerGroupId[]) =>
  reader.selectFrom('reviewer_group_member').selectAll().where('group_id', 'in', ids).orderBy('employee_id'),
);
