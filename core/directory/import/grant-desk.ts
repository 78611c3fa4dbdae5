/**
 * Records who holds what. A grant that is active already stays as it is: an import never makes standing
 * access out of temporary access, and what a live request explains is left to that request.
 */
import type { CommandContext } from '#core/commands/command-definition.ts';
import { confirmByImport } from '#core/commands/observed-access.ts';
import { newId, type EmployeeId, type EntitlementId, type GrantId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Rows } from '#core/persistence/tables.ts';
import type { Fields } from './fields.ts';
import { lists, StoredRows } from './stored-rows.ts';

export interface GrantRequest {
  readonly fields: Fields;
  readonly account: Rows['account'];
  readonly entitlementId: EntitlementId;
  /** Since when it is held, as far as the file says. */
  readonly grantedAt: Instant | null;
}

/** Writes the missing grants of one batch; rows that add one are marked as created. */
export async function writeGrants(context: CommandContext, requests: readonly GrantRequest[]): Promise<void> {
  const stored = new StoredRows(context, 'access_grant');
  const accounts = requests.map(({ account }) => account.id);
  // Not by entitlement too: of two lists SQLite follows the wrong one, and reads everybody who holds a popular role.
  const held = await stored.load('account_id', accounts, { column: 'status', values: ['active'] });
  const active = new Set(held.map((row) => `${row.accountId} ${row.entitlementId}`));
  const missing = requests.filter(({ account, entitlementId }) => !active.has(`${account.id} ${entitlementId}`));
  const live = await liveRequests(context, missing);
  for (const { fields, account, entitlementId, grantedAt } of missing) {
    const pair = `${account.id} ${entitlementId}`;
    if (active.has(pair)) continue;
    if (live.has(`${account.employeeId} ${entitlementId}`)) {
      fields.warn(
        null,
        'A live request explains this access; it is left to that request and not recorded as standing.',
      );
      continue;
    }
    active.add(pair);
    stored.put({
      id: newId<GrantId>(),
      accountId: account.id,
      entitlementId,
      origin: 'import',
      requestItemId: null,
      status: 'active',
      grantedAt: grantedAt ?? context.circumstances.now,
      expiresAt: null,
      endedAt: null,
      lastSeenRunId: null,
    });
    fields.outcome = 'created';
  }
  await stored.save();
  await confirmByImport(
    context,
    requests.map(({ account, entitlementId }) => ({ accountId: account.id, entitlementId })),
  );
}

/** Beneficiary and entitlement of requests that are on their way, or whose temporary access has not ended. */
async function liveRequests(
  { writer }: CommandContext,
  requests: readonly GrantRequest[],
): Promise<ReadonlySet<string>> {
  const live = new Set<string>();
  const beneficiaries = requests.flatMap(({ account }) => account.employeeId ?? []);
  const entitlements = [...new Set(requests.map(({ entitlementId }) => entitlementId))];
  for (const list of lists(beneficiaries)) {
    const rows = await writer
      .selectFrom('request_item')
      .select(['beneficiary_id', 'entitlement_id'])
      .where('beneficiary_id', 'in', list as readonly EmployeeId[])
      .where('entitlement_id', 'in', entitlements)
      .where('action', '=', 'GRANT')
      .where((eb) =>
        eb.or([
          eb('state', '=', 'approved'),
          eb.and([eb('state', '=', 'fulfilled'), eb('expires_at', 'is not', null), eb('expired_at', 'is', null)]),
        ]),
      )
      .execute();
    for (const row of rows) live.add(`${row.beneficiary_id} ${row.entitlement_id}`);
  }
  return live;
}
