/** Which policy decides or routes an item: the first active one, in their order, whose conditions all hold. */
import type { Application, Employee, Entitlement } from '#core/domain/directory.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { epochMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Policy, PolicyConditions } from '#core/domain/policy.ts';
import type { ItemAction, Term } from '#core/domain/request.ts';

/** An item as policies see it. */
export interface PolicySubject {
  readonly action: ItemAction;
  readonly requesterId: EmployeeId;
  readonly beneficiary: Pick<
    Employee,
    'id' | 'managerId' | 'department' | 'jobTitle' | 'employmentType' | 'organization'
  >;
  readonly application: Pick<Application, 'id'>;
  readonly entitlement: Pick<Entitlement, 'id' | 'kind' | 'risk'>;
  readonly term: Term;
  /** When the access would begin at the earliest. */
  readonly from: Instant;
  readonly accountKind: 'employee' | 'service';
}

/** Null: no policy has a say, so the application's own settings hold. `policies` may come in any order. */
export function firstMatch(policies: readonly Policy[], subject: PolicySubject): Policy | null {
  let first: Policy | null = null;
  for (const policy of policies) {
    if (policy.state !== 'active' || (first !== null && policy.position > first.position)) continue;
    if (matches(policy.conditions, subject)) first = policy;
  }
  return first;
}

/** True when every condition that is there holds; no conditions at all match every item. */
export function matches(conditions: PolicyConditions, subject: PolicySubject): boolean {
  const { beneficiary, entitlement } = subject;
  return (
    holds(conditions.actions, subject.action) &&
    holds(conditions.applicationIds, subject.application.id) &&
    holds(conditions.entitlementIds, entitlement.id) &&
    holds(conditions.risks, entitlement.risk) &&
    holds(conditions.beneficiaryIds, beneficiary.id) &&
    holds(conditions.accountKinds, subject.accountKind) &&
    holds(conditions.terms, subject.term.kind === 'permanent' ? 'permanent' : 'temporary') &&
    holds(conditions.requestedBy, relationOf(subject)) &&
    holdsText(conditions.departments, beneficiary.department) &&
    holdsText(conditions.jobTitles, beneficiary.jobTitle) &&
    holdsText(conditions.employmentTypes, beneficiary.employmentType) &&
    holdsText(conditions.organizations, beneficiary.organization) &&
    holdsText(conditions.entitlementKinds, entitlement.kind) &&
    (conditions.maximumMinutes === undefined || minutesOf(subject.term, subject.from) <= conditions.maximumMinutes)
  );
}

/** Minutes that access of a term lasts when it begins at `from`; infinite for permanent access. */
export function minutesOf(term: Term, from: Instant): number {
  switch (term.kind) {
    case 'permanent':
      return Number.POSITIVE_INFINITY;
    case 'duration':
      return term.minutes;
    case 'until':
      return (epochMilliseconds(term.endsAt) - epochMilliseconds(from)) / 60_000;
  }
}

function relationOf({ requesterId, beneficiary }: PolicySubject): 'self' | 'manager' | 'other' {
  if (requesterId === beneficiary.id) return 'self';
  return requesterId === beneficiary.managerId ? 'manager' : 'other';
}

function holds<Value>(wanted: readonly Value[] | undefined, actual: Value): boolean {
  return wanted === undefined || wanted.includes(actual);
}

function holdsText(wanted: readonly string[] | undefined, actual: string | null): boolean {
  if (wanted === undefined) return true;
  if (actual === null) return false;
  const key = textKey(actual);
  return wanted.some((text) => textKey(text) === key);
}

function textKey(text: string): string {
  return text.trim().toLowerCase();
}
