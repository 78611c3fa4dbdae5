/** Plans of reviews as people read them: with the names of what they mention, for many items in one look-up. */
import type { ReviewPlanView } from '#core/contract/index.ts';
import type { ReviewPlan } from '#core/domain/request.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { requestables } from './requestables.ts';

/** Answers with how each of these plans reads. */
export async function loadPlanViews(
  reader: Reader,
  plans: readonly ReviewPlan[],
): Promise<(plan: ReviewPlan) => ReviewPlanView> {
  const mentioned = plans.flatMap((plan) => plan.conflicts ?? []).flatMap((conflict) => conflict.with);
  const known =
    mentioned.length === 0
      ? null
      : await requestables(
          reader,
          mentioned.map((one) => one.entitlementId),
        );
  return ({ policy, notAutomatic, levels, levelsAsked, conflicts }) => ({
    policy: policy === undefined ? null : { name: policy.name, version: policy.version },
    notAutomatic: notAutomatic ?? null,
    levelsAsked: levelsAsked !== undefined && levelsAsked > levels.length ? levelsAsked : null,
    conflicts: (conflicts ?? []).map(({ name, ruleVersion, effect, with: others }) => ({
      name,
      version: ruleVersion,
      effect,
      with: others.map(({ entitlementId, standing }) => {
        const entitlement = known?.get(entitlementId);
        return {
          entitlement: entitlement?.name ?? 'an entitlement that is not named',
          application: entitlement?.application.name ?? 'an application that is not named',
          standing,
        };
      }),
    })),
  });
}
