/**
 * Who reviews an item, in which levels. The rule that nobody decides their own request is applied here first
 * (nobody who asked or benefits, and nobody who stands in for them, is ever planned) and once more when a
 * decision is taken.
 */
import type { EmployeeId, ReviewerGroupId } from '#core/domain/ids.ts';
import type { PlannedLevel, ReviewPlan } from '#core/domain/request.ts';
import type { DesignatedReviewers, Quorum, ReviewerKind, ReviewRoute } from '#core/domain/review-settings.ts';

/** Everybody who could be asked about one item. All of them work here. */
export interface ReviewerCandidates {
  readonly requesterId: EmployeeId;
  readonly beneficiaryId: EmployeeId;
  readonly manager: EmployeeId | null;
  /** The application's owners, the primary one first. */
  readonly owners: readonly EmployeeId[];
  readonly businessOwner: EmployeeId | null;
  readonly riskManagers: readonly EmployeeId[];
  /** Members of each group that a route may name. */
  readonly groups: ReadonlyMap<ReviewerGroupId, readonly EmployeeId[]>;
  /** Designated persons who do not work here any more, or never did. */
  readonly absent: ReadonlySet<EmployeeId>;
  /** The last resort. */
  readonly administrators: readonly EmployeeId[];
  /** Who stands in for the requester or the beneficiary now: no more asked than they are. */
  readonly concernedDelegates: ReadonlySet<EmployeeId>;
}

/** Words for the trail and the screens. */
export const reviewerKindNames: Readonly<Record<PlannedLevel['reviewerKind'], string>> = {
  manager: 'the manager',
  applicationOwner: "the application's owner",
  businessOwner: "the entitlement's business owner",
  riskManager: 'a risk manager',
  designated: 'a designated reviewer',
  administrator: 'an administrator',
};

const noDelegates: ReadonlySet<EmployeeId> = new Set();

/** The levels of a review, and how many were asked for when there are fewer. Null: nobody at all may review. */
export type PlannedLevels = Pick<ReviewPlan, 'levels' | 'levelsAsked'> | null;

/**
 * Walks the order of precedence: the first `levels` kinds that have somebody become levels 1 to n. Nobody of
 * a kind: the next one takes its place, and that level says why. Fewer kinds than levels: the number drops.
 * Nobody at all: administrators, in one level.
 *
 * Each further kind, which conflicts of duty ask for, gets a level after the others; when nobody is of that
 * kind, the kinds of the order that have no level yet take its place, then administrators.
 */
export function planLevels(
  route: ReviewRoute,
  candidates: ReviewerCandidates,
  furtherKinds: readonly ReviewerKind[] = [],
): PlannedLevels {
  const asked = Math.max(1, route.levels ?? 1);
  const levels: PlannedLevel[] = [];
  const passedOver: string[] = [];
  for (const kind of new Set(route.reviewers)) {
    if (levels.length === asked) break;
    const level = levelOf(kind, route, candidates, levels.length + 1, passedOver);
    if (level !== null) levels.push(level);
  }
  if (levels.length === 0) {
    const level = administratorsLevel(route.quorum, candidates, 1, passedOver);
    if (level === null) return null;
    levels.push(level);
  }
  const dropped = levels.length < asked ? { levelsAsked: asked } : {};
  for (const kind of new Set(furtherKinds)) {
    const further = furtherLevel(kind, route, candidates, levels);
    if (further === null) return null;
    levels.push(further);
  }
  return { levels, ...dropped };
}

function furtherLevel(
  kind: ReviewerKind,
  route: ReviewRoute,
  candidates: ReviewerCandidates,
  levels: readonly PlannedLevel[],
): PlannedLevel | null {
  const taken = new Set(levels.map((level) => level.reviewerKind));
  const passedOver: string[] = [];
  for (const each of new Set([kind, ...route.reviewers.filter((other) => !taken.has(other))])) {
    const level = levelOf(each, { ...route, quorum: { kind: 'one' } }, candidates, levels.length + 1, passedOver);
    if (level !== null) return level;
  }
  return administratorsLevel(undefined, candidates, levels.length + 1, passedOver);
}

/**
 * The people who are right for a planned level now. Its kind stays; when nobody of the kind may review any more, the
 * kinds of the order that have no level of their own take its place, then administrators. Null: nobody at all.
 * `left`: who of the planned reviewers no longer works here.
 */
export function planAgain(
  planned: PlannedLevel,
  taken: ReadonlySet<PlannedLevel['reviewerKind']>,
  route: ReviewRoute,
  candidates: ReviewerCandidates,
  left: ReadonlySet<EmployeeId>,
): PlannedLevel | null {
  // Where an earlier change left nobody of the kind it was planned for, that kind has its turn again.
  const asPlanned = planned.plannedAs ?? { reviewerKind: planned.reviewerKind, fallbackReason: planned.fallbackReason };
  const first = asPlanned.reviewerKind;
  const others = route.reviewers.filter((kind) => kind === planned.reviewerKind || !taken.has(kind));
  const passedOver: string[] = [];
  for (const kind of first === 'administrator' ? [] : new Set([first, ...others])) {
    const level = levelOf(kind, stillDesignated(kind, route, planned, left), candidates, planned.level, passedOver);
    if (level === null) continue;
    const needed = neededAgain(planned, level);
    return kind === first
      ? { ...level, needed, fallbackReason: asPlanned.fallbackReason }
      : { ...level, needed, plannedAs: asPlanned };
  }
  const administrators = administratorsLevel(route.quorum, candidates, planned.level, passedOver);
  if (administrators === null) return null;
  return first === 'administrator'
    ? { ...administrators, fallbackReason: asPlanned.fallbackReason }
    : { ...administrators, plannedAs: asPlanned };
}

/** Settings that designate nobody any more do not take a review from those who were designated when it was planned. */
function stillDesignated(
  kind: ReviewerKind,
  route: ReviewRoute,
  planned: PlannedLevel,
  left: ReadonlySet<EmployeeId>,
): ReviewRoute {
  const { employeeIds = [], groupIds = [] } = route.designated ?? {};
  if (kind !== 'designated' || planned.reviewerKind !== 'designated' || employeeIds.length + groupIds.length > 0)
    return route;
  return {
    ...route,
    designated: { employeeIds: planned.reviewers.filter((person) => !left.has(person)), groupIds: [] },
  };
}

/** As many as were planned, or as there are. Only where all of them had to approve may it become more. */
function neededAgain(planned: PlannedLevel, level: PlannedLevel): number {
  const asMany = Math.min(planned.needed, level.reviewers.length);
  return planned.needed < planned.reviewers.length ? asMany : Math.max(asMany, level.needed);
}

/** A level of one kind; null, with the reason added to `passedOver`, when nobody of the kind may review. */
function levelOf(
  kind: ReviewerKind,
  route: ReviewRoute,
  candidates: ReviewerCandidates,
  level: number,
  passedOver: string[],
): PlannedLevel | null {
  const named = peopleOfKind(kind, route.designated, candidates);
  const reviewers = withoutInterested(named, candidates);
  if (reviewers.length === 0) {
    passedOver.push(
      named.length === 0
        ? `nobody is ${reviewerKindNames[kind]}`
        : `${reviewerKindNames[kind]} asked for this access or receives it${named.some((one) => candidates.concernedDelegates.has(one)) ? ', or stands in for somebody who does' : ''}`,
    );
    return null;
  }
  const planned: PlannedLevel = {
    level,
    reviewers,
    reviewerKind: kind,
    needed: neededOf(route.quorum, reviewers.length),
    fallbackReason: sentence(passedOver),
  };
  passedOver.length = 0;
  return planned;
}

function administratorsLevel(
  quorum: Quorum | undefined,
  candidates: ReviewerCandidates,
  level: number,
  passedOver: readonly string[],
): PlannedLevel | null {
  const administrators = withoutInterested(candidates.administrators, candidates);
  if (administrators.length === 0) return null;
  return {
    level,
    reviewers: administrators,
    reviewerKind: 'administrator',
    // All of a kind that was asked for is a wish about those people, not about every administrator.
    needed: quorum?.kind === 'atLeast' ? neededOf(quorum, administrators.length) : 1,
    fallbackReason: sentence(passedOver),
  };
}

function peopleOfKind(
  kind: ReviewerKind,
  designated: DesignatedReviewers | undefined,
  candidates: ReviewerCandidates,
): readonly EmployeeId[] {
  switch (kind) {
    case 'manager':
      return listOf(candidates.manager);
    case 'applicationOwner':
      return candidates.owners;
    case 'businessOwner':
      return listOf(candidates.businessOwner);
    case 'riskManager':
      return candidates.riskManagers;
    case 'designated':
      return [
        ...(designated?.employeeIds ?? []).filter((person) => !candidates.absent.has(person)),
        ...(designated?.groupIds ?? []).flatMap((group) => candidates.groups.get(group) ?? []),
      ];
  }
}

/** How many of so many reviewers must approve: never more than there are, and at least one. */
export function neededOf(quorum: Quorum | undefined, available: number): number {
  switch (quorum?.kind) {
    case 'all':
      return available;
    case 'atLeast':
      return Math.max(1, Math.min(quorum.count, available));
    default:
      return 1;
  }
}

/** True for whoever asked for an item or receives it, and for who stands in for them: they never decide it, on any path. */
export function isInterested(
  employeeId: EmployeeId,
  item: { readonly requesterId: EmployeeId; readonly beneficiaryId: EmployeeId },
  concernedDelegates: ReadonlySet<EmployeeId> = noDelegates,
): boolean {
  return employeeId === item.requesterId || employeeId === item.beneficiaryId || concernedDelegates.has(employeeId);
}

function withoutInterested(people: readonly EmployeeId[], candidates: ReviewerCandidates): readonly EmployeeId[] {
  return [...new Set(people)].filter((person) => !isInterested(person, candidates, candidates.concernedDelegates));
}

function listOf(person: EmployeeId | null): readonly EmployeeId[] {
  return person === null ? [] : [person];
}

function sentence(reasons: readonly string[]): string | null {
  if (reasons.length === 0) return null;
  const text = reasons.join(', and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
