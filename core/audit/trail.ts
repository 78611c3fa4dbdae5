/** The trail of one request, told in sentences. */
import type { AuditEvent } from '#core/domain/audit.ts';
import type { RequestId } from '#core/domain/ids.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { eventFromRow } from './append-events.ts';
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
export async function trailOf(reader: Reader, requestId: RequestId): Promise<readonly TrailEntry[]> {
  const events = await eventsOf(reader, requestId);
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

export function trailEntries(events: readonly AuditEvent[], story: Story): readonly TrailEntry[] {
  return events.map((event) => ({
    ...event,
    actor: story.actorOf(event),
    actorEmail:
      event.actor.kind === 'employee' ? (story.names.details(event.actor.employeeId)?.workEmail ?? null) : null,
    sentence: sentenceOf(event, story),
  }));
}
