/** What was asked for before reviewers shortened it. The item has what holds now; the trail has what was. */
import { termIn } from '#core/audit/event-data.ts';
import { inChunks, unique } from '#core/commands/chunks.ts';
import type { RequestItemId } from '#core/domain/ids.ts';
import type { Term } from '#core/domain/request.ts';
import type { Reader } from '#core/persistence/tables.ts';

/** The term each item was asked for with; items that nobody shortened are left out. */
export async function loadAskedTerms(
  reader: Reader,
  itemIds: readonly RequestItemId[],
): Promise<ReadonlyMap<RequestItemId, Term>> {
  const asked = new Map<RequestItemId, Term>();
  const shortened = await inChunks(itemIds, (ids) =>
    reader
      .selectFrom('decision')
      .select(['request_id', 'item_id'])
      .where('item_id', 'in', ids)
      .where((eb) => eb('shortened_to', 'is not', null))
      .execute(),
  );
  if (shortened.length === 0) return asked;
  const events = await reader
    .selectFrom('audit_event')
    .select(['item_id', 'data'])
    .where('request_id', 'in', unique(shortened.map((row) => row.request_id)))
    .where(
      'item_id',
      'in',
      shortened.map((row) => row.item_id),
    )
    .where('type', '=', 'item.shortened')
    .orderBy('sequence')
    .execute();
  for (const { item_id: itemId, data } of events) {
    const from = termIn(JSON.parse(data) as Readonly<Record<string, unknown>>, 'from');
    // Shortened twice, what it was before the first time counts.
    if (itemId !== null && from !== null && !asked.has(itemId)) asked.set(itemId, from);
  }
  return asked;
}
