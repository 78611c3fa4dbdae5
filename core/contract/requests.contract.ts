/** Asking for access, and following what became of it. */
import { z } from 'zod';
import { auditEventTypes } from '#core/domain/audit.ts';
import { findingKinds, findingStates } from '#core/domain/finding.ts';
import type {
  ApplicationId,
  DecisionId,
  EmployeeId,
  EntitlementId,
  FindingId,
  FulfillmentTaskId,
  RequestId,
  RequestItemId,
  ReviewTaskId,
} from '#core/domain/ids.ts';
import {
  fulfillmentStates,
  itemStates,
  requestStates,
  stageStates,
  taskStates,
  taskVias,
  ticketStates,
  verdicts,
} from '#core/domain/request.ts';
import { maximumEvidenceBytes } from './evidence-file.ts';
import { procedure } from './procedure.ts';
import { reviewPlanSchema } from './review-plan.schema.ts';
import {
  commandIdSchema,
  idSchema,
  instantSchema,
  namedSchema,
  pageInputSchema,
  pageSchema,
  personSchema,
  progressSchema,
  refusalSchema,
  resultSchema,
  riskSchema,
  searchSchema,
  termSchema,
  textSchema,
} from './schemas.ts';

/** One line of a request that is being written. */
export const itemDraftSchema = z.object({
  action: z.enum(['GRANT', 'REVOKE']),
  beneficiaryId: idSchema<EmployeeId>(),
  entitlementId: idSchema<EntitlementId>(),
  /** Must be permanent for REVOKE. */
  term: termSchema,
  /** Not delivered before this; reviewed at once all the same. */
  startsAt: instantSchema.nullable().default(null),
  /** The name of a service account, whose owner is the beneficiary; null: the beneficiary's own account. */
  serviceAccount: textSchema(100).min(1).regex(/^\S+$/, 'contains a space').nullable().default(null),
  /** The item whose temporary access this line prolongs. */
  extendsItemId: idSchema<RequestItemId>().nullable().default(null),
});
export type ItemDraft = z.input<typeof itemDraftSchema>;

export const submitSchema = z.object({
  justification: textSchema(2000).min(1),
  ticketReference: textSchema(100).nullable().default(null),
  items: z.array(itemDraftSchema).min(1).max(4000),
  /** The request that came to nothing and is asked for again. */
  resubmitsRequestId: idSchema<RequestId>().nullable().default(null),
});

/** What became of a submission. Lines that an open request asks for already are left out of the new one. */
export const submittedSchema = z.object({
  /** The new request; when every line was joined, the first one that was. */
  requestId: idSchema<RequestId>(),
  number: z.number().int(),
  isNew: z.boolean(),
  joined: z.array(
    z.object({
      /** Position of the line in the submission, from 0. */
      index: z.number().int(),
      requestId: idSchema<RequestId>(),
      number: z.number().int(),
    }),
  ),
});

/** Access given for a time ends now instead. */
export const endEarlySchema = z.object({ itemId: idSchema<RequestItemId>(), reason: textSchema(2000).min(1) });
/** Access given for a time is not to be prolonged. */
export const notRenewSchema = z.object({
  itemId: idSchema<RequestItemId>(),
  reason: textSchema(2000).nullable().default(null),
});

export const requestRefSchema = z.object({ requestId: idSchema<RequestId>(), number: z.number().int() });
export type RequestRef = z.output<typeof requestRefSchema>;

export const entitlementRefSchema = z.object({
  id: idSchema<EntitlementId>(),
  name: z.string(),
  kind: z.string(),
  risk: riskSchema,
});

export const previewLineSchema = z.object({
  /** Position of the line in the draft, from 0. */
  index: z.number().int(),
  beneficiary: personSchema.nullable(),
  entitlement: entitlementRefSchema.nullable(),
  application: namedSchema<ApplicationId>().nullable(),
  /** What would refuse this line; empty when it can be submitted. */
  problems: z.array(refusalSchema),
  /** `auto`: decided at once by a policy or by the setting of application or entitlement, recorded as such. */
  approval: z.enum(['review', 'auto']),
  reviewers: z.array(
    z.object({
      level: z.number().int(),
      kind: z.string(),
      people: z.array(personSchema),
      /** How many of them must approve. */
      needed: z.number().int(),
      fallbackReason: z.string().nullable(),
    }),
  ),
  account: z
    .object({
      /** `disabled`: nothing is given to it before it is enabled again. */
      state: z.enum(['exists', 'disabled', 'willBeCreated']),
      username: z.string(),
      /** What a new account is made from, in the application's words; empty for one that exists. */
      attributes: z.array(z.object({ name: z.string(), value: z.string() })),
    })
    .nullable(),
  fulfillment: z.enum(['connector', 'manual']),
  /** Is it held now? */
  held: z.boolean(),
  /** The number of the open request that asks for this already: submitting follows it instead. */
  joins: z.number().int().nullable(),
  /** Rules about duties to keep apart that this line would touch. */
  conflicts: z.array(
    z.object({ name: z.string(), effect: z.enum(['warn', 'requireLevel', 'forbid']), with: z.array(z.string()) }),
  ),
  /** The policy that decides or routes this line. */
  policy: z.string().nullable(),
  /** The reason with which that policy denies this line at once; null: it does not. */
  deniedBecause: z.string().nullable(),
  maximumDurationMinutes: z.number().int().nullable(),
  /** Why people review what a policy or the application would have approved by itself. */
  notAutomatic: z.string().nullable(),
  /** How many levels were asked for, where there are fewer because nobody is there for the rest. */
  levelsAsked: z.number().int().nullable(),
});
export type PreviewLine = z.output<typeof previewLineSchema>;

export const requestRowSchema = z.object({
  id: idSchema<RequestId>(),
  number: z.number().int(),
  state: z.enum(requestStates),
  requester: personSchema,
  /** The first few beneficiaries and how many there are in all. */
  beneficiaries: z.array(personSchema),
  beneficiaryCount: z.number().int(),
  /** The first item in words, e.g. the entitlement's and the application's name. */
  firstItem: z.object({
    action: z.enum(['GRANT', 'REVOKE']),
    entitlement: z.string(),
    application: z.string(),
    term: termSchema,
  }),
  itemCount: z.number().int(),
  submittedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  /** Over all reviewers and levels. */
  progress: progressSchema,
  version: z.number().int(),
});
export type RequestRow = z.output<typeof requestRowSchema>;

const observationSchema = z.object({
  held: z.boolean(),
  at: instantSchema,
  by: z.enum(['discovery', 'import']),
});

export const fulfillmentViewSchema = z.object({
  id: idSchema<FulfillmentTaskId>(),
  effect: z.enum(['grant', 'revoke']),
  cause: z.enum(['decision', 'expiry']),
  state: z.enum(fulfillmentStates),
  dueAt: instantSchema,
  nextAttemptAt: instantSchema.nullable(),
  attempts: z.number().int(),
  lastProblem: z.string().nullable(),
  /** It was asked for, and took: by others through a ticket, or in the application. Now it is only looked whether it is done. */
  isAwaited: z.boolean(),
  endedAt: instantSchema.nullable(),
  latenessSeconds: z.number().nullable(),
  /** The ticket in another system through which others do it; null: none was opened. */
  ticket: z
    .object({
      reference: z.string(),
      url: z.string().nullable(),
      openedAt: instantSchema,
      state: z.enum(ticketStates),
      note: z.string(),
      saidAt: instantSchema,
    })
    .nullable(),
  evidence: z
    .object({
      outcome: z.enum(['applied', 'already', 'byHand', 'byTicket']),
      accountCreated: z.boolean(),
      heldAfterwards: z.boolean().nullable(),
      readBackAt: instantSchema.nullable(),
      source: z.string(),
      facts: z.record(z.string(), z.string()),
      file: z
        .object({ name: z.string(), mediaType: z.string(), bytes: z.number().int(), sha256: z.string() })
        .nullable(),
    })
    .nullable(),
  /** What a discovery or an import said of it since. */
  observation: observationSchema.nullable(),
  /** When it came to people, and until when they should have done it; null: it did not, or at no particular time. */
  byHandSince: instantSchema.nullable(),
  dueBy: instantSchema.nullable(),
  /** How it is done by hand; for those who do it. */
  instructions: z.string().nullable(),
  /** What the person signed in may do with it. */
  maySendAgain: z.boolean(),
  mayCompleteByHand: z.boolean(),
  mayHandToPerson: z.boolean(),
});
export type FulfillmentView = z.output<typeof fulfillmentViewSchema>;

export const itemViewSchema = z.object({
  id: idSchema<RequestItemId>(),
  action: z.enum(['GRANT', 'REVOKE']),
  beneficiary: personSchema,
  application: namedSchema<ApplicationId>(),
  entitlement: entitlementRefSchema,
  term: termSchema,
  state: z.enum(itemStates),
  approval: z.enum(['review', 'auto']),
  plan: reviewPlanSchema,
  /** What was asked for first, where a reviewer has shortened it; null: `term` is what was asked for. */
  askedTerm: termSchema.nullable(),
  stages: z.array(
    z.object({
      level: z.number().int(),
      reviewerKind: z.string(),
      fallbackReason: z.string().nullable(),
      needed: z.number().int(),
      state: z.enum(stageStates),
      tasks: z.array(
        z.object({
          id: idSchema<ReviewTaskId>(),
          reviewer: personSchema,
          state: z.enum(taskStates),
          endedAt: instantSchema.nullable(),
          /** How it came to its reviewer, and from whom; null: the plan made it for them. */
          via: z.enum(taskVias),
          from: personSchema.nullable(),
          /** The task is open and the person signed in is its reviewer. */
          mine: z.boolean(),
          /** The task is open and the person signed in may give it to somebody else. */
          mayReassign: z.boolean(),
        }),
      ),
    }),
  ),
  decisions: z.array(
    z.object({
      id: idSchema<DecisionId>(),
      /** Null for an automatic decision; `automatic` then says which setting decided. */
      decider: personSchema.nullable(),
      automatic: z.string().nullable(),
      /** The level it was taken at; null for an automatic one. */
      level: z.number().int().nullable(),
      verdict: z.enum(verdicts),
      reason: z.string().nullable(),
      /** The shorter time it was approved for; null: for the time asked for. */
      shortenedTo: termSchema.nullable(),
      decidedAt: instantSchema,
    }),
  ),
  fulfillment: z.array(fulfillmentViewSchema),
  /** The last that a discovery or an import saw of the access since it was delivered; null: none has looked. */
  lastSeen: observationSchema.nullable(),
  /** What discoveries found about the same person and the same entitlement, as far as it still stands. */
  findings: z.array(
    z.object({
      id: idSchema<FindingId>(),
      kind: z.enum(findingKinds),
      state: z.enum(findingStates),
      account: z.string(),
      firstSeenAt: instantSchema,
      lastSeenAt: instantSchema,
    }),
  ),
  fulfilledAt: instantSchema.nullable(),
  expiresAt: instantSchema.nullable(),
  expiredAt: instantSchema.nullable(),
  startsAt: instantSchema.nullable(),
  /** The service account it is for; null: the beneficiary's own account. */
  serviceAccount: z.string().nullable(),
  decideBy: instantSchema.nullable(),
  maximumDurationMinutes: z.number().int().nullable(),
  /** The request whose temporary access this item prolongs. */
  prolongs: requestRefSchema.nullable(),
  /** Requests that prolong this one's access, the newest last, with what became of their item. */
  prolongedBy: z.array(requestRefSchema.extend({ state: z.enum(itemStates) })),
  notRenewed: z.object({ by: personSchema, at: instantSchema, reason: z.string().nullable() }).nullable(),
  /** What the person signed in may do with access that is held for a time. */
  mayExtend: z.boolean(),
  mayEndEarly: z.boolean(),
  mayNotRenew: z.boolean(),
});
export type ItemView = z.output<typeof itemViewSchema>;

export const requestDetailSchema = requestRowSchema.extend({
  /** The person signed in joined some of its lines and sees these alone, as if the request had no others. */
  isPart: z.boolean(),
  /** Null in part of a request. */
  justification: z.string().nullable(),
  ticketReference: z.string().nullable(),
  items: z.array(itemViewSchema),
  mayCancel: z.boolean(),
  /** The request that came to nothing and that this one asks for again. */
  resubmits: requestRefSchema.nullable(),
  /** Requests that ask for this one again. */
  resubmittedBy: z.array(requestRefSchema),
  /** Who asked for the same and follows this request. */
  followers: z.array(personSchema),
  /** Something came to nothing, and the person signed in may ask for it again. */
  mayAskAgain: z.boolean(),
});
export type RequestDetail = z.output<typeof requestDetailSchema>;

export const trailEventSchema = z.object({
  sequence: z.number().int(),
  at: instantSchema,
  type: z.enum(auditEventTypes),
  /** The person's name, or the part of Gatehouse that acted by itself. */
  actor: z.string(),
  /** The fact in a sentence. */
  sentence: z.string(),
  itemId: idSchema<RequestItemId>().nullable(),
  data: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export type TrailEvent = z.output<typeof trailEventSchema>;

const byRequest = z.object({ requestId: idSchema<RequestId>() });

export const requestListInputSchema = pageInputSchema.extend({
  /** `mine`: I asked for it, or it is for me. `visible`: everything I may see. */
  scope: z.enum(['mine', 'visible']).default('mine'),
  status: z.enum(['open', 'completed', 'all']).default('open'),
  /** Matches the number, people's names and e-mails, entitlement and application names. */
  search: searchSchema,
  applicationId: idSchema<ApplicationId>().nullable().default(null),
  requesterId: idSchema<EmployeeId>().nullable().default(null),
  /** Of the states that `status` means, these; left out or empty: all of them. */
  states: z.array(z.enum(requestStates)).optional(),
  /** `changed`: what the trail told last comes first. */
  sort: z.enum(['newest', 'oldest', 'changed']).default('newest'),
  /** Begins at this request or at this time, in lists sorted by number. */
  fromNumber: z.number().int().min(1).max(999_999_999).optional(),
  fromDate: instantSchema.optional(),
});

export const requestsContract = {
  preview: procedure
    .input(z.object({ items: z.array(itemDraftSchema).min(1).max(4000) }))
    .output(z.object({ lines: z.array(previewLineSchema) })),
  submit: procedure.input(submitSchema.extend({ commandId: commandIdSchema })).output(resultSchema(submittedSchema)),
  cancel: procedure
    .input(
      byRequest.extend({
        commandId: commandIdSchema,
        basedOn: z.number().int(),
        reason: textSchema(2000).nullable().default(null),
      }),
    )
    .output(resultSchema(z.object({ version: z.number().int() }))),
  endEarly: procedure
    .input(endEarlySchema.extend({ commandId: commandIdSchema }))
    .output(resultSchema(z.object({ version: z.number().int() }))),
  notRenew: procedure
    .input(notRenewSchema.extend({ commandId: commandIdSchema }))
    .output(resultSchema(z.object({ version: z.number().int() }))),
  list: procedure.input(requestListInputSchema).output(
    pageSchema(requestRowSchema).extend({
      counts: z.object({ open: z.number().int(), completed: z.number().int() }),
      /** How many pass all filters; null where counting them would take longer than the page. */
      matching: z.number().int().nullable(),
    }),
  ),
  get: procedure.input(byRequest).output(requestDetailSchema),
  trail: procedure.input(byRequest).output(z.object({ events: z.array(trailEventSchema) })),
  /** The request's whole story as a file; its name is in the file. */
  report: procedure.input(byRequest.extend({ format: z.enum(['pdf', 'csv']) })).output(z.instanceof(Blob)),
};

export const fulfillmentContract = {
  /** Tasks that wait for a person: to be done by hand by an owner, or given up and to be looked at. */
  attention: procedure
    .input(
      pageInputSchema.extend({
        /** `waiting` adds what is still tried by itself. */
        scope: z.enum(['attention', 'waiting']).default('attention'),
        applicationId: idSchema<ApplicationId>().nullable().default(null),
      }),
    )
    .output(
      pageSchema(
        fulfillmentViewSchema.extend({
          requestId: idSchema<RequestId>(),
          requestNumber: z.number().int(),
          beneficiary: personSchema,
          application: namedSchema<ApplicationId>(),
          entitlement: entitlementRefSchema,
          account: z.string().nullable(),
        }),
      ),
    ),
  /** Everything of an application that was given up or waits for its next attempt, up to some hundreds at once. */
  sendAllAgain: procedure
    .input(z.object({ commandId: commandIdSchema, applicationId: idSchema<ApplicationId>() }))
    .output(resultSchema(z.object({ sent: z.number().int(), left: z.number().int() }))),
  sendAgain: procedure
    .input(z.object({ commandId: commandIdSchema, fulfillmentTaskId: idSchema<FulfillmentTaskId>() }))
    .output(resultSchema(z.object({}))),
  /** No more attempts are made: a person does it in the application. */
  handToPerson: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        fulfillmentTaskId: idSchema<FulfillmentTaskId>(),
        note: textSchema(2000).min(1),
      }),
    )
    .output(resultSchema(z.object({}))),
  completeByHand: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        fulfillmentTaskId: idSchema<FulfillmentTaskId>(),
        outcome: z.enum(['done', 'notPossible']),
        /** What was done and where it can be seen, or why it is not possible. */
        note: textSchema(2000).min(1),
        /** Evidence of what was done, besides the note. */
        file: z.file().max(maximumEvidenceBytes).nullable().default(null),
      }),
    )
    .output(resultSchema(z.object({}))),
  /** The file that was left as evidence, for whoever may see the request. */
  evidenceFile: procedure
    .input(z.object({ fulfillmentTaskId: idSchema<FulfillmentTaskId>() }))
    .output(z.instanceof(Blob)),
};
