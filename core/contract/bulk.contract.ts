/** One decision over all open tasks of mine that a filter finds, or one hand-over, or one question: seen beforehand, taken back while it waits, told item by item. */
import { z } from 'zod';
import { bulkDecisionStates, bulkVerdicts } from '#core/domain/bulk-decision.ts';
import { refusalCodes } from '#core/domain/errors.ts';
import type { BulkDecisionId, RequestId, RequestItemId, ReviewTaskId } from '#core/domain/ids.ts';
import { bulkDeedSchema } from './bulk-deed.schema.ts';
import { procedure } from './procedure.ts';
import {
  commandIdSchema,
  idSchema,
  instantSchema,
  pageInputSchema,
  pageSchema,
  personSchema,
  resultSchema,
  termSchema,
} from './schemas.ts';
import { taskFilterSchema } from './task-filter.ts';

export const bulkPreviewSchema = z.object({
  /** How many tasks pass the filter, and how many of them were looked at one by one. */
  tasks: z.number().int(),
  looked: z.number().int(),
  /** Of those that were looked at: */
  items: z.number().int(),
  people: z.number().int(),
  applications: z.number().int(),
  /** Approved by it and delivered at once. */
  delivered: z.number().int(),
  /** Need further approvals, at this level or the next. */
  furtherReview: z.number().int(),
  /** Denied or left out by it. */
  ended: z.number().int(),
  /** Given to somebody else, or asked about, and still to be decided. */
  handled: z.number().int(),
  refused: z.array(z.object({ code: z.enum(refusalCodes), message: z.string(), count: z.number().int() })),
});
export type BulkPreview = z.output<typeof bulkPreviewSchema>;

export const bulkViewSchema = z.object({
  id: idSchema<BulkDecisionId>(),
  verdict: z.enum(bulkVerdicts),
  reason: z.string().nullable(),
  shortenedTo: termSchema.nullable(),
  /** To whom the tasks are given; null: to nobody. */
  toReviewer: personSchema.nullable(),
  state: z.enum(bulkDecisionStates),
  createdAt: instantSchema,
  dispatchAt: instantSchema,
  endedAt: instantSchema.nullable(),
  total: z.number().int(),
  decided: z.number().int(),
  refused: z.number().int(),
  /** The engine's clock, by which `dispatchAt` is to be counted down. */
  now: instantSchema,
});
export type BulkView = z.output<typeof bulkViewSchema>;

export const bulkResultSchema = z.object({
  taskId: idSchema<ReviewTaskId>(),
  itemId: idSchema<RequestItemId>(),
  requestId: idSchema<RequestId>(),
  requestNumber: z.number().int(),
  action: z.enum(['GRANT', 'REVOKE']),
  entitlement: z.string(),
  application: z.string(),
  beneficiary: personSchema,
  outcome: z.enum(['done', 'refused']),
  code: z.enum(refusalCodes).nullable(),
  message: z.string().nullable(),
});
export type BulkResult = z.output<typeof bulkResultSchema>;

const byId = z.object({ bulkDecisionId: idSchema<BulkDecisionId>() });

export const bulkContract = {
  /** How many open tasks of mine pass a filter. */
  count: procedure.input(z.object({ filter: taskFilterSchema })).output(z.object({ tasks: z.number().int() })),
  /** What the decision would come to, task by task, without deciding anything. */
  preview: procedure.input(bulkDeedSchema).output(bulkPreviewSchema),
  start: procedure
    .input(bulkDeedSchema.extend({ commandId: commandIdSchema }))
    .output(
      resultSchema(
        z.object({ bulkDecisionId: idSchema<BulkDecisionId>(), total: z.number().int(), dispatchAt: instantSchema }),
      ),
    ),
  undo: procedure.input(byId.extend({ commandId: commandIdSchema })).output(resultSchema(z.object({}))),
  /** My last ones, newest first. */
  recent: procedure.output(z.object({ decisions: z.array(bulkViewSchema) })),
  results: procedure
    .input(pageInputSchema.extend({ ...byId.shape, outcome: z.enum(['all', 'done', 'refused']).default('all') }))
    .output(pageSchema(bulkResultSchema)),
};
