/** Handing tasks on, asking and answering, and being out of office. */
import { createDelegation, endDelegation } from '#core/commands/delegation.command.ts';
import { reassignTask } from '#core/commands/reassign-task.command.ts';
import { answerQuestion, askAboutTask } from '#core/commands/review-messages.command.ts';
import { listDelegations } from '#core/queries/delegations.ts';
import { getConversation, getTaskStory, listCandidates } from '#core/queries/task-story.ts';
import { issued, type Procedures } from './context.ts';

export function handlingProcedures({ signedIn }: Procedures) {
  return {
    story: signedIn.handling.story.handler(({ context: { workspace, viewer }, input }) =>
      getTaskStory(workspace.database.read, viewer, input.taskId),
    ),

    candidates: signedIn.handling.candidates.handler(async ({ context: { workspace, viewer }, input }) => ({
      people: [...(await listCandidates(workspace.database.read, viewer, input))],
    })),

    reassign: signedIn.handling.reassign.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(reassignTask, issued(context, commandId, payload)),
    ),

    ask: signedIn.handling.ask.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(askAboutTask, issued(context, commandId, payload)),
    ),

    answer: signedIn.handling.answer.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(answerQuestion, issued(context, commandId, payload)),
    ),

    conversation: signedIn.handling.conversation.handler(async ({ context: { workspace, viewer }, input }) => ({
      messages: await getConversation(workspace.database.read, viewer, input.requestId),
    })),
  };
}

export function delegationsProcedures({ signedIn }: Procedures) {
  return {
    list: signedIn.delegations.list.handler(({ context: { workspace, viewer }, input }) =>
      listDelegations(workspace.database.read, viewer, input.employeeId),
    ),

    create: signedIn.delegations.create.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(createDelegation, issued(context, commandId, payload)),
    ),

    end: signedIn.delegations.end.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(endDelegation, issued(context, commandId, payload)),
    ),
  };
}
