/** How requests are reviewed, as it travels: settings, routes, and the conditions of policies. */
import { z } from 'zod';
import { riskLevels } from '#core/domain/directory.ts';
import type { ApplicationId, EmployeeId, EntitlementId, ReviewerGroupId } from '#core/domain/ids.ts';
import type { PolicyConditions, PolicyEffect } from '#core/domain/policy.ts';
import { reviewerKinds, type ReviewRoute, type ReviewSettings } from '#core/domain/review-settings.ts';
import { idSchema, textSchema } from './schemas.ts';

const quorumSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('one') }),
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('atLeast'), count: z.number().int().min(1).max(50) }),
]);

const routeFields = z.object({
  reviewers: z.array(z.enum(reviewerKinds)).min(1).max(reviewerKinds.length),
  levels: z.number().int().min(1).max(reviewerKinds.length).exactOptional(),
  quorum: quorumSchema.exactOptional(),
  designated: z
    .object({
      employeeIds: z.array(idSchema<EmployeeId>()).max(50),
      groupIds: z.array(idSchema<ReviewerGroupId>()).max(20),
    })
    .exactOptional(),
  skipEarlierApprovers: z.boolean().exactOptional(),
});
export const reviewRouteSchema = routeFields satisfies z.ZodType<ReviewRoute>;

const days = (maximum: number) => z.number().int().min(1).max(maximum).nullable().exactOptional();

export const reviewSettingsSchema = routeFields.extend({
  approval: z.enum(['review', 'auto']),
  decideWithinDays: days(3650),
  remindAfterDays: days(365),
  escalateAfterDays: days(365),
}) satisfies z.ZodType<ReviewSettings>;
export type ReviewSettingsView = z.output<typeof reviewSettingsSchema>;

const texts = z.array(textSchema(200).min(1)).min(1).max(200).exactOptional();

export const policyConditionsSchema = z.object({
  actions: z
    .array(z.enum(['GRANT', 'REVOKE']))
    .min(1)
    .exactOptional(),
  departments: texts,
  jobTitles: texts,
  employmentTypes: texts,
  organizations: texts,
  beneficiaryIds: z.array(idSchema<EmployeeId>()).min(1).max(200).exactOptional(),
  requestedBy: z
    .array(z.enum(['self', 'manager', 'other']))
    .min(1)
    .exactOptional(),
  applicationIds: z.array(idSchema<ApplicationId>()).min(1).max(200).exactOptional(),
  entitlementIds: z.array(idSchema<EntitlementId>()).min(1).max(500).exactOptional(),
  entitlementKinds: texts,
  risks: z.array(z.enum(riskLevels)).min(1).exactOptional(),
  terms: z
    .array(z.enum(['permanent', 'temporary']))
    .min(1)
    .exactOptional(),
  maximumMinutes: z.number().int().min(1).max(5_256_000).exactOptional(),
  accountKinds: z
    .array(z.enum(['employee', 'service']))
    .min(1)
    .exactOptional(),
}) satisfies z.ZodType<PolicyConditions>;

export const policyEffectSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('autoApprove') }),
  z.object({ kind: z.literal('autoDeny'), reason: textSchema(2000).min(1) }),
  z.object({ kind: z.literal('route'), route: reviewRouteSchema }),
]) satisfies z.ZodType<PolicyEffect>;
