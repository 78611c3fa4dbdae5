/** What can be requested, by name, with how many hold it. */
import type { EntitlementRow } from '#core/contract/index.ts';
import type { Entitlement } from '#core/domain/directory.ts';
import type { ApplicationId, EntitlementId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { decodeNameCursor, nameCursorKind, nameKey, pageOf, type NameKey } from './cursor.ts';
import { hasWords, searchWords } from './search.ts';

export interface EntitlementListInput {
  readonly applicationId: ApplicationId | null;
  readonly search: string;
  readonly requestableOnly: boolean;
  readonly cursor: string | null;
  readonly limit: number;
}

const cursor = nameCursorKind('applications.entitlements');

export async function listEntitlements(
  reader: Reader,
  input: EntitlementListInput,
): Promise<{ rows: EntitlementRow[]; nextCursor: string | null }> {
  const after = await decodeNameCursor(cursor, input.cursor, (id) => nameOf(reader, id as EntitlementId));
  const selected = await inOrder(reader, input, after).execute();
  const page = pageOf(selected, input.limit, cursor, (row) => nameKey(row.name, row.id));
  const holders = await countHolders(
    reader,
    page.rows.map((row) => row.id),
  );
  const rows = page.rows.map((row): EntitlementRow => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    description: row.description,
    resource: row.resource,
    risk: row.risk,
    maximumDurationMinutes: row.maximum_duration_minutes,
    status: row.status,
    application: { id: row.application_id, name: row.application },
    holders: holders.get(row.id) ?? 0,
    ownReview: row.review_settings !== null,
    instructions: row.instructions,
  }));
  return { rows, nextCursor: page.nextCursor };
}

/** One look-up per status, because the index that sorts by name begins with the status; then the two are merged. */
function inOrder(reader: Reader, input: EntitlementListInput, after: NameKey | null) {
  const limit = input.limit + 1;
  const words = searchWords(input.search);
  const ofStatus = (status: Entitlement['status']) => {
    let query = reader
      .selectFrom('entitlement')
      .selectAll()
      .where('status', '=', status)
      .where((eb) => hasWords(eb.ref('search_text'), words))
      .orderBy('name')
      .orderBy('id')
      .limit(limit);
    if (input.applicationId !== null) query = query.where('application_id', '=', input.applicationId);
    if (after !== null)
      query = query.where((eb) => eb(eb.refTuple('name', 'id'), '>', eb.tuple(after[0], after[1] as EntitlementId)));
    return reader.selectFrom(query.as('one')).selectAll();
  };
  const every = input.requestableOnly ? ofStatus('active') : ofStatus('active').unionAll(ofStatus('gone'));
  return reader
    .selectFrom(every.as('entitlement'))
    .innerJoin('application', 'application.id', 'entitlement.application_id')
    .leftJoin('resource', 'resource.id', 'entitlement.resource_id')
    .leftJoin('entitlement_instructions', 'entitlement_instructions.entitlement_id', 'entitlement.id')
    .select(['entitlement.id', 'entitlement.name', 'entitlement.kind', 'entitlement.description', 'entitlement.risk'])
    .select(['entitlement.maximum_duration_minutes', 'entitlement.status', 'entitlement.application_id'])
    .select(['entitlement.review_settings', 'entitlement_instructions.instructions'])
    .select(['application.name as application', 'resource.name as resource'])
    .orderBy('entitlement.name')
    .orderBy('entitlement.id')
    .limit(limit);
}

async function nameOf(reader: Reader, id: EntitlementId): Promise<string | undefined> {
  return (await reader.selectFrom('entitlement').select('name').where('id', '=', id).executeTakeFirst())?.name;
}

async function countHolders(
  reader: Reader,
  ids: readonly EntitlementId[],
): Promise<ReadonlyMap<EntitlementId, number>> {
  if (ids.length === 0) return new Map();
  const rows = await reader
    .selectFrom('access_grant')
    .select(['entitlement_id', (eb) => eb.fn.countAll<number>().as('holders')])
    .where('entitlement_id', 'in', ids)
    .where('status', '=', 'active')
    .groupBy('entitlement_id')
    .execute();
  return new Map(rows.map((row) => [row.entitlement_id, row.holders]));
}
