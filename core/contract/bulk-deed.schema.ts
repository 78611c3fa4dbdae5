/** What a decision over many tasks does with each of them, as a command takes it and a console asks what it would come to. */
import { z } from 'zod';
import { bulkVerdicts } from '#core/domain/bulk-decision.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { idSchema, termSchema, textSchema } from './schemas.ts';
import { taskFilterSchema } from './task-filter.ts';

export const bulkDeedSchema = z.object({
  filter: taskFilterSchema,
  /** `reassign` gives each task to `toReviewerId`; `ask` asks `reason` about each, and leaves it open. */
  verdict: z.enum(bulkVerdicts),
  /** Required to deny and to ask. */
  reason: textSchema(2000).nullable().default(null),
  /** Approve for a shorter time than was asked for. */
  shortenedTo: termSchema.nullable().default(null),
  /** Required to reassign. */
  toReviewerId: idSchema<EmployeeId>().nullable().default(null),
});
