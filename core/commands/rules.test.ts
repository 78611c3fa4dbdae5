/** Policies, rules about duties, reviewer groups and settings of review, from the command to what becomes of a request. */
import { expect, it } from 'vitest';
import type { ConflictRuleId, EmployeeId, EntitlementId, PolicyId } from '#core/domain/ids.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import { dryRunPolicy } from '#core/queries/policy-dry-run.ts';
import { listConflictRules, listPolicies, listPolicyVersions, listReviewerGroups } from '#core/queries/rules.ts';
import { loadViewer, type Viewer } from '#core/queries/visibility.ts';
import { approved, commandOf, holds, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import type { ReviewerKind } from '#core/domain/review-settings.ts';
import { changeApplication } from './application.command.ts';
import { decideTask } from './decide-task.command.ts';
import { saveConflictRule, setConflictRuleState } from './conflict-rule.command.ts';
import { completeFulfillmentByHand } from './fulfillment-by-person.command.ts';
import { startFulfillmentTask } from './fulfillment.command.ts';
import { reorderPolicies, savePolicy, setPolicyState } from './policy.command.ts';
import { changeReviewSettings, readReviewSettings, setEntitlementReview } from './review-settings.command.ts';
import { saveReviewerGroup } from './reviewer-group.command.ts';
import { submitRequest } from './submit-request.command.ts';

async function start(open: () => Promise<TestWorkspace>) {
  const workspace = await open();
  const { people, entitlements, applications } = await organisation(workspace);
  const viewer = async (id: EmployeeId): Promise<Viewer> => {
    const loaded = await loadViewer(workspace.database.read, id);
    if (loaded === null) throw new Error('Nobody');
    return loaded;
  };
  const policy = async (
    name: string,
    rest: Partial<Parameters<typeof savePolicy.run>[0]> = {},
    who = people.administrator,
  ) =>
    workspace.execute(
      savePolicy,
      commandOf(who, { name, conditions: {}, effect: { kind: 'autoApprove' as const }, ...rest }),
    );
  const saved = async (...parameters: Parameters<typeof policy>): Promise<PolicyId> => {
    const result = await policy(...parameters);
    if (result.outcome === 'refused') throw new Error(result.refusal.message);
    return result.value.policyId;
  };
  const rule = async (effect: 'warn' | 'requireLevel' | 'forbid', more = {}, who = people.administrator) =>
    workspace.execute(
      saveConflictRule,
      commandOf(who, {
        name: 'Pay and approve',
        left: [entitlements.reviewed[0]],
        right: [entitlements.reviewed[1]],
        effect,
        ...more,
      }),
    );
  const items = async () => rowsOf(workspace, 'request_item');
  const eventTypes = async () => (await rowsOf(workspace, 'audit_event')).map((event) => event.type);
  const held = (entitlementId: EntitlementId) =>
    holds(workspace, {
      employeeId: people.requester,
      applicationId: applications.reviewed,
      entitlementId,
      username: 'requester',
      externalId: 'r-1',
    });
  return { workspace, people, entitlements, applications, viewer, policy, saved, rule, items, eventTypes, held };
}

describeEachDatabase('policies', (open) => {
  it('are for administrators to change, in versions that stay, and refused when somebody was faster', async () => {
    const { workspace, people, policy, saved, viewer, eventTypes } = await start(open);
    expect(await policy('Mine', {}, people.owner)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    const id = await saved('First');
    expect(await policy('First, better', { policyId: id, version: 1 })).toMatchObject({ value: { version: 2 } });
    expect(await policy('First, too late', { policyId: id, version: 1 })).toMatchObject({
      refusal: { code: 'policy.invalid' },
    });
    expect(await policy('Nowhere', { policyId: people.owner as unknown as PolicyId })).toMatchObject({
      refusal: { code: 'policy.notFound' },
    });
    const state = { policyId: id, version: 2, state: 'inactive' as const };
    expect(await workspace.execute(setPolicyState, commandOf(people.owner, state))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await workspace.execute(setPolicyState, commandOf(people.administrator, state))).toMatchObject({
      value: { version: 3 },
    });
    expect(
      await workspace.execute(setPolicyState, commandOf(people.administrator, { ...state, version: 3 })),
    ).toMatchObject({ refusal: { message: 'This policy is inactive already.' } });
    const versions = await listPolicyVersions(workspace.database.read, await viewer(people.administrator), id);
    expect(versions.rows.map((one) => [one.version, one.name, one.state, one.changedBy.id])).toEqual([
      [3, 'First, better', 'inactive', people.administrator],
      [2, 'First, better', 'active', people.administrator],
      [1, 'First', 'active', people.administrator],
    ]);
    expect(await eventTypes()).toEqual(['policy.created', 'policy.changed', 'policy.changed']);
    await expect(listPolicies(workspace.database.read, await viewer(people.owner))).rejects.toThrow('risk managers');
  });

  it('route to people who are there alone', async () => {
    const { people, policy } = await start(open);
    const route = (employeeIds: readonly EmployeeId[]) => ({
      effect: {
        kind: 'route' as const,
        route: { reviewers: ['designated' as const], designated: { employeeIds: [...employeeIds], groupIds: [] } },
      },
    });
    expect(await policy('Nobody', route([]))).toMatchObject({ refusal: { code: 'policy.invalid' } });
    expect(await policy('Gone', route([people.leaver]))).toMatchObject({ refusal: { code: 'policy.invalid' } });
    expect(await policy('There', route([people.director]))).toMatchObject({ outcome: 'done' });
  });

  it('are put into another order, all of them or none', async () => {
    const { workspace, people, saved, viewer } = await start(open);
    const [a, b, c] = [await saved('A'), await saved('B'), await saved('C')];
    const order = (policyIds: readonly PolicyId[], who = people.administrator) =>
      workspace.execute(reorderPolicies, commandOf(who, { policyIds: [...policyIds] }));
    expect(await order([c, a], people.administrator)).toMatchObject({ refusal: { code: 'policy.invalid' } });
    expect(await order([c, a, b], people.owner)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await order([c, b, a])).toMatchObject({ value: { moved: 2 } });
    const { rows } = await listPolicies(workspace.database.read, await viewer(people.administrator));
    expect(rows.map((row) => [row.name, row.place, row.version])).toEqual([
      ['C', 1, 2],
      ['B', 2, 1],
      ['A', 3, 2],
    ]);
    expect(await order([c, b, a])).toMatchObject({ value: { moved: 0 } });
  });

  it('approve, deny and route what they match, each by a recorded decision that names the version (defect 7)', async () => {
    const { workspace, people, entitlements, saved, items } = await start(open);
    const [first, second] = entitlements.reviewed;
    const approving = await saved('Approve readers', { conditions: { entitlementIds: [first] } });
    await saved('Close writers', {
      conditions: { entitlementIds: [second] },
      effect: { kind: 'autoDeny', reason: 'Closed until June' },
    });
    await saved('Ask the director', {
      conditions: {
        applicationIds: [
          (await rowsOf(workspace, 'entitlement')).find((e) => e.id === entitlements.automatic[0])!.applicationId,
        ],
      },
      effect: {
        kind: 'route',
        route: { reviewers: ['designated'], designated: { employeeIds: [people.director], groupIds: [] } },
      },
    });
    await submitted(workspace.execute, people.requester, [
      line(people.requester, first),
      line(people.requester, second),
      line(people.requester, entitlements.automatic[0]),
    ]);
    const byEntitlement = new Map((await items()).map((item) => [item.entitlementId, item]));
    expect(byEntitlement.get(first)).toMatchObject({ state: 'approved', plan: { mode: 'auto' } });
    expect(byEntitlement.get(second)).toMatchObject({ state: 'denied' });
    expect(byEntitlement.get(entitlements.automatic[0])).toMatchObject({ state: 'inReview' });
    expect((await rowsOf(workspace, 'review_task')).map((task) => task.reviewerId)).toEqual([people.director]);
    const decisions = new Map((await rowsOf(workspace, 'decision')).map((one) => [one.itemId, one]));
    expect(decisions.get(byEntitlement.get(first)!.id)).toMatchObject({
      deciderId: null,
      verdict: 'approve',
      automatic: { rule: 'policy', policyId: approving, policyVersion: 1 },
    });
    expect(decisions.get(byEntitlement.get(second)!.id)).toMatchObject({
      verdict: 'deny',
      reason: 'Closed until June',
    });
    // Delivery asks the decisions again, and finds the policy's.
    const task = (await rowsOf(workspace, 'fulfillment_task'))[0]!;
    expect(await startDelivery(workspace, task.id)).toMatchObject({ value: { proceed: true } });
  });

  it('end a request whose every item they deny', async () => {
    const { workspace, people, entitlements, saved, eventTypes } = await start(open);
    await saved('Closed', { effect: { kind: 'autoDeny', reason: 'Closed' } });
    await submitted(workspace.execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    expect((await rowsOf(workspace, 'access_request'))[0]).toMatchObject({ state: 'denied', version: 1 });
    expect((await eventTypes()).slice(1)).toEqual([
      'request.submitted',
      'item.reviewStarted',
      'review.automatic',
      'item.denied',
      'request.denied',
    ]);
  });

  it('can be tried out on the last requests before they hold', async () => {
    const { workspace, people, entitlements, saved, viewer } = await start(open);
    await saved('Denies the second', {
      conditions: { entitlementIds: [entitlements.reviewed[1]] },
      effect: { kind: 'autoDeny', reason: 'No' },
    });
    for (const entitlement of [...entitlements.reviewed, entitlements.automatic[0]])
      await submitted(workspace.execute, people.requester, [line(people.requester, entitlement)]);
    const tried = async (place: number | null, requests = 10) =>
      dryRunPolicy(workspace.database.read, await viewer(people.administrator), {
        policyId: null,
        place,
        conditions: {},
        effect: { kind: 'autoApprove' },
        requests,
      });
    expect(await tried(null)).toMatchObject({
      requests: 3,
      items: 3,
      counts: { autoApprove: 2, other: 1, none: 0 },
      differing: 1,
    });
    const first = await tried(1);
    expect(first).toMatchObject({ counts: { autoApprove: 3 }, differing: 2 });
    expect(first.rows.map((row) => [row.number, row.happened.by, row.happened.state, row.differs])).toEqual([
      [3, 'setting', 'approved', false],
      [2, 'policy', 'denied', true],
      [1, 'review', 'inReview', true],
    ]);
    expect(await tried(1, 1)).toMatchObject({ requests: 1, items: 1 });
    // Sent to reviewers: who would review it, and another way only when those are not who did.
    const routed = async (reviewers: readonly ReviewerKind[], page: object = {}) =>
      dryRunPolicy(workspace.database.read, await viewer(people.administrator), {
        policyId: null,
        place: 1,
        conditions: { entitlementIds: [entitlements.reviewed[0]] },
        effect: { kind: 'route', route: { reviewers } },
        requests: 10,
        ...page,
      });
    const manager = { kind: 'manager', needed: 1, people: ['manager'] };
    expect(await routed(['manager'])).toMatchObject({ differing: 0, matching: 1, rows: [{ levels: [manager] }] });
    expect(await routed(['applicationOwner'])).toMatchObject({
      differing: 1,
      rows: [{ levels: [{ kind: 'applicationOwner', needed: 1, people: ['owner', 'secondOwner'] }] }],
    });
    expect(await routed(['manager'], { from: 1 })).toMatchObject({ matching: 1, rows: [] });
    // What was shortened is met as it was asked for.
    const [task] = await rowsOf(workspace, 'review_task');
    const shortenedTo = { kind: 'duration', minutes: 60 } as const;
    const decided = { taskId: task!.id, verdict: 'approve', shortenedTo };
    expect(await workspace.execute(decideTask, commandOf(task!.reviewerId, decided))).toMatchObject({
      outcome: 'done',
    });
    const short = await dryRunPolicy(workspace.database.read, await viewer(people.administrator), {
      policyId: null,
      place: 1,
      conditions: { terms: ['temporary'] },
      effect: { kind: 'autoApprove' },
      requests: 10,
    });
    expect(short.matching).toBe(0);
    // Trying changes nothing.
    expect(await rowsOf(workspace, 'policy')).toHaveLength(1);
  });
});

describeEachDatabase('duties to keep apart', (open) => {
  it('are for administrators to change, and refused when nobody could keep them', async () => {
    const { workspace, people, entitlements, rule, viewer, eventTypes } = await start(open);
    expect(await rule('forbid', {}, people.owner)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await rule('forbid', { right: [...entitlements.reviewed] })).toMatchObject({
      refusal: { code: 'conflictRule.invalid' },
    });
    expect(await rule('forbid', { right: [people.owner] })).toMatchObject({
      refusal: { code: 'conflictRule.invalid' },
    });
    const created = await rule('warn');
    expect(created).toMatchObject({ value: { version: 1 } });
    const { conflictRuleId } = (created as { value: { conflictRuleId: ConflictRuleId } }).value;
    expect(await rule('forbid', { conflictRuleId, version: 0 })).toMatchObject({
      refusal: { code: 'conflictRule.invalid' },
    });
    expect(await rule('forbid', { conflictRuleId, version: 1, right: [entitlements.manual[0]] })).toMatchObject({
      value: { version: 2 },
    });
    const state = { conflictRuleId, version: 2, state: 'inactive' as const };
    expect(await workspace.execute(setConflictRuleState, commandOf(people.administrator, state))).toMatchObject({
      value: { version: 3 },
    });
    const { rows } = await listConflictRules(workspace.database.read, await viewer(people.administrator));
    expect(rows).toMatchObject([
      { effect: 'forbid', state: 'inactive', left: [{ id: entitlements.reviewed[0] }], right: [{ name: 'manual 0' }] },
    ]);
    expect(await eventTypes()).toEqual(['conflictRule.created', 'conflictRule.changed', 'conflictRule.changed']);
  });

  it.each(['held', 'pending', 'sameRequest'] as const)(
    'refuse what is forbidden together with what is %s',
    async (where) => {
      const { workspace, people, entitlements, rule, held } = await start(open);
      const [first, second] = entitlements.reviewed;
      await rule('forbid');
      if (where === 'held') await held(second);
      if (where === 'pending') await submitted(workspace.execute, people.requester, [line(people.requester, second)]);
      const lines = [
        line(people.requester, first),
        ...(where === 'sameRequest' ? [line(people.requester, second)] : []),
      ];
      const result = await workspace.execute(
        submitRequest,
        commandOf(people.requester, { justification: 'work', items: lines }),
      );
      expect(result).toMatchObject({
        refusal: { code: 'item.conflict', message: expect.stringContaining('Pay and approve') },
      });
    },
  );

  it('do not keep anybody from giving something up', async () => {
    const { workspace, people, entitlements, rule, held, items } = await start(open);
    await held(entitlements.reviewed[0]);
    await submitted(workspace.execute, people.requester, [line(people.requester, entitlements.reviewed[1])]);
    await rule('forbid');
    await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0], { action: 'REVOKE' }),
    ]);
    const removal = (await items()).find((item) => item.action === 'REVOKE');
    expect(removal).toMatchObject({ state: 'inReview' });
    expect(removal?.plan.conflicts).toBeUndefined();
  });

  it('add a level, recorded in the plan, and warn in it', async () => {
    const { workspace, people, entitlements, rule, held, items } = await start(open);
    await held(entitlements.reviewed[1]);
    await rule('requireLevel', { reviewerKind: 'applicationOwner' });
    await rule('warn', { name: 'Mind this' });
    await submitted(workspace.execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    const [item] = await items();
    expect(item?.plan.levels.map((level) => level.reviewerKind)).toEqual(['manager', 'applicationOwner']);
    expect(item?.plan.conflicts?.map((conflict) => [conflict.name, conflict.effect])).toEqual([
      ['Mind this', 'warn'],
      ['Pay and approve', 'requireLevel'],
    ]);
    await approved(workspace, item!.requestId);
    expect((await items())[0]?.state).toBe('inReview');
    await approved(workspace, item!.requestId);
    expect((await items())[0]?.state).toBe('approved');
  });

  it.each(['forbid', 'requireLevel'] as const)(
    'stop a delivery for a person when they %s it since the review',
    async (effect) => {
      const { workspace, people, entitlements, rule, held, items, eventTypes } = await start(open);
      await held(entitlements.reviewed[1]);
      const requestId = await submitted(workspace.execute, people.requester, [
        line(people.requester, entitlements.reviewed[0]),
      ]);
      await approved(workspace, requestId);
      await rule(effect);
      const [task] = await rowsOf(workspace, 'fulfillment_task');
      expect(await startDelivery(workspace, task!.id)).toMatchObject({ value: { proceed: false } });
      expect((await rowsOf(workspace, 'fulfillment_task'))[0]).toMatchObject({
        state: 'failed',
        attempts: 0,
        lastProblem: expect.stringContaining('Pay and approve'),
      });
      expect((await items())[0]?.state).toBe('approved');
      expect((await eventTypes()).at(-1)).toBe('fulfillment.failed');
    },
  );
});

describeEachDatabase('what is given by hand', (open) => {
  it('is asked about once more: refused when duties conflict by now, and when the person has left', async () => {
    const { workspace, people, entitlements, rule, held, items } = await start(open);
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.manual[0]),
    ]);
    await approved(workspace, requestId);
    const [task] = await rowsOf(workspace, 'fulfillment_task');
    await startDelivery(workspace, task!.id);
    const complete = (outcome: 'done' | 'notPossible') =>
      workspace.execute(
        completeFulfillmentByHand,
        commandOf(people.administrator, { fulfillmentTaskId: task!.id, outcome, note: 'Under Users' }),
      );
    await held(entitlements.reviewed[0]);
    const kept = await rule('forbid', { right: [entitlements.manual[0]] });
    const { conflictRuleId } = (kept as { value: { conflictRuleId: ConflictRuleId } }).value;
    expect(await complete('done')).toMatchObject({
      refusal: { code: 'item.conflict', message: expect.stringContaining('Pay and approve') },
    });
    const warning = { conflictRuleId, version: 1, right: [entitlements.manual[0]] };
    expect(await rule('warn', warning)).toMatchObject({ outcome: 'done' });
    const status = (to: 'active' | 'left') =>
      workspace.database.transaction((writer) =>
        writer.updateTable('employee').set({ status: to }).where('id', '=', people.requester).execute(),
      );
    await status('left');
    expect(await complete('done')).toMatchObject({ refusal: { code: 'item.beneficiaryLeft' } });
    expect((await items())[0]?.state).toBe('approved');
    await status('active');
    expect(await complete('done')).toMatchObject({ outcome: 'done' });
    expect((await items())[0]?.state).toBe('fulfilled');
  });
});

describeEachDatabase('settings of review', (open) => {
  it('set levels, quorum, groups and the time a decision may take', async () => {
    const { workspace, people, applications, entitlements, viewer, items } = await start(open);
    const group = await workspace.execute(
      saveReviewerGroup,
      commandOf(people.administrator, {
        name: 'Board',
        memberIds: [people.director, people.secondAdministrator, people.colleague],
      }),
    );
    if (group.outcome === 'refused') throw new Error(group.refusal.message);
    const save = (payload: object, who = people.administrator) =>
      workspace.execute(saveReviewerGroup, commandOf(who, { name: 'Board', memberIds: [people.director], ...payload }));
    expect(await save({}, people.owner)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await save({ name: 'BOARD' })).toMatchObject({ refusal: { code: 'reviewerGroup.nameTaken' } });
    expect(await save({ name: 'X', memberIds: [people.leaver] })).toMatchObject({
      refusal: { code: 'reviewerGroup.invalid' },
    });
    expect(await save({ groupId: group.value.groupId, version: 9 })).toMatchObject({
      refusal: { code: 'reviewerGroup.invalid' },
    });
    const { rows } = await listReviewerGroups(workspace.database.read, await viewer(people.owner));
    expect(rows.map((row) => [row.name, row.members.map((member) => member.fullName)])).toEqual([
      ['Board', ['colleague', 'director', 'secondAdministrator']],
    ]);

    const changed = await workspace.execute(
      changeApplication,
      commandOf(people.administrator, {
        applicationId: applications.reviewed,
        version: 1,
        name: 'Payroll',
        primaryOwnerId: people.owner,
        fulfillment: 'connector' as const,
        reviewSettings: {
          approval: 'review' as const,
          reviewers: ['manager' as const, 'designated' as const],
          levels: 2,
          quorum: { kind: 'atLeast' as const, count: 2 },
          designated: { employeeIds: [], groupIds: [group.value.groupId] },
          decideWithinDays: 5,
        },
      }),
    );
    expect(changed).toMatchObject({ outcome: 'done' });
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    const [item] = await items();
    expect(item?.plan.levels.map((level) => [level.reviewerKind, level.reviewers.length, level.needed])).toEqual([
      ['manager', 1, 1],
      ['designated', 3, 2],
    ]);
    expect(item?.decideBy).toBe(plusMinutes(workspace.clock.now(), 5 * 1440));
    await approved(workspace, requestId);
    expect((await rowsOf(workspace, 'review_stage')).map((stage) => stage.state)).toEqual(['approved', 'open']);
    await approved(workspace, requestId);
    expect((await items())[0]?.state).toBe('inReview');
    await approved(workspace, requestId);
    expect((await items())[0]?.state).toBe('approved');
  });

  it('of an entitlement take the place of its application, whose version they raise', async () => {
    const { workspace, people, entitlements, items, applications } = await start(open);
    const set = (who: EmployeeId, payload: object = {}) =>
      workspace.execute(
        setEntitlementReview,
        commandOf(who, {
          entitlementId: entitlements.automatic[0],
          settings: { approval: 'review' as const, reviewers: ['applicationOwner' as const] },
          applicationVersion: 1,
          ...payload,
        }),
      );
    expect(await set(people.manager)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await set(people.owner, { applicationVersion: 7 })).toMatchObject({
      refusal: { code: 'application.invalid' },
    });
    expect(await set(people.owner, { settings: { approval: 'review', reviewers: ['designated'] } })).toMatchObject({
      refusal: { code: 'application.invalid' },
    });
    expect(await set(people.owner)).toMatchObject({ value: { applicationVersion: 2 } });
    await submitted(
      workspace.execute,
      people.requester,
      entitlements.automatic.map((id) => line(people.requester, id)),
    );
    const byEntitlement = new Map((await items()).map((item) => [item.entitlementId, item]));
    expect(byEntitlement.get(entitlements.automatic[0])?.plan).toMatchObject({ mode: 'review', applicationVersion: 2 });
    expect(byEntitlement.get(entitlements.automatic[1])?.state).toBe('approved');
    expect(await set(people.owner, { settings: null, applicationVersion: 2 })).toMatchObject({ outcome: 'done' });
    expect((await rowsOf(workspace, 'entitlement')).every((row) => row.reviewSettings === null)).toBe(true);
    expect((await rowsOf(workspace, 'application')).find((row) => row.id === applications.automatic)?.version).toBe(3);
  });

  it('of the workspace are an administrator’s, and hold from then on', async () => {
    const { workspace, people } = await start(open);
    expect(await readReviewSettings(workspace.database.read)).toEqual({ bulkDecidesHighRisk: false, undoSeconds: 8 });
    const change = (who: EmployeeId, undoSeconds: number) =>
      workspace.execute(changeReviewSettings, commandOf(who, { bulkDecidesHighRisk: true, undoSeconds }));
    expect(await change(people.owner, 3)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await change(people.administrator, 61)).toMatchObject({ refusal: { code: 'command.invalid' } });
    await change(people.administrator, 3);
    await change(people.administrator, 4);
    expect(await readReviewSettings(workspace.database.read)).toEqual({ bulkDecidesHighRisk: true, undoSeconds: 4 });
  });
});

function startDelivery(
  workspace: TestWorkspace,
  fulfillmentTaskId: Parameters<typeof startFulfillmentTask.run>[0]['fulfillmentTaskId'],
) {
  return workspace.execute(
    startFulfillmentTask,
    commandOf(
      { kind: 'system', part: 'fulfillment' },
      { fulfillmentTaskId, leaseOwner: 'me', leaseUntil: plusMinutes(workspace.clock.now(), 2) },
    ),
  );
}
