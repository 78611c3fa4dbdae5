/** The rules of review: reading them, changing them, and trying a policy out. */
import { saveConflictRule, setConflictRuleState } from '#core/commands/conflict-rule.command.ts';
import { reorderPolicies, savePolicy, setPolicyState } from '#core/commands/policy.command.ts';
import { changeReviewSettings, setEntitlementReview } from '#core/commands/review-settings.command.ts';
import { saveReviewerGroup } from '#core/commands/reviewer-group.command.ts';
import { dryRunPolicy } from '#core/queries/policy-dry-run.ts';
import {
  getEntitlementReview,
  getReviewSettings,
  listConflictRules,
  listPolicies,
  listPolicyVersions,
  listReviewerGroups,
} from '#core/queries/rules.ts';
import { issued, type Procedures } from './context.ts';

export function rulesProcedures({ signedIn }: Procedures) {
  const { rules } = signedIn;
  return {
    policies: rules.policies.handler(({ context: { workspace, viewer } }) =>
      listPolicies(workspace.database.read, viewer),
    ),
    policyVersions: rules.policyVersions.handler(({ context: { workspace, viewer }, input }) =>
      listPolicyVersions(workspace.database.read, viewer, input.policyId),
    ),
    savePolicy: rules.savePolicy.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(savePolicy, issued(context, commandId, payload)),
    ),
    reorderPolicies: rules.reorderPolicies.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(reorderPolicies, issued(context, commandId, payload)),
    ),
    setPolicyState: rules.setPolicyState.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(setPolicyState, issued(context, commandId, payload)),
    ),
    dryRun: rules.dryRun.handler(({ context: { workspace, viewer }, input }) =>
      dryRunPolicy(workspace.database.read, viewer, input),
    ),

    conflictRules: rules.conflictRules.handler(({ context: { workspace, viewer } }) =>
      listConflictRules(workspace.database.read, viewer),
    ),
    saveConflictRule: rules.saveConflictRule.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(saveConflictRule, issued(context, commandId, payload)),
    ),
    setConflictRuleState: rules.setConflictRuleState.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(setConflictRuleState, issued(context, commandId, payload)),
    ),

    reviewerGroups: rules.reviewerGroups.handler(({ context: { workspace, viewer } }) =>
      listReviewerGroups(workspace.database.read, viewer),
    ),
    saveReviewerGroup: rules.saveReviewerGroup.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(saveReviewerGroup, issued(context, commandId, payload)),
    ),

    reviewSettings: rules.reviewSettings.handler(({ context: { workspace, viewer } }) =>
      getReviewSettings(workspace.database.read, viewer),
    ),
    changeReviewSettings: rules.changeReviewSettings.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(changeReviewSettings, issued(context, commandId, payload)),
    ),

    entitlementReview: rules.entitlementReview.handler(({ context: { workspace, viewer }, input }) =>
      getEntitlementReview(workspace.database.read, viewer, input.entitlementId),
    ),
    setEntitlementReview: rules.setEntitlementReview.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(setEntitlementReview, issued(context, commandId, payload)),
    ),
  };
}
