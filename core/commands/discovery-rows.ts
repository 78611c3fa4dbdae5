/** Writes a page of a discovery: a few statements for many rows, only what differs. */
import { setImmediate as afterOthers } from 'node:timers/promises';
import { sql } from 'kysely';
import { isDeepStrictEqual } from 'node:util';
import type { RemoteEntitlement, RemoteGrant } from '#core/connectors/connector.ts';
import { furtherAttributes, type AccountAttributes, type SyncRun } from '#core/domain/directory.ts';
import { z } from 'zod';
import {
  newId,
  type AccountId,
  type ApplicationId,
  type EmployeeId,
  type EntitlementId,
  type GrantId,
  type SyncRunId,
} from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { entitlementSearchText } from '#core/directory/search-text.ts';
import { prepared, preparedByShape } from '#core/persistence/prepared.ts';
import { fromRow, type Rows, type Writer } from '#core/persistence/tables.ts';
import { insertRows, updateRow } from '#core/persistence/write-rows.ts';
import { evened, unique } from './chunks.ts';

type Count = (name: string, by: number) => void;

/** As the connector told of it and the command parsed it. */
export type DiscoveredAccount = z.output<typeof discoveredAccount>;
export const discoveredAccount = z.object({
  externalId: z.string().min(1),
  username: z.string().min(1),
  email: z.string().nullable(),
  displayName: z.string().nullable(),
  active: z.boolean(),
  kind: z.enum(['employee', 'service']).optional(),
  attributes: z.record(z.string(), z.string()).readonly().optional(),
});

/** Databases take only so many parameters in a statement; a connector's page may be larger. */
const chunkSize = 400;

export async function writeAccounts(
  writer: Writer,
  run: SyncRun,
  accounts: readonly DiscoveredAccount[],
  count: Count,
): Promise<void> {
  for (const chunk of chunks(distinct(accounts, (account) => account.username.toLowerCase()))) {
    const known = await knownAccounts(writer, run, chunk);
    const byExternalId = new Map(
      known.flatMap((account) => (account.externalId === null ? [] : [[account.externalId, account] as const])),
    );
    const byUsername = new Map(known.map((account) => [account.usernameKey, account]));
    const employees = await employeesByEmail(
      writer,
      chunk.flatMap((account) => [account.email, account.username]),
    );
    const added: Rows['account'][] = [];
    const unchanged: AccountId[] = [];
    const kept = await accountsOfRequests(
      writer,
      chunk.flatMap(({ kind, externalId }) => {
        const before = byExternalId.get(externalId);
        return kind === undefined || before === undefined || before.kind === kind ? [] : [before.id];
      }),
    );
    for (const account of chunk) {
      const before = byExternalId.get(account.externalId) ?? byUsername.get(account.username.toLowerCase());
      const employeeId =
        employees.get(account.email?.toLowerCase() ?? '') ?? employees.get(account.username.toLowerCase()) ?? null;
      if (before !== undefined && before.changedAt && before.changedAt >= run.startedAt) {
        // The page may have been read before Gatehouse changed it.
        unchanged.push(before.id);
        continue;
      }
      const kind = before !== undefined && kept.has(before.id) ? before.kind : account.kind;
      const after: Rows['account'] = {
        id: before?.id ?? newId<AccountId>(),
        applicationId: run.applicationId,
        employeeId: before?.employeeId ?? employeeId,
        kind: kind ?? before?.kind ?? 'employee',
        username: account.username,
        usernameKey: account.username.toLowerCase(),
        externalId: account.externalId,
        email: account.email,
        displayName: account.displayName,
        status: account.active ? 'active' : 'disabled',
        lastSeenRunId: run.id,
        attributes: comparable(account.attributes),
        changedAt: before?.changedAt ?? null,
      };
      if (before === undefined) added.push(after);
      else if (sameBut(before, after, 'lastSeenRunId')) unchanged.push(before.id);
      else {
        await updateRow(writer, 'account', before, after);
        count('accountsChanged', 1);
      }
      if (before === undefined && employeeId === null) count('accountsWithoutEmployee', 1);
    }
    await insertRows(writer, 'account', added);
    count('accountsAdded', added.length);
    if (unchanged.length > 0)
      await writer.updateTable('account').set({ last_seen_run_id: run.id }).where('id', 'in', unchanged).execute();
    // Everybody else's turn: others' questions are answered between two pieces of a page.
    await afterOthers();
  }
}

export async function writeEntitlements(
  writer: Writer,
  run: SyncRun,
  entitlements: readonly RemoteEntitlement[],
  count: Count,
): Promise<void> {
  if (entitlements.length === 0) return;
  const { name: applicationName } = await writer
    .selectFrom('application')
    .select('name')
    .where('id', '=', run.applicationId)
    .executeTakeFirstOrThrow();
  for (const chunk of chunks(distinct(entitlements, (entitlement) => entitlement.externalId))) {
    const known = new Map(
      (
        await writer
          .selectFrom('entitlement')
          .selectAll()
          .where('application_id', '=', run.applicationId)
          .where(
            'external_id',
            'in',
            chunk.map((entitlement) => entitlement.externalId),
          )
          .execute()
      ).map((row) => [row.external_id, fromRow('entitlement', row)]),
    );
    const added: Rows['entitlement'][] = [];
    const unchanged: EntitlementId[] = [];
    for (const entitlement of chunk) {
      const before = known.get(entitlement.externalId);
      const fields = {
        name: entitlement.name,
        kind: entitlement.kind,
        // Words that people wrote here are worth more than an application's silence.
        description: entitlement.description ?? before?.description ?? null,
        status: 'active' as const,
        lastSeenRunId: run.id,
      };
      const searchText = entitlementSearchText(fields, applicationName);
      if (before === undefined) {
        added.push({
          id: newId<EntitlementId>(),
          applicationId: run.applicationId,
          resourceId: null,
          externalId: entitlement.externalId,
          purpose: null,
          risk: 'low',
          businessOwnerId: null,
          maximumDurationMinutes: null,
          reviewSettings: null,
          ...fields,
          searchText,
        });
        continue;
      }
      const after = { ...before, ...fields, searchText };
      if (sameBut(before, after, 'lastSeenRunId')) unchanged.push(before.id);
      else {
        await updateRow(writer, 'entitlement', before, after);
        count('entitlementsChanged', 1);
      }
    }
    if (unchanged.length > 0)
      await writer.updateTable('entitlement').set({ last_seen_run_id: run.id }).where('id', 'in', unchanged).execute();
    await insertRows(writer, 'entitlement', added);
    count('entitlementsAdded', added.length);
  }
}

export async function writeGrants(
  writer: Writer,
  run: SyncRun,
  grants: readonly RemoteGrant[],
  now: Instant,
  count: Count,
): Promise<void> {
  for (const chunk of chunks(
    distinct(grants, (grant) => `${grant.accountExternalId}\n${grant.entitlementExternalId}`),
  )) {
    const accounts = await idsByExternalId(
      writer,
      'account',
      run,
      chunk.map((grant) => grant.accountExternalId),
    );
    const entitlements = await idsByExternalId(
      writer,
      'entitlement',
      run,
      chunk.map((grant) => grant.entitlementExternalId),
    );
    const pairs = chunk.flatMap((grant) => {
      const accountId = accounts.get(grant.accountExternalId) as AccountId | undefined;
      const entitlementId = entitlements.get(grant.entitlementExternalId) as EntitlementId | undefined;
      return accountId === undefined || entitlementId === undefined ? [] : [{ accountId, entitlementId }];
    });
    count('grantsOfUnknownAccounts', chunk.length - pairs.length);
    if (pairs.length === 0) continue;
    const removed = await removedSince(writer, evened(unique(pairs.map((pair) => pair.accountId))), run.startedAt);
    const removedMeanwhile = new Set(removed.map((grant) => `${grant.account_id} ${grant.entitlement_id}`));
    // What was given again since is there, and only that: nothing is added that was taken away.
    for (const { accountId, entitlementId } of pairs)
      if (removedMeanwhile.has(`${accountId} ${entitlementId}`))
        await writer
          .updateTable('access_grant')
          .set({ last_seen_run_id: run.id })
          .where('account_id', '=', accountId)
          .where('entitlement_id', '=', entitlementId)
          .where('status', '=', sql.lit('active'))
          .execute();
    // By account, as their indexes have them: neighbours are on the same page of the database.
    const there = pairs
      .filter((pair) => !removedMeanwhile.has(`${pair.accountId} ${pair.entitlementId}`))
      .toSorted((one, other) => (one.accountId < other.accountId ? -1 : 1));
    if (there.length > 0) {
      const ids = there.map(() => newId<GrantId>());
      const kept = await addOrSee(
        writer,
        ids,
        there.map((pair) => pair.accountId),
        there.map((pair) => pair.entitlementId),
        now,
        run.id,
      );
      const fresh = new Set(ids);
      count('grantsAddedOutside', kept.filter(({ id }) => fresh.has(id)).length);
    }
    await afterOthers();
  }
}

/** What Gatehouse has removed since the page was asked for: it may still be on it. */
const removedSince = prepared((reader, accountIds: readonly AccountId[], since: Instant) =>
  reader
    .selectFrom('access_grant')
    .select(['account_id', 'entitlement_id'])
    .where('account_id', 'in', accountIds)
    .where('status', '=', sql.lit('ended'))
    .where('ended_at', '>=', since),
);

/** Adds each grant, or notes of the one that stands that it was seen. Answers with the ids they have. */
const addOrSee = prepared(
  (
    writer,
    ids: readonly GrantId[],
    accountIds: readonly AccountId[],
    entitlementIds: readonly EntitlementId[],
    now: Instant,
    runId: SyncRunId,
  ) =>
    writer
      .insertInto('access_grant')
      .values(
        ids.map((id, index) => ({
          id,
          account_id: accountIds[index] as AccountId,
          entitlement_id: entitlementIds[index] as EntitlementId,
          origin: sql.lit('discovery'),
          status: sql.lit('active'),
          request_item_id: sql.lit(null),
          granted_at: now,
          expires_at: sql.lit(null),
          ended_at: sql.lit(null),
          last_seen_run_id: runId,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['account_id', 'entitlement_id'])
          .where('status', '=', sql.lit('active'))
          .doUpdateSet({ last_seen_run_id: runId }),
      )
      .returning('id'),
);

/** The application does not show who holds these: what is known of them counts as seen, so that nothing is ended. */
export async function keepGrantsOf(
  writer: Writer,
  run: SyncRun,
  entitlements: readonly string[],
  count: Count,
): Promise<void> {
  for (const chunk of chunks([...new Set(entitlements)])) {
    const known = await idsByExternalId(writer, 'entitlement', run, chunk);
    count('entitlementsHoldersUnknown', known.size);
    if (known.size === 0) continue;
    await writer
      .updateTable('access_grant')
      .set({ last_seen_run_id: run.id })
      .where('entitlement_id', 'in', [...known.values()] as EntitlementId[])
      .where('status', '=', 'active')
      .execute();
  }
}

/** What is compared with the directory; null: nothing of it was told. */
function comparable(attributes: DiscoveredAccount['attributes']): AccountAttributes | null {
  if (attributes === undefined) return null;
  const told = furtherAttributes.flatMap((name) => (attributes[name] === undefined ? [] : [[name, attributes[name]]]));
  return told.length === 0 ? null : (Object.fromEntries(told) as AccountAttributes);
}

/** Of these, the accounts that hold what somebody asked for: whose they are, a person's or a service's, stays. */
export async function accountsOfRequests(writer: Writer, ids: readonly AccountId[]): Promise<ReadonlySet<AccountId>> {
  if (ids.length === 0) return new Set();
  const rows = await writer
    .selectFrom('access_grant')
    .select('account_id')
    .where('account_id', 'in', ids)
    .where('status', '=', 'active')
    .where('request_item_id', 'is not', null)
    .execute();
  return new Set(rows.map((row) => row.account_id));
}

/** Two look-ups by index: joined by `or`, SQLite would read every account of the application for each page. */
async function knownAccounts(
  writer: Writer,
  run: SyncRun,
  accounts: readonly DiscoveredAccount[],
): Promise<readonly Rows['account'][]> {
  const externalIds = evened(accounts.map(({ externalId }) => externalId));
  const byExternalId = await accountsByExternalId(writer, run.applicationId, externalIds);
  const usernameKeys = evened(accounts.map(({ username }) => username.toLowerCase()));
  const byUsername = await accountsByUsername(writer, run.applicationId, usernameKeys);
  const ids = new Set(byExternalId.map(({ id }) => id));
  return [...byExternalId, ...byUsername.filter(({ id }) => !ids.has(id))].map((row) => fromRow('account', row));
}

const accountsByExternalId = prepared((reader, applicationId: ApplicationId, externalIds: readonly string[]) =>
  reader
    .selectFrom('account')
    .selectAll()
    .where('application_id', '=', applicationId)
    .where('external_id', 'in', externalIds),
);

const accountsByUsername = prepared((reader, applicationId: ApplicationId, usernameKeys: readonly string[]) =>
  reader
    .selectFrom('account')
    .selectAll()
    .where('application_id', '=', applicationId)
    .where('username_key', 'in', usernameKeys),
);

async function employeesByEmail(
  writer: Writer,
  emails: readonly (string | null)[],
): Promise<ReadonlyMap<string, EmployeeId>> {
  const wanted = unique(emails.flatMap((email) => (email === null ? [] : [email.toLowerCase()])));
  if (wanted.length === 0) return new Map();
  const rows = await employeesBy(writer, evened(wanted));
  return new Map(rows.map((row) => [row.work_email, row.id]));
}

const employeesBy = prepared((reader, emails: readonly string[]) =>
  reader.selectFrom('employee').select(['id', 'work_email']).where('work_email', 'in', emails),
);

async function idsByExternalId(
  writer: Writer,
  table: 'account' | 'entitlement',
  run: SyncRun,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await idsBy(writer, table, [run.applicationId, evened(unique(externalIds))]);
  return new Map(rows.flatMap((row) => (row.external_id === null ? [] : [[row.external_id, row.id] as const])));
}

const idsBy = preparedByShape(
  (
    reader,
    table: 'account' | 'entitlement',
    [applicationId, externalIds]: readonly [ApplicationId, readonly string[]],
  ) =>
    reader
      .selectFrom(table)
      .select(['id', 'external_id'])
      .where('application_id', '=', applicationId)
      .where('external_id', 'in', externalIds),
  (table) => table,
);

function sameBut<Row extends object>(before: Row, after: Row, except: keyof Row): boolean {
  return (Object.keys(after) as (keyof Row)[]).every(
    (key) => key === except || Object.is(before[key], after[key]) || isDeepStrictEqual(before[key], after[key]),
  );
}

function distinct<Value>(values: readonly Value[], keyOf: (value: Value) => string): readonly Value[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

function* chunks<Value>(values: readonly Value[]): Generator<readonly Value[]> {
  for (let start = 0; start < values.length; start += chunkSize) yield values.slice(start, start + chunkSize);
}
