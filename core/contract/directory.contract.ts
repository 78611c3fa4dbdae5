/** The organisation, its applications and their connections. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { connectorCapabilities } from '#core/domain/connector.ts';
import { findingActions, findingKinds, findingStates } from '#core/domain/finding.ts';
import { fulfillmentOptions, roles, syncRunStates } from '#core/domain/directory.ts';
import type {
  AccountId,
  ApplicationId,
  EmployeeId,
  EntitlementId,
  FindingId,
  GrantId,
  RequestId,
  SyncRunId,
  UploadId,
} from '#core/domain/ids.ts';
import { maximumFileBytes, uploadPieceBytes } from './import-file.ts';
import { procedure } from './procedure.ts';
import { reviewSettingsSchema } from './review-settings.schema.ts';
import {
  commandIdSchema,
  idSchema,
  instantSchema,
  namedSchema,
  pageInputSchema,
  pageSchema,
  personSchema,
  resultSchema,
  riskSchema,
  searchSchema,
  textSchema,
} from './schemas.ts';

const byApplication = z.object({ applicationId: idSchema<ApplicationId>() });

export const applicationSettingsSchema = z.object({
  name: textSchema(120).min(1),
  description: textSchema(1000).nullable().default(null),
  primaryOwnerId: idSchema<EmployeeId>().nullable().default(null),
  secondaryOwnerIds: z.array(idSchema<EmployeeId>()).max(50).default([]),
  fulfillment: z.enum(fulfillmentOptions),
  reviewSettings: reviewSettingsSchema,
});
export type ApplicationSettings = z.input<typeof applicationSettingsSchema>;

export const entitlementRowSchema = z.object({
  id: idSchema<EntitlementId>(),
  name: z.string(),
  kind: z.string(),
  description: z.string().nullable(),
  resource: z.string().nullable(),
  risk: riskSchema,
  maximumDurationMinutes: z.number().int().nullable(),
  status: z.enum(['active', 'gone']),
  application: namedSchema<ApplicationId>(),
  holders: z.number().int(),
  /** It is reviewed by settings of its own instead of the application's. */
  ownReview: z.boolean(),
  /** How it is given and taken by hand, where that differs from its application's instructions. */
  instructions: z.string().nullable(),
});
export type EntitlementRow = z.output<typeof entitlementRowSchema>;

export const grantRowSchema = z.object({
  id: idSchema<GrantId>(),
  entitlement: z.object({ id: idSchema<EntitlementId>(), name: z.string(), kind: z.string(), risk: riskSchema }),
  application: namedSchema<ApplicationId>(),
  /** Through a service account, its owner holds it for that account and not themselves. */
  account: z.object({ id: idSchema<AccountId>(), username: z.string(), kind: z.enum(['employee', 'service']) }),
  origin: z.enum(['request', 'discovery', 'import']),
  status: z.enum(['active', 'ended']),
  grantedAt: instantSchema,
  expiresAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
  requestId: idSchema<RequestId>().nullable(),
});
export type GrantRow = z.output<typeof grantRowSchema>;

export const syncRunSchema = z.object({
  id: idSchema<SyncRunId>(),
  /** `held`: it asks a person before it ends anything; `dismissed`: that person did not believe it. */
  state: z.enum(syncRunStates),
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  accountsSeen: z.number().int(),
  entitlementsSeen: z.number().int(),
  grantsSeen: z.number().int(),
  summary: z.record(z.string(), z.number()),
  failure: z.string().nullable(),
  /** It met a passing fault and goes on from where it stood then; null: it does not wait. */
  resumeAt: instantSchema.nullable(),
  lastProblem: z.string().nullable(),
  pages: z.number().int(),
  /** What would be gone, while it asks and afterwards; null: it did not ask. */
  question: z
    .object({
      accounts: z.object({ known: z.number().int(), gone: z.number().int() }),
      grants: z.object({ known: z.number().int(), gone: z.number().int() }),
    })
    .nullable(),
});
export type SyncRunView = z.output<typeof syncRunSchema>;

export const findingRowSchema = z.object({
  id: idSchema<FindingId>(),
  kind: z.enum(findingKinds),
  state: z.enum(findingStates),
  account: z.string(),
  accountId: idSchema<AccountId>().nullable(),
  entitlement: z.string().nullable(),
  employee: personSchema.nullable(),
  /** What is told besides: `attribute`, `expected`, `actual`. */
  detail: z.record(z.string(), z.string()),
  firstSeenAt: instantSchema,
  lastSeenAt: instantSchema,
  endedAt: instantSchema.nullable(),
  proposedAction: z.enum(findingActions),
  note: z.string().nullable(),
  requestId: idSchema<RequestId>().nullable(),
  effectState: z.enum(['ready', 'running', 'done', 'failed']).nullable(),
  problem: z.string().nullable(),
  /** What the person signed in may do about it now. */
  actions: z.array(z.enum([...findingActions, 'dismiss'])),
});
export type FindingRow = z.output<typeof findingRowSchema>;

export const applicationRowSchema = z.object({
  id: idSchema<ApplicationId>(),
  name: z.string(),
  description: z.string().nullable(),
  primaryOwner: personSchema.nullable(),
  fulfillment: z.enum(fulfillmentOptions),
  approval: z.enum(['review', 'auto']),
  connection: z.object({
    connector: z.string().nullable(),
    /** `noCredential`: configured, but this machine's keychain does not hold the secret. */
    state: z.enum(['none', 'untested', 'working', 'failing', 'noCredential']),
    message: z.string().nullable(),
  }),
  entitlements: z.number().int(),
  accounts: z.number().int(),
  lastDiscovery: syncRunSchema.nullable(),
});
export type ApplicationRow = z.output<typeof applicationRowSchema>;

export const applicationDetailSchema = applicationRowSchema.extend({
  secondaryOwners: z.array(personSchema),
  reviewSettings: reviewSettingsSchema,
  /** The persons whom the settings designate. */
  designatedPersons: z.array(personSchema),
  version: z.number().int(),
  connectionSettings: z
    .object({
      connector: z.string(),
      configuration: z.record(z.string(), z.unknown()),
      /** Which secrets are in the keychain of this machine; never the secrets. */
      secretsPresent: z.record(z.string(), z.boolean()),
      lastTestedAt: instantSchema.nullable(),
      /** When a delivery or a discovery was last answered through it, to a few minutes. */
      lastUsedAt: instantSchema.nullable(),
      /** Whether its connector can say what the application holds. */
      discovers: z.boolean(),
    })
    .nullable(),
  discoveries: z.array(syncRunSchema),
  delivery: z.object({
    discoveryEveryMinutes: z.number().int().nullable(),
    dropPercent: z.number().int(),
    concurrency: z.number().int().nullable(),
    /** What people are told who do the work by hand, and how many hours they have for it. */
    instructions: z.string().nullable(),
    byHandHours: z.number().int().nullable(),
    /** Deliveries are paused because the application did not answer well; null: they are not. */
    paused: z
      .object({ since: instantSchema, until: instantSchema, faults: z.number().int(), problem: z.string().nullable() })
      .nullable(),
    /** The application does not accept the credential that a machine holds: what was asked from there waits. */
    credential: z
      .object({ machine: z.string(), since: instantSchema, problem: z.string(), waiting: z.number().int() })
      .nullable(),
  }),
  /** Findings that wait for somebody to decide. */
  openFindings: z.number().int(),
  mayManage: z.boolean(),
});
export type ApplicationDetail = z.output<typeof applicationDetailSchema>;

const fieldConditionSchema = z.object({ field: z.string(), is: z.string() });

const fieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  help: z.string(),
  kind: z.enum(['text', 'lines', 'url', 'folder', 'number', 'choice', 'secret']),
  required: z.boolean(),
  schemes: z.array(z.string()).readonly().optional(),
  guardsSecrets: z.boolean().optional(),
  choices: z
    .array(z.object({ value: z.string(), label: z.string() }))
    .readonly()
    .optional(),
  initial: z.union([z.string(), z.number()]).optional(),
  initialWhen: z.object({ field: z.string(), values: z.record(z.string(), z.string()) }).optional(),
  advanced: z.boolean().optional(),
  placeholder: z.string().optional(),
  multiline: z.boolean().optional(),
  onlyWhen: z.union([fieldConditionSchema, z.array(fieldConditionSchema).readonly()]).optional(),
});

export const connectorDescriptionSchema = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  fields: z.array(fieldSchema).readonly(),
  capabilities: z.array(z.enum(connectorCapabilities)).readonly(),
  requiredPermissions: z.array(z.string()).readonly(),
  /** What accounts are made from, in words of the application. */
  accountAttributes: z.array(z.object({ name: z.string(), becomes: z.string(), required: z.boolean() })).readonly(),
  nativeExpiry: z.boolean(),
  /** What happens when an effect is performed twice, by ability. */
  effects: z.partialRecord(z.enum(connectorCapabilities), z.enum(['idempotent', 'checkThenAct', 'irreversible'])),
  limits: z.object({ concurrency: z.number().int(), effectsPerSecond: z.number().nullable() }),
});
export type ConnectorView = z.output<typeof connectorDescriptionSchema>;

export const connectionTestSchema = z.object({
  passed: z.boolean(),
  checks: z.array(z.object({ name: z.string(), passed: z.boolean(), message: z.string() })).readonly(),
});

const connectionDraftSchema = byApplication.extend({
  connector: z.string().max(50),
  configuration: z.record(z.string().max(100), z.union([z.string().max(20_000), z.number()])),
  /** Only fields that are being set now; what is left out stays as the keychain has it. */
  secrets: z.record(z.string().max(100), z.string().max(100_000)).default({}),
});

export const applicationsContract = {
  list: procedure.input(z.object({ search: searchSchema })).output(z.object({ rows: z.array(applicationRowSchema) })),
  get: procedure.input(byApplication).output(applicationDetailSchema),
  connectors: procedure.output(z.array(connectorDescriptionSchema)),
  create: procedure
    .input(applicationSettingsSchema.extend({ commandId: commandIdSchema }))
    .output(resultSchema(byApplication)),
  change: procedure
    .input(
      applicationSettingsSchema.extend({
        commandId: commandIdSchema,
        applicationId: idSchema<ApplicationId>(),
        version: z.number().int(),
      }),
    )
    .output(resultSchema(z.object({ version: z.number().int() }))),
  /** Secrets go to the keychain, the rest to the workspace. */
  setConnection: procedure
    .input(connectionDraftSchema.extend({ commandId: commandIdSchema }))
    .output(resultSchema(z.object({}))),
  /** Tests what is in the form, with secrets from the form or else from the keychain; saves nothing but the result when it is the saved connection. */
  testConnection: procedure.input(connectionDraftSchema).output(resultSchema(connectionTestSchema)),
  /** Starts a discovery and answers with its run; progress shows live. Joins the one that is running. */
  discover: procedure.input(byApplication).output(resultSchema(z.object({ runId: idSchema<SyncRunId>() }))),
  /** What a person says when a discovery asks whether so much is really gone. */
  answerDiscovery: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        runId: idSchema<SyncRunId>(),
        answer: z.enum(['confirm', 'dismiss']),
        note: textSchema(2000).nullable().default(null),
      }),
    )
    .output(resultSchema(z.object({}))),
  changeDelivery: procedure
    .input(
      byApplication.extend({
        commandId: commandIdSchema,
        discoveryEveryMinutes: z.number().int().min(5).max(525_600).nullable(),
        dropPercent: z.number().int().min(1).max(100),
        concurrency: z.number().int().min(1).max(100).nullable(),
      }),
    )
    .output(resultSchema(z.object({}))),
  changeByHand: procedure
    .input(
      byApplication.extend({
        commandId: commandIdSchema,
        instructions: textSchema(4000).min(1).nullable(),
        byHandHours: z.number().int().min(1).max(8760).nullable(),
      }),
    )
    .output(resultSchema(z.object({}))),
  /** Says whose account it is; null: nobody's. */
  linkAccount: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        accountId: idSchema<AccountId>(),
        employeeId: idSchema<EmployeeId>().nullable(),
      }),
    )
    .output(resultSchema(z.object({}))),
  /** Instructions of one entitlement; null: those of its application hold. */
  instructEntitlement: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        entitlementId: idSchema<EntitlementId>(),
        instructions: textSchema(4000).min(1).nullable(),
      }),
    )
    .output(resultSchema(z.object({}))),
  /** Open ones first, the latest seen first. */
  findings: procedure
    .input(pageInputSchema.extend({ applicationId: idSchema<ApplicationId>() }))
    .output(pageSchema(findingRowSchema)),
  decideFinding: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        findingId: idSchema<FindingId>(),
        action: z.enum([...findingActions, 'dismiss']),
        note: textSchema(2000).nullable().default(null),
      }),
    )
    .output(resultSchema(z.object({ requestId: idSchema<RequestId>().nullable() }))),
  entitlements: procedure
    .input(
      pageInputSchema.extend({
        applicationId: idSchema<ApplicationId>().nullable().default(null),
        search: searchSchema,
        /** Leave out what is gone from the application. */
        requestableOnly: z.boolean().default(true),
      }),
    )
    .output(pageSchema(entitlementRowSchema)),
  accounts: procedure
    .input(pageInputSchema.extend({ applicationId: idSchema<ApplicationId>(), search: searchSchema }))
    .output(
      pageSchema(
        z.object({
          id: idSchema<AccountId>(),
          username: z.string(),
          displayName: z.string().nullable(),
          email: z.string().nullable(),
          status: z.enum(['active', 'disabled', 'gone']),
          employee: personSchema.nullable(),
          grants: z.number().int(),
        }),
      ),
    ),
};

export const importKinds = [
  'employees',
  'applications',
  'entitlements',
  'accounts',
  'grants',
  'businessOwners',
] as const;
export type ImportKind = (typeof importKinds)[number];

export const importReportSchema = z.object({
  kind: z.enum(importKinds),
  /** Data lines read, without the header. */
  read: z.number().int(),
  created: z.number().int(),
  changed: z.number().int(),
  unchanged: z.number().int(),
  rejected: z.number().int(),
  /** Warnings do not keep a row out (an unknown manager, a cycle of managers). */
  warnings: z.number().int(),
  /** The first problems in file order; the rejects file has all of them. */
  problems: z.array(
    z.object({
      /** Line in the file, from 1, the header included. */
      line: z.number().int(),
      column: z.string().nullable(),
      severity: z.enum(['rejected', 'warning']),
      reason: z.string(),
      value: z.string().nullable(),
    }),
  ),
  /** False when the file was refused as a whole and nothing was changed. */
  applied: z.boolean(),
});
export type ImportReport = z.output<typeof importReportSchema>;

export const employeeRowSchema = personSchema.extend({
  roles: z.array(z.enum(roles)),
  manager: personSchema.nullable(),
});
export type EmployeeRow = z.output<typeof employeeRowSchema>;

export const directoryContract = {
  employees: procedure
    .input(
      pageInputSchema.extend({ search: searchSchema, status: z.enum(['active', 'left', 'all']).default('active') }),
    )
    .output(pageSchema(employeeRowSchema).extend({ total: z.number().int() })),
  employee: procedure.input(z.object({ employeeId: idSchema<EmployeeId>() })).output(
    employeeRowSchema.extend({
      firstName: z.string().nullable(),
      lastName: z.string().nullable(),
      employmentType: z.string().nullable(),
      organization: z.string().nullable(),
      startDate: z.string().nullable(),
      endDate: z.string().nullable(),
      attributes: z.record(z.string(), z.string()),
      reports: z.array(personSchema),
      /** What this person holds, active first. Others' access is shown to those who may see it, else empty. */
      grants: z.array(grantRowSchema),
    }),
  ),
  /**
   * Announces a file, which then comes in pieces. The one message is its id. The file lasts as long as this call, or
   * until it is imported: ending the call, or losing the connection, removes it. For administrators.
   */
  upload: procedure
    .input(z.object({ name: z.string().max(500), size: z.number().int().min(1).max(maximumFileBytes) }))
    .output(eventIterator(z.object({ uploadId: idSchema<UploadId>() }))),
  /** One piece after another, each when the one before it was answered; `received` is where the next begins. */
  sendPiece: procedure
    .input(
      z.object({
        uploadId: idSchema<UploadId>(),
        offset: z.number().int().min(0),
        piece: z.file().min(1).max(uploadPieceBytes),
      }),
    )
    .output(resultSchema(z.object({ received: z.number().int() }))),
  import: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        kind: z.enum(importKinds),
        /** `allOrNothing`: one bad row and nothing is imported. `acceptGood`: bad rows go to the rejects file. */
        mode: z.enum(['allOrNothing', 'acceptGood']),
        uploadId: idSchema<UploadId>(),
        /** The application the rows belong to, where the file does not name it. */
        applicationId: idSchema<ApplicationId>().nullable().default(null),
      }),
    )
    .output(resultSchema(z.object({ report: importReportSchema, rejects: z.instanceof(Blob).nullable() }))),
  setRoles: procedure
    .input(z.object({ commandId: commandIdSchema, employeeId: idSchema<EmployeeId>(), roles: z.array(z.enum(roles)) }))
    .output(resultSchema(z.object({}))),
};

export const dashboardContract = {
  summary: procedure.output(
    z.object({
      myOpenTasks: z.number().int(),
      myOpenRequests: z.number().int(),
      myActiveGrants: z.number().int(),
      /** My access that ends within seven days, soonest first. */
      endingSoon: z.array(grantRowSchema),
      /** Fulfillment tasks waiting for me as owner or administrator. */
      attention: z.number().int(),
      /** Numbers of the whole workspace, for risk managers and administrators; else null. */
      workspace: z
        .object({
          openRequests: z.number().int(),
          submittedLast30Days: z.number().int(),
          approvedLast30Days: z.number().int(),
          deniedLast30Days: z.number().int(),
          /** Minutes from submission to decision; null without any. */
          timeToDecisionP50Minutes: z.number().nullable(),
          timeToDecisionP90Minutes: z.number().nullable(),
          temporaryGrantsActive: z.number().int(),
          overdueRevocations: z.number().int(),
          /** The worst lateness of a revocation in the last 30 days, in seconds; null without any. */
          worstRevocationLatenessSeconds: z.number().nullable(),
          /** Requests submitted per day, the last 30 days, oldest first. */
          perDay: z.array(z.object({ date: z.string(), submitted: z.number().int(), ended: z.number().int() })),
        })
        .nullable(),
    }),
  ),
};
