/** The trail of one request: its facts in their order, in sentences. */
import { trailOf } from '#core/audit/trail.ts';
import type { TrailEvent } from '#core/contract/index.ts';
import type { RequestId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { requestNotFound } from './query-refused.ts';
import { sightOf, type Viewer } from './visibility.ts';

/** @throws QueryRefused when there is no such request or the viewer may not see it. */
export async function loadTrail(reader: Reader, viewer: Viewer, requestId: RequestId): Promise<TrailEvent[]> {
  const sight = await sightOf(reader, viewer, requestId);
  if (sight === null) throw requestNotFound();
  const entries = await trailOf(reader, requestId, sight);
  return entries.map(({ sequence, at, type, actor, sentence, itemId, data, hash }) => ({
    sequence,
    at,
    type,
    actor,
    sentence,
    itemId,
    data: { ...data },
    hash,
  }));
}
