/** Entitlements as a draft of a request shows them, many at once. */
import type { AccessRoleView } from '#core/contract/index.ts';
import type { EntitlementId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';

export type KnownRequestable = AccessRoleView['entitlements'][number];

/** Databases take only so many parameters in a statement. */
const idsPerStatement = 5_000;

/** The entitlements with these ids, also those that are gone from their application. */
export async function requestables(
  reader: Reader,
  ids: Iterable<EntitlementId>,
): Promise<ReadonlyMap<EntitlementId, KnownRequestable>> {
  const distinct = [...new Set(ids)];
  const known = new Map<EntitlementId, KnownRequestable>();
  for (let start = 0; start < distinct.length; start += idsPerStatement) {
    const rows = await reader
      .selectFrom('entitlement')
      .innerJoin('application', 'application.id', 'entitlement.application_id')
      .select(['entitlement.id', 'entitlement.name', 'entitlement.kind', 'entitlement.risk', 'entitlement.status'])
      .select(['entitlement.maximum_duration_minutes', 'application.id as applicationId'])
      .select('application.name as application')
      .where('entitlement.id', 'in', distinct.slice(start, start + idsPerStatement))
      .execute();
    for (const row of rows) {
      known.set(row.id, {
        id: row.id,
        name: row.name,
        kind: row.kind,
        risk: row.risk,
        application: { id: row.applicationId, name: row.application },
        maximumDurationMinutes: row.maximum_duration_minutes,
        status: row.status,
      });
    }
  }
  return known;
}
