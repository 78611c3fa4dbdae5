/** `notice.markRead`: a person has read some of their notices, or all up to a moment. */
import { markNoticesReadSchema } from '#core/contract/notices.contract.ts';
import { done } from '#core/domain/errors.ts';
import { actingEmployee, defineCommand } from './command-definition.ts';

export const markNoticesRead = defineCommand({
  type: 'notice.markRead',
  payload: markNoticesReadSchema,
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    // Whatever ids are named, only one's own notices are touched.
    let update = context.writer
      .updateTable('notice')
      .set({ read_at: context.circumstances.now })
      .where('employee_id', '=', acting.value)
      .where('read_at', 'is', null);
    update =
      payload.which === 'these' ? update.where('id', 'in', payload.noticeIds) : update.where('at', '<=', payload.at);
    const { numUpdatedRows } = await update.executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) context.touch('notices');
    return done({ read: Number(numUpdatedRows) });
  },
});
