/**
 * What a complete discovery, or an import, says of work whose outcome is on record: it confirms what a person or a
 * ticket said was done, or it contradicts the record. It is written into the request's own trail, because that is
 * where somebody will look for it.
 */
import { sql } from 'kysely';
import type { AuditFact } from '#core/domain/audit.ts';
import type { SyncRun } from '#core/domain/directory.ts';
import type { AccountId, EmployeeId, EntitlementId, FulfillmentTaskId, RequestItemId } from '#core/domain/ids.ts';
import type { Observation } from '#core/domain/request.ts';
import { fromJson, type Writer } from '#core/persistence/tables.ts';
import { inChunks, unique } from './chunks.ts';
import type { CommandContext } from './command-definition.ts';
import type { LostGrant } from './discovery-unseen.ts';

/** A person or a ticket said that it was done, and the application says something else. */
export interface Contradiction {
  readonly itemId: RequestItemId;
  readonly effect: 'grant' | 'revoke';
  readonly accountId: AccountId;
  readonly entitlementId: EntitlementId;
  readonly employeeId: EmployeeId;
  readonly username: string;
}

type Watcher = Pick<CommandContext, 'writer' | 'circumstances' | 'record'>;

/** Which lost access a person's word is about, as its items, and which not. */
export async function splitByWord(
  writer: Writer,
  run: SyncRun,
  lost: readonly LostGrant[],
): Promise<{ readonly byWord: readonly RequestItemId[]; readonly others: readonly LostGrant[] }> {
  const words = await inChunks(unique(lost.map((grant) => grant.requestItemId)), (items) =>
    unconfirmedTasks(writer, run).where('fulfillment_task.item_id', 'in', items).execute(),
  );
  const byWord = new Set(words.map((task) => task.item_id));
  return { byWord: [...byWord], others: lost.filter((grant) => !byWord.has(grant.requestItemId)) };
}

/**
 * To be called when everything the run did not see has ended; `missed` are the items with a person's word whose access
 * it did not see. Answers with what stands against such a word.
 */
export async function observeByDiscovery(
  context: Watcher,
  run: SyncRun,
  missed: ReadonlySet<RequestItemId>,
): Promise<readonly Contradiction[]> {
  const { writer } = context;
  const contradictions: Contradiction[] = [];
  const open = await unconfirmedTasks(writer, run).execute();
  for (const task of open) {
    const grants = await grantsOf(writer, task);
    const seen = grants.filter((grant) => grant.status === 'active' && grant.last_seen_run_id === run.id);
    const ofOthers = seen.some((grant) => grant.request_item_id !== null && grant.request_item_id !== task.item_id);
    const mine = seen.find((grant) => grant.request_item_id === task.item_id || grant.request_item_id === null);
    if (task.effect === 'revoke') {
      // Another request has given it since: it says what is intended now.
      if (ofOthers) await settleWord(writer, task.id);
      else if (mine === undefined) await note(context, task, { ...look(run), held: false }, true);
      else {
        await note(context, task, { ...look(run), held: true }, false);
        contradictions.push(contradiction(task, mine));
      }
      continue;
    }
    if (mine !== undefined) {
      // Seen late, after it had been missed once: it is this item's all the same, and ends with it.
      if (mine.request_item_id === null)
        await writer
          .updateTable('access_grant')
          .set({ request_item_id: task.item_id, origin: 'request', expires_at: task.expires_at })
          .where('id', '=', mine.id)
          .execute();
      await forgetPlaceholder(writer, grants, mine.account_id);
      await note(context, task, { ...look(run), held: true }, true);
      continue;
    }
    const ended = grants.find((grant) => grant.request_item_id === task.item_id && grant.status === 'ended');
    // Delivered after the run began: its page may have been read before.
    const known = missed.has(task.item_id) || isMissing(task.observation);
    if (ended === undefined || !known || ofOthers) continue;
    await note(context, task, { ...look(run), held: false }, false);
    contradictions.push(contradiction(task, ended));
  }
  return contradictions;
}

/** Whoever did it by hand did not say under which name: the account that was noted for it gives way to the real one. */
async function forgetPlaceholder(
  writer: Writer,
  grants: Awaited<ReturnType<typeof grantsOf>>,
  real: AccountId,
): Promise<void> {
  const noted = grants.flatMap((grant) =>
    grant.account_id !== real && grant.external_id === null && grant.status === 'ended' ? [grant.account_id] : [],
  );
  if (noted.length > 0) await writer.updateTable('account').set({ status: 'gone' }).where('id', 'in', noted).execute();
}

/** An import lists these accounts with these entitlements: that confirms what was given by hand. It proves nothing missing. */
export async function confirmByImport(
  context: Watcher,
  listed: readonly { readonly accountId: AccountId; readonly entitlementId: EntitlementId }[],
): Promise<void> {
  const pairs = new Set(listed.map((grant) => `${grant.accountId} ${grant.entitlementId}`));
  const rows = await inChunks(unique(listed.map((grant) => grant.accountId)), (chunk) =>
    context.writer
      .selectFrom('fulfillment_task')
      .innerJoin('access_grant', 'access_grant.request_item_id', 'fulfillment_task.item_id')
      .select(watched)
      .select(['access_grant.account_id', 'access_grant.entitlement_id'])
      .where('access_grant.account_id', 'in', chunk)
      .where('access_grant.status', '=', sql.lit('active'))
      .where('fulfillment_task.unconfirmed_since', 'is not', null)
      .where('fulfillment_task.effect', '=', 'grant')
      .execute(),
  );
  for (const task of rows.filter((row) => pairs.has(`${row.account_id} ${row.entitlement_id}`)))
    await note(context, task, { at: context.circumstances.now, by: 'import', held: true }, true);
}

const watched = [
  'fulfillment_task.id',
  'fulfillment_task.request_id',
  'fulfillment_task.item_id',
  'fulfillment_task.effect',
  'fulfillment_task.cause',
  'fulfillment_task.observation',
] as const;

type Watched = Pick<Unconfirmed, 'id' | 'request_id' | 'item_id' | 'effect' | 'cause' | 'observation'>;
type Unconfirmed = Awaited<ReturnType<ReturnType<typeof unconfirmedTasks>['execute']>>[number];

/** Words given before the run began; what was said meanwhile, its pages need not show. */
function unconfirmedTasks(writer: Writer, run: SyncRun) {
  return writer
    .selectFrom('fulfillment_task')
    .innerJoin('request_item', 'request_item.id', 'fulfillment_task.item_id')
    .select(watched)
    .select(['fulfillment_task.beneficiary_id', 'fulfillment_task.entitlement_id'])
    .select(['request_item.service_account', 'request_item.expires_at'])
    .where('fulfillment_task.application_id', '=', run.applicationId)
    .where('fulfillment_task.unconfirmed_since', 'is not', null)
    .where('fulfillment_task.unconfirmed_since', '<=', run.startedAt);
}

function grantsOf(writer: Writer, task: Unconfirmed) {
  return writer
    .selectFrom('access_grant')
    .innerJoin('account', 'account.id', 'access_grant.account_id')
    .select(['access_grant.id', 'access_grant.account_id', 'access_grant.status', 'access_grant.request_item_id'])
    .select(['access_grant.last_seen_run_id', 'account.username', 'account.external_id'])
    .where('account.employee_id', '=', task.beneficiary_id)
    .where((eb) =>
      task.service_account === null
        ? eb('account.kind', '=', 'employee')
        : eb('account.username_key', '=', task.service_account.toLowerCase()),
    )
    .where('access_grant.entitlement_id', '=', task.entitlement_id)
    .orderBy('access_grant.granted_at', 'desc')
    .execute();
}

function contradiction(
  task: Unconfirmed,
  grant: { readonly account_id: AccountId; readonly username: string },
): Contradiction {
  return {
    itemId: task.item_id,
    effect: task.effect,
    accountId: grant.account_id,
    entitlementId: task.entitlement_id,
    employeeId: task.beneficiary_id,
    username: grant.username,
  };
}

/** Access that a connector delivered and that is not there any more: the last word on it is this one. */
export async function noteLost(context: Watcher, run: SyncRun, lost: readonly LostGrant[]): Promise<void> {
  const tasks = await inChunks(unique(lost.map((grant) => grant.requestItemId)), (chunk) =>
    context.writer
      .selectFrom('fulfillment_task')
      .innerJoin('request_item', 'request_item.id', 'fulfillment_task.item_id')
      .select(watched)
      .where('fulfillment_task.item_id', 'in', chunk)
      .where('fulfillment_task.effect', '=', 'grant')
      .where('fulfillment_task.state', '=', 'done')
      .where('request_item.expired_at', 'is', null)
      .execute(),
  );
  for (const task of tasks) await note(context, task, { ...look(run), held: false }, false);
}

function look(run: SyncRun): Pick<Observation, 'at' | 'by'> {
  return { at: run.startedAt, by: 'discovery' };
}

function isMissing(observation: Unconfirmed['observation']): boolean {
  return observation !== null && !fromJson<Observation>(observation).held;
}

/** Told once, however often the same is seen. */
async function note(context: Watcher, task: Watched, observation: Observation, confirms: boolean): Promise<void> {
  const { writer, record } = context;
  const before = task.observation === null ? null : fromJson<Observation>(task.observation);
  await writer
    .updateTable('fulfillment_task')
    .set({ observation: JSON.stringify(observation), ...(confirms ? { unconfirmed_since: null } : {}) })
    .where('id', '=', task.id)
    .execute();
  if (before?.held === observation.held && !confirms) return;
  const fact: AuditFact = {
    type: 'access.observed',
    requestId: task.request_id,
    itemId: task.item_id,
    data: { fulfillmentTaskId: task.id, effect: task.effect, cause: task.cause, confirms, ...observation },
  };
  record(fact);
}

async function settleWord(writer: Writer, id: FulfillmentTaskId): Promise<void> {
  await writer.updateTable('fulfillment_task').set({ unconfirmed_since: null }).where('id', '=', id).execute();
}
