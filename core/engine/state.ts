/**
 * What the engine works on: one request with the items in hand, and what it must know besides.
 * Everything is immutable; a transition answers with a new state whose changed rows are new objects.
 */
import type { Actor, AuditFact } from '#core/domain/audit.ts';
import type { Application, Employee, Entitlement } from '#core/domain/directory.ts';
import { done, type Result } from '#core/domain/errors.ts';
import type { Branded, CommandId, EmployeeId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type {
  AccessRequest,
  Decision,
  FulfillmentTask,
  ItemState,
  RequestItem,
  ReviewStage,
  ReviewTask,
} from '#core/domain/request.ts';
import type { Standing } from './conflicts.ts';

/** A request as far as one command needs it: the items it touches with all that is under them, and the states of the rest. */
export interface RequestAggregate {
  readonly request: AccessRequest;
  readonly items: readonly RequestItem[];
  readonly stages: readonly ReviewStage[];
  readonly tasks: readonly ReviewTask[];
  readonly decisions: readonly Decision[];
  readonly fulfillment: readonly FulfillmentTask[];
  /** How many items that are not in hand stand in each state. */
  readonly otherItems: Readonly<Partial<Record<ItemState, number>>>;
}

/** What every transition is told of the world around it. Nothing in the engine reads a clock or makes up an id. */
export interface Circumstances {
  readonly now: Instant;
  readonly actor: Actor;
  readonly commandId: CommandId;
  /** The next unused id; the caller brands it. */
  readonly nextId: <Id extends Branded<string>>() => Id;
}

/** Facts about one line of a request that is being submitted. */
export interface ItemFacts {
  readonly beneficiary: Employee | null;
  readonly entitlement: Entitlement | null;
  readonly application: Application | null;
  /** The beneficiary's manager, when there is one who still works here. */
  readonly manager: EmployeeId | null;
  /** The application's owners who still work here, the primary one first. */
  readonly owners: readonly EmployeeId[];
  /** The entitlement's business owner, when there is one who still works here. */
  readonly businessOwner: EmployeeId | null;
  /** What the beneficiary has and is to be given, as far as rules about conflicts of duty ask. */
  readonly standing: Standing;
  /** Is the entitlement held now, as far as the workspace knows? */
  readonly held: boolean;
  /** The number of an open request that asks for something else about the same access, if there is one. */
  readonly pendingIn: number | null;
  /** What that request asks for instead: the opposite, another time, or the same from later on. Left out with no such request. */
  readonly pendingAs?: 'opposite' | 'otherTime' | 'later';
  /** The number of an open request that asks for the same, or for more: the line joins it. Left out or null: none does. */
  readonly joins?: number | null;
  /** The account of the name the line is for; an owner of null: nobody's yet. Left out: the line is for none. */
  readonly serviceAccount?: {
    readonly kind: 'employee' | 'service';
    readonly ownerId: EmployeeId | null;
    readonly ownerName: string | null;
  } | null;
  /** The temporary access the line prolongs, with its end while that can be moved. Null: what it names is not that. */
  readonly prolongs?: { readonly endsAt: Instant | null } | null;
}

/** A transition's answer: the new aggregate and the facts for the trail, in their order. */
export interface Transition {
  readonly after: RequestAggregate;
  readonly facts: readonly AuditFact[];
}

export type TransitionResult = Result<Transition>;

/** A successful transition. */
export function became(after: RequestAggregate, facts: readonly AuditFact[]): TransitionResult {
  return done({ after, facts });
}

/** `rows` with the one of the same id replaced. */
export function replaced<Row extends { readonly id: string }>(rows: readonly Row[], row: Row): readonly Row[] {
  return rows.map((candidate) => (candidate.id === row.id ? row : candidate));
}
