/**
 * Compares what an application holds with what was decided here, after a complete discovery. Each difference is one
 * finding that stands until a person decides or a later discovery does not see it any more; nothing is reversed.
 */
import { sql } from 'kysely';
import type { AccountAttributes, ComparedAttribute, SyncRun } from '#core/domain/directory.ts';
import type { AccountEffect, Finding } from '#core/domain/finding.ts';
import { newId, type AccountId, type EntitlementId, type FindingId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { fromJson, type Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { inChunks } from './chunks.ts';
import { entitlementsAfter, type LostGrant, type Piece } from './discovery-unseen.ts';
import type { Contradiction } from './observed-access.ts';

/** What the application's connector can do to accounts, and which attributes it makes them from. */
export interface AccountAbilities {
  readonly effects: readonly AccountEffect[];
  readonly compares: readonly ComparedAttribute[];
}

type Seen = Pick<Finding, 'kind' | 'subjectKey' | 'accountId' | 'entitlementId' | 'employeeId' | 'detail'> &
  Pick<Finding, 'proposedAction'>;
type Raised = Piece<{ readonly raised: number }>;

/** Looked at, and written, before it is somebody else's turn. */
const rowsAtOnce = 500;

/** Keeps what was found: what stands already was seen again, the rest is raised. Answers with how much was raised. */
async function keep(writer: Writer, run: SyncRun, found: readonly Seen[], now: Instant): Promise<number> {
  const seen = new Map(found.map((each) => [each.subjectKey, each]));
  const standing = await inChunks([...seen.keys()], (keys) =>
    writer
      .selectFrom('finding')
      .select(['id', 'subject_key'])
      .where('application_id', '=', run.applicationId)
      .where('ended_at', 'is', null)
      .where('subject_key', 'in', keys)
      .execute(),
  );
  await inChunks(
    standing.map(({ id }) => id),
    async (ids) => {
      await writer
        .updateTable('finding')
        .set({ last_seen_run_id: run.id, last_seen_at: now })
        .where('id', 'in', ids)
        .execute();
      return [];
    },
  );
  for (const { subject_key: key } of standing) seen.delete(key);
  await insertRows(
    writer,
    'finding',
    [...seen.values()].map((each) => freshFinding(run, each, now)),
  );
  return seen.size;
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

/** Closes findings that this run did not see, the last of its steps. */
export async function closeUnseen(
  writer: Writer,
  run: SyncRun,
  after: string,
  now: Instant,
): Promise<Piece<{ readonly closed: number }>> {
  const standing = await writer
    .selectFrom('finding')
    .select(['id', 'subject_key', 'last_seen_run_id'])
    .where('application_id', '=', run.applicationId)
    .where('ended_at', 'is', null)
    .where('subject_key', '>', after)
    .orderBy('subject_key')
    .limit(rowsAtOnce)
    .execute();
  const unseen = standing.flatMap(({ id, last_seen_run_id: seenBy }) => (seenBy === run.id ? [] : [id]));
  await inChunks(unseen, async (ids) => {
    await writer
      .updateTable('finding')
      .set({ ended_at: now, state: sql<Finding['state']>`case when state = 'open' then 'resolved' else state end` })
      .where('id', 'in', ids)
      .execute();
    return [];
  });
  return { closed: unseen.length, next: standing.length < rowsAtOnce ? null : (standing.at(-1)?.subject_key ?? null) };
}

/** A person or a ticket said that it was done, and it is not so. */
export function findContradictions(
  writer: Writer,
  run: SyncRun,
  contradictions: readonly Contradiction[],
  now: Instant,
): Promise<number> {
  const found = contradictions.map(({ itemId, effect, accountId, entitlementId, employeeId, username }): Seen => ({
    kind: 'notConfirmed',
    subjectKey: contradictionKey(effect, accountId, entitlementId),
    accountId,
    entitlementId,
    employeeId,
    detail: { username, effect, requestItemId: itemId },
    proposedAction: effect === 'grant' ? 'askForGrant' : 'askForRemoval',
  }));
  return keep(writer, run, found, now);
}

function contradictionKey(effect: 'grant' | 'revoke', accountId: AccountId, entitlementId: EntitlementId): string {
  return `notConfirmed ${effect} ${accountId} ${entitlementId}`;
}

/** Held, and explained by no request. What the first discovery found was there before Gatehouse: nobody added it past it. */
export async function findAddedOutside(writer: Writer, run: SyncRun, after: string, now: Instant): Promise<Raised> {
  const baseline = await writer
    .selectFrom('sync_run')
    .select('ended_at')
    .where('application_id', '=', run.applicationId)
    .where('state', '=', 'completed')
    .where('id', '<>', run.id)
    .orderBy('started_at')
    .executeTakeFirst();
  if (baseline?.ended_at === null || baseline === undefined) return { raised: 0, next: null };
  // Where it has got to: among the entitlements, and among the grants of the next of them.
  const [externalId = '', grantId = ''] = after === '' ? [] : fromJson<readonly string[]>(after);
  const { ids, next } = await entitlementsAfter(writer, run, externalId);
  const rows =
    ids.length === 0
      ? []
      : await writer
          .selectFrom('access_grant')
          // SQLite takes a cross join in this order: from the grants to their accounts, not from every account there is.
          .crossJoin('account')
          .whereRef('account.id', '=', 'access_grant.account_id')
          .select(['access_grant.id', 'access_grant.account_id', 'access_grant.entitlement_id'])
          .select(['account.employee_id', 'account.username'])
          .where('access_grant.entitlement_id', 'in', ids)
          .where('access_grant.status', '=', sql.lit('active'))
          // Nearly all have none: by the index of requests, every grant there is would be read.
          .where(sql<boolean>`cast(access_grant.request_item_id as text) is null`)
          .where('access_grant.origin', '=', 'discovery')
          .where('access_grant.granted_at', '>', baseline.ended_at)
          .$if(grantId !== '', (query) => query.where('access_grant.id', '>', grantId as never))
          // Not by the column itself: its index would be walked over every grant there is, to find few or none.
          .orderBy(sql`cast(access_grant.id as text)`)
          .limit(rowsAtOnce)
          .execute();
  const spokenOf = await contradicted(writer, run, rows);
  const raised = await keep(
    writer,
    run,
    rows
      .filter((row) => !spokenOf.has(`${row.account_id} ${row.entitlement_id}`))
      .map((row) => ({
        kind: 'addedOutside',
        subjectKey: `addedOutside ${row.account_id} ${row.entitlement_id}`,
        accountId: row.account_id,
        entitlementId: row.entitlement_id,
        employeeId: row.employee_id,
        detail: { username: row.username },
        proposedAction: row.employee_id === null ? 'accept' : 'askForRemoval',
      })),
    now,
  );
  if (rows.length === rowsAtOnce) return { raised, next: JSON.stringify([externalId, rows.at(-1)?.id]) };
  return { raised, next: next === null ? null : JSON.stringify([next, '']) };
}

/** Of these, the access that a finding of this run speaks of already. */
async function contradicted(
  writer: Writer,
  run: SyncRun,
  grants: readonly { readonly account_id: AccountId; readonly entitlement_id: EntitlementId }[],
): Promise<ReadonlySet<string>> {
  const keys = grants.flatMap((grant) =>
    (['grant', 'revoke'] as const).map((effect) => contradictionKey(effect, grant.account_id, grant.entitlement_id)),
  );
  const rows = await inChunks(keys, (chunk) =>
    writer
      .selectFrom('finding')
      .select(['account_id', 'entitlement_id'])
      .where('application_id', '=', run.applicationId)
      .where('ended_at', 'is', null)
      .where('subject_key', 'in', chunk)
      .where('last_seen_run_id', '=', run.id)
      .execute(),
  );
  return new Set(rows.map((row) => `${row.account_id} ${row.entitlement_id}`));
}

type LostAccess = Pick<LostGrant, 'accountId' | 'entitlementId'> & { readonly requestItemId: string };

/** Taken away now, and still intended: neither given again nor meant to end since. */
export async function findLost(
  writer: Writer,
  run: SyncRun,
  lost: readonly LostAccess[],
  now: Instant,
): Promise<number> {
  if (lost.length === 0) return 0;
  const items = await writer
    .selectFrom('request_item')
    .select('id')
    .where(
      'id',
      'in',
      lost.map(({ requestItemId }) => requestItemId as never),
    )
    .where('state', '=', 'fulfilled')
    .where('expired_at', 'is', null)
    .execute();
  const intended = new Set<string>(items.map(({ id }) => id));
  const accountIds = lost.map(({ accountId }) => accountId);
  const accounts = await writer
    .selectFrom('account')
    .select(['id', 'employee_id', 'username'])
    .where('id', 'in', accountIds)
    .execute();
  const accountOf = new Map(accounts.map((account) => [account.id, account]));
  const held = await writer
    .selectFrom('access_grant')
    .select(['account_id', 'entitlement_id'])
    .where('account_id', 'in', accountIds)
    .where('status', '=', sql.lit('active'))
    .execute();
  const isHeld = new Set(held.map((grant) => `${grant.account_id} ${grant.entitlement_id}`));
  const found = lost.flatMap(({ accountId, entitlementId, requestItemId }): readonly Seen[] => {
    if (!intended.has(requestItemId) || isHeld.has(`${accountId} ${entitlementId}`)) return [];
    const account = accountOf.get(accountId);
    return [
      {
        kind: 'removedOutside',
        subjectKey: `removedOutside ${accountId} ${entitlementId}`,
        accountId,
        entitlementId,
        employeeId: account?.employee_id ?? null,
        detail: { username: account?.username ?? '', requestItemId },
        proposedAction: 'askForGrant',
      },
    ];
  });
  return keep(writer, run, found, now);
}

/** Found so earlier: whether it still is. */
export async function findStillLost(writer: Writer, run: SyncRun, after: string, now: Instant): Promise<Raised> {
  const standing = await writer
    .selectFrom('finding')
    .select(['subject_key', 'account_id', 'entitlement_id', 'detail'])
    .where('application_id', '=', run.applicationId)
    .where('ended_at', 'is', null)
    .where('kind', '=', 'removedOutside')
    // Nothing begins with it but these, so that no other finding is walked over.
    .where('subject_key', '>', after === '' ? 'removedOutside' : after)
    .orderBy('subject_key')
    .limit(rowsAtOnce)
    .execute();
  const lost = standing.flatMap(({ account_id: accountId, entitlement_id: entitlementId, detail }) =>
    accountId === null || entitlementId === null
      ? []
      : [{ accountId, entitlementId, requestItemId: fromJson<Finding['detail']>(detail)['requestItemId'] ?? '' }],
  );
  const raised = await findLost(
    writer,
    run,
    lost.filter(({ requestItemId }) => requestItemId !== ''),
    now,
  );
  return { raised, next: standing.length < rowsAtOnce ? null : (standing.at(-1)?.subject_key ?? null) };
}

/** What the directory says, and what the application does, by attribute. */
const places = {
  email: ['employee.work_email', sql`lower(account.email)`],
  displayName: ['employee.full_name', sql`account.display_name`],
  firstName: ['employee.first_name', further('firstName')],
  lastName: ['employee.last_name', further('lastName')],
  department: ['employee.department', further('department')],
  jobTitle: ['employee.job_title', further('jobTitle')],
  employeeId: ['employee.source_user_id', further('employeeId')],
} as const;

function further(name: keyof AccountAttributes) {
  return sql`account.attributes ->> ${sql.lit(name)}`;
}

/** Accounts of nobody, and accounts that say something else than the directory. */
export async function findAccounts(
  writer: Writer,
  run: SyncRun,
  after: string,
  abilities: AccountAbilities,
  now: Instant,
): Promise<Raised> {
  const rows = await suspectAccounts(writer, run, after, abilities);
  const found = rows.flatMap((row) =>
    row.employee_id === null || row.status === 'left' ? [ownerless(row, abilities)] : drifted(row, abilities),
  );
  const raised = await keep(writer, run, found, now);
  return { raised, next: rows.length < rowsAtOnce ? null : (rows.at(-1)?.username_key ?? null) };
}

type AccountRow = Awaited<ReturnType<typeof suspectAccounts>>[number];

/** The next accounts of which there is something to be found, each with its person. */
function suspectAccounts(writer: Writer, run: SyncRun, after: string, { compares }: AccountAbilities) {
  return writer
    .selectFrom('account')
    .leftJoin('employee', 'employee.id', 'account.employee_id')
    .select(['account.id', 'account.username', 'account.username_key', 'account.kind', 'account.employee_id'])
    .select(['account.email', 'account.display_name', 'account.attributes'])
    .select(['employee.status', 'employee.work_email', 'employee.full_name', 'employee.first_name'])
    .select(['employee.last_name', 'employee.department', 'employee.job_title', 'employee.source_user_id'])
    .where('account.application_id', '=', run.applicationId)
    .where('account.status', '=', 'active')
    .where('account.last_seen_run_id', '=', run.id)
    .where('account.username_key', '>', after)
    .where((eb) =>
      eb.or([
        eb('account.employee_id', 'is', null),
        eb('employee.status', '=', 'left'),
        ...compares.map(
          (name) => sql<boolean>`(account.kind = 'employee' and ${places[name][1]} <> ${sql.ref(places[name][0])})`,
        ),
      ]),
    )
    .orderBy('account.username_key')
    .limit(rowsAtOnce)
    .execute();
}

/** Nobody who works here has it, or answers for it. */
function ownerless(row: AccountRow, { effects }: AccountAbilities): Seen {
  const subject = {
    accountId: row.id,
    entitlementId: null,
    employeeId: row.employee_id,
    detail: { username: row.username, ...(row.employee_id === null ? {} : { because: 'left' }) },
  };
  // Programs depend on it: somebody has to answer for it before anything else is done about it.
  if (row.kind === 'service')
    return { kind: 'ownerMissing', subjectKey: `ownerMissing ${row.id}`, ...subject, proposedAction: 'linkAccount' };
  const ending = (['disableAccount', 'deleteAccount'] as const).find((effect) => effects.includes(effect));
  return {
    kind: 'orphanAccount',
    subjectKey: `orphanAccount ${row.id}`,
    ...subject,
    proposedAction: ending ?? 'accept',
  };
}

/** Each attribute that the account has and the directory says otherwise. A service's login says nothing of a person. */
function drifted(row: AccountRow, { effects, compares }: AccountAbilities): readonly Seen[] {
  if (row.kind === 'service') return [];
  const told = row.attributes ? fromJson<AccountAttributes>(row.attributes) : {};
  const pairs: Readonly<Record<ComparedAttribute, readonly [string | null, string | null]>> = {
    email: [row.work_email, row.email?.toLowerCase() ?? null],
    displayName: [row.full_name, row.display_name],
    firstName: [row.first_name, told.firstName ?? null],
    lastName: [row.last_name, told.lastName ?? null],
    department: [row.department, told.department ?? null],
    jobTitle: [row.job_title, told.jobTitle ?? null],
    employeeId: [row.source_user_id, told.employeeId ?? null],
  };
  return compares.flatMap((attribute): readonly Seen[] => {
    const [expected, actual] = pairs[attribute];
    if (expected === null || actual === null || expected === actual) return [];
    return [
      {
        kind: 'driftedAttribute',
        subjectKey: `driftedAttribute ${row.id} ${attribute}`,
        accountId: row.id,
        entitlementId: null,
        employeeId: row.employee_id,
        detail: { username: row.username, attribute, expected, actual },
        proposedAction: effects.includes('updateAccount') ? 'updateAccount' : 'accept',
      },
    ];
  });
}
