/** `task.ask` and `review.answer`: a reviewer asks for information, and whom the item concerns answers. */
import { z } from 'zod';
import { idSchema, textSchema } from '#core/contract/schemas.ts';
import { done, refuse, type Result } from '#core/domain/errors.ts';
import type { EmployeeId, ReviewMessageId, ReviewTaskId } from '#core/domain/ids.ts';
import { askForInformation, giveInformation } from '#core/engine/review-messages.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { worksHere } from './authority.ts';
import { actingEmployee, defineCommand, type CommandContext } from './command-definition.ts';
import { saidNotice } from './handling-notices.ts';
import { followersOf, raiseNotices } from './notices.ts';
import { loadByTask, saveRequest } from './request-store.ts';

type Said = ReturnType<typeof askForInformation>;

export const askAboutTask = defineCommand({
  type: 'task.ask',
  payload: z.object({ taskId: idSchema<ReviewTaskId>(), text: textSchema(2000).min(1) }),
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    if (!(await worksHere(context.writer, acting.value)))
      return refuse('access.notAllowed', 'You no longer work here.');
    const before = await loadByTask(context.writer, payload.taskId, context.dialect === 'postgres');
    if (before === null) return refuse('task.notFound', 'This task does not exist.');
    const asked = askForInformation(before, payload, { ...context.circumstances, actingId: acting.value });
    return commit(context, before, asked, async () => [
      ...before.items.map((item) => item.beneficiaryId),
      before.request.requesterId,
      ...(
        await followersOf(
          context.writer,
          before.items.map((item) => item.id),
        )
      ).map((row) => row.employee_id),
    ]);
  },
});

export const answerQuestion = defineCommand({
  type: 'review.answer',
  payload: z.object({ questionId: idSchema<ReviewMessageId>(), text: textSchema(2000).min(1) }),
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer } = context;
    if (!(await worksHere(writer, acting.value))) return refuse('access.notAllowed', 'You no longer work here.');
    const [row] = await questionById(writer, payload.questionId);
    const before = row === undefined ? null : await loadByTask(writer, row.task_id, context.dialect === 'postgres');
    if (row === undefined || before === null) return refuse('message.notFound', 'This question does not exist.');
    const answered = giveInformation(before, payload, {
      ...context.circumstances,
      actingId: acting.value,
      question: fromRow('review_message', row),
      followers: (await followersOf(writer, [row.item_id])).map((follower) => follower.employee_id),
    });
    // Whoever asked, and whoever has an open task of the item now: it may have been handed on meanwhile.
    return commit(context, before, answered, async () => [
      row.author_id,
      ...before.tasks.filter((task) => task.state === 'open').map((task) => task.reviewerId),
    ]);
  },
});

async function commit(
  context: CommandContext,
  before: RequestAggregate,
  said: Said,
  toTell: () => Promise<readonly EmployeeId[]>,
): Promise<Result<{ readonly messageId: ReviewMessageId; readonly version: number }>> {
  if (said.outcome === 'refused') return said;
  const { transition, message } = said.value;
  await saveRequest(context.writer, before, transition.after);
  await insertRows(context.writer, 'review_message', [message]);
  context.record(...transition.facts);
  await raiseNotices(context, [saidNotice(message, await toTell())]);
  context.touch('tasks', 'requests');
  return done({ messageId: message.id, version: transition.after.request.version });
}

const questionById = prepared((reader, id: ReviewMessageId) =>
  reader.selectFrom('review_message').selectAll().where('id', '=', id).where('kind', '=', 'question'),
);
