/** What a complete discovery did not see is no longer in the application. */
import { sql } from 'kysely';
import type { SyncRun } from '#core/domain/directory.ts';
import type { Instant } from '#core/domain/instant.ts';
import { epochMilliseconds } from '#core/domain/instant.ts';
import type { Writer } from '#core/persistence/tables.ts';

/**
 * Marks accounts and entitlements as gone and ends grants that this run did not see. What Gatehouse itself
 * delivered after the run began is left alone: its page may have been read before.
 * Answers with counts, among them `grantsRemovedOutside`: delivered by a request, taken away by somebody else.
 */
export async function endUnseen(writer: Writer, run: SyncRun, now: Instant): Promise<Readonly<Record<string, number>>> {
  const unseen = sql<boolean>`(last_seen_run_id is null or last_seen_run_id <> ${run.id})`;
  const ofApplication = writer.selectFrom('entitlement').select('id').where('application_id', '=', run.applicationId);
  const lost = await writer
    .selectFrom('access_grant')
    .select(['id', 'request_item_id'])
    .where('entitlement_id', 'in', ofApplication)
    .where('status', '=', 'active')
    .where('granted_at', '<', run.startedAt)
    .where(unseen)
    .execute();
  for (let start = 0; start < lost.length; start += 400) {
    const ids = lost.slice(start, start + 400).map((grant) => grant.id);
    await writer.updateTable('access_grant').set({ status: 'ended', ended_at: now }).where('id', 'in', ids).execute();
  }
  const accounts = await writer
    .updateTable('account')
    .set({ status: 'gone' })
    .where('application_id', '=', run.applicationId)
    .where('status', '<>', 'gone')
    .where('external_id', 'is not', null)
    .where('id', '<', firstIdAt(run.startedAt) as never)
    .where(unseen)
    .executeTakeFirst();
  const entitlements = await writer
    .updateTable('entitlement')
    .set({ status: 'gone' })
    .where('application_id', '=', run.applicationId)
    .where('status', '<>', 'gone')
    .where(unseen)
    .executeTakeFirst();
  const counts = {
    grantsEnded: lost.length,
    grantsRemovedOutside: lost.filter((grant) => grant.request_item_id !== null).length,
    accountsGone: Number(accounts.numUpdatedRows),
    entitlementsGone: Number(entitlements.numUpdatedRows),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0));
}

/** The smallest UUIDv7 of an instant: ids below it were made before. */
function firstIdAt(at: Instant): string {
  const hex = epochMilliseconds(at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
