/** `task.reassign`: its reviewer, or an administrator, gives an open task to somebody else who may decide it. */
import { z } from 'zod';
import { idSchema, textSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import { ownerOf, reassign } from '#core/engine/hand-over.ts';
import { standInsFor } from '#core/engine/review-facts.ts';
import { isAdministrator, worksHere } from './authority.ts';
import { actingEmployee, defineCommand } from './command-definition.ts';
import { handedOnNotice } from './handling-notices.ts';
import { raiseNotices } from './notices.ts';
import { loadByTask, saveRequest } from './request-store.ts';
import { loadOutOfOffice } from './stand-ins.ts';

export const reassignTask = defineCommand({
  type: 'task.reassign',
  payload: z.object({
    taskId: idSchema<ReviewTaskId>(),
    toReviewerId: idSchema<EmployeeId>(),
    reason: textSchema(2000).nullable().default(null),
  }),
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer, circumstances } = context;
    if (!(await worksHere(writer, acting.value))) return refuse('access.notAllowed', 'You no longer work here.');
    const before = await loadByTask(writer, payload.taskId, context.dialect === 'postgres');
    const [item] = before?.items ?? [];
    if (before === null || item === undefined) return refuse('task.notFound', 'This task does not exist.');
    const concerned = { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId };
    const task = before.tasks.find((one) => one.id === payload.taskId);
    const away = await loadOutOfOffice(
      writer,
      [
        concerned.requesterId,
        concerned.beneficiaryId,
        payload.toReviewerId,
        ...(task === undefined ? [] : [ownerOf(before, task)]),
      ],
      circumstances.now,
    );
    const result = reassign(before, payload, {
      ...circumstances,
      ...standInsFor(away, concerned),
      actingId: acting.value,
      isAdministrator: await isAdministrator(writer, acting.value),
      worksHere: await worksHere(writer, payload.toReviewerId),
    });
    if (result.outcome === 'refused') return result;
    await saveRequest(writer, before, result.value.after);
    context.record(...result.value.facts);
    await raiseNotices(context, [
      handedOnNotice({ item, toReviewerId: payload.toReviewerId, byId: acting.value, reason: payload.reason }),
    ]);
    context.touch('tasks', 'requests');
    return done({ version: result.value.after.request.version });
  },
});
