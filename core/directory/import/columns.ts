/**
 * Which columns each kind of file may have. A column is found by any of its names: BalkanID's and plain
 * ones; case, spaces and punctuation do not matter (`Work Email*`, `work_email` and `workEmail` are one).
 * Where a file has several names of one column, the one listed first here counts. docs/guide/import.md has the list.
 */
import type { ImportKind } from '#core/contract/directory.contract.ts';

export interface Column {
  readonly field: string;
  readonly names: readonly string[];
  /** Names that are too general to count in a file with BalkanID's columns, where they mean something else. */
  readonly plainNames?: readonly string[];
  /** Longest value, in characters. */
  readonly maximum: number;
  /** Line breaks are kept; elsewhere they become spaces. */
  readonly lines?: boolean;
}

export interface KindColumns {
  /** As it reads after "A file of". */
  readonly title: string;
  readonly columns: readonly Column[];
  /** At least one column of each group must be there. */
  readonly required: readonly (readonly string[])[];
  /** Columns that are not listed become attributes; else they are named once and not read. */
  readonly keepsUnknown: boolean;
}

/** The lengths are what the forms of the console take, and what an index of Postgres can hold. */
const name = 300;
const email = 254;
const long = 1000;

function column(field: string, names: string, maximum: number, lines = false): Column {
  return { field, names: names.split(', '), maximum, lines };
}

const application = column('application', 'Application, App Name, Application Name, App, Integration Name', 120);

const entitlementColumns: readonly Column[] = [
  column('project', 'Project', name),
  column('privilegeName', 'Privilege Name, Privilege', name),
  column('privilegeValue', 'Privilege Value', name),
  column('connection', 'Connection', name),
  column('connectionType', 'Connection Type', 50),
  column('resource', 'Resource, Resource Name', name),
  column('resourceType', 'Resource Type, Resource Kind', 50),
  column('resourceId', 'Resource ID', name),
  column('entitlement', 'Entitlement, Entitlement Name', name),
  column('entitlementId', 'Entitlement ID', 500),
  column('entitlementKind', 'Entitlement Kind, Entitlement Type', 50),
];

/** Names that only make sense where a row is an entitlement and nothing else. */
const entitlementDetails: readonly Column[] = [
  { ...column('entitlement', 'Entitlement, Entitlement Name', name), plainNames: ['Name'] },
  { ...column('entitlementId', 'Entitlement ID, External ID', 500), plainNames: ['ID'] },
  { ...column('entitlementKind', 'Entitlement Kind, Entitlement Type', 50), plainNames: ['Kind', 'Type'] },
  column('purpose', 'Purpose', name),
  column('description', 'Description, Entitlement Description', long, true),
  column('risk', 'Risk, Risk Level', 20),
  column('maximumDuration', 'Maximum Duration, Max Duration, Maximum Duration Minutes', 30),
  column('businessOwner', 'Business Owner Email, Business Owner, Owner Email', email),
];

const accountColumns: readonly Column[] = [
  column('username', 'Username, User Name, Login, Account', name),
  column('email', 'Email, Work Email, Account Email, Employee Email', email),
  column('userId', 'User ID, Account ID, Identity ID', 500),
  column('accountName', 'Name, Display Name, Full Name', name),
];

/** Columns by kind of file. */
export const kindColumns: Readonly<Record<ImportKind, KindColumns>> = {
  employees: {
    title: 'employees',
    keepsUnknown: true,
    required: [['workEmail']],
    columns: [
      column('workEmail', 'Work Email, Email, E-mail Address', email),
      column('fullName', 'Full Name, Name, Display Name', name),
      column('firstName', 'First Name, Given Name', 150),
      column('lastName', 'Last Name, Surname, Family Name', 150),
      column('department', 'Department', name),
      column('jobTitle', 'Title, Job Title', name),
      column('startDate', 'Start Date, Hire Date', 40),
      column('endDate', 'End Date, Leaving Date, Termination Date', 40),
      column('employmentType', 'Employment Type', 100),
      column('organization', 'Organization, Organisation, Company', name),
      column('managerEmail', 'Manager Work Email, Manager Email', email),
      column('managerName', 'Manager, Manager Name', name),
      column('sourceUserId', 'Source User ID, User ID, Employee ID', name),
      column('roles', 'BalkanID Roles, Roles, Gatehouse Roles', name),
      column('status', 'Status', 20),
    ],
  },
  applications: {
    title: 'applications',
    keepsUnknown: false,
    required: [['application']],
    columns: [
      column('application', 'Name, Application, App Name, Application Name, Integration Name', 120),
      column('description', 'Description, Integration Description', long, true),
      column('primaryOwner', 'Primary Owner Email, Primary Owner, Owner Email, Owner', email),
      column('secondaryOwners', 'Secondary Owners Emails, Secondary Owner Emails, Secondary Owners', 15_000),
      column('fulfillment', 'Fulfillment, Fulfilment', 20),
      column('approval', 'Approval', 20),
      column('reviewers', 'Reviewers', 100),
    ],
  },
  entitlements: {
    title: 'entitlements',
    keepsUnknown: false,
    required: [['entitlement', 'privilegeName', 'connection']],
    columns: [...entitlementColumns.slice(0, 8), ...entitlementDetails, application],
  },
  accounts: {
    title: 'accounts',
    keepsUnknown: false,
    required: [['username', 'email', 'userId']],
    columns: [
      ...accountColumns,
      column('accountKind', 'Account Kind, Account Type, Kind, Identity Type', 30),
      column('accountStatus', 'Account Status, Status', 20),
      application,
    ],
  },
  grants: {
    title: 'grants',
    keepsUnknown: false,
    required: [
      ['entitlement', 'entitlementId', 'privilegeName', 'connection'],
      ['username', 'email', 'userId'],
    ],
    columns: [...entitlementColumns, ...accountColumns, column('grantedAt', 'Granted At, Granted On', 40), application],
  },
  businessOwners: {
    title: 'business owners',
    keepsUnknown: false,
    required: [['primaryOwner'], ['application', 'applicationId', 'entityName', 'entityId']],
    columns: [
      column('entityId', 'Entity ID, Entitlement ID', 500),
      column('entityName', 'Entity Name, Entitlement, Entitlement Name', name),
      column('entityType', 'Entity Type', 50),
      column('sourceType', 'Source Type', 100),
      column('applicationId', 'Integration ID, Application ID, App ID', 500),
      column('application', 'Integration Name, Application, Application Name, App Name', 120),
      column('applicationDescription', 'Integration Description', long, true),
      column('primaryOwner', 'Primary Owner Email, Primary Owner, Owner Email, Business Owner Email', email),
      column('secondaryOwners', 'Secondary Owners Emails, Secondary Owner Emails, Secondary Owners', 15_000),
    ],
  },
};
