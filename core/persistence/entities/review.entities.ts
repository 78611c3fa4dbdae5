/** Tables of the rules of review, of who stands in for whom, and of what people are told. */
import { defineEntity, p } from '@mikro-orm/core';
import type { AccessRole } from '#core/domain/access-role.ts';
import type { BulkDecision, BulkDecisionResult } from '#core/domain/bulk-decision.ts';
import type { Delegation } from '#core/domain/delegation.ts';
import type {
  AccessRoleId,
  BulkDecisionId,
  ConflictRuleId,
  DelegationId,
  EmployeeId,
  EntitlementId,
  NoticeId,
  PolicyId,
  RequestId,
  RequestItemId,
  ReviewerGroupId,
  ReviewMessageId,
  ReviewTaskId,
} from '#core/domain/ids.ts';
import type { Notice } from '#core/domain/notice.ts';
import type { Policy } from '#core/domain/policy.ts';
import type { ConflictRule } from '#core/domain/conflict-rule.ts';
import type { ReviewMessage } from '#core/domain/request.ts';
import { idColumn, instantColumn, jsonColumn, textColumn } from './columns.ts';

export const PolicyEntity = defineEntity({
  name: 'Policy',
  tableName: 'policy',
  properties: {
    id: idColumn<PolicyId>().primary(),
    name: textColumn(),
    position: p.integer().unique(),
    state: textColumn<Policy['state']>(),
    conditions: jsonColumn<Policy['conditions']>(),
    effect: jsonColumn<Policy['effect']>(),
    version: p.integer(),
  },
});

export const PolicyVersionEntity = defineEntity({
  name: 'PolicyVersion',
  tableName: 'policy_version',
  properties: {
    policyId: idColumn<PolicyId>().primary(),
    version: p.integer().primary(),
    name: textColumn(),
    state: textColumn<Policy['state']>(),
    position: p.integer(),
    conditions: jsonColumn<Policy['conditions']>(),
    effect: jsonColumn<Policy['effect']>(),
    changedAt: instantColumn(),
    changedById: idColumn<EmployeeId>(),
  },
});

export const ConflictRuleEntity = defineEntity({
  name: 'ConflictRule',
  tableName: 'conflict_rule',
  properties: {
    id: idColumn<ConflictRuleId>().primary(),
    name: textColumn(),
    description: textColumn().nullable(),
    effect: textColumn<ConflictRule['effect']>(),
    reviewerKind: textColumn<ConflictRule['reviewerKind']>(),
    state: textColumn<ConflictRule['state']>(),
    version: p.integer(),
  },
});

export const ConflictRuleEntitlementEntity = defineEntity({
  name: 'ConflictRuleEntitlement',
  tableName: 'conflict_rule_entitlement',
  indexes: [{ properties: ['entitlementId'] }],
  properties: {
    ruleId: idColumn<ConflictRuleId>().primary(),
    side: textColumn<'left' | 'right'>().primary(),
    entitlementId: idColumn<EntitlementId>().primary(),
  },
});

export const ReviewerGroupEntity = defineEntity({
  name: 'ReviewerGroup',
  tableName: 'reviewer_group',
  properties: {
    id: idColumn<ReviewerGroupId>().primary(),
    name: textColumn(),
    nameKey: textColumn().unique(),
    description: textColumn().nullable(),
    version: p.integer(),
  },
});

export const ReviewerGroupMemberEntity = defineEntity({
  name: 'ReviewerGroupMember',
  tableName: 'reviewer_group_member',
  indexes: [{ properties: ['employeeId'] }],
  properties: {
    groupId: idColumn<ReviewerGroupId>().primary(),
    employeeId: idColumn<EmployeeId>().primary(),
  },
});

export const DelegationEntity = defineEntity({
  name: 'Delegation',
  tableName: 'delegation',
  indexes: [
    { properties: ['delegatorId', 'state'] },
    { properties: ['delegateId', 'state'] },
    { properties: ['state', 'startsAt'] },
  ],
  properties: {
    id: idColumn<DelegationId>().primary(),
    delegatorId: idColumn<EmployeeId>(),
    delegateId: idColumn<EmployeeId>(),
    startsAt: instantColumn(),
    endsAt: instantColumn().nullable(),
    state: textColumn<Delegation['state']>(),
    note: textColumn().nullable(),
    createdAt: instantColumn(),
  },
});

export const AccessRoleEntity = defineEntity({
  name: 'AccessRole',
  tableName: 'access_role',
  properties: {
    id: idColumn<AccessRoleId>().primary(),
    name: textColumn(),
    nameKey: textColumn().unique(),
    description: textColumn().nullable(),
    state: textColumn<AccessRole['state']>(),
    version: p.integer(),
  },
});

export const AccessRoleEntitlementEntity = defineEntity({
  name: 'AccessRoleEntitlement',
  tableName: 'access_role_entitlement',
  indexes: [{ properties: ['entitlementId'] }],
  properties: {
    accessRoleId: idColumn<AccessRoleId>().primary(),
    entitlementId: idColumn<EntitlementId>().primary(),
    position: p.integer(),
  },
});

export const ReviewMessageEntity = defineEntity({
  name: 'ReviewMessage',
  tableName: 'review_message',
  indexes: [{ properties: ['requestId'] }, { properties: ['itemId'] }],
  properties: {
    id: idColumn<ReviewMessageId>().primary(),
    requestId: idColumn<RequestId>(),
    itemId: idColumn<RequestItemId>(),
    taskId: idColumn<ReviewTaskId>(),
    authorId: idColumn<EmployeeId>(),
    kind: textColumn<ReviewMessage['kind']>(),
    text: textColumn(),
    at: instantColumn(),
    answersId: idColumn<ReviewMessageId>().nullable(),
  },
});

export const RequestFollowerEntity = defineEntity({
  name: 'RequestFollower',
  tableName: 'request_follower',
  indexes: [{ properties: ['employeeId'] }],
  properties: {
    requestId: idColumn<RequestId>().primary(),
    employeeId: idColumn<EmployeeId>().primary(),
    since: instantColumn(),
  },
});

/** A line that a follower joined, and so may see. */
export const FollowedItemEntity = defineEntity({
  name: 'FollowedItem',
  tableName: 'followed_item',
  indexes: [{ properties: ['employeeId'] }, { properties: ['itemId'] }],
  properties: {
    requestId: idColumn<RequestId>().primary(),
    employeeId: idColumn<EmployeeId>().primary(),
    itemId: idColumn<RequestItemId>().primary(),
  },
});

export const NoticeEntity = defineEntity({
  name: 'Notice',
  tableName: 'notice',
  indexes: [{ properties: ['employeeId', 'at'] }, { properties: ['employeeId', 'readAt'] }],
  properties: {
    id: idColumn<NoticeId>().primary(),
    employeeId: idColumn<EmployeeId>(),
    kind: textColumn<Notice['kind']>(),
    requestId: idColumn<RequestId>().nullable(),
    itemId: idColumn<RequestItemId>().nullable(),
    data: jsonColumn<Notice['data']>(),
    at: instantColumn(),
    readAt: instantColumn().nullable(),
  },
});

export const BulkDecisionEntity = defineEntity({
  name: 'BulkDecision',
  tableName: 'bulk_decision',
  indexes: [{ properties: ['deciderId', 'createdAt'] }, { properties: ['state', 'dispatchAt'] }],
  properties: {
    id: idColumn<BulkDecisionId>().primary(),
    deciderId: idColumn<EmployeeId>(),
    filter: jsonColumn<BulkDecision['filter']>(),
    verdict: textColumn<BulkDecision['verdict']>(),
    reason: textColumn().nullable(),
    shortenedTo: jsonColumn<NonNullable<BulkDecision['shortenedTo']>>().nullable(),
    toReviewerId: idColumn<EmployeeId>().nullable(),
    state: textColumn<BulkDecision['state']>(),
    createdAt: instantColumn(),
    dispatchAt: instantColumn(),
    endedAt: instantColumn().nullable(),
    total: p.integer(),
    decided: p.integer(),
    refused: p.integer(),
    resumeAfter: textColumn().nullable(),
  },
});

export const BulkDecisionResultEntity = defineEntity({
  name: 'BulkDecisionResult',
  tableName: 'bulk_decision_result',
  properties: {
    bulkDecisionId: idColumn<BulkDecisionId>().primary(),
    taskId: idColumn<ReviewTaskId>().primary(),
    itemId: idColumn<RequestItemId>(),
    requestId: idColumn<RequestId>(),
    outcome: textColumn<BulkDecisionResult['outcome']>(),
    code: textColumn<NonNullable<BulkDecisionResult['code']>>().nullable(),
    message: textColumn().nullable(),
  },
});
