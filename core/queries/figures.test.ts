import { plannedTask } from '#core/domain/request.ts';
import { expect, it } from 'vitest';
import { newId, type DecisionId, type ReviewStageId, type ReviewTaskId } from '#core/domain/ids.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { listMyTasks } from './my-tasks.ts';
import { getRequest } from './request-detail.ts';
import { listRequests } from './requests-list.ts';
import { seedsOf, smallOrganisation } from './seeds.ts';

const all = {
  scope: 'visible',
  status: 'all',
  search: '',
  applicationId: null,
  sort: 'newest',
  cursor: null,
  limit: 50,
} as const;

describeEachDatabase('figures and lines', (open) => {
  it('shows a request with its people, its first line and the progress of all reviewers', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    const more = [
      await seeds.employee({ managerId: cast.manager }),
      await seeds.employee({ managerId: cast.manager }),
      await seeds.employee({ managerId: cast.manager }),
    ];
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins, term: { kind: 'duration', minutes: 90 } },
      { beneficiary: cast.beneficiary, entitlement: cast.wikiEditors },
      ...more.map((beneficiary) => ({ beneficiary, entitlement: cast.wikiEditors })),
    ]);
    await seeds.decide(cast.manager, request.id);
    await seeds.decide(cast.manager, request.id, 'deny');
    const viewer = await seeds.viewer(cast.manager);
    const [row] = (await listRequests(read, viewer, all)).rows;
    expect(row).toMatchObject({
      number: request.number,
      state: 'inReview',
      requester: { fullName: 'Rita Requester' },
      beneficiaryCount: 4,
      firstItem: {
        action: 'GRANT',
        entitlement: 'Payroll admins',
        application: 'Payroll',
        term: { kind: 'duration', minutes: 90 },
      },
      itemCount: 5,
      progress: { taken: 2, needed: 5, fraction: 0.4 },
    });
    expect(row?.beneficiaries.map((person) => person.id)).toEqual([cast.beneficiary, more[0], more[1]]);
    const detail = await getRequest(read, viewer, request.id);
    expect(detail).toMatchObject({ ...row, justification: 'Needed for work', mayCancel: false });
    expect(
      detail.items.map((item) => [
        item.state,
        item.stages[0]?.tasks[0]?.mine,
        item.decisions.length,
        item.fulfillment.length,
      ]),
    ).toEqual([
      ['approved', false, 1, 2],
      ['denied', false, 1, 0],
      ['inReview', true, 0, 0],
      ['inReview', true, 0, 0],
      ['inReview', true, 0, 0],
    ]);
    expect((await getRequest(read, await seeds.viewer(cast.requester), request.id)).mayCancel).toBe(true);
    const waiting = await listMyTasks(read, viewer, { status: 'open', search: '', cursor: null, limit: 10 });
    expect(waiting.counts).toEqual({ open: 3, completed: 2 });
    expect(waiting.rows[0]).toMatchObject({
      requestVersion: 3,
      progress: { taken: 2, needed: 5 },
      beneficiary: { id: more[0] },
    });
  });

  it('tells my progress from that of all where a request has several levels', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    const [itemId] = await seeds.items(request.id);
    const at = workspace.clock.now();
    const stage = {
      id: newId<ReviewStageId>(),
      requestId: request.id,
      itemId: itemId!,
      level: 0,
      reviewerKind: 'applicationOwner',
      needed: 2,
      state: 'approved',
      openedAt: at,
      endedAt: at,
    } as const;
    const waiting = {
      ...stage,
      id: newId<ReviewStageId>(),
      level: 2,
      state: 'waiting',
      openedAt: null,
      endedAt: null,
    } as const;
    await seeds.insert('review_stage', stage, waiting);
    for (const reviewerId of [cast.owner, cast.secondOwner]) {
      const task = {
        id: newId<ReviewTaskId>(),
        requestId: request.id,
        itemId: itemId!,
        stageId: stage.id,
        reviewerId,
        ...plannedTask,
        state: 'approved',
        openedAt: at,
        endedAt: at,
      } as const;
      await seeds.insert('review_task', task);
      await seeds.insert('decision', {
        id: newId<DecisionId>(),
        requestId: request.id,
        itemId: itemId!,
        stageId: stage.id,
        taskId: task.id,
        deciderId: reviewerId,
        automatic: null,
        verdict: 'approve',
        reason: null,
        shortenedTo: null,
        decidedAt: at,
        commandId: newId(),
      });
    }
    const [row] = (await listRequests(read, await seeds.viewer(cast.administrator), all)).rows;
    expect(row?.progress).toEqual({ taken: 2, needed: 5, fraction: 0.4 });
    const mine = await listMyTasks(read, await seeds.viewer(cast.owner), {
      status: 'completed',
      search: '',
      cursor: null,
      limit: 5,
    });
    expect(mine.rows[0]?.progress).toEqual({ taken: 1, needed: 1, fraction: 1 });
    expect((await getRequest(read, await seeds.viewer(cast.owner), request.id)).progress).toEqual(row?.progress);
  });

  it('counts open and completed requests in each scope', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const denied = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    await seeds.decide(cast.manager, denied.id, 'deny');
    await seeds.request(cast.requester, [{ beneficiary: cast.requester, entitlement: cast.wikiEditors }]);
    const count = async (who: typeof cast.manager, scope: 'mine' | 'visible') =>
      (await listRequests(workspace.database.read, await seeds.viewer(who), { ...all, scope, status: 'open' })).counts;
    expect(await count(cast.requester, 'mine')).toEqual({ open: 1, completed: 1 });
    expect(await count(cast.beneficiary, 'mine')).toEqual({ open: 0, completed: 1 });
    expect(await count(cast.administrator, 'visible')).toEqual({ open: 1, completed: 1 });
    expect(await count(cast.wikiOwner, 'visible')).toEqual({ open: 1, completed: 0 });
  });
});
