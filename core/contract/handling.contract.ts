/** What can be done with an open review task besides deciding it, and how it came to where it is. */
import { z } from 'zod';
import type { EmployeeId, RequestId, RequestItemId, ReviewMessageId, ReviewTaskId } from '#core/domain/ids.ts';
import { taskStates, taskVias } from '#core/domain/request.ts';
import { procedure } from './procedure.ts';
import {
  commandIdSchema,
  idSchema,
  instantSchema,
  personSchema,
  resultSchema,
  searchSchema,
  textSchema,
} from './schemas.ts';

export const handOverSchema = z.object({
  taskId: idSchema<ReviewTaskId>(),
  reviewer: personSchema,
  via: z.enum(taskVias),
  state: z.enum(taskStates),
  openedAt: instantSchema,
  endedAt: instantSchema.nullable(),
});
export type HandOver = z.output<typeof handOverSchema>;

export const reviewMessageSchema = z.object({
  id: idSchema<ReviewMessageId>(),
  itemId: idSchema<RequestItemId>(),
  author: personSchema,
  kind: z.enum(['question', 'answer']),
  text: z.string(),
  at: instantSchema,
  answersId: idSchema<ReviewMessageId>().nullable(),
});
export type ReviewMessageView = z.output<typeof reviewMessageSchema>;

export const taskStorySchema = z.object({
  /** From the planned reviewer to whoever has it now; one entry when it was never handed on. */
  handOvers: z.array(handOverSchema),
  /** Who is away and until when (null: until they end it), when the task is with its reviewer's delegate. */
  standsInFor: z.object({ person: personSchema, until: instantSchema.nullable() }).nullable(),
  messages: z.array(reviewMessageSchema),
  mayReassign: z.boolean(),
  mayAsk: z.boolean(),
});
export type TaskStory = z.output<typeof taskStorySchema>;

const byTask = z.object({ taskId: idSchema<ReviewTaskId>() });
const said = z.object({ messageId: idSchema<ReviewMessageId>(), version: z.number().int() });

export const handlingContract = {
  story: procedure.input(byTask).output(taskStorySchema),
  /** People the task can be given to, by name; at most 20. */
  candidates: procedure
    .input(byTask.extend({ search: searchSchema }))
    .output(z.object({ people: z.array(personSchema) })),
  reassign: procedure
    .input(
      byTask.extend({
        commandId: commandIdSchema,
        toReviewerId: idSchema<EmployeeId>(),
        reason: textSchema(2000).nullable().default(null),
      }),
    )
    .output(resultSchema(z.object({ version: z.number().int() }))),
  ask: procedure
    .input(byTask.extend({ commandId: commandIdSchema, text: textSchema(2000).min(1) }))
    .output(resultSchema(said)),
  answer: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        questionId: idSchema<ReviewMessageId>(),
        text: textSchema(2000).min(1),
      }),
    )
    .output(resultSchema(said)),
  /** Questions and answers about the items of a request, the oldest first. */
  conversation: procedure
    .input(z.object({ requestId: idSchema<RequestId>() }))
    .output(z.object({ messages: z.array(reviewMessageSchema.extend({ mayAnswer: z.boolean() })) })),
};
