/** What a complete discovery did not see is no longer in the application: counted first, then ended, a piece at a time. */
import { sql, type ExpressionBuilder } from 'kysely';
import type { DropQuestion, SyncRun } from '#core/domain/directory.ts';
import type { AccountId, EntitlementId, GrantId, RequestItemId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { epochMilliseconds } from '#core/domain/instant.ts';
import type { Tables, Writer } from '#core/persistence/tables.ts';

/** Fewer than these come and go in any application, however small it is: one of two accounts is no reason to ask. */
const fewestToAsk = 3;
/** Of each, what is asked for at once: few enough that nobody else's question waits long for this one. */
const accountsAtOnce = 2_000;
const entitlementsAtOnce = 20;
const endedAtOnce = 500;

/** A grant that a request gave and that somebody took away past Gatehouse. */
export interface LostGrant {
  readonly id: GrantId;
  readonly accountId: AccountId;
  readonly entitlementId: EntitlementId;
  readonly requestItemId: RequestItemId;
}

/** What a piece of the work came to, and where the next one begins; null: that was the last. */
export type Piece<Value> = Value & { readonly next: string | null };

type Count = DropQuestion['accounts'];

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

/** How many accounts were known before the run, and how many of them it did not see. */
export async function countAccounts(writer: Writer, run: SyncRun, after: string): Promise<Piece<{ count: Count }>> {
  const { last, next } = await accountsUpTo(writer, run, after);
  const counted = await writer
    .selectFrom('account')
    .select([knownCount, goneCount(run)])
    .where('application_id', '=', run.applicationId)
    .where('username_key', '>', after)
    .where('username_key', '<=', last)
    .where(wasThereBefore(run))
    .executeTakeFirst();
  return { count: countOf(counted), next };
}

export async function countGrants(writer: Writer, run: SyncRun, after: string): Promise<Piece<{ count: Count }>> {
  const { ids, next } = await entitlementsAfter(writer, run, after);
  if (ids.length === 0) return { count: countOf(undefined), next };
  const counted = await grantsBefore(writer, run, ids)
    .select([knownCount, goneCount(run)])
    .executeTakeFirst();
  return { count: countOf(counted), next };
}

const knownCount = sql<number>`count(*)`.as('known');

function goneCount(run: SyncRun) {
  return sql<number>`coalesce(sum(case when ${unseenBy(run)} then 1 else 0 end), 0)`.as('gone');
}

function countOf(row: { readonly known: number; readonly gone: number } | undefined): Count {
  return { known: Number(row?.known ?? 0), gone: Number(row?.gone ?? 0) };
}

/**
 * Ends grants that the run did not see, some hundred at once. What Gatehouse itself delivered after the run began is
 * left alone: its page may have been read before. Answers with how many ended, and with those that a request explains.
 */
export async function endUnseenGrants(
  writer: Writer,
  run: SyncRun,
  after: string,
  now: Instant,
): Promise<Piece<{ readonly ended: number; readonly lost: readonly LostGrant[] }>> {
  const { ids, next } = await entitlementsAfter(writer, run, after);
  if (ids.length === 0) return { ended: 0, lost: [], next };
  const gone = await grantsBefore(writer, run, ids)
    .select(['id', 'account_id', 'entitlement_id', 'request_item_id'])
    .where(unseenBy(run))
    .limit(endedAtOnce)
    .execute();
  if (gone.length > 0)
    await writer
      .updateTable('access_grant')
      .set({ status: 'ended', ended_at: now })
      .where(
        'id',
        'in',
        gone.map((grant) => grant.id),
      )
      .execute();
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
  return { ended: gone.length, lost, next: gone.length === endedAtOnce ? after : next };
}

/** Marks accounts as gone that the run did not see; but not what Gatehouse gave access to meanwhile, or changed. */
export async function endUnseenAccounts(
  writer: Writer,
  run: SyncRun,
  after: string,
): Promise<Piece<{ readonly ended: number }>> {
  const { last, next } = await accountsUpTo(writer, run, after);
  const { numUpdatedRows } = await writer
    .updateTable('account')
    .set({ status: 'gone' })
    .where('application_id', '=', run.applicationId)
    .where('username_key', '>', after)
    .where('username_key', '<=', last)
    .where(wasThereBefore(run))
    .where(unseenBy(run))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('access_grant')
            .select('access_grant.id')
            .whereRef('access_grant.account_id', '=', 'account.id')
            .where('access_grant.status', '=', 'active')
            .where('access_grant.granted_at', '>=', run.startedAt),
        ),
      ),
    )
    .executeTakeFirst();
  return { ended: Number(numUpdatedRows), next };
}

/** What an import added after the run began is left alone. */
export async function endUnseenEntitlements(writer: Writer, run: SyncRun): Promise<number> {
  const { numUpdatedRows } = await writer
    .updateTable('entitlement')
    .set({ status: 'gone' })
    .where('application_id', '=', run.applicationId)
    .where('status', '<>', 'gone')
    .where('id', '<', firstIdAt(run.startedAt) as never)
    .where(unseenBy(run))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** The next entitlements of the application, with what they are walked by. */
export async function entitlementsAfter(
  writer: Writer,
  run: SyncRun,
  after: string,
): Promise<Piece<{ readonly ids: readonly EntitlementId[] }>> {
  const rows = await writer
    .selectFrom('entitlement')
    .select(['id', 'external_id'])
    .where('application_id', '=', run.applicationId)
    .where('external_id', '>', after)
    .orderBy('external_id')
    .limit(entitlementsAtOnce)
    .execute();
  return {
    ids: rows.map(({ id }) => id),
    next: rows.length < entitlementsAtOnce ? null : (rows.at(-1)?.external_id ?? null),
  };
}

/** The user name up to which the next accounts go. */
async function accountsUpTo(
  writer: Writer,
  run: SyncRun,
  after: string,
): Promise<{ readonly last: string; readonly next: string | null }> {
  const names = writer
    .selectFrom('account')
    .select('username_key')
    .where('application_id', '=', run.applicationId)
    .where('username_key', '>', after);
  const full = await names
    .orderBy('username_key')
    .offset(accountsAtOnce - 1)
    .limit(1)
    .executeTakeFirst();
  if (full !== undefined) return { last: full.username_key, next: full.username_key };
  const last = await names.orderBy('username_key', 'desc').limit(1).executeTakeFirst();
  return { last: last?.username_key ?? after, next: null };
}

function grantsBefore(writer: Writer, run: SyncRun, entitlements: readonly EntitlementId[]) {
  return writer
    .selectFrom('access_grant')
    .where('entitlement_id', 'in', entitlements)
    .where('status', '=', 'active')
    .where('granted_at', '<', run.startedAt);
}

/** Of an account: it was in the application, and nothing was done to it there since. */
function wasThereBefore(run: SyncRun) {
  return (account: ExpressionBuilder<Tables, 'account'>) =>
    account.and([
      account('status', '<>', 'gone'),
      account('external_id', 'is not', null),
      account('id', '<', firstIdAt(run.startedAt) as AccountId),
      account.or([account('changed_at', 'is', null), account('changed_at', '<', run.startedAt)]),
    ]);
}

function unseenBy(run: SyncRun) {
  return sql<boolean>`(last_seen_run_id is null or last_seen_run_id <> ${run.id})`;
}

/** The smallest UUIDv7 of an instant: ids below it were made before. */
function firstIdAt(at: Instant): string {
  const hex = epochMilliseconds(at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
