/** How something is reviewed, between forms and the contract. */
import type { Person, ReviewerGroupId, ReviewerKind, ReviewSettingsView } from '#core/contract/index.ts';

export interface RouteForm {
  readonly reviewers: readonly ReviewerKind[];
  readonly levels: number;
  readonly quorum: 'one' | 'all' | 'atLeast';
  readonly quorumCount: number;
  readonly persons: readonly Pick<Person, 'id' | 'fullName'>[];
  readonly groupIds: readonly ReviewerGroupId[];
  readonly skipEarlierApprovers: boolean;
}

export interface ReviewForm extends RouteForm {
  readonly decideWithinDays: number | null;
  readonly remindAfterDays: number | null;
  readonly escalateAfterDays: number | null;
}

/** The manager, then the owner, in one level: the safe start where nobody has set anything up yet. */
export const newRoute: RouteForm = {
  reviewers: ['manager', 'applicationOwner'],
  levels: 1,
  quorum: 'one',
  quorumCount: 2,
  persons: [],
  groupIds: [],
  skipEarlierApprovers: false,
};

export const newReview: ReviewForm = {
  ...newRoute,
  decideWithinDays: null,
  remindAfterDays: null,
  escalateAfterDays: null,
};

type Route = Omit<ReviewSettingsView, 'approval' | 'decideWithinDays' | 'remindAfterDays' | 'escalateAfterDays'>;

/** `name` knows the people whom the route designates. */
export function toRouteForm(route: Route, name: (id: string) => string): RouteForm {
  const { quorum = { kind: 'one' as const } } = route;
  return {
    reviewers: route.reviewers,
    levels: route.levels ?? 1,
    quorum: quorum.kind,
    quorumCount: quorum.kind === 'atLeast' ? quorum.count : newRoute.quorumCount,
    persons: (route.designated?.employeeIds ?? []).map((id) => ({ id, fullName: name(id) })),
    groupIds: route.designated?.groupIds ?? [],
    skipEarlierApprovers: route.skipEarlierApprovers ?? false,
  };
}

export function toReviewForm(settings: ReviewSettingsView, name: (id: string) => string): ReviewForm {
  return {
    ...toRouteForm(settings, name),
    decideWithinDays: settings.decideWithinDays ?? null,
    remindAfterDays: settings.remindAfterDays ?? null,
    escalateAfterDays: settings.escalateAfterDays ?? null,
  };
}

/** What is as it is by itself is left out. */
export function toRoute(form: RouteForm): Route {
  const designates = form.persons.length + form.groupIds.length > 0;
  return {
    reviewers: [...form.reviewers],
    ...(form.levels > 1 ? { levels: form.levels } : {}),
    ...(form.quorum === 'all' ? { quorum: { kind: 'all' } } : {}),
    ...(form.quorum === 'atLeast' ? { quorum: { kind: 'atLeast', count: form.quorumCount } } : {}),
    ...(designates
      ? { designated: { employeeIds: form.persons.map((person) => person.id), groupIds: [...form.groupIds] } }
      : {}),
    ...(form.skipEarlierApprovers ? { skipEarlierApprovers: true } : {}),
  };
}

export function toReviewSettings(form: ReviewForm, approval: 'review' | 'auto'): ReviewSettingsView {
  const { decideWithinDays, remindAfterDays, escalateAfterDays } = form;
  return {
    approval,
    ...toRoute(form),
    ...(decideWithinDays === null ? {} : { decideWithinDays }),
    ...(remindAfterDays === null ? {} : { remindAfterDays }),
    ...(escalateAfterDays === null ? {} : { escalateAfterDays }),
  };
}

/** What keeps it from being saved; null: nothing. */
export function routeFormProblem(form: RouteForm): string | null {
  if (form.reviewers.length === 0) return 'Keep at least one kind of reviewer.';
  if (form.reviewers.includes('designated') && form.persons.length + form.groupIds.length === 0)
    return 'Name the designated persons or groups, or leave that kind out.';
  return null;
}

/** `Manager, then application owner; 2 levels; at least 2 of each`. */
export function routeWords(route: Route, label: (kind: ReviewerKind) => string): string {
  const { quorum, levels = 1 } = route;
  const order = route.reviewers.map(label).join(', then ');
  const parts = [
    `${order.charAt(0).toUpperCase()}${order.slice(1)}`,
    `${levels} ${levels === 1 ? 'level' : 'levels'}`,
    quorum === undefined || quorum.kind === 'one'
      ? 'one of each level suffices'
      : quorum.kind === 'all'
        ? 'everybody of a level'
        : `at least ${quorum.count} of each level`,
  ];
  if (route.skipEarlierApprovers === true) parts.push('whoever approved earlier is skipped');
  return parts.join('; ');
}
