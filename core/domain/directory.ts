/**
 * The organisation and its applications: who works here, what can be requested, and who holds what.
 */
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
} from './ids.ts';
import type { Instant } from './instant.ts';
import type { ReviewSettings } from './review-settings.ts';

/** What a person may do beyond requesting and reviewing, which every team member may. */
export const roles = ['riskManager', 'administrator'] as const;
export type Role = (typeof roles)[number];

export const employeeStatuses = ['active', 'left'] as const;
export type EmployeeStatus = (typeof employeeStatuses)[number];

/** A person of the organisation, unique by work e-mail (compared without case). */
export interface Employee {
  readonly id: EmployeeId;
  readonly workEmail: string;
  readonly fullName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly department: string | null;
  readonly jobTitle: string | null;
  readonly employmentType: string | null;
  readonly organization: string | null;
  /** Calendar dates, `YYYY-MM-DD`. */
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly managerId: EmployeeId | null;
  /** The id of this person in the system the directory was imported from. */
  readonly sourceUserId: string | null;
  readonly status: EmployeeStatus;
  /** Further attributes as imported; names are the columns'. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** How approved access gets into the application. */
export const fulfillmentOptions = ['connector', 'manual'] as const;
export type FulfillmentOption = (typeof fulfillmentOptions)[number];

/** A system people get access to. */
export interface Application {
  readonly id: ApplicationId;
  readonly name: string;
  readonly description: string | null;
  readonly primaryOwnerId: EmployeeId | null;
  readonly secondaryOwnerIds: readonly EmployeeId[];
  readonly fulfillment: FulfillmentOption;
  readonly reviewSettings: ReviewSettings;
  /** Rises by one with every change; automatic decisions name the version they rest on. */
  readonly version: number;
}

/** A connector's configured use by one application. Secrets are in the keychain under `secretName`, never here. */
export interface ConnectorInstance {
  readonly id: ConnectorInstanceId;
  readonly applicationId: ApplicationId;
  readonly connector: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly secretName: string;
  readonly lastTestedAt: Instant | null;
  readonly lastTestOutcome: 'passed' | 'failed' | null;
  readonly lastTestMessage: string | null;
  /** When somebody set it last; null: before Gatehouse kept that. */
  readonly changedAt: Instant | null;
  /** When a delivery or a discovery was last answered through it, to a few minutes. */
  readonly lastUsedAt: Instant | null;
}

/** Something inside an application that entitlements are on (a repository, a project, a database). */
export interface Resource {
  readonly id: ResourceId;
  readonly applicationId: ApplicationId;
  readonly externalId: string;
  readonly name: string;
  readonly kind: string;
}

export const riskLevels = ['low', 'medium', 'high'] as const;
export type RiskLevel = (typeof riskLevels)[number];

/** What can be requested: a group, role, team, database role. */
export interface Entitlement {
  readonly id: EntitlementId;
  readonly applicationId: ApplicationId;
  readonly resourceId: ResourceId | null;
  /** The application's own id of it; immutable there, unique within the application. */
  readonly externalId: string;
  readonly name: string;
  readonly kind: string;
  readonly purpose: string | null;
  readonly description: string | null;
  readonly risk: RiskLevel;
  readonly businessOwnerId: EmployeeId | null;
  /** The longest a temporary grant may last, in minutes; null: no limit, and permanent grants are allowed. */
  readonly maximumDurationMinutes: number | null;
  /** Takes the place of the application's settings; null: those of the application hold. */
  readonly reviewSettings: ReviewSettings | null;
  readonly status: 'active' | 'gone';
  /** The last discovery that saw it; null when none has. */
  readonly lastSeenRunId: SyncRunId | null;
}

/** Attributes an application need not have; `employeeId` is the person's id in the system the directory was imported from. */
export const furtherAttributes = ['firstName', 'lastName', 'department', 'jobTitle', 'employeeId'] as const;
/** Attributes of an account that are compared with the directory, by the names of connectors' `AccountDraft`. */
export const comparedAttributes = ['email', 'displayName', ...furtherAttributes] as const;
export type ComparedAttribute = (typeof comparedAttributes)[number];
export type AccountAttributes = Readonly<Partial<Record<(typeof furtherAttributes)[number], string>>>;

/** A person's or service's login inside one application. */
export interface Account {
  readonly id: AccountId;
  readonly applicationId: ApplicationId;
  readonly employeeId: EmployeeId | null;
  readonly kind: 'employee' | 'service';
  readonly username: string;
  /** The application's id of the account, known once it was created or discovered. */
  readonly externalId: string | null;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly status: 'active' | 'disabled' | 'gone';
  readonly lastSeenRunId: SyncRunId | null;
}

/**
 * A person's accounts in an application, those in use before disabled ones, the oldest first: access goes to the first.
 * Sorted here and not where they are read: asked for this order, SQLite walks every account of the application.
 */
export function likeliestFirst<Row extends { readonly id: string; readonly status: Account['status'] }>(
  accounts: readonly Row[],
): readonly Row[] {
  const place = ({ id, status }: Row) => `${['active', 'disabled', 'gone'].indexOf(status)} ${id}`;
  return accounts.toSorted((one, other) => (place(one) < place(other) ? -1 : 1));
}

/** Where a grant comes from. */
export type GrantOrigin = 'request' | 'discovery' | 'import';

/** The fact that an account holds an entitlement. */
export interface Grant {
  readonly id: GrantId;
  readonly accountId: AccountId;
  readonly entitlementId: EntitlementId;
  readonly origin: GrantOrigin;
  /** The item that explains it, for grants that were requested. A discovery never takes this away. */
  readonly requestItemId: RequestItemId | null;
  readonly status: 'active' | 'ended';
  readonly grantedAt: Instant;
  readonly expiresAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly lastSeenRunId: SyncRunId | null;
}

export const syncRunStates = ['running', 'held', 'completed', 'failed', 'dismissed'] as const;
/** `held`: so much would be gone that a person is asked first. `dismissed`: a person did not believe it; nothing was ended. */
export type SyncRunState = (typeof syncRunStates)[number];

/** A run as it begins. */
export const freshRun = {
  accountsSeen: 0,
  entitlementsSeen: 0,
  grantsSeen: 0,
  pages: 0,
  summary: {},
  failure: null,
  question: null,
  answeredById: null,
  answeredAt: null,
  checkpoint: null,
  leaseOwner: null,
  leaseUntil: null,
  faults: 0,
  resumeAt: null,
  lastProblem: null,
} as const;

/** What would be gone, beside what was there: the reason why a discovery asks. */
export interface DropQuestion {
  readonly accounts: { readonly known: number; readonly gone: number };
  readonly grants: { readonly known: number; readonly gone: number };
}

/**
 * Where a discovery stands that has read everything: what would be gone is counted first, then ended, then what is
 * there is compared with what was decided. Each step is bounded and committed, so that nobody waits long for one and a
 * process that dies repeats none.
 */
export const endingStages = [
  'countAccounts',
  'countGrants',
  'endGrants',
  'endAccounts',
  'observe',
  'addedOutside',
  'removedOutside',
  'accounts',
  'close',
] as const;

export interface Ending {
  readonly stage: (typeof endingStages)[number];
  /** What the stage has got to, in its own order; empty: it has not begun. */
  readonly after: string;
  readonly question: DropQuestion;
  readonly counts: Readonly<Record<string, number>>;
  /** Items whose access was given by hand, as somebody said, and was taken away past Gatehouse. */
  readonly missed: readonly RequestItemId[];
}

/** How an application is delivered to and discovered; without a row, the defaults hold. */
export interface DeliverySettings {
  readonly applicationId: ApplicationId;
  /** Minutes between discoveries that start by themselves; null: only people start them. */
  readonly discoveryEveryMinutes: number | null;
  /** A discovery that would end more than this share of the accounts or grants asks first. */
  readonly dropPercent: number;
  /** Effects at once; null, or more than the connector bears: as many as it bears. */
  readonly concurrency: number | null;
  /** What people are told who do the work by hand. An entitlement may have instructions of its own instead. */
  readonly instructions: string | null;
  /** Hours people have for it from when it came to them; null: it is due at no particular time. */
  readonly byHandHours: number | null;
}

export const defaultDeliverySettings = {
  discoveryEveryMinutes: null,
  dropPercent: 20,
  concurrency: null,
  instructions: null,
  byHandHours: null,
} as const satisfies Partial<DeliverySettings>;

/** Whether deliveries to an application are paused because it did not answer well several times in a row. */
export interface DeliveryHealth {
  readonly applicationId: ApplicationId;
  /** Passing faults in a row. */
  readonly faults: number;
  readonly pausedSince: Instant | null;
  /** From then on a single task tries whether it works again. */
  readonly pausedUntil: Instant | null;
  readonly lastProblem: string | null;
  readonly changedAt: Instant;
}

/**
 * An application does not accept the credential that a machine's keychain holds. Nothing is asked of it from there
 * until somebody sets another one or a test passes; from time to time a single task tries whether it is accepted again.
 */
export interface CredentialFault {
  readonly applicationId: ApplicationId;
  readonly machine: string;
  readonly problem: string;
  readonly since: Instant;
  readonly retryAt: Instant;
}

/** One discovery of an application. */
export interface SyncRun {
  readonly id: SyncRunId;
  readonly applicationId: ApplicationId;
  readonly state: SyncRunState;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly accountsSeen: number;
  readonly entitlementsSeen: number;
  readonly grantsSeen: number;
  readonly pages: number;
  /** What changed in the directory, and what was met that a person should look at. */
  readonly summary: Readonly<Record<string, number>>;
  readonly failure: string | null;
  readonly question: DropQuestion | null;
  readonly answeredById: EmployeeId | null;
  readonly answeredAt: Instant | null;
  /** Passing faults in a row since its last page. */
  readonly faults: number;
  /** It met a passing fault and goes on from its checkpoint then; null: it does not wait. */
  readonly resumeAt: Instant | null;
  readonly lastProblem: string | null;
}
