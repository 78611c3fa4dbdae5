/** A policy between its form and the contract. */
import type { ApplicationId, EmployeeId, EntitlementId, PolicyView } from '#core/contract/index.ts';
import {
  newRoute,
  routeFormProblem,
  routeWords,
  toRoute,
  toRouteForm,
  type RouteForm,
} from '#renderer/ui/review-form.ts';
import { reviewerKindWords } from '#renderer/ui/reviewer-kinds.ts';
import type { Named } from './named-list.tsx';

type Conditions = PolicyView['conditions'];
type Effect = PolicyView['effect'];

export interface PolicyForm {
  readonly name: string;
  /** Lists of words and choices, as in the contract. */
  readonly words: Omit<Conditions, 'applicationIds' | 'entitlementIds' | 'beneficiaryIds' | 'maximumMinutes'>;
  readonly applications: readonly Named<ApplicationId>[];
  readonly entitlements: readonly Named<EntitlementId>[];
  readonly beneficiaries: readonly Named<EmployeeId>[];
  readonly maximumHours: number | null;
  readonly effect: Effect['kind'];
  readonly reason: string;
  readonly route: RouteForm;
}

export const newPolicy: PolicyForm = {
  name: '',
  words: {},
  applications: [],
  entitlements: [],
  beneficiaries: [],
  maximumHours: null,
  effect: 'route',
  reason: '',
  route: newRoute,
};

export function toPolicyForm(policy: PolicyView, names: Readonly<Record<string, string>>): PolicyForm {
  const { applicationIds, entitlementIds, beneficiaryIds, maximumMinutes, ...words } = policy.conditions;
  const named = <Id extends string>(ids: readonly Id[] = []) => ids.map((id) => ({ id, name: names[id] ?? id }));
  const { effect } = policy;
  return {
    name: policy.name,
    words,
    applications: named(applicationIds),
    entitlements: named(entitlementIds),
    beneficiaries: named(beneficiaryIds),
    maximumHours: maximumMinutes === undefined ? null : maximumMinutes / 60,
    effect: effect.kind,
    reason: effect.kind === 'autoDeny' ? effect.reason : '',
    route: effect.kind === 'route' ? toRouteForm(effect.route, (id) => names[id] ?? id) : newRoute,
  };
}

export function toPolicy(form: PolicyForm): { name: string; conditions: Conditions; effect: Effect } {
  const words = Object.fromEntries(Object.entries(form.words).filter(([, list]) => list.length > 0)) as Conditions;
  const ids = <Id extends string>(list: readonly Named<Id>[]) => list.map((one) => one.id);
  return {
    name: form.name.trim(),
    conditions: {
      ...words,
      ...(form.applications.length > 0 ? { applicationIds: ids(form.applications) } : {}),
      ...(form.entitlements.length > 0 ? { entitlementIds: ids(form.entitlements) } : {}),
      ...(form.beneficiaries.length > 0 ? { beneficiaryIds: ids(form.beneficiaries) } : {}),
      ...(form.maximumHours === null ? {} : { maximumMinutes: Math.round(form.maximumHours * 60) }),
    },
    effect:
      form.effect === 'autoDeny'
        ? { kind: 'autoDeny', reason: form.reason.trim() }
        : form.effect === 'route'
          ? { kind: 'route', route: toRoute(form.route) }
          : { kind: 'autoApprove' },
  };
}

/** What keeps it from being saved; null: nothing. */
export function policyProblem(form: PolicyForm): string | null {
  if (form.name.trim() === '') return 'Give the policy a name.';
  if (form.effect === 'autoDeny' && form.reason.trim() === '') return 'Say why it denies: the requester will read it.';
  return form.effect === 'route' ? routeFormProblem(form.route) : null;
}

export function effectWords(effect: Effect): string {
  switch (effect.kind) {
    case 'autoApprove':
      return 'Approved automatically';
    case 'autoDeny':
      return `Denied automatically: ${effect.reason}`;
    case 'route':
      return `Reviewed by: ${routeWords(effect.route, (kind) => reviewerKindWords[kind].label.toLowerCase())}`;
  }
}

const conditionLabels: Readonly<Record<keyof Conditions, string>> = {
  actions: 'action',
  departments: 'department',
  jobTitles: 'job title',
  employmentTypes: 'employment',
  organizations: 'organization',
  beneficiaryIds: 'for',
  requestedBy: 'asked by',
  applicationIds: 'application',
  entitlementIds: 'entitlement',
  entitlementKinds: 'kind',
  risks: 'risk',
  terms: 'term',
  maximumMinutes: 'at most (minutes)',
  accountKinds: 'account',
};

/** `Risk: low; department: Finance or Sales`; every item when there are no conditions. */
export function conditionWords(conditions: Conditions, names: Readonly<Record<string, string>>): string {
  const parts = Object.entries(conditions).map(([name, value]) => {
    const list = Array.isArray(value) ? value.map((one) => names[one] ?? one).join(' or ') : String(value);
    return `${conditionLabels[name as keyof Conditions]}: ${list}`;
  });
  return parts.length === 0 ? 'Every item' : parts.join('; ');
}
