import { expect, it } from 'vitest';
import { writeWorkspaceSettings } from '#core/commands/workspace-settings.ts';
import { freshRun } from '#core/domain/directory.ts';
import { newId, type EmployeeId, type SyncRunId } from '#core/domain/ids.ts';
import type { WorkspaceSettings } from '#core/domain/workspace-settings.ts';
import { seedsOf, smallOrganisation } from '#core/queries/seeds.ts';
import { beginDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { chooseAnyone, clientOf, commandId, errorOf, sessionOf, workspaceOf } from './callers.ts';

describeEachDatabase('the contract, called', (open) => {
  async function start(settings: WorkspaceSettings | null = chooseAnyone) {
    const opened = await open();
    const seeds = seedsOf(opened);
    const cast = await smallOrganisation(seeds);
    if (settings !== null) await opened.database.transaction((writer) => writeWorkspaceSettings(writer, settings));
    const { workspace, asked } = workspaceOf(opened);
    return {
      opened,
      seeds,
      cast,
      workspace,
      asked,
      as: (who: EmployeeId | null) => clientOf(workspace, sessionOf(who)),
    };
  }

  it('takes a request from its preview to its trail and report', async () => {
    const { opened, cast, as } = await start();
    const requester = as(cast.requester);
    const items = [
      {
        action: 'GRANT' as const,
        beneficiaryId: cast.beneficiary,
        entitlementId: cast.payrollAdmins,
        term: { kind: 'permanent' as const },
      },
    ];
    const { lines } = await requester.requests.preview({ items: [...items, ...items] });
    expect(lines.map((line) => [line.index, line.problems.map((problem) => problem.code)])).toEqual([
      [0, []],
      [1, ['item.alreadyPending']],
    ]);
    expect(lines[0]).toMatchObject({
      approval: 'review',
      reviewers: [{ level: 1, kind: 'manager', people: [{ fullName: 'Mona Manager' }] }],
      account: { state: 'willBeCreated' },
      fulfillment: 'manual',
    });
    const id = commandId();
    const submission = { commandId: id, justification: 'For the audit', items };
    const submitted = await requester.requests.submit(submission);
    expect(submitted).toMatchObject({ outcome: 'done', value: { number: 1 } });
    expect(await requester.requests.submit(submission)).toEqual(submitted);
    const manager = as(cast.manager);
    const [task] = (await manager.tasks.list({})).rows;
    expect(task).toMatchObject({ requestNumber: 1, item: { entitlement: { name: 'Payroll admins', risk: 'high' } } });
    const decision = {
      commandId: commandId(),
      taskId: task!.id,
      basedOn: task!.requestVersion,
      verdict: 'approve' as const,
    };
    expect(await requester.tasks.decide({ ...decision, commandId: commandId() })).toMatchObject({
      refusal: { code: 'decision.ownRequest' },
    });
    expect(await manager.tasks.decide(decision)).toMatchObject({
      outcome: 'done',
      value: { requestState: 'fulfilling' },
    });
    const owner = as(cast.owner);
    await beginDelivery(opened);
    const [waiting] = (await owner.fulfillment.attention({})).rows;
    const byHand = { fulfillmentTaskId: waiting!.id, outcome: 'done' as const, note: 'Added in the admin console' };
    expect(await as(cast.stranger).fulfillment.completeByHand({ ...byHand, commandId: commandId() })).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await owner.fulfillment.completeByHand({ ...byHand, commandId: commandId() })).toMatchObject({
      outcome: 'done',
    });
    const requestId = task!.requestId;
    expect(await requester.requests.get({ requestId })).toMatchObject({
      state: 'completed',
      progress: { fraction: 1 },
    });
    const { events } = await requester.requests.trail({ requestId });
    expect(events[0]).toMatchObject({ type: 'request.submitted', actor: 'Rita Requester' });
    expect(events.every((event) => event.sentence.length > 0)).toBe(true);
    const report = await requester.requests.report({ requestId, format: 'csv' });
    expect((report as File).name).toBe('gatehouse-request-1.csv');
    expect(await report.text()).toContain('Payroll admins');
    const stranger = as(cast.stranger);
    const refusals = await Promise.all([
      errorOf(stranger.requests.get({ requestId })),
      errorOf(stranger.requests.trail({ requestId })),
      errorOf(stranger.requests.report({ requestId, format: 'pdf' })),
    ]);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        code: 'REFUSED',
        status: 422,
        defined: true,
        data: { code: 'request.notFound' },
      });
    }
  });

  it('hands connections and discoveries to those who manage the application alone', async () => {
    const { cast, as, asked } = await start();
    const draft = { applicationId: cast.payroll, connector: 'scim', configuration: { baseUrl: 'https://example.com' } };
    for (const who of [cast.stranger, cast.riskManager, cast.wikiOwner]) {
      const client = as(who);
      const answers = [
        await client.applications.testConnection(draft),
        await client.applications.setConnection({ ...draft, commandId: commandId() }),
        await client.applications.discover({ applicationId: cast.payroll }),
      ];
      expect(answers.map((answer) => answer.outcome === 'refused' && answer.refusal.code)).toEqual(
        Array(3).fill('access.notAllowed'),
      );
    }
    expect(asked).toEqual([]);
    await as(cast.secondOwner).applications.testConnection(draft);
    await as(cast.owner).applications.setConnection({ ...draft, commandId: commandId() });
    await as(cast.administrator).applications.discover({ applicationId: cast.payroll });
    expect(asked).toEqual([`test ${cast.payroll}`, `set ${cast.payroll}`, `discover ${cast.payroll}`]);
    const unknown = await as(cast.administrator).applications.discover({ applicationId: newId() });
    expect(unknown).toMatchObject({ refusal: { code: 'application.notFound' } });
  });

  it('shows an application to everybody, and its inside to those who look after it', async () => {
    const { seeds, cast, as } = await start();
    await seeds.insert('sync_run', {
      ...freshRun,
      id: newId<SyncRunId>(),
      applicationId: cast.payroll,
      state: 'completed',
      startedAt: '2026-03-01T08:00:00.000Z' as never,
      endedAt: null,
      accountsSeen: 1,
      entitlementsSeen: 2,
      grantsSeen: 3,
      summary: { added: 1 },
      failure: null,
    });
    const rowsSeen = async (who: EmployeeId) =>
      (await as(who).applications.list({ search: 'pay' })).rows.map((row) => [
        row.name,
        row.entitlements,
        row.lastDiscovery?.grantsSeen,
      ]);
    expect(await rowsSeen(cast.owner)).toEqual([['Payroll', 2, 3]]);
    expect(await rowsSeen(cast.stranger)).toEqual([['Payroll', 2, undefined]]);
    const detail = async (who: EmployeeId) => {
      const { mayManage, discoveries, secondaryOwners } = await as(who).applications.get({
        applicationId: cast.payroll,
      });
      return [mayManage, discoveries.length, secondaryOwners.map((owner) => owner.fullName)];
    };
    expect(await detail(cast.secondOwner)).toEqual([true, 1, ['Sven Second']]);
    expect(await detail(cast.riskManager)).toEqual([false, 1, ['Sven Second']]);
    expect(await detail(cast.stranger)).toEqual([false, 0, ['Sven Second']]);
    expect(await errorOf(as(cast.owner).applications.get({ applicationId: newId() }))).toMatchObject({
      data: { code: 'application.notFound' },
    });
  });

  it('refuses cursors and inputs that make no sense', async () => {
    const { cast, as } = await start();
    const client = as(cast.owner);
    expect(await errorOf(client.requests.list({ cursor: 'AAAA' }))).toMatchObject({
      code: 'REFUSED',
      data: { code: 'command.invalid' },
    });
    expect(await errorOf(client.requests.list({ limit: 100_000 }))).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await errorOf(client.requests.get({ requestId: "'; drop table" }))).toMatchObject({ code: 'BAD_REQUEST' });
  });
});
