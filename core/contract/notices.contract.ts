/** What one person is told: that their access works, that something was asked of them. */
import { z } from 'zod';
import type { NoticeId, RequestId, RequestItemId } from '#core/domain/ids.ts';
import { noticeKinds } from '#core/domain/notice.ts';
import { procedure } from './procedure.ts';
import { commandIdSchema, idSchema, instantSchema, pageInputSchema, pageSchema, resultSchema } from './schemas.ts';

export const noticeRowSchema = z.object({
  id: idSchema<NoticeId>(),
  kind: z.enum(noticeKinds),
  /** The whole of it in words. */
  sentence: z.string(),
  requestId: idSchema<RequestId>().nullable(),
  requestNumber: z.number().int().nullable(),
  itemId: idSchema<RequestItemId>().nullable(),
  at: instantSchema,
  readAt: instantSchema.nullable(),
});
export type NoticeRow = z.output<typeof noticeRowSchema>;

export const markNoticesReadSchema = z.discriminatedUnion('which', [
  z.object({ which: z.literal('these'), noticeIds: z.array(idSchema<NoticeId>()).min(1).max(200) }),
  /** What came after this was not on screen yet, and stays unread. */
  z.object({ which: z.literal('allUntil'), at: instantSchema }),
]);

export const noticesContract = {
  /** Mine, the newest first. */
  list: procedure
    .input(pageInputSchema.extend({ status: z.enum(['unread', 'all']).default('all') }))
    .output(pageSchema(noticeRowSchema)),
  unread: procedure.output(z.object({ count: z.number().int() })),
  markRead: procedure
    .input(z.object({ commandId: commandIdSchema, notices: markNoticesReadSchema }))
    .output(resultSchema(z.object({ read: z.number().int() }))),
};
