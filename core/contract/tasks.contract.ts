/** What waits for a reviewer, with all they need to decide it. */
import { z } from 'zod';
import type { ApplicationId, RequestId, RequestItemId, ReviewTaskId } from '#core/domain/ids.ts';
import { itemStates, requestStates, taskStates, taskVias, verdicts } from '#core/domain/request.ts';
import { procedure } from './procedure.ts';
import { entitlementRefSchema, requestRefSchema } from './requests.contract.ts';
import { reviewPlanSchema } from './review-plan.schema.ts';
import {
  commandIdSchema,
  idSchema,
  instantSchema,
  namedSchema,
  pageSchema,
  personSchema,
  progressSchema,
  resultSchema,
  termSchema,
  textSchema,
} from './schemas.ts';
import { taskListInputSchema } from './task-filter.ts';

export const taskRowSchema = z.object({
  id: idSchema<ReviewTaskId>(),
  state: z.enum(taskStates),
  openedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  /** How it came to its reviewer. */
  via: z.enum(taskVias),
  /** Its level of review, from 1, of so many. */
  level: z.number().int(),
  levels: z.number().int(),
  reviewerKind: z.string(),
  /** Why others than those asked for first review it; null: they do. */
  fallbackReason: z.string().nullable(),
  /** Undecided by then, it expires; null: it waits for ever. */
  decideBy: instantSchema.nullable(),
  requestId: idSchema<RequestId>(),
  requestNumber: z.number().int(),
  /** Hand back as `basedOn` with the decision. */
  requestVersion: z.number().int(),
  requestState: z.enum(requestStates),
  requester: personSchema,
  beneficiary: personSchema,
  justification: z.string(),
  ticketReference: z.string().nullable(),
  item: z.object({
    id: idSchema<RequestItemId>(),
    action: z.enum(['GRANT', 'REVOKE']),
    entitlement: entitlementRefSchema,
    application: namedSchema<ApplicationId>(),
    term: termSchema,
    /** What was asked for first, where a reviewer before has shortened it. */
    askedTerm: termSchema.nullable(),
    state: z.enum(itemStates),
    /** Access begins then; null: as soon as it is approved. */
    startsAt: instantSchema.nullable(),
    /** The service account it is for; null: the beneficiary's own account. */
    serviceAccount: z.string().nullable(),
    /** The request whose temporary access it prolongs, with the end it has now; null: it asks for something new. */
    prolongs: requestRefSchema.extend({ endsAt: instantSchema.nullable() }).nullable(),
    plan: reviewPlanSchema,
  }),
  /** My actions in this request. */
  progress: progressSchema,
});
export type TaskRow = z.output<typeof taskRowSchema>;

export const tasksContract = {
  list: procedure
    .input(taskListInputSchema)
    .output(
      pageSchema(taskRowSchema).extend({ counts: z.object({ open: z.number().int(), completed: z.number().int() }) }),
    ),
  decide: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        taskId: idSchema<ReviewTaskId>(),
        basedOn: z.number().int(),
        verdict: z.enum(verdicts),
        /** Required to deny. */
        reason: textSchema(2000).nullable().default(null),
        /** Approve for a shorter time than was asked for. */
        shortenedTo: termSchema.nullable().default(null),
      }),
    )
    .output(resultSchema(z.object({ version: z.number().int(), requestState: z.enum(requestStates) }))),
};
