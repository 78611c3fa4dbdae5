/** The file that somebody left as evidence of work done by hand, for whoever may see the request. */
import { readEvidence } from '#core/commands/evidence-file.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import type { FulfillmentEvidence } from '#core/domain/request.ts';
import { sees } from '#core/domain/sight.ts';
import { fromJson, type Reader } from '#core/persistence/tables.ts';
import { QueryRefused } from './query-refused.ts';
import { sightOf, type Viewer } from './visibility.ts';

/** @throws QueryRefused when there is none, or the viewer may not see the line it belongs to. */
export async function evidenceFile(reader: Reader, viewer: Viewer, id: FulfillmentTaskId): Promise<File> {
  const task = await reader
    .selectFrom('fulfillment_task')
    .select(['request_id', 'item_id', 'evidence'])
    .where('id', '=', id)
    .executeTakeFirst();
  const file =
    task === undefined || task.evidence === null ? undefined : fromJson<FulfillmentEvidence>(task.evidence).file;
  const sight = task === undefined ? null : await sightOf(reader, viewer, task.request_id);
  const mayBeSeen = task !== undefined && sight !== null && sees(sight, task.item_id);
  const content = file !== undefined && mayBeSeen ? await readEvidence(reader, id) : null;
  if (file === undefined || content === null)
    throw new QueryRefused('fulfillment.notFound', 'There is no such file, or it is not yours to see.');
  return new File([content], file.name, { type: file.mediaType });
}
