/** Random organisations: who is whose manager, who owns what, how it is reviewed, by which policies and rules. */
import fc from 'fast-check';
import type { ConflictRule } from '#core/domain/conflict-rule.ts';
import type { Application, Employee, Entitlement } from '#core/domain/directory.ts';
import type {
  ApplicationId,
  ConflictRuleId,
  EmployeeId,
  EntitlementId,
  PolicyId,
  ReviewerGroupId,
} from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import type { Policy, PolicyConditions, PolicyEffect } from '#core/domain/policy.ts';
import { reviewerKinds, type ReviewRoute, type ReviewSettings } from '#core/domain/review-settings.ts';
import type { World } from './world.ts';

const peopleIds = Array.from({ length: 7 }, (_, index) => `person-${index}` as EmployeeId);
const applicationIds = ['application-0', 'application-1'] as readonly string[] as readonly ApplicationId[];
const entitlementIds = Array.from({ length: 4 }, (_, index) => `entitlement-${index}` as EntitlementId);
const groupId = 'group-0' as ReviewerGroupId;

const someone = fc.constantFrom(...peopleIds);
const some = (max: number, min = 0) => fc.uniqueArray(someone, { minLength: min, maxLength: max });

const quorum = fc.constantFrom<NonNullable<ReviewRoute['quorum']>>(
  { kind: 'one' },
  { kind: 'one' },
  { kind: 'all' },
  { kind: 'atLeast', count: 2 },
);

function routeWith(skips: boolean): fc.Arbitrary<ReviewRoute> {
  return fc.record({
    reviewers: fc.shuffledSubarray([...reviewerKinds], { minLength: 1, maxLength: 4 }),
    levels: fc.constantFrom(1, 1, 2, 3),
    quorum,
    designated: fc.record({ employeeIds: some(2), groupIds: fc.constantFrom([groupId], []) }),
    skipEarlierApprovers: skips ? fc.boolean() : fc.constant(false),
  });
}

/** How an application wants its requests reviewed. */
export function settingsWith(skips: boolean): fc.Arbitrary<ReviewSettings> {
  return fc
    .record({
      route: routeWith(skips),
      approval: fc.constantFrom(
        'review' as const,
        'review' as const,
        'review' as const,
        'review' as const,
        'auto' as const,
      ),
      decideWithinDays: fc.constantFrom(null, 1, 2),
      remindAfterDays: fc.constantFrom(null, 1),
      escalateAfterDays: fc.constantFrom(null, 1, 1),
    })
    .map(({ route, ...more }) => ({ ...route, ...more }));
}

const conditions: fc.Arbitrary<PolicyConditions> = fc.constantFrom<PolicyConditions>(
  {},
  { actions: ['GRANT'] },
  { risks: ['high'] },
  { terms: ['temporary'] },
  { requestedBy: ['self'] },
  { requestedBy: ['manager'], terms: ['temporary'] },
  { applicationIds: applicationIds.slice(0, 1) },
  { entitlementIds: entitlementIds.slice(0, 2), maximumMinutes: 90 },
  { departments: ['Sales'] },
  { beneficiaryIds: peopleIds.slice(0, 3) },
  { jobTitles: ['engineer '], employmentTypes: ['Contractor'] },
  { organizations: ['NORTH'] },
  { entitlementKinds: ['role'] },
  { accountKinds: ['service'] },
  { accountKinds: ['employee'], organizations: ['South', 'East'] },
);

export function effectWith(skips: boolean): fc.Arbitrary<PolicyEffect> {
  return fc.oneof(
    fc.constant<PolicyEffect>({ kind: 'autoApprove' }),
    fc.constant<PolicyEffect>({ kind: 'autoDeny', reason: 'never' }),
    routeWith(skips).map((route): PolicyEffect => ({ kind: 'route', route })),
    routeWith(skips).map((route): PolicyEffect => ({ kind: 'route', route })),
  );
}

function policies(skips: boolean): fc.Arbitrary<readonly Policy[]> {
  const policy = fc.record({
    conditions,
    effect: effectWith(skips),
    state: fc.constantFrom('active' as const, 'active' as const, 'inactive' as const),
  });
  return fc.array(policy, { maxLength: 2 }).map((made) =>
    made.map((one, index) => ({
      ...one,
      id: `policy-${index}` as PolicyId,
      name: `policy ${index}`,
      position: index + 1,
      version: 1,
    })),
  );
}

const rules: fc.Arbitrary<readonly ConflictRule[]> = fc
  .array(
    fc.record({
      effect: fc.constantFrom('warn' as const, 'requireLevel' as const, 'requireLevel' as const, 'forbid' as const),
      reviewerKind: fc.constantFrom(...reviewerKinds),
      state: fc.constantFrom('active' as const, 'active' as const, 'inactive' as const),
      left: fc.integer({ min: 0, max: 1 }),
      right: fc.integer({ min: 2, max: 3 }),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((made) =>
    made.map(({ left, right, ...rule }, index) => ({
      ...rule,
      id: `rule-${index}` as ConflictRuleId,
      name: `rule ${index}`,
      description: null,
      left: entitlementIds.slice(left, left + 1),
      right: entitlementIds.slice(right, right + 1),
      version: 1,
    })),
  );

const people: fc.Arbitrary<readonly Employee[]> = fc
  .array(
    fc.record({
      manager: fc.option(fc.nat({ max: 6 })),
      department: fc.constantFrom('Sales', 'Legal'),
      jobTitle: fc.constantFrom('Engineer', 'Clerk', null),
      employmentType: fc.constantFrom('contractor', 'permanent', null),
      organization: fc.constantFrom('North', 'South', null),
    }),
    { minLength: peopleIds.length, maxLength: peopleIds.length },
  )
  .map((made) =>
    made.map(({ manager, ...attributes }, index): Employee => {
      const id = peopleIds[index] as EmployeeId;
      return {
        id,
        workEmail: `${id}@example.com`,
        fullName: id,
        firstName: null,
        lastName: null,
        ...attributes,
        startDate: null,
        endDate: null,
        managerId: manager === null || manager === index ? null : (peopleIds[manager] as EmployeeId),
        sourceUserId: null,
        status: 'active',
        attributes: {},
      };
    }),
  );

function applications(skips: boolean): fc.Arbitrary<readonly Application[]> {
  const application = fc.record({
    owners: some(3),
    fulfillment: fc.constantFrom('connector' as const, 'connector' as const, 'manual' as const),
    reviewSettings: settingsWith(skips),
  });
  return fc.array(application, { minLength: 2, maxLength: 2 }).map((made) =>
    made.map(({ owners, ...one }, index) => ({
      ...one,
      id: applicationIds[index] as ApplicationId,
      name: `application ${index}`,
      description: null,
      primaryOwnerId: owners[0] ?? null,
      secondaryOwnerIds: owners.slice(1),
      version: 1,
    })),
  );
}

function entitlements(skips: boolean): fc.Arbitrary<readonly Entitlement[]> {
  const entitlement = fc.record({
    risk: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
    businessOwnerId: fc.option(someone),
    reviewSettings: fc.option(settingsWith(skips), { freq: 4, nil: null }).map((one) => one),
  });
  return fc.array(entitlement, { minLength: 4, maxLength: 4 }).map((made) =>
    made.map(({ reviewSettings, ...one }, index) => ({
      ...one,
      // Most have none of their own.
      reviewSettings: index === 3 ? reviewSettings : null,
      id: entitlementIds[index] as EntitlementId,
      applicationId: applicationIds[index % 2] as ApplicationId,
      resourceId: null,
      externalId: `external-${index}`,
      name: `entitlement ${index}`,
      kind: index % 3 === 0 ? 'role' : 'group',
      purpose: null,
      description: null,
      maximumDurationMinutes: null,
      status: 'active' as const,
      lastSeenRunId: null,
    })),
  );
}

/** An organisation in which nothing has been asked for yet. `skips`: whether reviewers may be skipped at later levels. */
export function organisations(skips = true): fc.Arbitrary<World> {
  return fc
    .record({
      people,
      administrators: some(2, 1),
      riskManagers: some(2),
      members: some(2),
      applications: applications(skips),
      entitlements: entitlements(skips),
      policies: policies(skips),
      rules,
      held: fc.uniqueArray(fc.tuple(someone, fc.constantFrom(...entitlementIds)), {
        maxLength: 5,
        selector: ([who, what]) => `${who} ${what}`,
      }),
      robotOwner: fc.option(someone, { freq: 1 }),
      robotHolds: fc.boolean(),
    })
    .map(({ members, held, robotOwner, robotHolds, ...made }) => ({
      ...made,
      now: instant('2026-03-02T08:00:00.000Z'),
      groups: new Map([[groupId, members]]),
      delegations: [],
      // One that exists in an application; others come to be when they are asked for.
      serviceAccounts: [{ applicationId: applicationIds[0] as ApplicationId, name: 'robot', ownerId: robotOwner }],
      grants: [
        ...held.map(([employeeId, entitlementId]) => ({ employeeId, entitlementId, serviceAccount: null })),
        ...(robotOwner !== null && robotHolds
          ? [{ employeeId: robotOwner, entitlementId: entitlementIds[0] as EntitlementId, serviceAccount: 'robot' }]
          : []),
      ].map((grant) => ({ ...grant, itemId: null, active: true })),
      requests: [],
      questions: [],
      ids: 0,
    }));
}
