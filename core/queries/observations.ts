/** What discoveries and imports saw of the access that a request is about, whatever was recorded when it was delivered. */
import type { ItemView } from '#core/contract/index.ts';
import type { RequestId, RequestItemId } from '#core/domain/ids.ts';
import type { Observation } from '#core/domain/request.ts';
import { fromJson, fromRow, type Reader } from '#core/persistence/tables.ts';

/** By item, the last that was seen of it after its delivery; items that nobody looked at since are left out. */
export async function lastSeen(reader: Reader, requestId: RequestId): Promise<ReadonlyMap<RequestItemId, Observation>> {
  const grants = await reader
    .selectFrom('request_item')
    .innerJoin('account', (join) =>
      join
        .onRef('account.employee_id', '=', 'request_item.beneficiary_id')
        .onRef('account.application_id', '=', 'request_item.application_id'),
    )
    .innerJoin('access_grant', (join) =>
      join
        .onRef('access_grant.account_id', '=', 'account.id')
        .onRef('access_grant.entitlement_id', '=', 'request_item.entitlement_id'),
    )
    .innerJoin('sync_run', 'sync_run.id', 'access_grant.last_seen_run_id')
    .select(['request_item.id', 'request_item.service_account', 'account.kind', 'account.username_key'])
    .select('sync_run.started_at')
    .where('request_item.request_id', '=', requestId)
    .where('access_grant.status', '=', 'active')
    .execute();
  const tasks = await reader
    .selectFrom('fulfillment_task')
    .select(['item_id', 'observation'])
    .where('request_id', '=', requestId)
    .where('observation', 'is not', null)
    .execute();
  const found = new Map<RequestItemId, Observation>();
  const meet = (itemId: RequestItemId, observation: Observation) => {
    const before = found.get(itemId);
    if (before === undefined || before.at < observation.at) found.set(itemId, observation);
  };
  for (const row of tasks) if (row.observation !== null) meet(row.item_id, fromJson<Observation>(row.observation));
  for (const row of grants) {
    const isTheirs =
      row.service_account === null
        ? row.kind === 'employee'
        : row.kind === 'service' && row.username_key === row.service_account.toLowerCase();
    if (isTheirs) meet(row.id, { held: true, at: row.started_at, by: 'discovery' });
  }
  return found;
}

/** Findings that stand about the same person and the same entitlement, the latest first. */
export async function findingsOf(
  reader: Reader,
  requestId: RequestId,
): Promise<ReadonlyMap<RequestItemId, ItemView['findings']>> {
  const rows = await reader
    .selectFrom('request_item')
    .innerJoin('finding', (join) =>
      join
        .onRef('finding.application_id', '=', 'request_item.application_id')
        .onRef('finding.employee_id', '=', 'request_item.beneficiary_id')
        .onRef('finding.entitlement_id', '=', 'request_item.entitlement_id'),
    )
    .selectAll('finding')
    .select('request_item.id as item_id')
    .where('request_item.request_id', '=', requestId)
    .where('finding.ended_at', 'is', null)
    .orderBy('finding.last_seen_at', 'desc')
    .execute();
  const found = new Map<RequestItemId, ItemView['findings']>();
  for (const { item_id: itemId, ...row } of rows) {
    const { id, kind, state, detail, firstSeenAt, lastSeenAt } = fromRow('finding', row);
    const shown = { id, kind, state, account: detail['username'] ?? '', firstSeenAt, lastSeenAt };
    found.set(itemId, [...(found.get(itemId) ?? []), shown]);
  }
  return found;
}
