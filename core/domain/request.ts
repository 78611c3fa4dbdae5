/**
 * A request and everything it goes through: items, review stages, tasks, decisions, fulfillment.
 * Approval and provisioning are separate facts of each item; the request's state is derived from its items.
 */
import type {
  AccountId,
  ApplicationId,
  CommandId,
  DecisionId,
  EmployeeId,
  EntitlementId,
  FulfillmentTaskId,
  GrantId,
  PolicyId,
  RequestId,
  RequestItemId,
  ReviewMessageId,
  ReviewStageId,
  ReviewTaskId,
} from './ids.ts';
import type { FoundConflict } from './conflict-rule.ts';
import type { Instant } from './instant.ts';
import type { ReviewerKind } from './review-settings.ts';

export const requestStates = [
  'inReview',
  'fulfilling',
  'completed',
  'completedWithFailures',
  'denied',
  'cancelled',
  'expired',
] as const;
export type RequestState = (typeof requestStates)[number];

/** The states a request never leaves. */
export const finalRequestStates = ['completed', 'completedWithFailures', 'denied', 'cancelled', 'expired'] as const;

export const itemStates = [
  'inReview',
  'approved',
  'denied',
  'dropped',
  'cancelled',
  'expired',
  'fulfilled',
  'failed',
] as const;
/**
 * `approved`: decided, and on its way into the application. `dropped`: a reviewer left this line out.
 * `expired`: nobody decided in time.
 */
export type ItemState = (typeof itemStates)[number];

export type ItemAction = 'GRANT' | 'REVOKE';

/**
 * How long granted access lasts. `until` names the end; `duration` counts minutes from delivery.
 * This clock is the access's; how long a request may wait for its decision is another one.
 */
export type Term =
  | { readonly kind: 'permanent' }
  | { readonly kind: 'until'; readonly endsAt: Instant }
  | { readonly kind: 'duration'; readonly minutes: number };

export interface AccessRequest {
  readonly id: RequestId;
  /** A short number people can say to each other, unique in the workspace, from 1. */
  readonly number: number;
  readonly requesterId: EmployeeId;
  readonly justification: string;
  readonly ticketReference: string | null;
  /** The denied or expired request that this one asks for again. */
  readonly resubmitsRequestId: RequestId | null;
  readonly state: RequestState;
  readonly submittedAt: Instant;
  /** When the last item came to its end, whichever it was. */
  readonly endedAt: Instant | null;
  /** Rises by one with every change of the request or anything under it. */
  readonly version: number;
}

/** One entitlement for one beneficiary, to GRANT or to REVOKE. */
export interface RequestItem {
  readonly id: RequestItemId;
  readonly requestId: RequestId;
  readonly action: ItemAction;
  readonly beneficiaryId: EmployeeId;
  readonly applicationId: ApplicationId;
  readonly entitlementId: EntitlementId;
  readonly term: Term;
  /** Access is not delivered before this; null: as soon as it is approved. */
  readonly startsAt: Instant | null;
  /** The name of the service account it is for, whose owner is the beneficiary; null: the beneficiary's own account. */
  readonly serviceAccount: string | null;
  /** The item whose temporary access this one prolongs; null: it asks for something new. */
  readonly extendsItemId: RequestItemId | null;
  /** The clock of the decision: undecided by then, the item expires. Null: it waits for ever. */
  readonly decideBy: Instant | null;
  readonly state: ItemState;
  /** The request's version in which this item itself last changed: a decision based on an earlier one is stale. */
  readonly changedInVersion: number;
  /** The review this item needs, fixed when it was submitted. */
  readonly plan: ReviewPlan;
  readonly decidedAt: Instant | null;
  /** When the access was present in (GRANT) or absent from (REVOKE) the application. */
  readonly fulfilledAt: Instant | null;
  /** When delivered temporary access ends. */
  readonly expiresAt: Instant | null;
  /** When temporary access was actually gone. */
  readonly expiredAt: Instant | null;
  /** Somebody decided that this access is not to be prolonged, which ends the reminders; null: nobody has. */
  readonly notRenewed: { readonly by: EmployeeId; readonly at: Instant; readonly reason: string | null } | null;
}

/** What most items have: delivered at once, to the beneficiary's own account, new, and waiting for ever. */
export const ordinaryItem = {
  startsAt: null,
  serviceAccount: null,
  extendsItemId: null,
  decideBy: null,
  notRenewed: null,
} as const satisfies Partial<RequestItem>;

/** What an item needs before it may be provisioned, and the settings or the policy it was derived from. */
export interface ReviewPlan {
  /** `auto`: decided at once by `policy`, or, without one, by the application's auto approval. */
  readonly mode: 'review' | 'auto';
  /** The version of the application whose settings (or whose entitlement's) made this plan. */
  readonly applicationVersion: number;
  /** The policy that matched first and so took the place of the settings; left out when none did. */
  readonly policy?: { readonly id: PolicyId; readonly name: string; readonly version: number };
  readonly levels: readonly PlannedLevel[];
  /** How many levels were asked for, when there are fewer because nobody was there for the rest. */
  readonly levelsAsked?: number;
  readonly skipEarlierApprovers?: boolean;
  /** Duties that this item would bring into conflict. */
  readonly conflicts?: readonly FoundConflict[];
  /** Why people review it although a policy or the application would have approved it by itself. */
  readonly notAutomatic?: string;
}

export interface PlannedLevel {
  /** From 1, in the order they are passed. */
  readonly level: number;
  readonly reviewers: readonly EmployeeId[];
  /** Whose turn it came to be: a configured kind, or administrators when nobody else was available. */
  readonly reviewerKind: ReviewerKind | 'administrator';
  /** How many of the reviewers must approve. */
  readonly needed: number;
  /** Why the reviewers are not those asked for first, for the trail; null when they are. */
  readonly fallbackReason: string | null;
  /** The kind it was planned for, with that plan's reason, where a later change left nobody of that kind; left out: as planned. */
  readonly plannedAs?: Pick<PlannedLevel, 'reviewerKind' | 'fallbackReason'>;
}

export const stageStates = ['waiting', 'open', 'approved', 'denied', 'closed'] as const;
/** `closed`: ended without an outcome of its own, because the item ended. */
export type StageState = (typeof stageStates)[number];

/** A level of review of one item. */
export interface ReviewStage {
  readonly id: ReviewStageId;
  readonly requestId: RequestId;
  readonly itemId: RequestItemId;
  readonly level: number;
  readonly reviewerKind: PlannedLevel['reviewerKind'];
  readonly needed: number;
  readonly state: StageState;
  readonly openedAt: Instant | null;
  readonly endedAt: Instant | null;
}

export const taskStates = ['open', 'approved', 'denied', 'dropped', 'skipped', 'handedOn', 'closed'] as const;
/**
 * `skipped`: its reviewer approved at an earlier level already. `handedOn`: somebody else has it now.
 * `closed`: no longer needed, because somebody else decided or the item ended.
 */
export type TaskState = (typeof taskStates)[number];

export const taskVias = ['planned', 'rerouted', 'reassigned', 'delegated', 'escalated', 'returned'] as const;
/**
 * How a task came to its reviewer. `rerouted`: the manager or owner changed. `returned`: its reviewer is back
 * in office. The others name what the reviewer before, or time, did.
 */
export type TaskVia = (typeof taskVias)[number];

/** One reviewer's work in a stage. */
export interface ReviewTask {
  readonly id: ReviewTaskId;
  readonly requestId: RequestId;
  readonly itemId: RequestItemId;
  readonly stageId: ReviewStageId;
  readonly reviewerId: EmployeeId;
  readonly via: TaskVia;
  /** The task it came from, when it was not planned: the chain leads back to a planned reviewer. */
  readonly fromTaskId: ReviewTaskId | null;
  readonly state: TaskState;
  readonly openedAt: Instant;
  /** When its reviewer was last reminded. */
  readonly remindedAt: Instant | null;
  /** When it was escalated; the reviewer keeps it, and somebody else has one beside it. */
  readonly escalatedAt: Instant | null;
  readonly endedAt: Instant | null;
}

/** A task as the plan makes it. */
export const plannedTask = {
  via: 'planned',
  fromTaskId: null,
  remindedAt: null,
  escalatedAt: null,
} as const satisfies Partial<ReviewTask>;

export const verdicts = ['approve', 'deny', 'drop'] as const;
/** `drop`: this line is left out, without a word against the person; `deny` needs a reason. */
export type Verdict = (typeof verdicts)[number];

/** What a person decided, or what a setting decided automatically (`deciderId` null, `automatic` says which). */
export interface Decision {
  readonly id: DecisionId;
  readonly requestId: RequestId;
  readonly itemId: RequestItemId;
  readonly stageId: ReviewStageId | null;
  readonly taskId: ReviewTaskId | null;
  readonly deciderId: EmployeeId | null;
  readonly automatic: AutomaticDecision | null;
  readonly verdict: Verdict;
  readonly reason: string | null;
  /** The shorter term the reviewer allowed instead of the one asked for; null: as asked. */
  readonly shortenedTo: Term | null;
  readonly decidedAt: Instant;
  readonly commandId: CommandId;
}

/** What decided by itself, with the version of it that did. */
export type AutomaticDecision =
  | {
      readonly rule: 'applicationAutoApproval';
      readonly applicationId: ApplicationId;
      readonly applicationVersion: number;
    }
  | {
      readonly rule: 'policy';
      readonly policyId: PolicyId;
      readonly policyName: string;
      readonly policyVersion: number;
    };

/** A question of a reviewer, or an answer to one. The task stays open meanwhile. */
export interface ReviewMessage {
  readonly id: ReviewMessageId;
  readonly requestId: RequestId;
  readonly itemId: RequestItemId;
  /** The task of the reviewer who asked. */
  readonly taskId: ReviewTaskId;
  readonly authorId: EmployeeId;
  readonly kind: 'question' | 'answer';
  readonly text: string;
  readonly at: Instant;
  /** The question that an answer answers. */
  readonly answersId: ReviewMessageId | null;
}

export const fulfillmentStates = [
  'scheduled',
  'ready',
  'running',
  'waiting',
  'byHand',
  'done',
  'failed',
  'cancelled',
] as const;
/**
 * `scheduled`: due later. `ready`: due as soon as someone claims it. `running`: claimed under a lease.
 * `waiting`: tried, will be tried again at `nextAttemptAt`. `byHand`: a person must do it.
 * `failed`: given up, with its cause; a person may send it back to `ready`.
 */
export type FulfillmentState = (typeof fulfillmentStates)[number];

/** What must be done in the application for one item. */
export interface FulfillmentTask {
  readonly id: FulfillmentTaskId;
  readonly requestId: RequestId;
  readonly itemId: RequestItemId;
  readonly applicationId: ApplicationId;
  readonly beneficiaryId: EmployeeId;
  readonly entitlementId: EntitlementId;
  readonly effect: 'grant' | 'revoke';
  /** `decision`: the item itself. `expiry`: the end of its temporary access. */
  readonly cause: 'decision' | 'expiry';
  readonly state: FulfillmentState;
  readonly dueAt: Instant;
  readonly nextAttemptAt: Instant | null;
  readonly attempts: number;
  readonly leaseOwner: string | null;
  readonly leaseUntil: Instant | null;
  /** What went wrong last, or what it waits for, as a sentence; null after a success. */
  readonly lastProblem: string | null;
  /** When the application took the write, while the access is not there yet. Nothing is written again. */
  readonly acceptedAt: Instant | null;
  /** What others were asked to do it with, and what they last said of it; null: nobody was asked. */
  readonly ticket: FulfillmentTicket | null;
  /**
   * Counts the times it was written on purpose, from 1: sent again by a person, or once more because what had been
   * accepted came to nothing. With the task's id it names one write, however often that is attempted.
   */
  readonly edition: number;
  /** When it came to people, while it is with them and afterwards; null: it never did. */
  readonly byHandSince: Instant | null;
  /** When people were last reminded of it. */
  readonly remindedAt: Instant | null;
  /** Since when the word of a person or a ticket stands for it alone; null: it does not, or a discovery or an import has confirmed it. */
  readonly unconfirmedSince: Instant | null;
  /** What was seen in the application after the effect was recorded, where that says more than the evidence. */
  readonly observation: Observation | null;
  /** Where the first password of a new account is kept; never the password. On disk before the account is made. */
  readonly initialPassword: InitialPassword | null;
  readonly evidence: FulfillmentEvidence | null;
  readonly endedAt: Instant | null;
  /** Seconds between `dueAt` and the effect, recorded when it ended. */
  readonly latenessSeconds: number | null;
}

/** What a later look at the application said of an effect: it is the last thing known of it. */
export interface Observation {
  readonly held: boolean;
  readonly at: Instant;
  readonly by: 'discovery' | 'import';
}

/** What a new task has not been through yet. */
export const freshTask = {
  attempts: 0,
  leaseOwner: null,
  leaseUntil: null,
  lastProblem: null,
  acceptedAt: null,
  ticket: null,
  edition: 1,
  byHandSince: null,
  remindedAt: null,
  unconfirmedSince: null,
  observation: null,
  initialPassword: null,
  evidence: null,
  endedAt: null,
  latenessSeconds: null,
} as const satisfies Partial<FulfillmentTask>;

/** An entry of the keychain of one machine, for whoever hands the password over. */
export interface InitialPassword {
  readonly name: string;
  readonly host: string;
  readonly at: Instant;
}

/** A ticket in another system, or a call to one, through which people or programs outside make the change. */
export interface FulfillmentTicket {
  /** Counts the tickets of the task, from 1: after one was turned down, a further one is opened. */
  readonly number: number;
  /** The other system's own id of it. */
  readonly reference: string;
  /** Where a person can look at it; null when there is no page. */
  readonly url: string | null;
  readonly openedAt: Instant;
  readonly state: TicketState;
  /** What the other system last said of it: its status, a comment, a reason. */
  readonly note: string;
  readonly saidAt: Instant;
}

export const ticketStates = ['open', 'done', 'rejected'] as const;
export type TicketState = (typeof ticketStates)[number];

/** What was done and what was then seen in the application. */
export interface FulfillmentEvidence {
  /** `byTicket`: the other system says that it was done; the application itself was not looked at. */
  readonly outcome: 'applied' | 'already' | 'byHand' | 'byTicket';
  readonly accountId: AccountId | null;
  readonly accountCreated: boolean;
  readonly grantId: GrantId | null;
  /** The state read back after the write: is the entitlement held? Null when others did it and nobody looked. */
  readonly heldAfterwards: boolean | null;
  readonly readBackAt: Instant | null;
  /** Where it was seen, e.g. the server's address; or the note of the person who did it. */
  readonly source: string;
  /** Up to a few plain facts the connector saw, e.g. the ids on the server. Never a secret. */
  readonly facts: Readonly<Record<string, string>>;
  /** A file that the person who did it left as evidence. */
  readonly file?: EvidenceFile;
}

/** A file as the trail knows it: whoever has the file can prove that it is the one. */
export interface EvidenceFile {
  readonly name: string;
  /** By what is in it, not by its name. */
  readonly mediaType: string;
  readonly bytes: number;
  /** Of its content, in hex. */
  readonly sha256: string;
}
