/** Asking, reviewing and cancelling, through the real commands on real databases. */
import { expect, it } from 'vitest';
import { newId, type RequestId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import {
  approved,
  commandOf,
  holds,
  line,
  organisation,
  rowsOf,
  submitted,
  type LineOptions,
  type Organisation,
} from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { changeApplication } from './application.command.ts';
import { cancelRequest } from './cancel-request.command.ts';
import { decideTask } from './decide-task.command.ts';
import { submitRequest } from './submit-request.command.ts';

function submit(
  workspace: TestWorkspace,
  who: Organisation['people'][keyof Organisation['people']],
  ...items: readonly ReturnType<typeof line>[]
) {
  return workspace.execute(submitRequest, commandOf(who, { justification: 'work', items }));
}

async function leaves(workspace: TestWorkspace, id: string): Promise<void> {
  await workspace.database.transaction((writer) =>
    writer
      .updateTable('employee')
      .set({ status: 'left' })
      .where('id', '=', id as never)
      .execute(),
  );
}

describeEachDatabase('request.submit', (open) => {
  it('asks the manager for each beneficiary, for oneself and for others', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    expect(
      await submit(
        workspace,
        people.requester,
        line(people.requester, entitlements.reviewed[0]),
        line(people.owner, entitlements.reviewed[1]),
      ),
    ).toMatchObject({ outcome: 'done', value: { number: 1 } });
    const items = await rowsOf(workspace, 'request_item');
    const reviewers = new Map((await rowsOf(workspace, 'review_task')).map((task) => [task.itemId, task.reviewerId]));
    expect(items.map((item) => [item.beneficiaryId, reviewers.get(item.id), item.state])).toEqual([
      [people.requester, people.manager, 'inReview'],
      [people.owner, people.director, 'inReview'],
    ]);
    expect((await rowsOf(workspace, 'access_request'))[0]).toMatchObject({
      requesterId: people.requester,
      state: 'inReview',
      version: 1,
      searchText: expect.stringContaining('owner@example.com'),
    });
  });

  it('tells all problems at once, by line, and keeps nothing', async () => {
    const workspace = await open();
    const { people, entitlements, applications } = await organisation(workspace);
    await holds(workspace, {
      employeeId: people.colleague,
      applicationId: applications.reviewed,
      entitlementId: entitlements.reviewed[0],
      username: 'colleague',
      externalId: 'a-1',
    });
    await submitted(workspace.execute, people.requester, [line(people.requester, entitlements.reviewed[1])]);
    const removed: LineOptions = { action: 'REVOKE' };
    const refused = await submit(
      workspace,
      people.requester,
      line(people.colleague, entitlements.reviewed[0]),
      line(people.leaver, entitlements.reviewed[0]),
      line(people.requester, entitlements.reviewed[0], removed),
      line(people.requester, entitlements.manual[1], { startsAt: instant('2026-03-02T08:00:00.000Z') }),
      line(newId(), entitlements.reviewed[0]),
      line(people.requester, newId()),
      line(people.requester, entitlements.automatic[0], {
        term: { kind: 'until', endsAt: instant('2026-03-02T07:59:59.999Z') },
      }),
    );
    expect(refused).toMatchObject({
      refusal: {
        code: 'item.alreadyHeld',
        message: expect.stringContaining('(and 6 more problems)'),
        data: {
          lines: [
            { index: 0, code: 'item.alreadyHeld' },
            { index: 1, code: 'item.beneficiaryLeft' },
            { index: 2, code: 'item.notHeld' },
            { index: 3, code: 'item.startInPast' },
            { index: 4, code: 'item.beneficiaryUnknown' },
            { index: 5, code: 'item.entitlementGone' },
            { index: 6, code: 'item.endInPast' },
          ],
        },
      },
    });
    expect(await rowsOf(workspace, 'access_request')).toHaveLength(1);
  });

  it('is not taken from somebody who has left or is unknown, nor from a part of Gatehouse', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const items = [line(people.requester, entitlements.reviewed[0])];
    expect(await submit(workspace, people.leaver, ...items)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await submit(workspace, newId(), ...items)).toMatchObject({ refusal: { code: 'employee.notFound' } });
    expect(
      await workspace.execute(
        submitRequest,
        commandOf({ kind: 'system', part: 'import' }, { justification: 'work', items }),
      ),
    ).toMatchObject({ refusal: { code: 'access.notAllowed' } });
  });

  it('approves at once where the application says so, by a recorded decision that names the setting and its version (defect 7)', async () => {
    const workspace = await open();
    const { people, entitlements, applications } = await organisation(workspace);
    const changed = await workspace.execute(
      changeApplication,
      commandOf(people.owner, {
        applicationId: applications.automatic,
        version: 1,
        name: 'automatic',
        description: 'changed',
        primaryOwnerId: people.owner,
        secondaryOwnerIds: [],
        fulfillment: 'connector',
        reviewSettings: { approval: 'auto', reviewers: ['manager'] },
      }),
    );
    expect(changed).toMatchObject({ outcome: 'done' });
    await submitted(workspace.execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
    const automatic = { rule: 'applicationAutoApproval', applicationId: applications.automatic, applicationVersion: 2 };
    expect(await rowsOf(workspace, 'decision')).toMatchObject([
      { deciderId: null, taskId: null, stageId: null, verdict: 'approve', automatic },
    ]);
    expect((await rowsOf(workspace, 'audit_event')).map((event) => event.type).slice(1)).toEqual([
      'request.submitted',
      'item.reviewStarted',
      'review.automatic',
      'item.approved',
    ]);
    expect((await rowsOf(workspace, 'audit_event')).find((event) => event.type === 'review.automatic')?.data).toContain(
      '"applicationVersion":2',
    );
    expect((await rowsOf(workspace, 'access_request'))[0]).toMatchObject({ state: 'fulfilling' });
    expect(await rowsOf(workspace, 'review_task')).toEqual([]);
    expect(await rowsOf(workspace, 'fulfillment_task')).toMatchObject([{ effect: 'grant', state: 'ready' }]);
  });

  it('takes a removal of what is held, and plans no end for it', async () => {
    const workspace = await open();
    const { people, entitlements, applications } = await organisation(workspace);
    await holds(workspace, {
      employeeId: people.colleague,
      applicationId: applications.reviewed,
      entitlementId: entitlements.reviewed[0],
      username: 'colleague',
      externalId: 'a-1',
    });
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.colleague, entitlements.reviewed[0], { action: 'REVOKE' }),
      line(people.requester, entitlements.reviewed[0]),
    ]);
    await approved(workspace, requestId);
    expect((await rowsOf(workspace, 'fulfillment_task')).map(({ effect, cause }) => [effect, cause])).toEqual([
      ['revoke', 'decision'],
      ['grant', 'decision'],
    ]);
  });
});

describeEachDatabase('who may decide', (open) => {
  it('is never who asked or benefits: neither as manager, nor as owner, nor as administrator, nor with a task of their own (defect 8)', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    // The manager asks for a member of the team, an owner for somebody without manager, an administrator for themselves.
    await submitted(workspace.execute, people.manager, [line(people.requester, entitlements.reviewed[0])]);
    await submitted(workspace.execute, people.owner, [line(people.director, entitlements.reviewed[0])]);
    await submitted(workspace.execute, people.administrator, [line(people.administrator, entitlements.reviewed[0])]);
    // The owner benefits from what somebody else asked, and the administrators are all that is left.
    await workspace.database.transaction(async (writer) => {
      await writer.updateTable('application').set({ primary_owner_id: null }).execute();
      await writer.deleteFrom('secondary_owner').execute();
    });
    await submitted(workspace.execute, people.secondAdministrator, [line(people.director, entitlements.reviewed[1])]);
    const items = await rowsOf(workspace, 'request_item');
    const requests = new Map((await rowsOf(workspace, 'access_request')).map((request) => [request.id, request]));
    const tasks = await rowsOf(workspace, 'review_task');
    const planned = items.map((item) =>
      tasks
        .filter((task) => task.itemId === item.id)
        .map((task) => task.reviewerId)
        .toSorted(),
    );
    expect(planned).toEqual([
      [people.owner, people.secondOwner].toSorted(),
      [people.secondOwner],
      [people.owner, people.secondOwner].toSorted(),
      [people.administrator],
    ]);
    expect(items.at(-1)!.plan.levels[0]).toMatchObject({
      reviewerKind: 'administrator',
      fallbackReason: "Nobody is the manager, and nobody is the application's owner.",
    });

    // Even a task that was forced into the database is not theirs to decide.
    for (const item of items) {
      const request = requests.get(item.requestId)!;
      for (const interested of new Set([request.requesterId, item.beneficiaryId])) {
        const task = tasks.find((candidate) => candidate.itemId === item.id)!;
        await workspace.database.transaction((writer) =>
          writer.updateTable('review_task').set({ reviewer_id: interested }).where('id', '=', task.id).execute(),
        );
        expect(
          await workspace.execute(decideTask, commandOf(interested, { taskId: task.id, verdict: 'approve' })),
        ).toMatchObject({ refusal: { code: 'decision.ownRequest' } });
      }
    }
    expect(await rowsOf(workspace, 'decision')).toEqual([]);
  });

  it('has nobody left where everybody is concerned, and the submission says so', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    await workspace.database.transaction(async (writer) => {
      await writer.updateTable('application').set({ primary_owner_id: null }).execute();
      await writer.deleteFrom('secondary_owner').execute();
      await writer.deleteFrom('role_assignment').where('employee_id', '=', people.secondAdministrator).execute();
    });
    expect(
      await submit(workspace, people.administrator, line(people.administrator, entitlements.reviewed[0])),
    ).toMatchObject({ refusal: { code: 'item.noReviewer' } });
  });

  it('is the reviewer alone, while they work here, with a reason for a denial', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    await submitted(workspace.execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    const [task] = await rowsOf(workspace, 'review_task');
    const decide = (who: typeof people.manager, payload: object) =>
      workspace.execute(decideTask, commandOf(who, { taskId: task!.id, verdict: 'approve', ...payload }));
    expect(await decide(people.owner, {})).toMatchObject({ refusal: { code: 'decision.notReviewer' } });
    expect(await decide(people.administrator, {})).toMatchObject({ refusal: { code: 'decision.notReviewer' } });
    expect(await decide(people.manager, { verdict: 'deny' })).toMatchObject({
      refusal: { code: 'decision.reasonRequired' },
    });
    expect(await decide(people.manager, { verdict: 'deny', reason: ' \n ' })).toMatchObject({
      refusal: { code: 'decision.reasonRequired' },
    });
    expect(await decide(people.manager, { taskId: newId() })).toMatchObject({ refusal: { code: 'task.notFound' } });
    await leaves(workspace, people.manager);
    expect(await decide(people.manager, {})).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await rowsOf(workspace, 'decision')).toEqual([]);
  });
});

describeEachDatabase('task.decide', (open) => {
  it('says why a decision on something that has moved on does nothing (defect 3)', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    // Two owners hold a task for the same item: the manager asked for it.
    const requestId = await submitted(workspace.execute, people.manager, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    const tasks = await rowsOf(workspace, 'review_task');
    const [first, second] = tasks;
    const decide = (task: typeof first, basedOn: number | null) =>
      workspace.execute(decideTask, commandOf(task!.reviewerId, { taskId: task!.id, verdict: 'approve' }, { basedOn }));
    expect(await decide(first, 1)).toMatchObject({
      outcome: 'done',
      value: { requestState: 'fulfilling', version: 2 },
    });
    expect(await decide(first, 1)).toMatchObject({
      refusal: { code: 'decision.stale', message: 'You have approved this already.' },
    });
    expect(await decide(second, 2)).toMatchObject({
      refusal: { code: 'decision.stale', message: 'Another reviewer has approved this already.' },
    });
    expect((await rowsOf(workspace, 'review_task')).map((task) => task.state).toSorted()).toEqual([
      'approved',
      'closed',
    ]);

    const other = await submitted(workspace.execute, people.requester, [
      line(people.colleague, entitlements.reviewed[1]),
    ]);
    const open2 = (await rowsOf(workspace, 'review_task')).find((task) => task.requestId === other);
    await workspace.execute(cancelRequest, commandOf(people.requester, { requestId: other }));
    expect(await decide(open2, null)).toMatchObject({
      refusal: { code: 'decision.stale', message: 'This request was cancelled.' },
    });
    expect(requestId).not.toBe(other);
  });

  it('is refused when the item changed after the version the reviewer saw, and not when only another item did', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
      line(people.requester, entitlements.reviewed[1]),
    ]);
    const [first, second] = await rowsOf(workspace, 'review_task');
    expect(
      await workspace.execute(
        decideTask,
        commandOf(people.manager, { taskId: first!.id, verdict: 'approve' }, { basedOn: 1 }),
      ),
    ).toMatchObject({ value: { version: 2 } });
    expect(
      await workspace.execute(
        decideTask,
        commandOf(people.manager, { taskId: second!.id, verdict: 'approve' }, { basedOn: 0 }),
      ),
    ).toMatchObject({ refusal: { code: 'decision.stale', data: { requestVersion: 2 } } });
    expect(
      await workspace.execute(
        decideTask,
        commandOf(people.manager, { taskId: second!.id, verdict: 'deny', reason: 'no need' }, { basedOn: 1 }),
      ),
    ).toMatchObject({ value: { version: 3 } });
    expect((await rowsOf(workspace, 'access_request')).find((request) => request.id === requestId)).toMatchObject({
      state: 'fulfilling',
    });
  });

  it('gives every item its own result (defect 11)', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
      line(people.requester, entitlements.reviewed[1]),
      line(people.requester, entitlements.automatic[0]),
    ]);
    const [first, second] = await rowsOf(workspace, 'review_task');
    const results = [
      await workspace.execute(decideTask, commandOf(people.manager, { taskId: first!.id, verdict: 'deny' })),
      await workspace.execute(decideTask, commandOf(people.manager, { taskId: second!.id, verdict: 'approve' })),
    ];
    expect(results.map((result) => result.outcome)).toEqual(['refused', 'done']);
    expect((await rowsOf(workspace, 'request_item')).map((item) => item.state)).toEqual([
      'inReview',
      'approved',
      'approved',
    ]);
  });

  it('keeps the end of access apart from the wait for a decision (defect 9)', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0], { term: { kind: 'duration', minutes: 15 } }),
    ]);
    workspace.clock.pass(3 * 24 * 3_600_000);
    await approved(workspace, requestId);
    expect((await rowsOf(workspace, 'fulfillment_task')).find((task) => task.cause === 'expiry')).toMatchObject({
      dueAt: '2026-03-05T08:15:00.000Z',
      state: 'scheduled',
    });
  });
});

describeEachDatabase('request.cancel', (open) => {
  it('takes back what is still in review; what was approved goes its way', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
      line(people.requester, entitlements.reviewed[1]),
    ]);
    const [first] = await rowsOf(workspace, 'review_task');
    await workspace.execute(decideTask, commandOf(people.manager, { taskId: first!.id, verdict: 'approve' }));
    expect(
      await workspace.execute(cancelRequest, commandOf(people.requester, { requestId, reason: 'changed my mind' })),
    ).toMatchObject({ outcome: 'done' });
    expect((await rowsOf(workspace, 'request_item')).map((item) => item.state).toSorted()).toEqual([
      'approved',
      'cancelled',
    ]);
    expect((await rowsOf(workspace, 'access_request'))[0]).toMatchObject({ state: 'fulfilling', endedAt: null });
    expect(await workspace.execute(cancelRequest, commandOf(people.requester, { requestId }))).toMatchObject({
      refusal: { code: 'request.final' },
    });
    expect((await rowsOf(workspace, 'fulfillment_task')).map((task) => task.state)).toEqual(['ready']);
  });

  it('is for who asked, or an administrator, while they work here', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const requestId: RequestId = await submitted(workspace.execute, people.requester, [
      line(people.colleague, entitlements.reviewed[0]),
    ]);
    const cancel = (who: typeof people.manager) => workspace.execute(cancelRequest, commandOf(who, { requestId }));
    for (const who of [people.colleague, people.manager, people.owner])
      expect(await cancel(who)).toMatchObject({ refusal: { code: 'request.notYours' } });
    await leaves(workspace, people.requester);
    expect(await cancel(people.requester)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await cancel(people.administrator)).toMatchObject({ outcome: 'done' });
    // It stays in the workspace, with its items and its trail (defect 6).
    expect(await rowsOf(workspace, 'access_request')).toMatchObject([
      { state: 'cancelled', endedAt: workspace.clock.now() },
    ]);
    expect((await rowsOf(workspace, 'audit_event')).map((event) => event.type)).toEqual([
      'request.submitted',
      'item.reviewStarted',
      'item.cancelled',
      'request.cancelled',
    ]);
    expect(await workspace.execute(cancelRequest, commandOf(people.administrator, { requestId }))).toMatchObject({
      refusal: { code: 'request.final' },
    });
  });
});
