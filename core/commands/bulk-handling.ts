/** What giving many tasks on, or asking about them, leaves behind besides the requests: the questions, and who is told. */
import type { BulkDecision } from '#core/domain/bulk-decision.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import type { DecidedTasks } from './bulk-decide.ts';
import { inChunks, unique } from './chunks.ts';
import type { CommandContext } from './command-definition.ts';
import { handedOnNotice, saidNotice } from './handling-notices.ts';
import { followersOf, raiseNotices } from './notices.ts';

/** Writes the questions, and tells whom they, or the tasks that were given on, concern. */
export async function tellOfHandling(
  context: Pick<CommandContext, 'writer' | 'circumstances' | 'touch'>,
  bulk: BulkDecision,
  decided: DecidedTasks,
): Promise<void> {
  const { messages, handedOn, aggregates } = decided;
  const { deciderId: byId, toReviewerId, reason } = bulk;
  if (messages.length === 0 && handedOn.length === 0) return;
  await insertRows(context.writer, 'review_message', messages);
  const rows = await inChunks(unique(messages.map((message) => message.itemId)), (ids) =>
    followersOf(context.writer, ids),
  );
  const followers = Map.groupBy(rows, (row) => row.item_id);
  const asked = messages.map((message) => {
    const aggregate = aggregates.get(message.requestId);
    const item = aggregate?.items.find((candidate) => candidate.id === message.itemId);
    if (aggregate === undefined || item === undefined) throw new Error('A question about no item');
    return saidNotice(message, [
      item.beneficiaryId,
      aggregate.request.requesterId,
      ...(followers.get(message.itemId) ?? []).map((row) => row.employee_id),
    ]);
  });
  const given =
    toReviewerId === null ? [] : handedOn.map((item) => handedOnNotice({ item, toReviewerId, byId, reason }));
  await raiseNotices(context, [...asked, ...given]);
}
