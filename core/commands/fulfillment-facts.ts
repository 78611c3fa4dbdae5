/** What the engine must know before a fulfillment task is performed, and what its effect leaves in the directory. */
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import {
  newId,
  type AccountId,
  type ApplicationId,
  type EmployeeId,
  type EntitlementId,
  type GrantId,
} from '#core/domain/ids.ts';
import { likeliestFirst } from '#core/domain/directory.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { FulfillmentTask, RequestItem } from '#core/domain/request.ts';
import type { StartFacts } from '#core/engine/start-fulfillment.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import { findConflicts, nothingHeld } from '#core/engine/conflicts.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Tables, Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { accountNamed } from './further-facts.ts';
import { loadConflictRules } from './review-facts.ts';

export async function loadStartFacts(
  writer: Writer,
  task: FulfillmentTask,
  serviceAccount: string | null,
  lock: boolean,
): Promise<
  Pick<
    StartFacts,
    | 'option'
    | 'beneficiaryWorksHere'
    | 'entitlementExists'
    | 'grantIs'
    | 'conflicts'
    | 'disabledAccount'
    | 'serviceAccount'
  >
> {
  const [row] = await startRow(writer, task.entitlementId, task.beneficiaryId);
  if (row === undefined) throw new Error('A fulfillment task without its application, entitlement or beneficiary');
  const grants = task.effect === 'grant';
  const account =
    grants && serviceAccount !== null ? await accountNamed(writer, task.applicationId, serviceAccount) : undefined;
  return {
    option: row.fulfillment,
    beneficiaryWorksHere: row.employeeStatus === 'active',
    entitlementExists: row.entitlementStatus === 'active',
    grantIs: task.cause === 'expiry' ? await whoseGrant(writer, task, serviceAccount) : 'unknown',
    conflicts: grants ? await conflictsNow(writer, task, lock) : [],
    disabledAccount:
      grants && row.fulfillment === 'manual' ? await disabledAccount(writer, task, serviceAccount) : null,
    ...(account === undefined
      ? {}
      : {
          serviceAccount: {
            kind: account.kind,
            ownerId: account.employee_id,
            ownerName: account.full_name,
            beneficiaryName: row.beneficiaryName,
          },
        }),
  };
}

/** By the rules of now, with what the person holds by now, and what is being brought to them at this moment. */
async function conflictsNow(
  writer: Writer,
  task: FulfillmentTask,
  lock: boolean,
): Promise<NonNullable<StartFacts['conflicts']>> {
  const rules = await loadConflictRules(writer, [task.entitlementId]);
  if (rules.size === 0) return [];
  // Of two that conflict only one can begin at a time, so that the other one sees it.
  if (lock) await personLocked(writer, task.beneficiaryId);
  const held = await heldByPerson(writer, task.beneficiaryId);
  const underWay = await underWayFor(writer, task.beneficiaryId);
  const standing = {
    held: new Set(held.map((row) => row.entitlement_id)),
    pending: new Set(underWay.flatMap((row) => (row.id === task.id ? [] : [row.entitlement_id]))),
  };
  return findConflicts(task.entitlementId, rules, standing, nothingHeld.held).found;
}

const personLocked = prepared((reader, employeeId: EmployeeId) =>
  reader.selectFrom('employee').select('id').where('id', '=', employeeId).forUpdate(),
);

const heldByPerson = prepared((reader, employeeId: EmployeeId) =>
  reader
    .selectFrom('account')
    .innerJoin('access_grant', 'access_grant.account_id', 'account.id')
    .select('access_grant.entitlement_id')
    .where('account.employee_id', '=', employeeId)
    .where('access_grant.status', '=', 'active'),
);

/** What may be there at any moment: being performed, tried before, or in the hands of a person. */
const underWayFor = prepared((reader, employeeId: EmployeeId) =>
  reader
    .selectFrom('request_item')
    .innerJoin('fulfillment_task', 'fulfillment_task.item_id', 'request_item.id')
    .select(['fulfillment_task.id', 'fulfillment_task.entitlement_id'])
    .where('request_item.beneficiary_id', '=', employeeId)
    .where('request_item.state', '=', 'approved')
    .where('fulfillment_task.cause', '=', 'decision')
    .where('fulfillment_task.effect', '=', 'grant')
    .where('fulfillment_task.state', 'in', ['running', 'waiting', 'byHand']),
);

/** The name of the account that would get it, when the person has one and it is disabled, as far as it was seen. */
async function disabledAccount(
  writer: Writer,
  task: FulfillmentTask,
  serviceAccount: string | null,
): Promise<string | null> {
  const accounts = await writer
    .selectFrom('account')
    .select(['id', 'username', 'status'])
    .where('application_id', '=', task.applicationId)
    .where('employee_id', '=', task.beneficiaryId)
    .where((account) => isAccountOf(account, serviceAccount))
    .where('status', '<>', 'gone')
    .execute();
  const [likeliest] = likeliestFirst(accounts);
  return likeliest?.status === 'disabled' ? likeliest.username : null;
}

const startRow = prepared((reader, entitlementId: EntitlementId, beneficiaryId: EmployeeId) =>
  reader
    .selectFrom('application')
    .innerJoin('entitlement', 'entitlement.application_id', 'application.id')
    .innerJoin('employee', (join) => join.on('employee.id', '=', beneficiaryId))
    .select(['application.fulfillment', 'entitlement.status as entitlementStatus', 'employee.status as employeeStatus'])
    .select('employee.full_name as beneficiaryName')
    .where('entitlement.id', '=', entitlementId),
);

/** The name of the service account that a task is about; null: the beneficiary's own accounts. */
export function serviceAccountOf(aggregate: RequestAggregate, task: Pick<FulfillmentTask, 'itemId'>): string | null {
  return aggregate.items.find((item) => item.id === task.itemId)?.serviceAccount ?? null;
}

async function whoseGrant(
  writer: Writer,
  task: FulfillmentTask,
  serviceAccount: string | null,
): Promise<StartFacts['grantIs']> {
  const grants = await writer
    .selectFrom('access_grant')
    .innerJoin('account', 'account.id', 'access_grant.account_id')
    .select(['access_grant.status', 'access_grant.request_item_id'])
    .where('access_grant.entitlement_id', '=', task.entitlementId)
    .where('account.employee_id', '=', task.beneficiaryId)
    .where((account) => isAccountOf(account, serviceAccount))
    .execute();
  const active = grants.filter((grant) => grant.status === 'active');
  if (active.some((grant) => grant.request_item_id === task.itemId)) return 'mine';
  if (active.some((grant) => grant.request_item_id !== null)) return 'others';
  // No request explains what a discovery saw: temporary access never becomes permanent by being seen.
  if (active.length > 0) return 'unknown';
  return grants.some((grant) => grant.request_item_id === task.itemId) ? 'ended' : 'unknown';
}

/** A person's own accounts, or their one service account of this name: neither stands for the other. */
export function isAccountOf(
  account: ExpressionBuilder<Tables, 'account'>,
  serviceAccount: string | null,
): Expression<SqlBool> {
  return serviceAccount === null
    ? account('account.kind', '=', 'employee')
    : account.and([
        account('account.kind', '=', 'service'),
        account('account.username_key', '=', serviceAccount.toLowerCase()),
      ]);
}

export interface DeliveredAccount {
  readonly externalId: string | null;
  readonly username: string;
  readonly email: string | null;
  readonly displayName: string | null;
  /** Whether it can be used, as the application said; null: nobody has looked. */
  readonly active: boolean | null;
}

/** The account's row, created or completed with what the application said of it. */
export async function rememberAccount(
  writer: Writer,
  item: RequestItem,
  delivered: DeliveredAccount,
): Promise<AccountId> {
  const usernameKey = delivered.username.toLowerCase();
  const byExternalId =
    delivered.externalId === null ? [] : await accountsByExternalId(writer, item.applicationId, delivered.externalId);
  const [known] =
    byExternalId.length > 0 ? byExternalId : await accountsByUsername(writer, item.applicationId, usernameKey);
  if (known === undefined) {
    const id = newId<AccountId>();
    await insertRows(writer, 'account', [
      {
        id,
        applicationId: item.applicationId,
        employeeId: item.beneficiaryId,
        kind: item.serviceAccount === null ? 'employee' : 'service',
        usernameKey,
        status: delivered.active === false ? 'disabled' : 'active',
        lastSeenRunId: null,
        externalId: delivered.externalId,
        username: delivered.username,
        email: delivered.email,
        displayName: delivered.displayName,
      },
    ]);
    return id;
  }
  // An account that was gone is there again, or it would not have been found.
  const unseen = known.status === 'gone' ? 'active' : known.status;
  const status = delivered.active === null ? unseen : delivered.active ? 'active' : 'disabled';
  const differs =
    known.employee_id !== item.beneficiaryId ||
    known.external_id !== (delivered.externalId ?? known.external_id) ||
    known.username !== delivered.username ||
    known.status !== status;
  if (differs) {
    await writer
      .updateTable('account')
      .set({
        employee_id: item.beneficiaryId,
        external_id: delivered.externalId ?? known.external_id,
        username: delivered.username,
        username_key: usernameKey,
        email: delivered.email ?? known.email,
        display_name: delivered.displayName ?? known.display_name,
        status,
      })
      .where('id', '=', known.id)
      .execute();
  }
  return known.id;
}

const accountColumns = ['id', 'employee_id', 'external_id', 'username', 'email', 'display_name', 'status'] as const;
// Two look-ups by index: joined by `or`, SQLite would read every account of the application.
const accountsByExternalId = prepared((reader, applicationId: ApplicationId, externalId: string) =>
  reader
    .selectFrom('account')
    .select(accountColumns)
    .where('application_id', '=', applicationId)
    .where('external_id', '=', externalId),
);
const accountsByUsername = prepared((reader, applicationId: ApplicationId, usernameKey: string) =>
  reader
    .selectFrom('account')
    .select(accountColumns)
    .where('application_id', '=', applicationId)
    .where('username_key', '=', usernameKey),
);

/** The account now holds the entitlement because of this item. A grant that a discovery saw first is explained by it from now on. */
export async function rememberGrant(
  writer: Writer,
  item: RequestItem,
  accountId: AccountId,
  at: Instant,
  expiresAt: Instant | null,
): Promise<GrantId> {
  const [active] = await activeGrant(writer, accountId, item.entitlementId);
  if (active !== undefined) {
    await writer
      .updateTable('access_grant')
      .set({ request_item_id: item.id, origin: 'request', expires_at: expiresAt })
      .where('id', '=', active.id)
      .execute();
    return active.id;
  }
  const id = newId<GrantId>();
  await insertRows(writer, 'access_grant', [
    {
      id,
      accountId,
      entitlementId: item.entitlementId,
      origin: 'request',
      requestItemId: item.id,
      status: 'active',
      grantedAt: at,
      expiresAt,
      endedAt: null,
      lastSeenRunId: null,
    },
  ]);
  return id;
}

const activeGrant = prepared((reader, accountId: AccountId, entitlementId: EntitlementId) =>
  reader
    .selectFrom('access_grant')
    .select('id')
    .where('account_id', '=', accountId)
    .where('entitlement_id', '=', entitlementId)
    // Written out, not bound: only so does SQLite know that the index over active grants answers it.
    .where('status', '=', sql.lit('active')),
);

/** The person no longer holds the entitlement, through whichever account of their own (or of the item's service account). Answers with the last grant that ended. */
export async function endGrants(
  writer: Writer,
  item: RequestItem,
  at: Instant,
): Promise<{ readonly grantId: GrantId | null; readonly accountId: AccountId | null }> {
  const active = await writer
    .selectFrom('access_grant')
    .innerJoin('account', 'account.id', 'access_grant.account_id')
    .select(['access_grant.id', 'access_grant.account_id'])
    .where('account.employee_id', '=', item.beneficiaryId)
    .where((account) => isAccountOf(account, item.serviceAccount))
    .where('access_grant.entitlement_id', '=', item.entitlementId)
    .where('access_grant.status', '=', 'active')
    .execute();
  for (const grant of active) {
    await writer
      .updateTable('access_grant')
      .set({ status: 'ended', ended_at: at })
      .where('id', '=', grant.id)
      .execute();
  }
  return { grantId: active.at(-1)?.id ?? null, accountId: active.at(-1)?.account_id ?? null };
}
