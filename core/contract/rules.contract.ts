/** The rules of review: policies, duties to keep apart, reviewer groups, overrides, and the workspace's own settings. */
import { z } from 'zod';
import type {
  ConflictRuleId,
  EmployeeId,
  EntitlementId,
  PolicyId,
  RequestId,
  RequestItemId,
  ReviewerGroupId,
} from '#core/domain/ids.ts';
import { itemStates } from '#core/domain/request.ts';
import { reviewerKinds } from '#core/domain/review-settings.ts';
import { procedure } from './procedure.ts';
import { policyConditionsSchema, policyEffectSchema, reviewSettingsSchema } from './review-settings.schema.ts';
import {
  commandIdSchema,
  idSchema,
  instantSchema,
  namedSchema,
  personSchema,
  resultSchema,
  riskSchema,
  textSchema,
} from './schemas.ts';

/** Names of everything that conditions and routes name by id. */
const namesSchema = z.record(z.string(), z.string());

const ruleState = z.enum(['active', 'inactive']);

export const policyFields = z.object({
  name: textSchema(120).min(1),
  conditions: policyConditionsSchema,
  effect: policyEffectSchema,
});

export const policyViewSchema = policyFields.extend({
  id: idSchema<PolicyId>(),
  /** Its place in the order, from 1. */
  place: z.number().int(),
  state: ruleState,
  version: z.number().int(),
});
export type PolicyView = z.output<typeof policyViewSchema>;

export const policyVersionViewSchema = policyFields.extend({
  version: z.number().int(),
  state: ruleState,
  place: z.number().int(),
  changedAt: instantSchema,
  changedBy: personSchema,
});
export type PolicyVersionView = z.output<typeof policyVersionViewSchema>;

/** What a policy would do to an item, or has done. `other`: another policy matches first. `none`: it does not match. */
export const dryRunOutcomes = ['autoApprove', 'autoDeny', 'route', 'heldBack', 'other', 'none'] as const;

export const dryRunSchema = z.object({
  /** How many requests and items were looked at. */
  requests: z.number().int(),
  items: z.number().int(),
  counts: z.record(z.enum(dryRunOutcomes), z.number().int()),
  /** How many items it matches that went another way. */
  differing: z.number().int(),
  /** How many items it matches, so how many rows there are. */
  matching: z.number().int(),
  /** The items that it matches, the newest first, from the row that was asked for on. */
  rows: z.array(
    z.object({
      itemId: idSchema<RequestItemId>(),
      requestId: idSchema<RequestId>(),
      number: z.number().int(),
      action: z.enum(['GRANT', 'REVOKE']),
      beneficiary: z.string(),
      entitlement: z.string(),
      application: z.string(),
      /** What the item came to, and what decided the way it went. */
      happened: z.object({
        state: z.enum(itemStates),
        by: z.enum(['review', 'setting', 'policy']),
        policyName: z.string().nullable(),
      }),
      would: z.enum(dryRunOutcomes),
      /** Who would review it today, in which levels, when the policy sends it to reviewers; null: nobody may. */
      levels: z
        .array(
          z.object({
            kind: z.enum([...reviewerKinds, 'administrator']),
            needed: z.number().int(),
            people: z.array(z.string()),
          }),
        )
        .nullable(),
      differs: z.boolean(),
    }),
  ),
});
export type DryRun = z.output<typeof dryRunSchema>;

export const entitlementRef = z.object({
  id: idSchema<EntitlementId>(),
  name: z.string(),
  application: z.string(),
  risk: riskSchema,
});
export type EntitlementRef = z.output<typeof entitlementRef>;

export const conflictRuleFields = z.object({
  name: textSchema(120).min(1),
  description: textSchema(1000).nullable().default(null),
  left: z.array(idSchema<EntitlementId>()).min(1).max(500),
  right: z.array(idSchema<EntitlementId>()).min(1).max(500),
  effect: z.enum(['warn', 'requireLevel', 'forbid']),
  reviewerKind: z.enum(reviewerKinds).default('riskManager'),
});

export const conflictRuleViewSchema = z.object({
  id: idSchema<ConflictRuleId>(),
  name: z.string(),
  description: z.string().nullable(),
  left: z.array(entitlementRef),
  right: z.array(entitlementRef),
  effect: z.enum(['warn', 'requireLevel', 'forbid']),
  reviewerKind: z.enum(reviewerKinds),
  state: ruleState,
  version: z.number().int(),
});
export type ConflictRuleView = z.output<typeof conflictRuleViewSchema>;

export const reviewerGroupFields = z.object({
  name: textSchema(120).min(1),
  description: textSchema(1000).nullable().default(null),
  memberIds: z.array(idSchema<EmployeeId>()).max(200),
});

export const reviewerGroupViewSchema = namedSchema<ReviewerGroupId>().extend({
  description: z.string().nullable(),
  members: z.array(personSchema),
  version: z.number().int(),
});
export type ReviewerGroupView = z.output<typeof reviewerGroupViewSchema>;

export const workspaceReviewSettingsSchema = z.object({
  bulkDecidesHighRisk: z.boolean(),
  undoSeconds: z.number().int().min(0).max(60),
});

const policyDone = resultSchema(z.object({ policyId: idSchema<PolicyId>(), version: z.number().int() }));
const command = z.object({ commandId: commandIdSchema });

export const rulesContract = {
  /** In their order. `mayChange`: for administrators; risk managers read. */
  policies: procedure.output(z.object({ rows: z.array(policyViewSchema), names: namesSchema, mayChange: z.boolean() })),
  /** Every version of a policy, the newest first. */
  policyVersions: procedure
    .input(z.object({ policyId: idSchema<PolicyId>() }))
    .output(z.object({ rows: z.array(policyVersionViewSchema), names: namesSchema })),
  /** Makes a policy, last in the order, or changes the one with this id. */
  savePolicy: procedure
    .input(
      command.extend({
        ...policyFields.shape,
        policyId: idSchema<PolicyId>().nullable().default(null),
        /** The version that was looked at; 0 for a new one. */
        version: z.number().int().default(0),
      }),
    )
    .output(policyDone),
  /** Puts all policies into this order. Refused when one is missing: somebody has added one meanwhile. */
  reorderPolicies: procedure
    .input(command.extend({ policyIds: z.array(idSchema<PolicyId>()).min(1).max(1000) }))
    .output(resultSchema(z.object({ moved: z.number().int() }))),
  setPolicyState: procedure
    .input(command.extend({ policyId: idSchema<PolicyId>(), version: z.number().int(), state: ruleState }))
    .output(policyDone),
  /** What a policy would have done to the items of the last requests, had it been there. */
  dryRun: procedure
    .input(
      policyFields.omit({ name: true }).extend({
        /** The policy whose place it takes; null: a new one. */
        policyId: idSchema<PolicyId>().nullable().default(null),
        /** Its place in the order, from 1; null: where it is, or, if it is new, last. */
        place: z.number().int().min(1).nullable().default(null),
        requests: z.number().int().min(1).max(1000).default(200),
        /** The first row to answer with, from 0. */
        from: z.number().int().min(0).default(0),
        rows: z.number().int().min(1).max(200).default(50),
      }),
    )
    .output(dryRunSchema),

  conflictRules: procedure.output(z.object({ rows: z.array(conflictRuleViewSchema), mayChange: z.boolean() })),
  saveConflictRule: procedure
    .input(
      command.extend({
        ...conflictRuleFields.shape,
        conflictRuleId: idSchema<ConflictRuleId>().nullable().default(null),
        version: z.number().int().default(0),
      }),
    )
    .output(resultSchema(z.object({ conflictRuleId: idSchema<ConflictRuleId>(), version: z.number().int() }))),
  setConflictRuleState: procedure
    .input(command.extend({ conflictRuleId: idSchema<ConflictRuleId>(), version: z.number().int(), state: ruleState }))
    .output(resultSchema(z.object({ conflictRuleId: idSchema<ConflictRuleId>(), version: z.number().int() }))),

  /** For everybody who sets up applications: names and members. */
  reviewerGroups: procedure.output(z.object({ rows: z.array(reviewerGroupViewSchema), mayChange: z.boolean() })),
  saveReviewerGroup: procedure
    .input(
      command.extend({
        ...reviewerGroupFields.shape,
        groupId: idSchema<ReviewerGroupId>().nullable().default(null),
        version: z.number().int().default(0),
      }),
    )
    .output(resultSchema(z.object({ groupId: idSchema<ReviewerGroupId>(), version: z.number().int() }))),

  reviewSettings: procedure.output(workspaceReviewSettingsSchema.extend({ mayChange: z.boolean() })),
  changeReviewSettings: procedure
    .input(command.extend(workspaceReviewSettingsSchema.shape))
    .output(resultSchema(z.object({}))),

  /** An entitlement's own review; `settings` null: the application's hold. */
  entitlementReview: procedure.input(z.object({ entitlementId: idSchema<EntitlementId>() })).output(
    z.object({
      settings: reviewSettingsSchema.nullable(),
      /** Designated people by id, to show them. */
      people: z.array(personSchema),
      applicationVersion: z.number().int(),
      mayChange: z.boolean(),
    }),
  ),
  setEntitlementReview: procedure
    .input(
      command.extend({
        entitlementId: idSchema<EntitlementId>(),
        settings: reviewSettingsSchema.nullable(),
        /** The application's version that was looked at. */
        applicationVersion: z.number().int(),
      }),
    )
    .output(resultSchema(z.object({ applicationVersion: z.number().int() }))),
};
