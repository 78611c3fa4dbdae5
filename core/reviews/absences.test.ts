import { expect, it } from 'vitest';
import { createDelegation, endDelegation, turnDelegation } from '#core/commands/delegation.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { moveTasks } from '#core/commands/move-tasks.command.ts';
import { startMovingTasks } from '#core/commands/moving-tasks.ts';
import { reassignTask } from '#core/commands/reassign-task.command.ts';
import { newId, type DelegationId, type EmployeeId, type RequestId } from '#core/domain/ids.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import { commandOf, line, organisation, rowsOf, submitted, type Organisation } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { daysPass } from '#core/testing/review-time.ts';

type People = Organisation['people'];

async function start(open: () => Promise<TestWorkspace>) {
  const workspace = await open();
  const built = await organisation(workspace);
  return { workspace, ...built };
}

/** `who` is away from now on and `instead` decides; everything that follows from it is done. */
async function away(
  workspace: TestWorkspace,
  who: EmployeeId,
  instead: EmployeeId,
  days: number | null = null,
  fromDay = 0,
): Promise<DelegationId> {
  const at = (day: number) => plusMinutes(workspace.clock.now(), day * 1440);
  const result = await workspace.execute(
    createDelegation,
    commandOf(who, {
      delegateId: instead,
      startsAt: fromDay === 0 ? null : at(fromDay),
      endsAt: days === null ? null : at(fromDay + days),
    }),
  );
  if (result.outcome === 'refused') throw new Error(result.refusal.message);
  await daysPass(workspace, 0);
  return result.value.delegationId;
}

/** Who has the open tasks of a request. */
async function holders(workspace: TestWorkspace, requestId: RequestId): Promise<readonly string[]> {
  const tasks = await rowsOf(workspace, 'review_task');
  return tasks
    .filter((task) => task.requestId === requestId && task.state === 'open')
    .map((task) => task.reviewerId)
    .toSorted();
}

async function steps(workspace: TestWorkspace, people: People): Promise<readonly string[]> {
  const names = new Map(Object.entries(people).map(([name, id]) => [id, name]));
  return (await rowsOf(workspace, 'review_task')).map(
    (task) => `${names.get(task.reviewerId)} ${task.via} ${task.state}`,
  );
}

function leaves(workspace: TestWorkspace, id: EmployeeId) {
  return workspace.database.transaction((writer) =>
    writer.updateTable('employee').set({ status: 'left' }).where('id', '=', id).execute(),
  );
}

describeEachDatabase('Out of office', (open) => {
  it('hands open tasks as well as new ones to the delegate, who decides them (defect 10)', async () => {
    const { workspace, people, entitlements } = await start(open);
    const older = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    await away(workspace, people.manager, people.director);
    expect(await holders(workspace, older)).toEqual([people.director]);
    const newer = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[1]),
    ]);
    expect(await holders(workspace, newer)).toEqual([people.director]);
    const open_ = (await rowsOf(workspace, 'review_task')).filter((task) => task.state === 'open');
    for (const task of open_) {
      const decided = await workspace.execute(
        decideTask,
        commandOf(people.director, { taskId: task.id, verdict: 'approve' }),
      );
      expect(decided).toMatchObject({ outcome: 'done', value: { requestState: 'fulfilling' } });
    }
    const events = await rowsOf(workspace, 'audit_event');
    const types = events.map((event) => [event.type, event.requestId === null]);
    expect(types).toContainEqual(['delegation.planned', true]);
    expect(types).toContainEqual(['delegation.started', true]);
    expect(types.filter(([type]) => type === 'review.delegated')).toEqual([
      ['review.delegated', false],
      ['review.delegated', false],
    ]);
    expect(await rowsOf(workspace, 'notice')).toContainEqual(
      expect.objectContaining({
        employeeId: people.director,
        kind: 'taskDelegated',
        data: { personId: people.manager, endsAt: null, tasks: 1 },
      }),
    );
  });

  it('begins and ends at its time, and what is still open returns', async () => {
    const { workspace, people, entitlements } = await start(open);
    const request = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    await away(workspace, people.manager, people.director, 5, 2);
    expect(await holders(workspace, request)).toEqual([people.manager]);
    await daysPass(workspace, 2);
    expect(await holders(workspace, request)).toEqual([people.director]);
    await daysPass(workspace, 4);
    expect(await holders(workspace, request)).toEqual([people.director]);
    await daysPass(workspace, 1);
    expect(await holders(workspace, request)).toEqual([people.manager]);
    expect(await steps(workspace, people)).toEqual([
      'manager planned handedOn',
      'director delegated handedOn',
      'manager returned open',
    ]);
    const [task] = (await rowsOf(workspace, 'review_task')).filter((row) => row.state === 'open');
    expect(
      await workspace.execute(decideTask, commandOf(people.manager, { taskId: task!.id, verdict: 'approve' })),
    ).toMatchObject({ value: { requestState: 'fulfilling' } });
    expect((await rowsOf(workspace, 'delegation'))[0]).toMatchObject({ state: 'ended' });
    expect((await rowsOf(workspace, 'setting')).filter((row) => row.name.startsWith('moving'))).toEqual([]);
  });

  it('returns what is open when it is ended by hand, and keeps what the delegate decided', async () => {
    const { workspace, people, entitlements } = await start(open);
    const lines = [line(people.requester, entitlements.reviewed[0]), line(people.requester, entitlements.reviewed[1])];
    const request = await submitted(workspace.execute, people.requester, lines);
    const id = await away(workspace, people.manager, people.director);
    const [first] = (await rowsOf(workspace, 'review_task')).filter((task) => task.state === 'open');
    await workspace.execute(decideTask, commandOf(people.director, { taskId: first!.id, verdict: 'approve' }));
    expect(await workspace.execute(endDelegation, commandOf(people.manager, { delegationId: id }))).toMatchObject({
      outcome: 'done',
    });
    await daysPass(workspace, 0);
    expect(await holders(workspace, request)).toEqual([people.manager]);
    expect((await rowsOf(workspace, 'request_item')).map((item) => item.state).toSorted()).toEqual([
      'approved',
      'inReview',
    ]);
  });

  it('leaves with its reviewer what the delegate asked for or receives, or what is about whom they stand in for', async () => {
    const { workspace, people, entitlements } = await start(open);
    const own = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    const received = await submitted(workspace.execute, people.director, [
      line(people.requester, entitlements.reviewed[1]),
    ]);
    await away(workspace, people.manager, people.requester);
    expect(await holders(workspace, own)).toEqual([people.manager]);
    expect(await holders(workspace, received)).toEqual([people.manager]);
    const others = await submitted(workspace.execute, people.colleague, [
      line(people.colleague, entitlements.reviewed[0]),
    ]);
    expect(await holders(workspace, others)).toEqual([people.requester]);
    // Standing in for the colleague, too, the delegate is as concerned as they are.
    await away(workspace, people.colleague, people.requester);
    await workspace.database.transaction((writer) => startMovingTasks(writer, people.manager));
    await daysPass(workspace, 0);
    expect(await holders(workspace, others)).toEqual([people.manager]);
    const events = (await rowsOf(workspace, 'audit_event')).filter((event) => event.requestId === own);
    expect(events.map((event) => event.type)).not.toContain('review.delegated');
  });

  it('goes on to whoever stands in for the delegate, and back by the way it came', async () => {
    const { workspace, people, entitlements } = await start(open);
    const request = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    const first = await away(workspace, people.manager, people.director);
    const second = await away(workspace, people.director, people.owner);
    expect(await holders(workspace, request)).toEqual([people.owner]);
    await workspace.execute(endDelegation, commandOf(people.director, { delegationId: second }));
    await daysPass(workspace, 0);
    expect(await holders(workspace, request)).toEqual([people.director]);
    await away(workspace, people.director, people.secondOwner);
    expect(await holders(workspace, request)).toEqual([people.secondOwner]);
    await workspace.execute(endDelegation, commandOf(people.manager, { delegationId: first }));
    await daysPass(workspace, 0);
    expect(await holders(workspace, request)).toEqual([people.manager]);
  });

  it('never widens authority: the delegate decides what was the reviewer’s, and nothing else', async () => {
    const { workspace, people, entitlements } = await start(open);
    const request = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    const [planned] = await rowsOf(workspace, 'review_task');
    const decide = (who: EmployeeId, taskId = planned!.id) =>
      workspace.execute(decideTask, commandOf(who, { taskId, verdict: 'approve' }));
    await away(workspace, people.manager, people.director);
    expect(await decide(people.director)).toMatchObject({ refusal: { code: 'decision.notReviewer' } });
    expect(await decide(people.manager)).toMatchObject({ refusal: { code: 'decision.stale' } });
    const [handed] = (await rowsOf(workspace, 'review_task')).filter((task) => task.state === 'open');
    expect(await decide(people.owner, handed!.id)).toMatchObject({ refusal: { code: 'decision.notReviewer' } });
    expect(await holders(workspace, request)).toEqual([people.director]);
  });

  it('leaves a task that its delegate gave to somebody else where it is', async () => {
    const { workspace, people, entitlements } = await start(open);
    const request = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    const id = await away(workspace, people.manager, people.director);
    const [handed] = (await rowsOf(workspace, 'review_task')).filter((task) => task.state === 'open');
    await workspace.execute(
      reassignTask,
      commandOf(people.director, { taskId: handed!.id, toReviewerId: people.owner }),
    );
    await workspace.execute(endDelegation, commandOf(people.manager, { delegationId: id }));
    await daysPass(workspace, 0);
    expect(await holders(workspace, request)).toEqual([people.owner]);
  });

  it('ends when one of the two leaves', async () => {
    const { workspace, people, entitlements } = await start(open);
    const request = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    await away(workspace, people.manager, people.director);
    await leaves(workspace, people.director);
    await daysPass(workspace, 0);
    expect(await holders(workspace, request)).toEqual([people.manager]);
    expect((await rowsOf(workspace, 'delegation'))[0]).toMatchObject({ state: 'ended' });
  });

  it('moves many tasks in steps, goes on after a crash, and does each once when two processes share the work', async () => {
    const { workspace, people, entitlements } = await start(open);
    const { execute } = workspace;
    for (let count = 0; count < 60; count += 1) {
      const id = await submitted(execute, people.requester, [line(people.colleague, entitlements.reviewed[0])]);
      expect(await holders(workspace, id)).toEqual([people.manager]);
      await workspace.database.transaction((writer) =>
        // As if each were for another entitlement: one person asks for one thing once.
        writer.updateTable('request_item').set({ state: 'cancelled' }).where('request_id', '=', id).execute(),
      );
    }
    await workspace.database.transaction((writer) =>
      writer.updateTable('request_item').set({ state: 'inReview' }).execute(),
    );
    await execute(createDelegation, commandOf(people.manager, { delegateId: people.director }));
    const step = () =>
      execute(moveTasks, commandOf({ kind: 'system', part: 'reviews' }, { employeeId: people.manager }));
    expect(await step()).toMatchObject({ value: { moved: 50, more: true } });
    const both = await Promise.all([step(), step()]);
    expect(
      both.map((result) => (result.outcome === 'done' ? result.value.moved : -1)).toSorted((a, b) => a - b),
    ).toEqual([0, 10]);
    const tasks = await rowsOf(workspace, 'review_task');
    expect(tasks.filter((task) => task.via === 'delegated')).toHaveLength(60);
    expect(await step()).toMatchObject({ value: { moved: 0, more: false } });
  });

  it('is taken for oneself, or by an administrator for somebody else', async () => {
    const { workspace, people } = await start(open);
    const { execute } = workspace;
    const forManager = { delegatorId: people.manager, delegateId: people.director };
    expect(await execute(createDelegation, commandOf(people.owner, forManager))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await execute(createDelegation, commandOf(people.leaver, { delegateId: people.owner }))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    const made = await execute(createDelegation, commandOf(people.administrator, forManager));
    expect(made).toMatchObject({ outcome: 'done', value: { state: 'active' } });
    const [delegation] = await rowsOf(workspace, 'delegation');
    const end = { delegationId: delegation!.id };
    expect(await execute(endDelegation, commandOf(people.director, end))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await execute(endDelegation, commandOf(people.administrator, end))).toMatchObject({ outcome: 'done' });
    expect(await execute(endDelegation, commandOf(people.manager, end))).toMatchObject({
      refusal: { code: 'delegation.invalid' },
    });
  });

  it('is withdrawn before it begins', async () => {
    const { workspace, people } = await start(open);
    const id = await away(workspace, people.manager, people.director, 5, 2);
    await workspace.execute(endDelegation, commandOf(people.manager, { delegationId: id, reason: 'I stay' }));
    await daysPass(workspace, 3);
    expect((await rowsOf(workspace, 'delegation'))[0]).toMatchObject({ state: 'ended' });
    expect((await rowsOf(workspace, 'audit_event')).map((event) => event.type)).toEqual([
      'delegation.planned',
      'delegation.ended',
    ]);
  });

  it('is refused to oneself, to who has left or is unknown, backwards in time, twice over and in a circle', async () => {
    const { workspace, people } = await start(open);
    const { execute, clock } = workspace;
    const refusal = async (
      who: EmployeeId,
      payload: { delegateId: EmployeeId; startsAt?: string; endsAt?: string },
    ) => {
      const result = await execute(createDelegation, commandOf(who, payload));
      return result.outcome === 'refused' ? result.refusal.code : 'done';
    };
    const day = (count: number) => plusMinutes(clock.now(), count * 1440);
    expect(await refusal(people.manager, { delegateId: people.manager })).toBe('delegation.invalid');
    expect(await refusal(people.manager, { delegateId: people.leaver })).toBe('delegation.invalid');
    expect(await refusal(people.manager, { delegateId: newId() })).toBe('employee.notFound');
    expect(await refusal(people.manager, { delegateId: people.director, endsAt: day(-1) })).toBe('delegation.invalid');
    const week = { startsAt: day(7), endsAt: day(14) };
    expect(await refusal(people.manager, { delegateId: people.director, ...week })).toBe('done');
    expect(await refusal(people.manager, { delegateId: people.owner, startsAt: day(13) })).toBe('delegation.overlaps');
    expect(await refusal(people.director, { delegateId: people.manager, ...week })).toBe('delegation.circular');
    expect(await refusal(people.director, { delegateId: people.owner, startsAt: day(10) })).toBe('done');
    expect(await refusal(people.owner, { delegateId: people.manager, startsAt: day(12) })).toBe('delegation.circular');
    // Nothing of a circle remains once the first of them is back.
    expect(await refusal(people.owner, { delegateId: people.manager, startsAt: day(14) })).toBe('done');
  });

  it('is turned by Gatehouse alone, and only when its time has come', async () => {
    const { workspace, people } = await start(open);
    const { execute } = workspace;
    const id = await away(workspace, people.manager, people.director, 5, 2);
    const turn = (who: Parameters<typeof commandOf>[0], delegationId = id) =>
      execute(turnDelegation, commandOf(who, { delegationId }));
    expect(await turn(people.administrator)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await turn({ kind: 'system', part: 'reviews' })).toMatchObject({ value: { turn: 'nothing' } });
    expect(await turn({ kind: 'system', part: 'reviews' }, newId())).toMatchObject({
      refusal: { code: 'delegation.notFound' },
    });
    expect(await execute(endDelegation, commandOf(people.manager, { delegationId: newId() }))).toMatchObject({
      refusal: { code: 'delegation.notFound' },
    });
    expect(await execute(moveTasks, commandOf(people.manager, { employeeId: people.manager }))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
  });
});
