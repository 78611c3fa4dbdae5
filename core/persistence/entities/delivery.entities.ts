/** Tables of how applications are delivered to, and of what discoveries found. */
import { defineEntity, p } from '@mikro-orm/core';
import type { Finding } from '#core/domain/finding.ts';
import type {
  AccountId,
  ApplicationId,
  EmployeeId,
  EntitlementId,
  FindingId,
  FulfillmentTaskId,
  RequestId,
  SyncRunId,
} from '#core/domain/ids.ts';
import { idColumn, instantColumn, jsonColumn, textColumn } from './columns.ts';

export const DeliverySettingsEntity = defineEntity({
  name: 'DeliverySettings',
  tableName: 'delivery_settings',
  properties: {
    applicationId: idColumn<ApplicationId>().primary(),
    discoveryEveryMinutes: p.integer().nullable(),
    dropPercent: p.integer(),
    concurrency: p.integer().nullable(),
    instructions: textColumn().nullable(),
    byHandHours: p.integer().nullable(),
  },
});

export const EntitlementInstructionsEntity = defineEntity({
  name: 'EntitlementInstructions',
  tableName: 'entitlement_instructions',
  properties: {
    entitlementId: idColumn<EntitlementId>().primary(),
    instructions: textColumn(),
  },
});

export const EvidenceContentEntity = defineEntity({
  name: 'EvidenceContent',
  tableName: 'evidence_content',
  properties: {
    fulfillmentTaskId: idColumn<FulfillmentTaskId>().primary(),
    /** Base64: text reads the same from both databases. */
    content: textColumn(),
  },
});

export const DeliveryHealthEntity = defineEntity({
  name: 'DeliveryHealth',
  tableName: 'delivery_health',
  properties: {
    applicationId: idColumn<ApplicationId>().primary(),
    faults: p.integer(),
    pausedSince: instantColumn().nullable(),
    pausedUntil: instantColumn().nullable(),
    lastProblem: textColumn().nullable(),
    changedAt: instantColumn(),
  },
});

export const CredentialFaultEntity = defineEntity({
  name: 'CredentialFault',
  tableName: 'credential_fault',
  properties: {
    applicationId: idColumn<ApplicationId>().primary(),
    machine: textColumn().primary(),
    problem: textColumn(),
    since: instantColumn(),
    retryAt: instantColumn(),
  },
});

export const FindingEntity = defineEntity({
  name: 'Finding',
  tableName: 'finding',
  // One finding of a subject stands at a time: a partial unique index in the migrations says so.
  indexes: [{ properties: ['applicationId', 'state', 'lastSeenAt'] }],
  properties: {
    id: idColumn<FindingId>().primary(),
    applicationId: idColumn<ApplicationId>(),
    kind: textColumn<Finding['kind']>(),
    subjectKey: textColumn(),
    accountId: idColumn<AccountId>().nullable(),
    entitlementId: idColumn<EntitlementId>().nullable(),
    employeeId: idColumn<EmployeeId>().nullable(),
    detail: jsonColumn<Finding['detail']>(),
    firstSeenRunId: idColumn<SyncRunId>(),
    firstSeenAt: instantColumn(),
    lastSeenRunId: idColumn<SyncRunId>(),
    lastSeenAt: instantColumn(),
    proposedAction: textColumn<Finding['proposedAction']>(),
    state: textColumn<Finding['state']>(),
    decidedById: idColumn<EmployeeId>().nullable(),
    decidedAt: instantColumn().nullable(),
    note: textColumn().nullable(),
    requestId: idColumn<RequestId>().nullable(),
    endedAt: instantColumn().nullable(),
    effect: textColumn<NonNullable<Finding['effect']>>().nullable(),
    effectState: textColumn<NonNullable<Finding['effectState']>>().nullable(),
    effectAttempts: p.integer(),
    effectDueAt: instantColumn().nullable(),
    leaseOwner: textColumn().nullable(),
    leaseUntil: instantColumn().nullable(),
    lastProblem: textColumn().nullable(),
  },
});
