/**
 * Compares what an application holds with what was decided here, after a complete discovery. Each difference is one
 * finding that stands until a person decides or a later discovery does not see it any more; nothing is reversed.
 */
import { sql } from 'kysely';
import type { SyncRun } from '#core/domain/directory.ts';
import type { AccountEffect, Finding } from '#core/domain/finding.ts';
import { newId, type AccountId, type FindingId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { fromRow, type Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import type { LostGrant } from './discovery-unseen.ts';
import type { Contradiction, Observed } from './observed-access.ts';

/** What the application's connector can do to accounts, and which attributes it makes them from. */
export interface AccountAbilities {
  readonly effects: readonly AccountEffect[];
  readonly compares: readonly ('email' | 'displayName')[];
}

type Seen = Pick<Finding, 'kind' | 'subjectKey' | 'accountId' | 'entitlementId' | 'employeeId' | 'detail'> &
  Pick<Finding, 'proposedAction'>;

const rowsAtOnce = 2_000;

/** Answers with how many were raised and closed. */
export async function reconcile(
  writer: Writer,
  run: SyncRun,
  { lost, contradictions }: Observed,
  abilities: AccountAbilities,
  now: Instant,
): Promise<Readonly<Record<string, number>>> {
  const standing = new Map(
    (
      await writer
        .selectFrom('finding')
        .selectAll()
        .where('application_id', '=', run.applicationId)
        .where('ended_at', 'is', null)
        .execute()
    ).map((row) => [row.subject_key, fromRow('finding', row)]),
  );
  const seen: FindingId[] = [];
  const raised: Finding[] = [];
  const met = new Set<string>();
  const meet = (found: Seen): void => {
    if (met.has(found.subjectKey)) return;
    met.add(found.subjectKey);
    const known = standing.get(found.subjectKey);
    if (known === undefined) raised.push(freshFinding(run, found, now));
    else seen.push(known.id);
  };
  for (const each of contradictions) meet(notConfirmed(each));
  const spokenOf = new Set(contradictions.map((each) => `${each.accountId} ${each.entitlementId}`));
  for (const found of await addedOutside(writer, run))
    if (!spokenOf.has(`${found.accountId} ${found.entitlementId}`)) meet(found);
  for (const found of await removedOutside(writer, [...standing.values()], lost)) meet(found);
  for await (const found of accountFindings(writer, run, abilities)) meet(found);

  for (let start = 0; start < raised.length; start += rowsAtOnce)
    await insertRows(writer, 'finding', raised.slice(start, start + rowsAtOnce));
  await eachChunk(seen, (ids) =>
    writer.updateTable('finding').set({ last_seen_run_id: run.id, last_seen_at: now }).where('id', 'in', ids).execute(),
  );
  const closed = [...standing.values()].filter(({ subjectKey }) => !met.has(subjectKey)).map(({ id }) => id);
  await eachChunk(closed, (ids) =>
    writer
      .updateTable('finding')
      .set({ ended_at: now, state: sql<Finding['state']>`case when state = 'open' then 'resolved' else state end` })
      .where('id', 'in', ids)
      .execute(),
  );
  return Object.fromEntries(
    Object.entries({ findingsRaised: raised.length, findingsClosed: closed.length }).filter(([, count]) => count > 0),
  );
}

async function eachChunk(ids: readonly FindingId[], work: (ids: readonly FindingId[]) => Promise<unknown>) {
  for (let start = 0; start < ids.length; start += 500) await work(ids.slice(start, start + 500));
}

function freshFinding(run: SyncRun, found: Seen, now: Instant): Finding {
  return {
    id: newId<FindingId>(),
    applicationId: run.applicationId,
    ...found,
    firstSeenRunId: run.id,
    firstSeenAt: now,
    lastSeenRunId: run.id,
    lastSeenAt: now,
    state: 'open',
    decidedById: null,
    decidedAt: null,
    note: null,
    requestId: null,
    endedAt: null,
    effect: null,
    effectState: null,
    effectAttempts: 0,
    effectDueAt: null,
    leaseOwner: null,
    leaseUntil: null,
    lastProblem: null,
  };
}

/** Somebody said that it was done by hand, and it is not so. */
function notConfirmed({ itemId, effect, accountId, entitlementId, employeeId, username }: Contradiction): Seen {
  return {
    kind: 'notConfirmed',
    subjectKey: `notConfirmed ${effect} ${accountId} ${entitlementId}`,
    accountId,
    entitlementId,
    employeeId,
    detail: { username, effect, requestItemId: itemId },
    proposedAction: effect === 'grant' ? 'askForGrant' : 'askForRemoval',
  };
}

/** Held, and explained by no request. What the first discovery found was there before Gatehouse: nobody added it past it. */
async function addedOutside(writer: Writer, run: SyncRun): Promise<readonly Seen[]> {
  const baseline = await writer
    .selectFrom('sync_run')
    .select('ended_at')
    .where('application_id', '=', run.applicationId)
    .where('state', '=', 'completed')
    .where('id', '<>', run.id)
    .orderBy('started_at')
    .executeTakeFirst();
  if (baseline?.ended_at === null || baseline === undefined) return [];
  const rows = await writer
    .selectFrom('access_grant')
    .innerJoin('account', 'account.id', 'access_grant.account_id')
    .select(['access_grant.account_id', 'access_grant.entitlement_id', 'account.employee_id', 'account.username'])
    .where('account.application_id', '=', run.applicationId)
    .where('access_grant.status', '=', sql.lit('active'))
    .where('access_grant.request_item_id', 'is', null)
    .where('access_grant.origin', '=', 'discovery')
    .where('access_grant.granted_at', '>', baseline.ended_at)
    .execute();
  return rows.map((row) => ({
    kind: 'addedOutside',
    subjectKey: `addedOutside ${row.account_id} ${row.entitlement_id}`,
    accountId: row.account_id,
    entitlementId: row.entitlement_id,
    employeeId: row.employee_id,
    detail: { username: row.username },
    proposedAction: row.employee_id === null ? 'accept' : 'askForRemoval',
  }));
}

/** Taken away now, or found so earlier, and still intended: neither given again nor meant to end since. */
async function removedOutside(
  writer: Writer,
  standing: readonly Finding[],
  lost: readonly LostGrant[],
): Promise<readonly Seen[]> {
  const pairs = [
    ...standing.flatMap(({ kind, accountId, entitlementId, detail }) =>
      kind !== 'removedOutside' || accountId === null || entitlementId === null
        ? []
        : [{ accountId, entitlementId, requestItemId: detail['requestItemId'] ?? '' }],
    ),
    ...lost,
  ];
  const found: Seen[] = [];
  for (let start = 0; start < pairs.length; start += 500) {
    const chunk = pairs.slice(start, start + 500);
    const items = await writer
      .selectFrom('request_item')
      .select('id')
      .where(
        'id',
        'in',
        chunk.map(({ requestItemId }) => requestItemId as never),
      )
      .where('state', '=', 'fulfilled')
      .where('expired_at', 'is', null)
      .execute();
    const intended = new Set<string>(items.map(({ id }) => id));
    const accounts = await writer
      .selectFrom('account')
      .select(['id', 'employee_id', 'username'])
      .where(
        'id',
        'in',
        chunk.map(({ accountId }) => accountId),
      )
      .execute();
    const accountOf = new Map(accounts.map((account) => [account.id, account]));
    const held = await writer
      .selectFrom('access_grant')
      .select(['account_id', 'entitlement_id'])
      .where(
        'account_id',
        'in',
        chunk.map(({ accountId }) => accountId),
      )
      .where('status', '=', sql.lit('active'))
      .execute();
    const isHeld = new Set(held.map((grant) => `${grant.account_id} ${grant.entitlement_id}`));
    for (const { accountId, entitlementId, requestItemId } of chunk) {
      if (!intended.has(requestItemId) || isHeld.has(`${accountId} ${entitlementId}`)) continue;
      const account = accountOf.get(accountId);
      found.push({
        kind: 'removedOutside',
        subjectKey: `removedOutside ${accountId} ${entitlementId}`,
        accountId,
        entitlementId,
        employeeId: account?.employee_id ?? null,
        detail: { username: account?.username ?? '', requestItemId },
        proposedAction: 'askForGrant',
      });
    }
  }
  return found;
}

/** Accounts of nobody, and accounts that say something else than the directory; a page of accounts at a time. */
async function* accountFindings(writer: Writer, run: SyncRun, abilities: AccountAbilities): AsyncIterable<Seen> {
  const drift = (['email', 'displayName'] as const).filter((name) => abilities.compares.includes(name));
  const expected = { email: 'employee.work_email', displayName: 'employee.full_name' } as const;
  const actual = { email: sql`lower(account.email)`, displayName: sql`account.display_name` } as const;
  let after = '' as AccountId;
  for (;;) {
    const rows = await writer
      .selectFrom('account')
      .leftJoin('employee', 'employee.id', 'account.employee_id')
      .select(['account.id', 'account.username', 'account.email', 'account.display_name', 'account.employee_id'])
      .select(['employee.status', 'employee.work_email', 'employee.full_name'])
      .where('account.application_id', '=', run.applicationId)
      .where('account.status', '=', 'active')
      .where('account.kind', '=', 'employee')
      .where('account.last_seen_run_id', '=', run.id)
      .$if(after !== '', (query) => query.where('account.id', '>', after))
      .where((eb) =>
        eb.or([
          eb('account.employee_id', 'is', null),
          eb('employee.status', '=', 'left'),
          ...drift.map((name) => sql<boolean>`${actual[name]} <> ${sql.ref(expected[name])}`),
        ]),
      )
      .orderBy('account.id')
      .limit(rowsAtOnce)
      .execute();
    for (const row of rows) {
      const subject = { accountId: row.id, entitlementId: null, employeeId: row.employee_id };
      if (row.employee_id === null || row.status === 'left') {
        yield {
          kind: 'orphanAccount',
          subjectKey: `orphanAccount ${row.id}`,
          ...subject,
          detail: { username: row.username, ...(row.employee_id === null ? {} : { because: 'left' }) },
          proposedAction: abilities.effects.includes('disableAccount')
            ? 'disableAccount'
            : abilities.effects.includes('deleteAccount')
              ? 'deleteAccount'
              : 'accept',
        };
        continue;
      }
      const pairs = {
        email: [row.work_email, row.email?.toLowerCase() ?? null],
        displayName: [row.full_name, row.display_name],
      } as const;
      for (const attribute of drift) {
        const [intended, seen] = pairs[attribute];
        if (intended === null || seen === null || intended === seen) continue;
        yield {
          kind: 'driftedAttribute',
          subjectKey: `driftedAttribute ${row.id} ${attribute}`,
          ...subject,
          detail: { username: row.username, attribute, expected: intended, actual: seen },
          proposedAction: abilities.effects.includes('updateAccount') ? 'updateAccount' : 'accept',
        };
      }
    }
    if (rows.length < rowsAtOnce) return;
    after = rows.at(-1)?.id ?? after;
    // Everybody else's turn: one after another, the pages of a large application would hold up every screen.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
