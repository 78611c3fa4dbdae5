/** What one person is told. */
import { markNoticesRead } from '#core/commands/mark-notices-read.command.ts';
import { countUnreadNotices, listNotices } from '#core/queries/notices.ts';
import { issued, type Procedures } from './context.ts';

export function noticesProcedures({ signedIn }: Procedures) {
  return {
    list: signedIn.notices.list.handler(({ context: { workspace, viewer }, input }) =>
      listNotices(workspace.database.read, viewer, input),
    ),

    unread: signedIn.notices.unread.handler(async ({ context: { workspace, viewer } }) => ({
      count: await countUnreadNotices(workspace.database.read, viewer),
    })),

    markRead: signedIn.notices.markRead.handler(({ context, input: { commandId, notices } }) =>
      context.workspace.execute(markNoticesRead, issued(context, commandId, notices)),
    ),
  };
}
