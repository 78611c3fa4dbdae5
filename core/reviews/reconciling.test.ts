import { expect, it } from 'vitest';
import { startBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { saveConflictRule } from '#core/commands/conflict-rule.command.ts';
import { createDelegation } from '#core/commands/delegation.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { completeFulfillmentByHand } from '#core/commands/fulfillment-by-person.command.ts';
import { startFulfillmentTask } from '#core/commands/fulfillment.command.ts';
import { reassignTask } from '#core/commands/reassign-task.command.ts';
import { reconcileRequest, endReconcile } from '#core/commands/reconcile.command.ts';
import { readReconcileMark } from '#core/commands/reconcile-mark.ts';
import { saveReviewerGroup } from '#core/commands/reviewer-group.command.ts';
import { setRoles } from '#core/commands/set-roles.command.ts';
import { newId, type ApplicationId, type EmployeeId, type RequestId } from '#core/domain/ids.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import { commandOf, holds, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { daysPass } from '#core/testing/review-time.ts';

function configure({ database }: TestWorkspace, applicationId: ApplicationId, value: ReviewSettings) {
  return database.transaction((writer) =>
    writer
      .updateTable('application')
      .set({ review_settings: JSON.stringify(value) })
      .where('id', '=', applicationId)
      .execute(),
  );
}

describeEachDatabase('Reviews follow the organisation', (open) => {
  async function start(over: Partial<ReviewSettings> = {}) {
    const workspace = await open();
    const built = await organisation(workspace);
    const { people, entitlements, applications } = built;
    const value: ReviewSettings = { approval: 'review', reviewers: ['manager', 'applicationOwner'], ...over };
    await configure(workspace, applications.reviewed, value);
    const names = new Map(Object.entries(people).map(([name, id]) => [id, name]));
    const ask = (who: EmployeeId = people.requester) =>
      submitted(workspace.execute, who, [line(people.requester, entitlements.reviewed[0])]);
    const employee = (id: EmployeeId, set: { manager_id?: EmployeeId | null; status?: 'left' }) =>
      workspace.database.transaction((writer) =>
        writer.updateTable('employee').set(set).where('id', '=', id).execute(),
      );
    const firstOwner = (id: EmployeeId) =>
      workspace.database.transaction((writer) =>
        writer
          .updateTable('application')
          .set({ primary_owner_id: id })
          .where('id', '=', applications.reviewed)
          .execute(),
      );
    return {
      workspace,
      ...built,
      ask,
      employee,
      firstOwner,
      follow: () => daysPass(workspace, 0),
      tasks: async () =>
        (await rowsOf(workspace, 'review_task')).map(
          (task) => `${names.get(task.reviewerId)} ${task.via} ${task.state}`,
        ),
      decide: async (who: EmployeeId) => {
        const task = (await rowsOf(workspace, 'review_task')).find(
          (row) => row.reviewerId === who && row.state === 'open',
        );
        return workspace.execute(decideTask, commandOf(who, { taskId: task!.id, verdict: 'approve' }));
      },
    };
  }

  it('when the manager changed: the new one has the task, once, and decides it', async () => {
    const { workspace, people, ask, employee, follow, tasks, decide } = await start();
    await ask();
    await employee(people.requester, { manager_id: people.colleague });
    await follow();
    expect(await tasks()).toEqual(['manager planned handedOn', 'colleague rerouted open']);
    const [old, task] = await rowsOf(workspace, 'review_task');
    expect(task).toMatchObject({ fromTaskId: old!.id });
    expect(await eventsOf(workspace, 'review.rerouted')).toEqual([
      {
        level: 1,
        reviewerKind: 'manager',
        before: [people.manager],
        after: [people.colleague],
        fallbackReason: null,
      },
    ]);
    const before = (await rowsOf(workspace, 'audit_event')).length;
    await follow();
    expect((await rowsOf(workspace, 'audit_event')).length).toBe(before);
    expect(
      await workspace.execute(decideTask, commandOf(people.manager, { taskId: old!.id, verdict: 'approve' })),
    ).toMatchObject({ refusal: { code: 'decision.stale' } });
    expect(await decide(people.colleague)).toMatchObject({ value: { requestState: 'fulfilling' } });
  });

  it('and until they have, nobody decides by what they were: neither alone, in bulk, nor in the place of who is back', async () => {
    const { workspace, people, applications, entitlements, ask, employee, firstOwner, follow, decide } = await start();
    await ask();
    await employee(people.requester, { manager_id: people.colleague });
    const lapsed = { refusal: { code: 'decision.authorityLapsed' } };
    expect(await decide(people.manager)).toMatchObject(lapsed);
    const begun = await workspace.execute(
      startBulkDecision,
      commandOf(people.manager, { filter: { applicationId: applications.reviewed }, verdict: 'approve' }),
    );
    expect(begun).toMatchObject({ outcome: 'done' });
    await daysPass(workspace, 1);
    expect(await rowsOf(workspace, 'bulk_decision_result')).toMatchObject([
      { outcome: 'refused', code: 'decision.authorityLapsed' },
    ]);
    expect(await rowsOf(workspace, 'decision')).toEqual([]);
    // The stand-in of the new manager has the task by now, until noon.
    const endsAt = plusMinutes(workspace.clock.now(), 60);
    await workspace.execute(createDelegation, commandOf(people.colleague, { delegateId: people.director, endsAt }));
    await follow();
    workspace.clock.pass(3_600_000);
    expect(await decide(people.director)).toMatchObject(lapsed);
    await follow();
    expect(await decide(people.colleague)).toMatchObject({ outcome: 'done' });
    // The same of an owner at the next level of another one.
    await configure(workspace, applications.reviewed, { approval: 'review', reviewers: ['applicationOwner'] });
    await submitted(workspace.execute, people.colleague, [line(people.colleague, entitlements.reviewed[1])]);
    await firstOwner(people.director);
    expect(await decide(people.owner)).toMatchObject(lapsed);
    expect(await decide(people.secondOwner)).toMatchObject({ outcome: 'done' });
  });

  it('so does what waits for a person: nobody is asked to give what must not be given any more', async () => {
    const { workspace, people, entitlements, employee, follow } = await start();
    const [first, second] = entitlements.manual;
    for (const id of [first, second])
      await submitted(workspace.execute, people.requester, [line(people.requester, id)]);
    for (const task of await rowsOf(workspace, 'review_task'))
      await workspace.execute(decideTask, commandOf(task.reviewerId, { taskId: task.id, verdict: 'approve' }));
    const system = { kind: 'system', part: 'fulfillment' } as const;
    const leaseUntil = plusMinutes(workspace.clock.now(), 1);
    const waiting = async () => (await rowsOf(workspace, 'fulfillment_task')).map((task) => task.state);
    const begin = async (index: number) => {
      const fulfillmentTaskId = (await rowsOf(workspace, 'fulfillment_task'))[index]!.id;
      await workspace.execute(
        startFulfillmentTask,
        commandOf(system, { fulfillmentTaskId, leaseOwner: 'me', leaseUntil }),
      );
      return fulfillmentTaskId;
    };
    const given = await begin(0);
    expect(await waiting()).toEqual(['byHand', 'ready']);
    const rule = { name: 'Apart', description: null, effect: 'forbid', reviewerKind: 'riskManager' };
    expect(
      await workspace.execute(
        saveConflictRule,
        commandOf(people.administrator, { ...rule, left: [first], right: [second] }),
      ),
    ).toMatchObject({ outcome: 'done' });
    // Both were approved; what is in the hands of somebody may be there at any moment.
    await begin(1);
    expect(await waiting()).toEqual(['byHand', 'failed']);
    expect((await rowsOf(workspace, 'fulfillment_task'))[1]).toMatchObject({
      lastProblem: expect.stringContaining('the rule \u201cApart\u201d forbids this'),
    });
    await employee(people.requester, { status: 'left' });
    const recorded = await workspace.execute(
      completeFulfillmentByHand,
      commandOf(people.owner, { fulfillmentTaskId: given, outcome: 'done', note: 'given' }),
    );
    expect(recorded).toMatchObject({ refusal: { code: 'item.beneficiaryLeft' } });
    await follow();
    expect((await rowsOf(workspace, 'fulfillment_task'))[0]).toMatchObject({
      state: 'cancelled',
      lastProblem: 'The person no longer works here.',
    });
  });

  it('when the manager is gone: the owners of the order have their turn, and the manager again when there is one', async () => {
    const { workspace, people, ask, employee, follow, tasks } = await start();
    await ask();
    await employee(people.manager, { status: 'left' });
    await follow();
    expect(await tasks()).toEqual(['manager planned handedOn', 'owner rerouted open', 'secondOwner rerouted open']);
    expect(await eventsOf(workspace, 'review.rerouted')).toMatchObject([
      { reviewerKind: 'applicationOwner', fallbackReason: 'Nobody is the manager.' },
    ]);
    await employee(people.requester, { manager_id: people.director });
    await follow();
    expect((await tasks()).slice(1)).toEqual([
      'owner rerouted handedOn',
      'secondOwner rerouted closed',
      'director rerouted open',
    ]);
    expect(await rowsOf(workspace, 'review_stage')).toMatchObject([{ reviewerKind: 'manager', needed: 1 }]);
  });

  it('when nobody of the order is left: administrators', async () => {
    const { people, ask, employee, follow, tasks } = await start();
    await ask();
    for (const person of [people.manager, people.owner, people.secondOwner]) await employee(person, { status: 'left' });
    await follow();
    expect(await tasks()).toEqual([
      'manager planned handedOn',
      'administrator rerouted open',
      'secondAdministrator rerouted open',
    ]);
  });

  it('never to whoever asked or benefits, also when they are the new manager', async () => {
    const { people, ask, employee, follow, tasks } = await start();
    await ask(people.colleague);
    await employee(people.requester, { manager_id: people.colleague });
    await follow();
    expect(await tasks()).toEqual(['manager planned handedOn', 'owner rerouted open', 'secondOwner rerouted open']);
  });

  it('at levels that wait, while what was decided at level 1 stays', async () => {
    const { workspace, people, ask, employee, firstOwner, follow, tasks, decide } = await start({ levels: 2 });
    await ask();
    await firstOwner(people.director);
    await follow();
    expect(await tasks()).toEqual(['manager planned open']);
    await decide(people.manager);
    await employee(people.requester, { manager_id: people.colleague });
    await firstOwner(people.owner);
    await follow();
    expect(await tasks()).toEqual([
      'manager planned approved',
      'director planned handedOn',
      'secondOwner planned open',
      'owner rerouted open',
    ]);
    expect(await decide(people.owner)).toMatchObject({ value: { requestState: 'fulfilling' } });
    expect(await eventsOf(workspace, 'review.rerouted')).toHaveLength(2);
  });

  it('where all must approve: who approved already counts, and who came in their place need not', async () => {
    const { people, ask, firstOwner, follow, tasks, decide } = await start({
      reviewers: ['applicationOwner'],
      quorum: { kind: 'all' },
    });
    await ask();
    await decide(people.owner);
    await firstOwner(people.director);
    await follow();
    expect(await tasks()).toEqual(['owner planned approved', 'secondOwner planned open', 'director rerouted open']);
    expect(await decide(people.director)).toMatchObject({ value: { requestState: 'fulfilling' } });
  });

  it('where all must approve and the only one missing left: the level is passed', async () => {
    const { workspace, people, ask, employee, follow, tasks, decide } = await start({
      reviewers: ['applicationOwner'],
      quorum: { kind: 'all' },
    });
    await ask();
    await decide(people.owner);
    await employee(people.secondOwner, { status: 'left' });
    await follow();
    expect(await tasks()).toEqual(['owner planned approved', 'secondOwner planned closed']);
    expect(await rowsOf(workspace, 'access_request')).toMatchObject([{ state: 'fulfilling' }]);
  });

  it('when the members of a group changed', async () => {
    const { workspace, people, applications, ask, follow, tasks } = await start();
    const save = (over: object) =>
      workspace.execute(
        saveReviewerGroup,
        commandOf(people.administrator, { name: 'Guards', description: null, ...over }),
      );
    await save({ memberIds: [people.director] });
    const [group] = await rowsOf(workspace, 'reviewer_group');
    const groupId = group!.id;
    const value: ReviewSettings = {
      approval: 'review',
      reviewers: ['designated'],
      designated: { employeeIds: [], groupIds: [groupId] },
    };
    await configure(workspace, applications.reviewed, value);
    await ask();
    await follow();
    expect(await tasks()).toEqual(['director planned open']);
    await save({ groupId, version: 1, memberIds: [people.director, people.owner] });
    expect(await readReconcileMark(workspace.database.read)).not.toBeNull();
    await follow();
    expect(await readReconcileMark(workspace.database.read)).toBeNull();
    expect(await tasks()).toEqual(['director planned open', 'owner rerouted open']);
  });

  it('when the risk managers changed', async () => {
    const { workspace, people, ask, follow, tasks } = await start({ reviewers: ['riskManager'] });
    const role = (employeeId: EmployeeId, roles: readonly string[]) =>
      workspace.execute(setRoles, commandOf(people.administrator, { employeeId, roles }));
    await role(people.director, ['riskManager']);
    await ask();
    await role(people.owner, ['riskManager']);
    await role(people.director, []);
    await follow();
    expect(await tasks()).toEqual(['director planned handedOn', 'owner rerouted open']);
  });

  it('leave a task with whoever stands in for a place that stays, and take it on with one that goes', async () => {
    const { workspace, people, ask, employee, follow, tasks } = await start();
    await ask();
    await workspace.execute(createDelegation, commandOf(people.manager, { delegateId: people.owner }));
    await follow();
    await employee(people.director, { status: 'left' });
    await follow();
    const delegated = ['manager planned handedOn', 'owner delegated open'];
    expect(await tasks()).toEqual(delegated);
    await employee(people.requester, { manager_id: people.colleague });
    await workspace.execute(createDelegation, commandOf(people.colleague, { delegateId: people.secondOwner }));
    await follow();
    expect(await tasks()).toEqual([
      delegated[0],
      'owner delegated handedOn',
      'colleague rerouted handedOn',
      'secondOwner delegated open',
    ]);
  });

  it('give a task back when whoever it was given to left', async () => {
    const { workspace, people, ask, employee, follow, tasks, decide } = await start();
    await ask();
    const [task] = await rowsOf(workspace, 'review_task');
    await workspace.execute(
      reassignTask,
      commandOf(people.manager, { taskId: task!.id, toReviewerId: people.director, reason: null }),
    );
    await follow();
    expect(await tasks()).toEqual(['manager planned handedOn', 'director reassigned open']);
    await employee(people.director, { status: 'left' });
    await follow();
    await follow();
    expect((await tasks()).slice(1)).toEqual(['director reassigned handedOn', 'manager returned open']);
    expect(await eventsOf(workspace, 'review.returned')).toMatchObject([
      { fromReviewerId: people.director, toReviewerId: people.manager, reason: 'left' },
    ]);
    expect(await decide(people.manager)).toMatchObject({ value: { requestState: 'fulfilling' } });
  });

  it('close what was escalated to somebody who left; the task itself goes on', async () => {
    const { workspace, people, ask, employee, follow, tasks } = await start({ escalateAfterDays: 1 });
    await ask();
    await daysPass(workspace, 1);
    expect(await tasks()).toEqual(['manager planned open', 'director escalated open']);
    await employee(people.director, { status: 'left' });
    await follow();
    expect(await tasks()).toEqual(['manager planned open', 'director escalated closed']);
    expect(await eventsOf(workspace, 'review.taskClosed')).toEqual([
      { level: 1, reviewerKind: 'manager', reviewerId: people.director, reason: 'They no longer work here.' },
    ]);
  });

  it('cancel what a leaver was to be given, and go on with what is taken from them', async () => {
    const { workspace, people, entitlements, applications, employee, follow } = await start();
    const [given, taken] = entitlements.reviewed;
    await holds(workspace, {
      employeeId: people.requester,
      applicationId: applications.reviewed,
      entitlementId: taken,
      username: 'requester',
      externalId: 'requester',
    });
    const mixed = await submitted(workspace.execute, people.colleague, [
      line(people.requester, given),
      line(people.requester, taken, { action: 'REVOKE' }),
    ]);
    await employee(people.requester, { status: 'left' });
    await follow();
    expect(await itemStates(workspace, mixed)).toEqual(['GRANT cancelled', 'REVOKE inReview']);
    expect(await eventsOf(workspace, 'item.cancelled')).toEqual([{ reason: 'requester no longer works here.' }]);
    const told = (await rowsOf(workspace, 'notice')).filter((notice) => notice.employeeId === people.colleague);
    expect(told).toMatchObject([{ kind: 'requestCancelled', data: { reason: 'requester no longer works here.' } }]);
  });

  it('cancel what a leaver asked for themselves, and go on with what they asked for others', async () => {
    const { workspace, people, entitlements, employee, follow } = await start();
    const [one] = entitlements.reviewed;
    const own = await submitted(workspace.execute, people.colleague, [line(people.colleague, one)]);
    const others = await submitted(workspace.execute, people.colleague, [line(people.requester, one)]);
    await employee(people.colleague, { status: 'left' });
    await follow();
    expect(await itemStates(workspace, own)).toEqual(['GRANT cancelled']);
    expect(await itemStates(workspace, others)).toEqual(['GRANT inReview']);
    const requests = await rowsOf(workspace, 'access_request');
    expect(requests.map((request) => request.state)).toEqual(['cancelled', 'inReview']);
  });

  it('by Gatehouse alone', async () => {
    const { workspace, people, ask } = await start();
    const requestId = await ask();
    expect(await workspace.execute(reconcileRequest, commandOf(people.administrator, { requestId }))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await workspace.execute(endReconcile, commandOf(people.administrator, { asked: 'anything' }))).toMatchObject(
      { refusal: { code: 'access.notAllowed' } },
    );
    const clock = { kind: 'system', part: 'reviews' } as const;
    for (const id of [requestId, newId<RequestId>()])
      expect(await workspace.execute(reconcileRequest, commandOf(clock, { requestId: id }))).toMatchObject({
        value: { happened: false },
      });
  });
});

async function eventsOf(workspace: TestWorkspace, type: string) {
  return (await rowsOf(workspace, 'audit_event'))
    .filter((event) => event.type === type)
    .map((event) => JSON.parse(event.data) as Record<string, unknown>);
}

async function itemStates(workspace: TestWorkspace, requestId: RequestId) {
  return (await rowsOf(workspace, 'request_item'))
    .filter((item) => item.requestId === requestId)
    .map((item) => `${item.action} ${item.state}`)
    .toSorted();
}
