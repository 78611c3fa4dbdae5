/** The trail of one request, told in sentences. */
import type { AuditEvent } from '#core/domain/audit.ts';
import type { RequestId, RequestItemId } from '#core/domain/ids.ts';
import { sees, type Sight } from '#core/domain/sight.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { eventFromRow } from './append-events.ts';
import { textsIn } from './event-data.ts';
import { loadNames, mentionedIn } from './names.ts';
import { sentenceOf } from './sentences.ts';
import { storyOf, type Story } from './story.ts';

export interface TrailEntry extends Omit<AuditEvent, 'actor'> {
  /** The person's name, or the part of Gatehouse that acted by itself. */
  readonly actor: string;
  /** Null for parts of Gatehouse. */
  readonly actorEmail: string | null;
  readonly sentence: string;
}

/** The events of a request in order; empty when there is no such request. One query for them, four for all names. */
export async function trailOf(
  reader: Reader,
  requestId: RequestId,
  sight: Sight = 'all',
): Promise<readonly TrailEntry[]> {
  const events = seenEvents(await eventsOf(reader, requestId), sight);
  const story = storyOf(events, await loadNames(reader, mentionedIn(events)));
  return trailEntries(events, story);
}

/** The events as they were recorded and hashed. */
export async function eventsOf(reader: Reader, requestId: RequestId): Promise<readonly AuditEvent[]> {
  const rows = await reader
    .selectFrom('audit_event')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => eventFromRow(fromRow('audit_event', row)));
}

/** What is told to a follower: the events of the lines they joined, and who joined nothing but these. */
export function seenEvents(events: readonly AuditEvent[], sight: Sight): readonly AuditEvent[] {
  if (sight === 'all') return events;
  return events.filter(({ type, itemId, data }) => {
    if (type !== 'request.followed') return sees(sight, itemId);
    const joined = textsIn(data, 'itemIds') as RequestItemId[];
    return joined.length > 0 && joined.every((id) => sight.has(id));
  });
}

export function trailEntries(events: readonly AuditEvent[], story: Story): readonly TrailEntry[] {
  return events.map((event) => ({
    ...event,
    actor: story.actorOf(event),
    actorEmail:
      event.actor.kind === 'employee' ? (story.names.details(event.actor.employeeId)?.workEmail ?? null) : null,
    sentence: sentenceOf(event, story),
  }));
}
