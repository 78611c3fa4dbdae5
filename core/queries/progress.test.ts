/** Progress where a reviewer was skipped: their earlier approval is the action, and no second one is asked of anybody. */
import { expect, it } from 'vitest';
import { changeApplication } from '#core/commands/application.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { commandOf, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { listMyTasks } from './my-tasks.ts';
import { getRequest } from './request-detail.ts';
import { listRequests } from './requests-list.ts';
import { loadViewer } from './visibility.ts';

describeEachDatabase('progress with a reviewer who was skipped', (open) => {
  it('asks for as many further actions as the level still needs, in the list, on the request and in the tasks', async () => {
    const workspace = await open();
    const { people, entitlements, applications } = await organisation(workspace);
    const { read } = workspace.database;
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
          designated: { employeeIds: [people.manager, people.director, people.secondAdministrator], groupIds: [] },
          skipEarlierApprovers: true,
        },
      }),
    );
    expect(changed).toMatchObject({ outcome: 'done' });
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    const viewer = async (id: EmployeeId) => {
      const loaded = await loadViewer(read, id);
      if (loaded === null) throw new Error('Nobody');
      return loaded;
    };
    const progress = async () => {
      const administrator = await viewer(people.administrator);
      const asked = { scope: 'visible', status: 'all', search: '', applicationId: null, sort: 'newest' } as const;
      const [row] = (await listRequests(read, administrator, { ...asked, cursor: null, limit: 5 })).rows;
      const detail = await getRequest(read, administrator, requestId);
      expect(detail.progress).toEqual(row?.progress);
      return detail.progress;
    };
    const mine = async (id: EmployeeId, status: 'open' | 'completed') =>
      (await listMyTasks(read, await viewer(id), { status, search: '', cursor: null, limit: 5 })).rows[0]?.progress;
    const approve = async (id: EmployeeId) => {
      const task = (await rowsOf(workspace, 'review_task')).find(
        (one) => one.reviewerId === id && one.state === 'open',
      );
      const [request] = await rowsOf(workspace, 'access_request');
      const result = await workspace.execute(
        decideTask,
        commandOf(id, { taskId: task!.id, verdict: 'approve' as const, requestVersion: request!.version }),
      );
      expect(result).toMatchObject({ outcome: 'done' });
    };

    expect(await progress()).toEqual({ taken: 0, needed: 3, fraction: 0 });
    await approve(people.manager);
    const tasks = await rowsOf(workspace, 'review_task');
    expect(tasks.filter((task) => task.state === 'skipped').map((task) => task.reviewerId)).toEqual([people.manager]);
    expect(await progress()).toEqual({ taken: 1, needed: 2, fraction: 0.5 });
    expect(await mine(people.manager, 'completed')).toEqual({ taken: 1, needed: 1, fraction: 1 });
    expect(await mine(people.director, 'open')).toEqual({ taken: 0, needed: 1, fraction: 0 });
    await approve(people.director);
    expect(await progress()).toEqual({ taken: 2, needed: 2, fraction: 1 });
    expect(await mine(people.secondAdministrator, 'open')).toBeUndefined();
  });
});
