/** Deciding over many tasks at once. */
import { startBulkDecision, undoBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { bulkResults, previewBulk, recentBulkDecisions } from '#core/queries/bulk.ts';
import { countTasks } from '#core/queries/task-filter.ts';
import { issued, type Procedures } from './context.ts';

export function bulkProcedures({ signedIn }: Procedures) {
  return {
    count: signedIn.bulk.count.handler(async ({ context: { workspace, viewer }, input }) => ({
      tasks: await countTasks(workspace.database.read, viewer.id, input.filter),
    })),

    preview: signedIn.bulk.preview.handler(({ context: { workspace, viewer }, input }) =>
      previewBulk(workspace.database.read, viewer, input, workspace.now()),
    ),

    start: signedIn.bulk.start.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(startBulkDecision, issued(context, commandId, payload)),
    ),

    undo: signedIn.bulk.undo.handler(({ context, input: { commandId, ...payload } }) =>
      context.workspace.execute(undoBulkDecision, issued(context, commandId, payload)),
    ),

    recent: signedIn.bulk.recent.handler(async ({ context: { workspace, viewer } }) => ({
      decisions: [...(await recentBulkDecisions(workspace.database.read, viewer, workspace.now()))],
    })),

    results: signedIn.bulk.results.handler(({ context: { workspace, viewer }, input }) =>
      bulkResults(workspace.database.read, viewer, input),
    ),
  };
}
