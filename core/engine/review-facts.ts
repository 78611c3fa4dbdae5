/** What planning the review of any line of a request needs to know of the workspace, the same for all its lines. */
import type { EmployeeId, EntitlementId, ReviewerGroupId } from '#core/domain/ids.ts';
import type { Policy } from '#core/domain/policy.ts';
import type { ConflictRules } from './conflicts.ts';
import type { StandIns } from './open-stage.ts';

/** Who is out of office now. */
export interface OutOfOffice {
  /** Who is away -> who decides for them now; chains are resolved. */
  readonly standIns: ReadonlyMap<EmployeeId, EmployeeId>;
  /** Everybody along the chain of whoever is away. */
  readonly delegates: ReadonlyMap<EmployeeId, readonly EmployeeId[]>;
}

export interface ReviewFacts extends OutOfOffice {
  /** Administrators who still work here. */
  readonly administrators: readonly EmployeeId[];
  /** Risk managers who still work here. */
  readonly riskManagers: readonly EmployeeId[];
  /** Members of the reviewer groups who still work here. */
  readonly groups: ReadonlyMap<ReviewerGroupId, readonly EmployeeId[]>;
  /** Designated persons who do not work here. */
  readonly absent: ReadonlySet<EmployeeId>;
  /** Active ones at least. */
  readonly policies: readonly Policy[];
  readonly conflictRules: ConflictRules;
  /** What each person is to be granted by the lines of this request. */
  readonly asked: ReadonlyMap<EmployeeId, ReadonlySet<EntitlementId>>;
}

export const nobodyAway: OutOfOffice = { standIns: new Map(), delegates: new Map() };

const nobody: ReadonlySet<EmployeeId> = new Set();

/** Who stands in for the people concerned, anywhere along the chain. */
export function delegatesOf(
  delegates: OutOfOffice['delegates'],
  ...people: readonly EmployeeId[]
): ReadonlySet<EmployeeId> {
  if (delegates.size === 0) return nobody;
  return new Set(people.flatMap((person) => delegates.get(person) ?? []));
}

/** The stand-ins as one item sees them. */
export function standInsFor(
  { standIns, delegates }: OutOfOffice,
  concerned: { readonly requesterId: EmployeeId; readonly beneficiaryId: EmployeeId },
): StandIns {
  return { standIns, concernedDelegates: delegatesOf(delegates, concerned.requesterId, concerned.beneficiaryId) };
}
