/**
 * Writes facts into the trail, inside the transaction that made them true. Each request's events form a
 * hash chain of their own; the events outside requests form one together. The sequence has no gaps.
 */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { Actor, AuditEvent, AuditFact } from '#core/domain/audit.ts';
import { newId, type AuditEventId, type CommandId, type RequestId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { takeNumbers } from '#core/persistence/counters.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { AuditEventRow, Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';

export interface Occasion {
  readonly actor: Actor;
  readonly at: Instant;
  readonly commandId: CommandId;
}

export async function appendEvents(writer: Writer, facts: readonly AuditFact[], occasion: Occasion): Promise<void> {
  if (facts.length === 0) return;
  const last = await takeNumbers(writer, 'auditEvent', facts.length);
  let sequence = last - facts.length;
  const heads = await headsOf(writer, facts);
  const rows: AuditEventRow[] = [];
  for (const fact of facts) {
    sequence += 1;
    let previousHash = heads.get(fact.requestId);
    // A request's first event has nothing before it; asking would cost a look-up for every submission.
    if (previousHash === undefined)
      previousHash = fact.type === 'request.submitted' ? null : await headOf(writer, fact.requestId);
    const event = {
      id: newId<AuditEventId>(),
      sequence,
      type: fact.type,
      requestId: fact.requestId,
      itemId: fact.itemId,
      actor: occasion.actor,
      at: occasion.at,
      commandId: occasion.commandId,
      data: fact.data,
      previousHash,
    };
    const hash = hashOf(event);
    heads.set(fact.requestId, hash);
    rows.push({
      id: event.id,
      sequence,
      type: event.type,
      requestId: event.requestId,
      itemId: event.itemId,
      actorKind: occasion.actor.kind,
      actorName: actorName(occasion.actor),
      at: event.at,
      commandId: event.commandId,
      data: canonical(event.data),
      previousHash,
      hash,
    });
  }
  await insertRows(writer, 'audit_event', rows);
}

/** SHA-256, hex, of an event without its hash in canonical JSON (RFC 8785). */
export function hashOf(event: Omit<AuditEvent, 'hash'>): string {
  return createHash('sha256').update(canonical(event)).digest('hex');
}

/** The event as it was hashed. */
export function eventFromRow(row: AuditEventRow): AuditEvent {
  const actor = (
    row.actorKind === 'employee'
      ? { kind: 'employee', employeeId: row.actorName }
      : { kind: 'system', part: row.actorName }
  ) as Actor;
  return {
    id: row.id,
    sequence: row.sequence,
    type: row.type,
    requestId: row.requestId,
    itemId: row.itemId,
    actor,
    at: row.at,
    commandId: row.commandId,
    data: JSON.parse(row.data) as AuditEvent['data'],
    previousHash: row.previousHash,
    hash: row.hash,
  };
}

export function actorName(actor: Actor): string {
  return actor.kind === 'employee' ? actor.employeeId : actor.part;
}

function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('An audit event holds something that JSON cannot say');
  return text;
}

async function headOf(writer: Writer, requestId: RequestId | null): Promise<string | null> {
  const [head] = await (requestId === null ? headOutsideRequests(writer) : headOfRequest(writer, requestId));
  return head?.hash ?? null;
}

/** Asked for together where there are many: a bulk decision touches hundreds of requests. Empty: each is asked for by itself. */
async function headsOf(writer: Writer, facts: readonly AuditFact[]): Promise<Map<RequestId | null, string | null>> {
  const heads = new Map<RequestId | null, string | null>();
  const requestIds = [...new Set(facts.flatMap((fact) => fact.requestId ?? []))];
  if (requestIds.length <= requestsAskedSingly) return heads;
  for (let start = 0; start < requestIds.length; start += requestsPerStatement) {
    for (const row of await headsOfRequests(writer, requestIds.slice(start, start + requestsPerStatement)))
      heads.set(row.request_id, row.hash);
  }
  return heads;
}

const requestsAskedSingly = 4;
const requestsPerStatement = 500;

const headsOfRequests = prepared((writer, requestIds: readonly RequestId[]) =>
  writer
    .selectFrom('audit_event')
    .select(['request_id', 'hash'])
    .where('sequence', 'in', (eb) =>
      eb
        .selectFrom('audit_event as event')
        .select((last) => last.fn.max<number>('event.sequence').as('last'))
        .where('event.request_id', 'in', requestIds)
        .groupBy('event.request_id'),
    ),
);
const headOfRequest = prepared((writer, requestId: RequestId) =>
  writer
    .selectFrom('audit_event')
    .select('hash')
    .where('request_id', '=', requestId)
    .orderBy('sequence', 'desc')
    .limit(1),
);
const headOutsideRequests = prepared((writer) =>
  writer.selectFrom('audit_event').select('hash').where('request_id', 'is', null).orderBy('sequence', 'desc').limit(1),
);
