/** Whether somebody may be out of office as they ask: nobody stands in for themselves, twice over, or in a circle. */
import type { Delegation } from '#core/domain/delegation.ts';
import { refuse, done, type Result } from '#core/domain/errors.ts';
import type { DelegationId, EmployeeId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Circumstances } from './state.ts';

export interface Absence {
  readonly delegatorId: EmployeeId;
  readonly delegateId: EmployeeId;
  /** Null: from now on. */
  readonly startsAt: Instant | null;
  /** Null: until it is ended by hand. */
  readonly endsAt: Instant | null;
  readonly note: string | null;
}

/** `known`: every planned and active delegation that the chain from the delegate on may meet. */
export function planAbsence(absence: Absence, known: readonly Delegation[], facts: Circumstances): Result<Delegation> {
  const { delegatorId, delegateId, endsAt, note } = absence;
  const startsAt = absence.startsAt === null || absence.startsAt < facts.now ? facts.now : absence.startsAt;
  if (delegatorId === delegateId)
    return refuse('delegation.invalid', 'Nobody can stand in for themselves. Choose somebody else.');
  if (endsAt !== null && endsAt <= startsAt)
    return refuse('delegation.invalid', 'The end must be after the beginning, and in the future.');
  const period = { startsAt, endsAt };
  const standing = known.filter((delegation) => delegation.state !== 'ended');
  const other = standing.find((delegation) => delegation.delegatorId === delegatorId && overlap(delegation, period));
  if (other !== undefined)
    return refuse(
      'delegation.overlaps',
      'There is an absence in that time already. End it first, or choose another time.',
      { delegationId: other.id },
    );
  if (leadsTo(delegateId, delegatorId, period, standing))
    return refuse(
      'delegation.circular',
      'Whoever you chose is out of office in that time too, and their tasks would come back here. Choose somebody else.',
    );
  return done({
    id: facts.nextId<DelegationId>(),
    delegatorId,
    delegateId,
    startsAt,
    endsAt,
    state: startsAt <= facts.now ? 'active' : 'planned',
    note,
    createdAt: facts.now,
  });
}

interface Period {
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
}

function overlap(a: Period, b: Period): boolean {
  return (a.endsAt === null || b.startsAt < a.endsAt) && (b.endsAt === null || a.startsAt < b.endsAt);
}

/** Whether there is a moment within `period` in which the tasks of `from` go, by whatever way, to `to`. */
function leadsTo(from: EmployeeId, to: EmployeeId, period: Period, known: readonly Delegation[]): boolean {
  const steps = known.filter((delegation) => delegation.delegatorId === from && overlap(delegation, period));
  return steps.some((step) => {
    if (step.delegateId === to) return true;
    const rest = known.filter((delegation) => delegation !== step);
    return leadsTo(step.delegateId, to, shared(step, period), rest);
  });
}

function shared(a: Period, b: Period): Period {
  const startsAt = a.startsAt > b.startsAt ? a.startsAt : b.startsAt;
  const ends = [a.endsAt, b.endsAt].flatMap((end) => end ?? []).toSorted();
  return { startsAt, endsAt: ends[0] ?? null };
}

export type TurnOfAbsence = 'start' | 'end' | 'nothing';

/** What time, or somebody's leaving, brings about for an absence now. */
export function dueTurn(
  delegation: Delegation,
  facts: { readonly now: Instant; readonly bothWorkHere: boolean },
): TurnOfAbsence {
  if (delegation.state === 'ended') return 'nothing';
  if (!facts.bothWorkHere) return 'end';
  if (delegation.endsAt !== null && delegation.endsAt <= facts.now) return 'end';
  return delegation.state === 'planned' && delegation.startsAt <= facts.now ? 'start' : 'nothing';
}
