/**
 * Identifiers of the domain. Every id is a UUIDv7 (RFC 9562 section 5.7), so ids sort by creation
 * time; the brands keep an employee's id from being handed in where a request's is meant.
 */
import { v7 } from 'uuid';

declare const brand: unique symbol;

/** A string that the compiler tells apart from other strings by `Name`. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type EmployeeId = Branded<'EmployeeId'>;
export type ApplicationId = Branded<'ApplicationId'>;
export type ConnectorInstanceId = Branded<'ConnectorInstanceId'>;
export type ResourceId = Branded<'ResourceId'>;
export type EntitlementId = Branded<'EntitlementId'>;
export type AccountId = Branded<'AccountId'>;
export type GrantId = Branded<'GrantId'>;
export type RequestId = Branded<'RequestId'>;
export type RequestItemId = Branded<'RequestItemId'>;
export type ReviewStageId = Branded<'ReviewStageId'>;
export type ReviewTaskId = Branded<'ReviewTaskId'>;
export type DecisionId = Branded<'DecisionId'>;
export type FulfillmentTaskId = Branded<'FulfillmentTaskId'>;
export type SyncRunId = Branded<'SyncRunId'>;
export type FindingId = Branded<'FindingId'>;
export type PolicyId = Branded<'PolicyId'>;
export type ConflictRuleId = Branded<'ConflictRuleId'>;
export type ReviewerGroupId = Branded<'ReviewerGroupId'>;
export type DelegationId = Branded<'DelegationId'>;
export type AccessRoleId = Branded<'AccessRoleId'>;
export type ReviewMessageId = Branded<'ReviewMessageId'>;
export type NoticeId = Branded<'NoticeId'>;
export type BulkDecisionId = Branded<'BulkDecisionId'>;
/** A file on its way here; it lives as long as it is sent. */
export type UploadId = Branded<'UploadId'>;
export type CommandId = Branded<'CommandId'>;
export type AuditEventId = Branded<'AuditEventId'>;

/** A fresh UUIDv7 under the brand that the caller's context asks for. */
export function newId<Id extends Branded<string>>(): Id {
  return v7() as Id;
}
