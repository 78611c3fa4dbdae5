import { expect, it } from 'vitest';
import { newId, type FulfillmentTaskId } from '#core/domain/ids.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import { freshTask, type FulfillmentTask } from '#core/domain/request.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { countAttention, listAttention } from './attention.ts';
import { dashboardSummary } from './dashboard.ts';
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
const minute = 60_000;

/** A fulfillment task of the request's first item. */
async function taskOf(
  workspace: TestWorkspace,
  requestId: string,
  over: Partial<FulfillmentTask>,
): Promise<FulfillmentTask> {
  const item = await workspace.database.read
    .selectFrom('request_item')
    .select(['id', 'request_id', 'application_id', 'beneficiary_id', 'entitlement_id'])
    .where('request_id', '=', requestId as never)
    .orderBy('id')
    .executeTakeFirstOrThrow();
  return {
    id: newId<FulfillmentTaskId>(),
    requestId: item.request_id,
    itemId: item.id,
    applicationId: item.application_id,
    beneficiaryId: item.beneficiary_id,
    entitlementId: item.entitlement_id,
    effect: 'revoke',
    cause: 'expiry',
    state: 'scheduled',
    dueAt: workspace.clock.now(),
    nextAttemptAt: workspace.clock.now(),
    ...freshTask,
    ...over,
  };
}

describeEachDatabase('the dashboard', (open) => {
  it('shows what waits for a person to those who can do it', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    const wiki = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.wikiEditors },
    ]);
    await seeds.account(cast.payroll, cast.beneficiary, 'old', { status: 'gone' });
    await seeds.account(cast.payroll, cast.beneficiary, 'ben');
    const states = [
      { effect: 'grant', cause: 'decision', state: 'byHand' },
      { effect: 'grant', cause: 'decision', state: 'failed', lastProblem: 'It said no.' },
      { state: 'waiting', attempts: 3 },
      { state: 'waiting', attempts: 2 },
      { effect: 'grant', cause: 'decision', state: 'waiting', attempts: 9 },
      { state: 'done' },
      { state: 'scheduled' },
      { state: 'running', attempts: 9 },
    ] as const;
    for (const state of states) await seeds.insert('fulfillment_task', await taskOf(workspace, request.id, state));
    await seeds.insert('fulfillment_task', await taskOf(workspace, wiki.id, { state: 'failed' }));
    const owner = await seeds.viewer(cast.owner);
    const first = await listAttention(read, owner, { cursor: null, limit: 2 });
    const second = await listAttention(read, owner, { cursor: first.nextCursor, limit: 2 });
    const rows = [...first.rows, ...second.rows];
    expect(second.nextCursor).toBeNull();
    expect(
      rows.map((row) => [row.state, row.effect, row.maySendAgain, row.mayCompleteByHand, row.account].join(' ')).sort(),
    ).toEqual(['byHand grant false true ben', 'failed grant true true ben', 'waiting revoke true true ben']);
    const counts = [];
    for (const who of [
      cast.owner,
      cast.secondOwner,
      cast.wikiOwner,
      cast.administrator,
      cast.riskManager,
      cast.stranger,
    ]) {
      counts.push(await countAttention(read, await seeds.viewer(who)));
    }
    expect(counts).toEqual([3, 3, 1, 4, 0, 0]);
    expect((await listAttention(read, await seeds.viewer(cast.stranger), { cursor: null, limit: 5 })).rows).toEqual([]);
    const seenByRequester = await getRequest(read, await seeds.viewer(cast.requester), request.id);
    expect(seenByRequester.items[0]?.fulfillment.some((task) => task.maySendAgain || task.mayCompleteByHand)).toBe(
      false,
    );
  });

  it('adds up the dashboard, with exact percentiles of the last 30 days for those who watch over it', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { clock } = workspace;
    const { read, dialect } = workspace.database;
    const decideAfter = async (minutes: number, verdict: 'approve' | 'deny' = 'approve') => {
      const request = await seeds.request(cast.requester, [
        { beneficiary: cast.beneficiary, entitlement: await seeds.entitlement(cast.payroll, `Group ${newId()}`) },
      ]);
      clock.pass(minutes * minute);
      await seeds.decide(cast.manager, request.id, verdict);
      return request;
    };
    // Too long ago to count.
    await decideAfter(5_000);
    clock.pass(40 * 24 * 60 * minute);
    const tens = [10, 20, 30, 40, 50, 60, 70, 80, 90];
    for (const minutes of tens) await decideAfter(minutes);
    await decideAfter(100, 'deny');
    const auto = await seeds.application('Auto', { reviewSettings: { approval: 'auto', reviewers: ['manager'] } });
    for (const name of ['Everybody', 'Everybody else']) {
      const entitlement = await seeds.entitlement(auto, name);
      await seeds.request(cast.requester, [{ beneficiary: cast.requester, entitlement }]);
    }
    const late = await seeds.request(cast.stranger, [{ beneficiary: cast.stranger, entitlement: cast.wikiEditors }]);
    const now = clock.now();
    await seeds.insert(
      'fulfillment_task',
      await taskOf(workspace, late.id, { state: 'done', nextAttemptAt: null, endedAt: now, latenessSeconds: 77 }),
      await taskOf(workspace, late.id, {
        state: 'done',
        nextAttemptAt: null,
        endedAt: plusMilliseconds(now, -60 * 86_400_000),
        latenessSeconds: 9_999,
      }),
      await taskOf(workspace, late.id, {
        dueAt: plusMilliseconds(now, -minute),
        nextAttemptAt: plusMilliseconds(now, -minute),
      }),
      await taskOf(workspace, late.id, {
        dueAt: plusMilliseconds(now, minute),
        nextAttemptAt: plusMilliseconds(now, minute),
      }),
    );
    const account = await seeds.account(cast.wiki, cast.administrator, 'ada');
    await seeds.grant(account, cast.wikiEditors, { expiresAt: plusMilliseconds(now, 6 * 86_400_000) });
    await seeds.grant(account, cast.payrollReaders, { expiresAt: plusMilliseconds(now, 8 * 86_400_000) });
    await seeds.grant(account, cast.payrollAdmins, { status: 'ended', endedAt: now, expiresAt: now });
    const summary = await dashboardSummary(read, dialect, await seeds.viewer(cast.administrator), now);
    expect(summary).toMatchObject({ myActiveGrants: 2, myOpenTasks: 0, myOpenRequests: 0 });
    expect(summary.endingSoon.map((grant) => grant.entitlement.name)).toEqual(['Wiki editors']);
    expect(summary.workspace).toMatchObject({
      submittedLast30Days: 13,
      approvedLast30Days: 11,
      deniedLast30Days: 1,
      timeToDecisionP50Minutes: 50,
      timeToDecisionP90Minutes: 90,
      temporaryGrantsActive: 2,
      overdueRevocations: 1,
      worstRevocationLatenessSeconds: 77,
    });
    const perDay = summary.workspace?.perDay ?? [];
    expect(perDay).toHaveLength(30);
    expect(perDay.at(-1)?.date).toBe(now.slice(0, 10));
    expect(perDay.reduce((sum, day) => sum + day.submitted, 0)).toBe(13);
    expect(perDay.reduce((sum, day) => sum + day.ended, 0)).toBe(1);
    expect((await dashboardSummary(read, dialect, await seeds.viewer(cast.riskManager), now)).workspace).not.toBeNull();
    const requester = await dashboardSummary(read, dialect, await seeds.viewer(cast.requester), now);
    expect(requester.workspace).toBeNull();
    expect(requester.myOpenRequests).toBe(12);
    expect((await dashboardSummary(read, dialect, await seeds.viewer(cast.wikiOwner), now)).myOpenTasks).toBe(1);
  });

  it('has no figures yet in an empty workspace', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const viewer = await seeds.viewer(await seeds.employee({ roles: ['administrator'] }));
    const { database, clock } = workspace;
    const { workspace: figures } = await dashboardSummary(database.read, database.dialect, viewer, clock.now());
    expect(figures).toMatchObject({
      openRequests: 0,
      timeToDecisionP50Minutes: null,
      timeToDecisionP90Minutes: null,
      worstRevocationLatenessSeconds: null,
    });
    expect((await listRequests(database.read, viewer, all)).rows).toEqual([]);
  });
});
