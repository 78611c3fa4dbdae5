import { expect, it } from 'vitest';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { createDelegation } from '#core/commands/delegation.command.ts';
import { escalateTask, remindReviewer } from '#core/commands/open-tasks.command.ts';
import { newId, type ApplicationId, type EmployeeId, type ReviewTaskId } from '#core/domain/ids.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import { commandOf, line, organisation, rowsOf, submitted, type Organisation } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { daysPass } from '#core/testing/review-time.ts';

async function settings(workspace: TestWorkspace, id: ApplicationId, over: Partial<ReviewSettings>): Promise<void> {
  const value: ReviewSettings = { approval: 'review', reviewers: ['manager', 'applicationOwner'], ...over };
  await workspace.database.transaction((writer) =>
    writer
      .updateTable('application')
      .set({ review_settings: JSON.stringify(value) })
      .where('id', '=', id)
      .execute(),
  );
}

function changes(workspace: TestWorkspace, id: EmployeeId, set: { manager_id?: EmployeeId | null; status?: 'left' }) {
  return workspace.database.transaction((writer) =>
    writer.updateTable('employee').set(set).where('id', '=', id).execute(),
  );
}

async function eventsOf(workspace: TestWorkspace, type: string) {
  return (await rowsOf(workspace, 'audit_event'))
    .filter((event) => event.type === type)
    .map((event) => JSON.parse(event.data) as Record<string, unknown>);
}

async function openTasks(workspace: TestWorkspace, people: Organisation['people']) {
  const names = new Map(Object.entries(people).map(([name, id]) => [id, name]));
  return (await rowsOf(workspace, 'review_task'))
    .filter((task) => task.state === 'open')
    .map((task) => `${names.get(task.reviewerId)} ${task.via}`);
}

describeEachDatabase('Tasks that wait', (open) => {
  async function start(over: Partial<ReviewSettings>) {
    const workspace = await open();
    const built = await organisation(workspace);
    await settings(workspace, built.applications.reviewed, over);
    const ask = (who: EmployeeId = built.people.requester) =>
      submitted(workspace.execute, who, [line(who, built.entitlements.reviewed[0])]);
    return { workspace, ...built, ask };
  }

  it('remind their reviewer every so many days, for as long as they are open', async () => {
    const { workspace, people, ask } = await start({ remindAfterDays: 2 });
    await ask();
    const reminders = async () =>
      (await rowsOf(workspace, 'notice'))
        .filter((notice) => notice.kind === 'taskReminder')
        .map((row) => row.employeeId);
    await daysPass(workspace, 1);
    expect(await reminders()).toEqual([]);
    await daysPass(workspace, 1);
    expect(await reminders()).toEqual([people.manager]);
    await daysPass(workspace, 1);
    expect(await reminders()).toEqual([people.manager]);
    await daysPass(workspace, 1);
    expect(await reminders()).toEqual([people.manager, people.manager]);
    const [task] = await rowsOf(workspace, 'review_task');
    expect(await eventsOf(workspace, 'review.reminded')).toHaveLength(2);
    await workspace.execute(decideTask, commandOf(people.manager, { taskId: task!.id, verdict: 'approve' }));
    await daysPass(workspace, 10);
    expect(await reminders()).toHaveLength(2);
  });

  it('remind nobody where no time is set', async () => {
    const { workspace, ask } = await start({});
    await ask();
    await daysPass(workspace, 400);
    expect(await eventsOf(workspace, 'review.reminded')).toEqual([]);
    expect(await eventsOf(workspace, 'review.escalated')).toEqual([]);
  });

  it('follow the settings of their entitlement before those of its application', async () => {
    const { workspace, entitlements, ask } = await start({ remindAfterDays: 1 });
    const own: ReviewSettings = { approval: 'review', reviewers: ['manager'], remindAfterDays: 5 };
    await workspace.database.transaction((writer) =>
      writer
        .updateTable('entitlement')
        .set({ review_settings: JSON.stringify(own) })
        .where('id', '=', entitlements.reviewed[0])
        .execute(),
    );
    await ask();
    await daysPass(workspace, 4);
    expect(await eventsOf(workspace, 'review.reminded')).toEqual([]);
    await daysPass(workspace, 1);
    expect(await eventsOf(workspace, 'review.reminded')).toHaveLength(1);
  });

  it('go to the reviewer’s manager too, once, and either decision settles both', async () => {
    const { workspace, people, ask } = await start({ escalateAfterDays: 3 });
    await ask();
    await daysPass(workspace, 2);
    expect(await openTasks(workspace, people)).toEqual(['manager planned']);
    await daysPass(workspace, 1);
    expect(await openTasks(workspace, people)).toEqual(['manager planned', 'director escalated']);
    await daysPass(workspace, 10);
    expect(await openTasks(workspace, people)).toHaveLength(2);
    expect(await eventsOf(workspace, 'review.escalated')).toMatchObject([
      { fromReviewerId: people.manager, toReviewerIds: [people.director], as: 'manager', days: 3 },
    ]);
    expect((await rowsOf(workspace, 'notice')).map((notice) => [notice.employeeId, notice.kind])).toEqual([
      [people.director, 'taskEscalated'],
    ]);
    const task = (await rowsOf(workspace, 'review_task')).find((row) => row.via === 'escalated');
    const decided = await workspace.execute(
      decideTask,
      commandOf(people.director, { taskId: task!.id, verdict: 'approve' }),
    );
    expect(decided).toMatchObject({ value: { requestState: 'fulfilling' } });
    expect((await rowsOf(workspace, 'review_task')).map((row) => row.state).toSorted()).toEqual(['approved', 'closed']);
  });

  it('are as good as decided by their reviewer after all, also where two must approve', async () => {
    const { workspace, people, ask } = await start({
      escalateAfterDays: 1,
      reviewers: ['applicationOwner'],
      quorum: { kind: 'all' },
    });
    await ask();
    await changes(workspace, people.secondOwner, { manager_id: people.administrator });
    await daysPass(workspace, 1);
    expect(await openTasks(workspace, people)).toEqual([
      'owner planned',
      'secondOwner planned',
      'director escalated',
      'administrator escalated',
    ]);
    const decide = async (who: EmployeeId) => {
      const task = (await rowsOf(workspace, 'review_task')).find(
        (row) => row.reviewerId === who && row.state === 'open',
      );
      return workspace.execute(decideTask, commandOf(who, { taskId: task!.id, verdict: 'approve' }));
    };
    expect(await decide(people.owner)).toMatchObject({ value: { requestState: 'inReview' } });
    // The director stood for the owner's place, which is settled: theirs is closed, the other place is still open.
    expect(await openTasks(workspace, people)).toEqual(['secondOwner planned', 'administrator escalated']);
    expect(await decide(people.administrator)).toMatchObject({ value: { requestState: 'fulfilling' } });
  });

  it('go to the owners when there is no manager who may decide, and then to administrators', async () => {
    const { workspace, people, ask } = await start({ escalateAfterDays: 1 });
    await ask();
    await changes(workspace, people.manager, { manager_id: null });
    await daysPass(workspace, 1);
    expect(await openTasks(workspace, people)).toEqual(['manager planned', 'owner escalated', 'secondOwner escalated']);
    expect(await eventsOf(workspace, 'review.escalated')).toMatchObject([{ as: 'applicationOwner' }]);
  });

  it('never go to whoever asked, also when that is the manager of the reviewer', async () => {
    const { workspace, people, entitlements } = await start({ escalateAfterDays: 1 });
    await submitted(workspace.execute, people.director, [line(people.requester, entitlements.reviewed[0])]);
    for (const owner of [people.owner, people.secondOwner]) await changes(workspace, owner, { status: 'left' });
    await daysPass(workspace, 1);
    expect(await openTasks(workspace, people)).toEqual([
      'manager planned',
      'administrator escalated',
      'secondAdministrator escalated',
    ]);
    expect(await eventsOf(workspace, 'review.escalated')).toMatchObject([{ as: 'administrator' }]);
  });

  it('go to whoever stands in for the manager, and say when nobody is left to be asked', async () => {
    const { workspace, people, ask } = await start({ escalateAfterDays: 1 });
    await ask();
    await workspace.execute(createDelegation, commandOf(people.director, { delegateId: people.owner }));
    await daysPass(workspace, 1);
    expect(await openTasks(workspace, people)).toEqual(['manager planned', 'owner escalated']);
    await ask(people.colleague);
    for (const other of [
      people.director,
      people.owner,
      people.secondOwner,
      people.administrator,
      people.secondAdministrator,
    ])
      await changes(workspace, other, { status: 'left' });
    await daysPass(workspace, 1);
    expect(await eventsOf(workspace, 'review.escalated')).toMatchObject([{}, { as: 'nobody', toReviewerIds: [] }]);
    await daysPass(workspace, 5);
    expect(await eventsOf(workspace, 'review.escalated')).toHaveLength(2);
  });

  it('are dealt with by Gatehouse alone, and by two processes once', async () => {
    const { workspace, people, ask } = await start({ remindAfterDays: 1, escalateAfterDays: 1 });
    await ask();
    const [task] = await rowsOf(workspace, 'review_task');
    const payload = { taskId: task!.id };
    for (const definition of [remindReviewer, escalateTask]) {
      expect(await workspace.execute(definition, commandOf(people.administrator, payload))).toMatchObject({
        refusal: { code: 'access.notAllowed' },
      });
      const clock = () => workspace.execute(definition, commandOf({ kind: 'system', part: 'reviews' }, payload));
      expect(await clock()).toMatchObject({ value: { happened: false } });
      workspace.clock.pass(86_400_000);
      const both = await Promise.all([clock(), clock()]);
      expect(both.filter((result) => result.outcome === 'done' && result.value.happened)).toHaveLength(1);
      const nowhere = commandOf({ kind: 'system', part: 'reviews' }, { taskId: newId<ReviewTaskId>() });
      expect(await workspace.execute(definition, nowhere)).toMatchObject({ value: { happened: false } });
      workspace.clock.pass(-86_400_000);
    }
  });
});
