/** Which of a reviewer's tasks: what their list and a decision over many of them have in common. */
import { z } from 'zod';
import { riskLevels } from '#core/domain/directory.ts';
import type { ApplicationId, EmployeeId, EntitlementId, RequestId, ReviewTaskId } from '#core/domain/ids.ts';
import { idSchema, instantSchema, pageInputSchema, searchSchema, textSchema } from './schemas.ts';

const most = 200;

/** Every condition that is there holds; within a list one match suffices. */
export const taskFilterSchema = z.object({
  /** Words that name the requester, the beneficiary, the entitlement or the application; `#42` is a request. */
  search: textSchema(200).optional(),
  applicationIds: z.array(idSchema<ApplicationId>()).max(most).optional(),
  entitlementIds: z.array(idSchema<EntitlementId>()).max(most).optional(),
  requesterIds: z.array(idSchema<EmployeeId>()).max(most).optional(),
  beneficiaryIds: z.array(idSchema<EmployeeId>()).max(most).optional(),
  actions: z.array(z.enum(['GRANT', 'REVOKE'])).optional(),
  risks: z.array(z.enum(riskLevels)).optional(),
  levels: z.array(z.number().int().min(1).max(20)).max(20).optional(),
  requestIds: z.array(idSchema<RequestId>()).max(most).optional(),
  /** Tasks that were taken out by hand. */
  excludedTaskIds: z.array(idSchema<ReviewTaskId>()).max(1_000).optional(),
});
export type TaskFilterInput = z.input<typeof taskFilterSchema>;

export const taskListInputSchema = pageInputSchema.extend({
  status: z.enum(['open', 'completed']).default('open'),
  search: searchSchema,
  filter: taskFilterSchema.optional(),
  /** Of open tasks; left out: longest waiting first. Completed ones come newest first, or `oldest`. */
  sort: z.enum(['waiting', 'newest', 'oldest', 'due', 'risk']).optional(),
  /** Begins at this time, in lists sorted by time. */
  fromDate: instantSchema.optional(),
});
