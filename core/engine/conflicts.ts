/** Duties to keep apart: which conflicts an entitlement would bring to a person, and what the rules ask for then. */
import type { ConflictRule, FoundConflict } from '#core/domain/conflict-rule.ts';
import type { EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { ReviewPlan } from '#core/domain/request.ts';
import type { ReviewerKind } from '#core/domain/review-settings.ts';

/** Active rules by the entitlements they name, so that thousands of lines are looked at in one pass. */
export type ConflictRules = ReadonlyMap<EntitlementId, readonly RuleSide[]>;

interface RuleSide {
  readonly rule: ConflictRule;
  /** What must not be held together with the entitlement it is filed under. */
  readonly against: readonly EntitlementId[];
}

/** What a person has, or will have when what is asked for is approved, besides the entitlement in question. */
export interface Standing {
  readonly held: ReadonlySet<EntitlementId>;
  /** In an open request, to be granted. */
  readonly pending: ReadonlySet<EntitlementId>;
}

export interface Conflicts {
  readonly found: readonly FoundConflict[];
  /** Who reviews the further levels that `requireLevel` asks for, each kind once. */
  readonly furtherKinds: readonly ReviewerKind[];
}

export const noConflicts: Conflicts = { found: [], furtherKinds: [] };
export const nothingHeld: Standing = { held: new Set(), pending: new Set() };

/** Files the active rules under each entitlement they name. */
export function indexConflictRules(rules: readonly ConflictRule[]): ConflictRules {
  const index = new Map<EntitlementId, RuleSide[]>();
  for (const rule of rules) {
    if (rule.state !== 'active') continue;
    for (const [side, against] of [
      [rule.left, rule.right],
      [rule.right, rule.left],
    ] as const) {
      for (const entitlementId of side) {
        const sides = index.get(entitlementId) ?? [];
        sides.push({ rule, against });
        index.set(entitlementId, sides);
      }
    }
  }
  return index;
}

/**
 * The conflicts that granting an entitlement would bring, in the order of the rules. An entitlement that is to
 * be taken away still counts until it is gone: a removal may be denied, or fail.
 */
export function findConflicts(
  entitlementId: EntitlementId,
  rules: ConflictRules,
  standing: Standing,
  sameRequest: ReadonlySet<EntitlementId>,
): Conflicts {
  const sides = rules.get(entitlementId);
  if (sides === undefined) return noConflicts;
  const byRule = new Map<ConflictRule, FoundConflict['with'][number][]>();
  for (const { rule, against } of sides) {
    for (const other of against) {
      if (other === entitlementId) continue;
      const where = standing.held.has(other)
        ? ('held' as const)
        : standing.pending.has(other)
          ? ('pending' as const)
          : sameRequest.has(other)
            ? ('sameRequest' as const)
            : null;
      if (where === null) continue;
      const found = byRule.get(rule) ?? [];
      if (!found.some((one) => one.entitlementId === other)) found.push({ entitlementId: other, standing: where });
      byRule.set(rule, found);
    }
  }
  const rulesFound = [...byRule.keys()];
  return {
    found: rulesFound.map((rule) => ({
      ruleId: rule.id,
      ruleVersion: rule.version,
      name: rule.name,
      effect: rule.effect,
      with: byRule.get(rule) ?? [],
    })),
    furtherKinds: [
      ...new Set(rulesFound.filter((rule) => rule.effect === 'requireLevel').map((rule) => rule.reviewerKind)),
    ],
  };
}

/**
 * Conflicts of now that nobody has reviewed: what is forbidden was never submitted, so it has appeared since; a
 * further level that a rule requires was passed when the plan names that rule, in its version of now, for all that the
 * entitlement is in conflict with now.
 */
export function unreviewed(plan: ReviewPlan, now: Conflicts['found']): Conflicts['found'] {
  return now.filter(
    ({ ruleId, ruleVersion, effect, with: others }) =>
      effect === 'forbid' ||
      (effect === 'requireLevel' &&
        plan.conflicts?.some(
          (known) =>
            known.ruleId === ruleId &&
            known.ruleVersion === ruleVersion &&
            known.effect === 'requireLevel' &&
            others.every((other) => known.with.some(({ entitlementId }) => entitlementId === other.entitlementId)),
        ) !== true),
  );
}

/** What each person is to be granted by the lines of one request. */
export function askedTogether(
  drafts: readonly {
    readonly action: 'GRANT' | 'REVOKE';
    readonly beneficiaryId: EmployeeId;
    readonly entitlementId: EntitlementId;
  }[],
): ReadonlyMap<EmployeeId, ReadonlySet<EntitlementId>> {
  const byPerson = new Map<EmployeeId, Set<EntitlementId>>();
  for (const { action, beneficiaryId, entitlementId } of drafts) {
    if (action !== 'GRANT') continue;
    const asked = byPerson.get(beneficiaryId) ?? new Set();
    asked.add(entitlementId);
    byPerson.set(beneficiaryId, asked);
  }
  return byPerson;
}
