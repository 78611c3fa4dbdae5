/** Tables of the organisation and its applications. */
import { defineEntity, p } from '@mikro-orm/core';
import type {
  Account,
  AccountAttributes,
  Application,
  ConnectorInstance,
  Employee,
  Ending,
  Entitlement,
  Grant,
  Resource,
  Role,
  SyncRun,
} from '#core/domain/directory.ts';
import type {
  AccountId,
  ApplicationId,
  ConnectorInstanceId,
  EmployeeId,
  EntitlementId,
  GrantId,
  RequestItemId,
  ResourceId,
  SyncRunId,
} from '#core/domain/ids.ts';
import { idColumn, instantColumn, jsonColumn, textColumn } from './columns.ts';

export const EmployeeEntity = defineEntity({
  name: 'Employee',
  tableName: 'employee',
  indexes: [{ properties: ['managerId'] }, { properties: ['status', 'fullName', 'id'] }],
  properties: {
    id: idColumn<EmployeeId>().primary(),
    /** Lower case: people write the same address in many ways. */
    workEmail: textColumn().unique(),
    fullName: textColumn(),
    firstName: textColumn().nullable(),
    lastName: textColumn().nullable(),
    department: textColumn().nullable(),
    jobTitle: textColumn().nullable(),
    employmentType: textColumn().nullable(),
    organization: textColumn().nullable(),
    startDate: textColumn().nullable(),
    endDate: textColumn().nullable(),
    managerId: idColumn<EmployeeId>().nullable(),
    sourceUserId: textColumn().nullable(),
    status: textColumn<Employee['status']>(),
    attributes: jsonColumn<Employee['attributes']>(),
    /** What a search looks in: name, e-mail, title, department, in lower case. */
    searchText: textColumn(),
  },
});

export const RoleAssignmentEntity = defineEntity({
  name: 'RoleAssignment',
  tableName: 'role_assignment',
  properties: {
    employeeId: idColumn<EmployeeId>().primary(),
    role: textColumn<Role>().primary(),
  },
});

export const ApplicationEntity = defineEntity({
  name: 'Application',
  tableName: 'application',
  properties: {
    id: idColumn<ApplicationId>().primary(),
    name: textColumn(),
    /** The name in lower case: no two applications may differ in case alone. */
    nameKey: textColumn().unique(),
    description: textColumn().nullable(),
    primaryOwnerId: idColumn<EmployeeId>().nullable().index(),
    fulfillment: textColumn<Application['fulfillment']>(),
    reviewSettings: jsonColumn<Application['reviewSettings']>(),
    version: p.integer(),
  },
});

export const SecondaryOwnerEntity = defineEntity({
  name: 'SecondaryOwner',
  tableName: 'secondary_owner',
  indexes: [{ properties: ['employeeId'] }],
  properties: {
    applicationId: idColumn<ApplicationId>().primary(),
    employeeId: idColumn<EmployeeId>().primary(),
    position: p.integer(),
  },
});

export const ConnectorInstanceEntity = defineEntity({
  name: 'ConnectorInstance',
  tableName: 'connector_instance',
  properties: {
    id: idColumn<ConnectorInstanceId>().primary(),
    applicationId: idColumn<ApplicationId>().unique(),
    connector: textColumn(),
    configuration: jsonColumn<ConnectorInstance['configuration']>(),
    secretName: textColumn(),
    lastTestedAt: instantColumn().nullable(),
    lastTestOutcome: textColumn<NonNullable<ConnectorInstance['lastTestOutcome']>>().nullable(),
    lastTestMessage: textColumn().nullable(),
    changedAt: instantColumn().nullable(),
    lastUsedAt: instantColumn().nullable(),
  },
});

export const ResourceEntity = defineEntity({
  name: 'Resource',
  tableName: 'resource',
  uniques: [{ properties: ['applicationId', 'externalId'] }],
  properties: {
    id: idColumn<ResourceId>().primary(),
    applicationId: idColumn<ApplicationId>(),
    externalId: textColumn(),
    name: textColumn(),
    kind: textColumn<Resource['kind']>(),
  },
});

export const EntitlementEntity = defineEntity({
  name: 'Entitlement',
  tableName: 'entitlement',
  uniques: [{ properties: ['applicationId', 'externalId'] }],
  indexes: [{ properties: ['status', 'name', 'id'] }],
  properties: {
    id: idColumn<EntitlementId>().primary(),
    applicationId: idColumn<ApplicationId>(),
    resourceId: idColumn<ResourceId>().nullable(),
    externalId: textColumn(),
    name: textColumn(),
    kind: textColumn(),
    purpose: textColumn().nullable(),
    description: textColumn().nullable(),
    risk: textColumn<Entitlement['risk']>(),
    businessOwnerId: idColumn<EmployeeId>().nullable(),
    maximumDurationMinutes: p.integer().nullable(),
    reviewSettings: jsonColumn<NonNullable<Entitlement['reviewSettings']>>().nullable(),
    status: textColumn<Entitlement['status']>(),
    lastSeenRunId: idColumn<SyncRunId>().nullable(),
    searchText: textColumn(),
  },
});

export const AccountEntity = defineEntity({
  name: 'Account',
  tableName: 'account',
  uniques: [{ properties: ['applicationId', 'usernameKey'] }],
  indexes: [
    { properties: ['employeeId', 'applicationId'] },
    { properties: ['applicationId', 'externalId'] },
    { properties: ['applicationId', 'status'] },
  ],
  properties: {
    id: idColumn<AccountId>().primary(),
    applicationId: idColumn<ApplicationId>(),
    employeeId: idColumn<EmployeeId>().nullable(),
    kind: textColumn<Account['kind']>(),
    username: textColumn(),
    /** The user name in lower case: servers disagree about case, people do not mean two accounts. */
    usernameKey: textColumn(),
    externalId: textColumn().nullable(),
    email: textColumn().nullable(),
    displayName: textColumn().nullable(),
    status: textColumn<Account['status']>(),
    /** The last discovery that saw it. */
    lastSeenRunId: idColumn<SyncRunId>().nullable(),
    /** What the last discovery was told of it besides, of what is compared with the directory. */
    attributes: jsonColumn<AccountAttributes>().nullable(),
    /** When Gatehouse itself last changed it in the application. */
    changedAt: instantColumn().nullable(),
  },
});

export const GrantEntity = defineEntity({
  name: 'Grant',
  /** `grant` is a word of SQL. */
  tableName: 'access_grant',
  // An account holds an entitlement once at a time: a partial unique index in the migrations says so.
  indexes: [
    { properties: ['accountId', 'status'] },
    { properties: ['entitlementId', 'status'] },
    { properties: ['requestItemId'] },
  ],
  properties: {
    id: idColumn<GrantId>().primary(),
    accountId: idColumn<AccountId>(),
    entitlementId: idColumn<EntitlementId>(),
    origin: textColumn<Grant['origin']>(),
    requestItemId: idColumn<RequestItemId>().nullable(),
    status: textColumn<Grant['status']>(),
    grantedAt: instantColumn(),
    expiresAt: instantColumn().nullable(),
    endedAt: instantColumn().nullable(),
    lastSeenRunId: idColumn<SyncRunId>().nullable(),
  },
});

export const SyncRunEntity = defineEntity({
  name: 'SyncRun',
  tableName: 'sync_run',
  indexes: [{ properties: ['applicationId', 'startedAt'] }],
  properties: {
    id: idColumn<SyncRunId>().primary(),
    applicationId: idColumn<ApplicationId>(),
    state: textColumn<SyncRun['state']>(),
    startedAt: instantColumn(),
    endedAt: instantColumn().nullable(),
    accountsSeen: p.integer(),
    entitlementsSeen: p.integer(),
    grantsSeen: p.integer(),
    summary: jsonColumn<SyncRun['summary']>(),
    failure: textColumn().nullable(),
    /** Where the connector resumes when the process died; null once the run ended. */
    checkpoint: textColumn().nullable(),
    /** Everything was read, and so far it is with what follows from it; null: it still reads, or it ended. */
    ending: jsonColumn<Ending>().nullable(),
    pages: p.integer().default(0),
    /** What a person is asked before anything is ended. */
    question: jsonColumn<NonNullable<SyncRun['question']>>().nullable(),
    answeredById: idColumn<EmployeeId>().nullable(),
    answeredAt: instantColumn().nullable(),
    leaseOwner: textColumn().nullable(),
    leaseUntil: instantColumn().nullable(),
    faults: p.integer().default(0),
    resumeAt: instantColumn().nullable(),
    lastProblem: textColumn().nullable(),
  },
});
