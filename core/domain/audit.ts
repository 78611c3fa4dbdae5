/**
 * Facts of the trail. Events are written in the transaction that made them true and never changed.
 */
import type { AuditEventId, CommandId, EmployeeId, RequestId, RequestItemId } from './ids.ts';
import type { Instant } from './instant.ts';

/** Who made it happen: a person, or a part of Gatehouse that acted by itself. */
export type Actor =
  | { readonly kind: 'employee'; readonly employeeId: EmployeeId }
  | { readonly kind: 'system'; readonly part: 'setup' | 'fulfillment' | 'discovery' | 'import' | 'replay' | 'reviews' };

/** Every kind of fact the trail knows, with the data it carries described in docs/guide/audit-events.md. */
export const auditEventTypes = [
  'request.submitted',
  'item.reviewStarted',
  'item.approved',
  'item.denied',
  'item.cancelled',
  'item.dropped',
  'item.shortened',
  'item.expired',
  'review.approved',
  'review.denied',
  'review.automatic',
  'review.skipped',
  'review.delegated',
  'review.taskClosed',
  'review.reassigned',
  'review.returned',
  'review.rerouted',
  'review.reminded',
  'review.escalated',
  'review.informationAsked',
  'review.informationGiven',
  'delegation.planned',
  'delegation.started',
  'delegation.ended',
  'bulkDecision.started',
  'bulkDecision.undone',
  'bulkDecision.ended',
  'fulfillment.started',
  'fulfillment.retrying',
  'fulfillment.accepted',
  'fulfillment.passwordKept',
  'fulfillment.handedToPerson',
  'fulfillment.failed',
  'fulfillment.sentAgain',
  'fulfillment.refused',
  'account.created',
  'account.changed',
  'account.changeFailed',
  'account.linked',
  'access.granted',
  'access.removed',
  'access.expired',
  'access.observed',
  'request.completed',
  'request.cancelled',
  'request.denied',
  'request.expired',
  'request.followed',
  'request.resubmitted',
  'access.extended',
  'access.endedEarly',
  'item.notRenewed',
  'accessRole.created',
  'accessRole.changed',
  'policy.created',
  'policy.changed',
  'policy.reordered',
  'conflictRule.created',
  'conflictRule.changed',
  'reviewerGroup.created',
  'reviewerGroup.changed',
  'reviewSettings.changed',
  'entitlement.reviewChanged',
  'byHand.settingsChanged',
  'workspace.created',
  'application.created',
  'application.changed',
  'connection.changed',
  'connection.tested',
  'connection.credentialRefused',
  'connection.credentialAccepted',
  'directory.imported',
  'discovery.completed',
  'discovery.failed',
  'discovery.held',
  'discovery.answered',
  'delivery.settingsChanged',
  'finding.decided',
  'roles.changed',
] as const;
export type AuditEventType = (typeof auditEventTypes)[number];

/** A fact as the engine states it, before it takes its place in the chain. */
export interface AuditFact {
  readonly type: AuditEventType;
  readonly requestId: RequestId | null;
  readonly itemId: RequestItemId | null;
  /** Plain data; never a secret. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A fact in its place. `hash` covers everything but itself, in canonical JSON (RFC 8785), SHA-256, hex. */
export interface AuditEvent extends AuditFact {
  readonly id: AuditEventId;
  /** Position in the workspace's trail, from 1, without gaps. */
  readonly sequence: number;
  readonly actor: Actor;
  readonly at: Instant;
  readonly commandId: CommandId;
  /** The hash of the event before it in the same request (or, outside requests, in the workspace's own chain); null for the first. */
  readonly previousHash: string | null;
  readonly hash: string;
}
