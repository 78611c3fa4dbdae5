/** Tables of requests, their reviews and their fulfillment. */
import { defineEntity, p } from '@mikro-orm/core';
import type {
  ApplicationId,
  CommandId,
  DecisionId,
  EmployeeId,
  EntitlementId,
  FulfillmentTaskId,
  RequestId,
  RequestItemId,
  ReviewStageId,
  ReviewTaskId,
} from '#core/domain/ids.ts';
import type {
  AccessRequest,
  Decision,
  FulfillmentTask,
  RequestItem,
  ReviewStage,
  ReviewTask,
} from '#core/domain/request.ts';
import { idColumn, instantColumn, jsonColumn, textColumn } from './columns.ts';

export const AccessRequestEntity = defineEntity({
  name: 'AccessRequest',
  tableName: 'access_request',
  indexes: [
    { properties: ['requesterId', 'number'] },
    { properties: ['endedAt', 'number'] },
    { properties: ['submittedAt'] },
  ],
  properties: {
    id: idColumn<RequestId>().primary(),
    number: p.integer().unique(),
    requesterId: idColumn<EmployeeId>(),
    justification: textColumn(),
    ticketReference: textColumn().nullable(),
    resubmitsRequestId: idColumn<RequestId>().nullable(),
    state: textColumn<AccessRequest['state']>(),
    submittedAt: instantColumn(),
    endedAt: instantColumn().nullable(),
    version: p.integer(),
    /** What a search looks in: the number and the names of people, entitlements and applications, in lower case. */
    searchText: textColumn(),
  },
});

export const RequestItemEntity = defineEntity({
  name: 'RequestItem',
  tableName: 'request_item',
  indexes: [
    { properties: ['requestId'] },
    { properties: ['beneficiaryId', 'entitlementId'] },
    { properties: ['applicationId', 'state'] },
    { properties: ['applicationId', 'requestId'] },
    { properties: ['decidedAt'] },
  ],
  properties: {
    id: idColumn<RequestItemId>().primary(),
    requestId: idColumn<RequestId>(),
    action: textColumn<RequestItem['action']>(),
    beneficiaryId: idColumn<EmployeeId>(),
    applicationId: idColumn<ApplicationId>(),
    entitlementId: idColumn<EntitlementId>(),
    term: jsonColumn<RequestItem['term']>(),
    startsAt: instantColumn().nullable(),
    serviceAccount: textColumn().nullable(),
    extendsItemId: idColumn<RequestItemId>().nullable(),
    decideBy: instantColumn().nullable(),
    state: textColumn<RequestItem['state']>(),
    changedInVersion: p.integer(),
    plan: jsonColumn<RequestItem['plan']>(),
    decidedAt: instantColumn().nullable(),
    fulfilledAt: instantColumn().nullable(),
    expiresAt: instantColumn().nullable(),
    expiredAt: instantColumn().nullable(),
    notRenewed: jsonColumn<NonNullable<RequestItem['notRenewed']>>().nullable(),
  },
});

export const ReviewStageEntity = defineEntity({
  name: 'ReviewStage',
  tableName: 'review_stage',
  indexes: [{ properties: ['requestId'] }, { properties: ['itemId'] }],
  properties: {
    id: idColumn<ReviewStageId>().primary(),
    requestId: idColumn<RequestId>(),
    itemId: idColumn<RequestItemId>(),
    level: p.integer(),
    reviewerKind: textColumn<ReviewStage['reviewerKind']>(),
    needed: p.integer(),
    state: textColumn<ReviewStage['state']>(),
    openedAt: instantColumn().nullable(),
    endedAt: instantColumn().nullable(),
  },
});

export const ReviewTaskEntity = defineEntity({
  name: 'ReviewTask',
  tableName: 'review_task',
  indexes: [
    { properties: ['requestId'] },
    { properties: ['itemId'] },
    { properties: ['reviewerId', 'state', 'openedAt', 'id'] },
    { properties: ['reviewerId', 'endedAt', 'id'] },
  ],
  properties: {
    id: idColumn<ReviewTaskId>().primary(),
    requestId: idColumn<RequestId>(),
    itemId: idColumn<RequestItemId>(),
    stageId: idColumn<ReviewStageId>(),
    reviewerId: idColumn<EmployeeId>(),
    via: textColumn<ReviewTask['via']>().default('planned'),
    fromTaskId: idColumn<ReviewTaskId>().nullable(),
    state: textColumn<ReviewTask['state']>(),
    openedAt: instantColumn(),
    remindedAt: instantColumn().nullable(),
    escalatedAt: instantColumn().nullable(),
    endedAt: instantColumn().nullable(),
  },
});

export const DecisionEntity = defineEntity({
  name: 'Decision',
  tableName: 'decision',
  indexes: [{ properties: ['requestId'] }, { properties: ['itemId'] }],
  properties: {
    id: idColumn<DecisionId>().primary(),
    requestId: idColumn<RequestId>(),
    itemId: idColumn<RequestItemId>(),
    stageId: idColumn<ReviewStageId>().nullable(),
    taskId: idColumn<ReviewTaskId>().nullable(),
    deciderId: idColumn<EmployeeId>().nullable(),
    automatic: jsonColumn<NonNullable<Decision['automatic']>>().nullable(),
    verdict: textColumn<Decision['verdict']>(),
    reason: textColumn().nullable(),
    shortenedTo: jsonColumn<NonNullable<Decision['shortenedTo']>>().nullable(),
    decidedAt: instantColumn(),
    commandId: idColumn<CommandId>(),
  },
});

export const FulfillmentTaskEntity = defineEntity({
  name: 'FulfillmentTask',
  tableName: 'fulfillment_task',
  indexes: [
    { properties: ['requestId'] },
    { properties: ['itemId'] },
    // Found by the first two; the others spare a look at the row.
    { name: 'fulfillment_task_due_index', properties: ['state', 'nextAttemptAt', 'applicationId', 'effect'] },
    { properties: ['applicationId', 'state'] },
  ],
  properties: {
    id: idColumn<FulfillmentTaskId>().primary(),
    requestId: idColumn<RequestId>(),
    itemId: idColumn<RequestItemId>(),
    applicationId: idColumn<ApplicationId>(),
    beneficiaryId: idColumn<EmployeeId>(),
    entitlementId: idColumn<EntitlementId>(),
    effect: textColumn<FulfillmentTask['effect']>(),
    cause: textColumn<FulfillmentTask['cause']>(),
    state: textColumn<FulfillmentTask['state']>(),
    dueAt: instantColumn(),
    nextAttemptAt: instantColumn().nullable(),
    attempts: p.integer(),
    leaseOwner: textColumn().nullable(),
    leaseUntil: instantColumn().nullable(),
    lastProblem: textColumn().nullable(),
    acceptedAt: instantColumn().nullable(),
    ticket: jsonColumn<NonNullable<FulfillmentTask['ticket']>>().nullable(),
    edition: p.integer().default(1),
    byHandSince: instantColumn().nullable(),
    remindedAt: instantColumn().nullable(),
    unconfirmedSince: instantColumn().nullable(),
    observation: jsonColumn<NonNullable<FulfillmentTask['observation']>>().nullable(),
    initialPassword: jsonColumn<NonNullable<FulfillmentTask['initialPassword']>>().nullable(),
    evidence: jsonColumn<NonNullable<FulfillmentTask['evidence']>>().nullable(),
    endedAt: instantColumn().nullable(),
    latenessSeconds: p.integer().nullable(),
  },
});
