/** What a complete discovery did not see is no longer in the application. */
import { sql } from 'kysely';
import type { DropQuestion, SyncRun } from '#core/domain/directory.ts';
import type { AccountId, EntitlementId, GrantId, RequestItemId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { epochMilliseconds } from '#core/domain/instant.ts';
import type { Writer } from '#core/persistence/tables.ts';

/** Fewer than these come and go in any application, however small it is: one of two accounts is no reason to ask. */
const fewestToAsk = 3;

/** A grant that a request gave and that somebody took away past Gatehouse. */
export interface LostGrant {
  readonly id: GrantId;
  readonly accountId: AccountId;
  readonly entitlementId: EntitlementId;
  readonly requestItemId: RequestItemId;
}

/** The question a run has to ask before it ends anything; null: nothing suspicious. */
export async function suspiciousDrop(writer: Writer, run: SyncRun, dropPercent: number): Promise<DropQuestion | null> {
  const unseen = unseenBy(run);
  const [grants] = await grantsBefore(writer, run)
    .select((eb) => [
      eb.fn.countAll<number>().as('known'),
      sql<number>`coalesce(sum(case when ${unseen} then 1 else 0 end), 0)`.as('gone'),
    ])
    .execute();
  const [accounts] = await accountsBefore(writer, run)
    .select((eb) => [
      eb.fn.countAll<number>().as('known'),
      sql<number>`coalesce(sum(case when ${unseen} then 1 else 0 end), 0)`.as('gone'),
    ])
    .execute();
  const question = {
    accounts: { known: Number(accounts?.known ?? 0), gone: Number(accounts?.gone ?? 0) },
    grants: { known: Number(grants?.known ?? 0), gone: Number(grants?.gone ?? 0) },
  };
  return isSuspicious(question, run.accountsSeen, dropPercent) ? question : null;
}

/**
 * More than the share, of at least a few; all of them, whatever the share; or not a single account listed where some
 * were known, however few: an answer that is empty by mistake looks like that.
 */
export function isSuspicious(question: DropQuestion, accountsSeen: number, dropPercent: number): boolean {
  if (accountsSeen === 0 && question.accounts.gone > 0) return true;
  return Object.values(question).some(
    ({ known, gone }) => gone >= fewestToAsk && (gone === known || gone * 100 > known * dropPercent),
  );
}

/**
 * Marks accounts and entitlements as gone and ends grants that this run did not see. What Gatehouse itself
 * delivered, or an import added, after the run began is left alone: its page may have been read before.
 * Answers with counts, and with the grants that a request explains: `grantsRemovedOutside` of them.
 */
export async function endUnseen(
  writer: Writer,
  run: SyncRun,
  now: Instant,
): Promise<{ readonly counts: Readonly<Record<string, number>>; readonly lost: readonly LostGrant[] }> {
  const unseen = unseenBy(run);
  const gone = await grantsBefore(writer, run)
    .select(['id', 'account_id', 'entitlement_id', 'request_item_id'])
    .where(unseen)
    .execute();
  for (let start = 0; start < gone.length; start += 400) {
    const ids = gone.slice(start, start + 400).map((grant) => grant.id);
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
    .where('id', '<', firstIdAt(run.startedAt) as never)
    .where(unseen)
    .executeTakeFirst();
  const lost = gone.flatMap((grant) =>
    grant.request_item_id === null
      ? []
      : [
          {
            id: grant.id,
            accountId: grant.account_id,
            entitlementId: grant.entitlement_id,
            requestItemId: grant.request_item_id,
          },
        ],
  );
  const counts = {
    grantsEnded: gone.length,
    grantsRemovedOutside: lost.length,
    accountsGone: Number(accounts.numUpdatedRows),
    entitlementsGone: Number(entitlements.numUpdatedRows),
  };
  return { counts: Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0)), lost };
}

function grantsBefore(writer: Writer, run: SyncRun) {
  const ofApplication = writer.selectFrom('entitlement').select('id').where('application_id', '=', run.applicationId);
  return writer
    .selectFrom('access_grant')
    .where('entitlement_id', 'in', ofApplication)
    .where('status', '=', 'active')
    .where('granted_at', '<', run.startedAt);
}

function accountsBefore(writer: Writer, run: SyncRun) {
  return writer
    .selectFrom('account')
    .where('application_id', '=', run.applicationId)
    .where('status', '<>', 'gone')
    .where('external_id', 'is not', null)
    .where('id', '<', firstIdAt(run.startedAt) as never);
}

function unseenBy(run: SyncRun) {
  return sql<boolean>`(last_seen_run_id is null or last_seen_run_id <> ${run.id})`;
}

/** The smallest UUIDv7 of an instant: ids below it were made before. */
function firstIdAt(at: Instant): string {
  const hex = epochMilliseconds(at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
