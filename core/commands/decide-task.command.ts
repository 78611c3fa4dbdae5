/** `task.decide`: a reviewer approves, denies or leaves out. When it was the last needed decision, fulfillment is committed with it. */
import { z } from 'zod';
import { idSchema, termSchema, textSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import { verdicts } from '#core/domain/request.ts';
import { decide } from '#core/engine/decide.ts';
import { standInsFor } from '#core/engine/review-facts.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { actingEmployee, defineCommand } from './command-definition.ts';
import { loadEndsOfProlonged } from './further-facts.ts';
import { loadByTask, saveRequest } from './request-store.ts';
import { loadAuthority } from './reviewing-facts.ts';

const employeeStatus = prepared((reader, id: EmployeeId) =>
  reader.selectFrom('employee').select('status').where('id', '=', id),
);

export const decideTask = defineCommand({
  type: 'task.decide',
  payload: z.object({
    taskId: idSchema<ReviewTaskId>(),
    verdict: z.enum(verdicts),
    reason: textSchema(2000).nullable().default(null),
    /** A shorter term than was asked for, to approve with. */
    shortenedTo: termSchema.nullable().default(null),
  }),
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer, circumstances, command } = context;
    const before = await loadByTask(writer, payload.taskId, context.dialect === 'postgres');
    const [item] = before?.items ?? [];
    if (before === null || item === undefined) return refuse('task.notFound', 'This task does not exist.');
    const [person] = await employeeStatus(writer, acting.value);
    if (person?.status !== 'active') return refuse('access.notAllowed', 'You no longer work here.');
    const { requesterId } = before.request;
    const holders = [requesterId, ...before.tasks.map((task) => task.reviewerId)];
    const authority = await loadAuthority(writer, [item], holders, circumstances.now);
    const { application } = authority.of(item);
    if (application === null) throw new Error('An item without its application');
    const result = decide(
      before,
      { ...payload, basedOn: command.basedOn },
      {
        ...circumstances,
        ...standInsFor(authority.outOfOffice, { requesterId, beneficiaryId: item.beneficiaryId }),
        levelsNow: (one) => authority.levelsNow(requesterId, one),
        deciderId: acting.value,
        prolongsUntil:
          payload.shortenedTo === null ? null : ((await loadEndsOfProlonged(writer, [item])).get(item.id) ?? null),
        fulfillment: application.fulfillment,
      },
    );
    if (result.outcome === 'refused') return result;
    const { after, facts } = result.value;
    await saveRequest(writer, before, after);
    context.record(...facts);
    context.touch('requests', 'tasks');
    if (after.fulfillment !== before.fulfillment) context.touch('fulfillment');
    return done({ version: after.request.version, requestState: after.request.state });
  },
});
