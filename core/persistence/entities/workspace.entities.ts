/** Tables of the workspace itself: its trail, the commands it has executed, its counters and settings. */
import { defineEntity, p } from '@mikro-orm/core';
import type { AuditEventType } from '#core/domain/audit.ts';
import type { AuditEventId, CommandId, RequestId, RequestItemId } from '#core/domain/ids.ts';
import { idColumn, instantColumn, jsonColumn, textColumn } from './columns.ts';

export const AuditEventEntity = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_event',
  indexes: [{ properties: ['requestId', 'sequence'] }],
  properties: {
    sequence: p.bigint('number').primary().autoincrement(false),
    id: idColumn<AuditEventId>().unique(),
    type: textColumn<AuditEventType>(),
    requestId: idColumn<RequestId>().nullable(),
    itemId: idColumn<RequestItemId>().nullable(),
    actorKind: textColumn<'employee' | 'system'>(),
    /** An employee's id, or the name of the part of Gatehouse that acted. */
    actorName: textColumn(),
    at: instantColumn(),
    commandId: idColumn<CommandId>(),
    /** Canonical JSON as it was hashed: text in both databases, so that it can be hashed again. */
    data: textColumn(),
    previousHash: textColumn().nullable(),
    hash: textColumn(),
  },
});

/** A statement over all events up to `sequence`: the root of a Merkle tree over their hashes, signed where a key can be kept. */
export const AuditCheckpointEntity = defineEntity({
  name: 'AuditCheckpoint',
  tableName: 'audit_checkpoint',
  properties: {
    sequence: p.bigint('number').primary().autoincrement(false),
    at: instantColumn(),
    root: textColumn(),
    /** The roots of the complete subtrees so far, from which the next checkpoint goes on without reading everything again. */
    frontier: jsonColumn<readonly string[]>(),
    signature: textColumn().nullable(),
    publicKey: textColumn().nullable(),
  },
});

export const CommandRecordEntity = defineEntity({
  name: 'CommandRecord',
  tableName: 'command_record',
  properties: {
    id: idColumn<CommandId>().primary(),
    type: textColumn(),
    actorName: textColumn(),
    issuedAt: instantColumn(),
    executedAt: instantColumn(),
    /** SHA-256 of type, actor and payload: the same id with something else in it is refused. */
    fingerprint: textColumn(),
    result: jsonColumn<unknown>(),
  },
});

export const CounterEntity = defineEntity({
  name: 'Counter',
  tableName: 'counter',
  properties: { name: textColumn().primary(), value: p.bigint('number') },
});

export const SettingEntity = defineEntity({
  name: 'Setting',
  tableName: 'setting',
  properties: { name: textColumn().primary(), value: jsonColumn<Readonly<Record<string, unknown>>>() },
});
