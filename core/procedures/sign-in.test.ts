import { expect, it } from 'vitest';
import { writeWorkspaceSettings } from '#core/commands/workspace-settings.ts';
import { newId, type EmployeeId } from '#core/domain/ids.ts';
import type { WorkspaceSettings } from '#core/domain/workspace-settings.ts';
import { seedsOf, smallOrganisation } from '#core/queries/seeds.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { chooseAnyone, clientOf, commandId, errorOf, sessionOf, workspaceOf } from './callers.ts';

describeEachDatabase('signing in', (open) => {
  async function start(settings: WorkspaceSettings | null = chooseAnyone) {
    const opened = await open();
    const seeds = seedsOf(opened);
    const cast = await smallOrganisation(seeds);
    if (settings !== null) await opened.database.transaction((writer) => writeWorkspaceSettings(writer, settings));
    const { workspace, asked } = workspaceOf(opened);
    return { seeds, cast, workspace, asked, as: (who: EmployeeId | null) => clientOf(workspace, sessionOf(who)) };
  }

  it('asks everybody to sign in first, and tells nobody anything before', async () => {
    const { cast, as } = await start();
    const nobody = as(null);
    const requestId = newId() as string;
    const calls: readonly Promise<unknown>[] = [
      nobody.dashboard.summary(),
      nobody.requests.list({}),
      nobody.requests.get({ requestId }),
      nobody.requests.trail({ requestId }),
      nobody.requests.report({ requestId, format: 'pdf' }),
      nobody.requests.cancel({ commandId: commandId(), requestId, basedOn: 1 }),
      nobody.requests.preview({ items: [] }),
      nobody.tasks.list({}),
      nobody.tasks.decide({ commandId: commandId(), taskId: requestId, basedOn: 1, verdict: 'approve' }),
      nobody.fulfillment.attention({}),
      nobody.fulfillment.sendAgain({ commandId: commandId(), fulfillmentTaskId: requestId }),
      nobody.applications.list({}),
      nobody.applications.connectors(),
      nobody.applications.entitlements({}),
      nobody.applications.accounts({ applicationId: cast.payroll }),
      nobody.applications.discover({ applicationId: cast.payroll }),
      nobody.directory.employees({}),
      nobody.directory.employee({ employeeId: cast.owner }),
      nobody.directory.setRoles({ commandId: commandId(), employeeId: cast.owner, roles: [] }),
      nobody.directory.upload({ name: 'a.csv', size: 1 }),
      nobody.directory.sendPiece({ uploadId: requestId, offset: 0, piece: new File(['a'], 'piece') }),
      nobody.directory.import({ commandId: commandId(), kind: 'employees', mode: 'acceptGood', uploadId: requestId }),
    ];
    const codes = (await Promise.all(calls.map(errorOf))).map(({ code, data }) => [
      code,
      (data as { code: string }).code,
    ]);
    expect(codes).toEqual(calls.map(() => ['REFUSED', 'access.notSignedIn']));
    expect(await nobody.session.current()).toBeNull();
    expect(await nobody.workspace.status()).toMatchObject({
      state: 'ready',
      name: 'Test',
      signIn: 'choose',
      operator: null,
    });
  });

  it('signs in whom it may, signs out, and signs out whoever has left', async () => {
    const { seeds, cast, workspace } = await start();
    const session = sessionOf(null);
    const client = clientOf(workspace, session);
    const left = await seeds.employee({ fullName: 'Lena Left', status: 'left' });
    expect(await client.session.signIn({ employeeId: left })).toMatchObject({
      refusal: { code: 'access.notAllowed', message: 'Lena Left no longer works here and cannot sign in.' },
    });
    expect(await client.session.signIn({ employeeId: newId() })).toMatchObject({
      refusal: { code: 'employee.notFound' },
    });
    expect(session.operatorId).toBeNull();
    expect(await client.session.signIn({ employeeId: cast.owner })).toMatchObject({
      outcome: 'done',
      value: { person: { fullName: 'Olga Owner' }, ownsApplications: 1 },
    });
    expect(await client.session.current()).toMatchObject({ person: { id: cast.owner }, roles: [] });
    await workspace.database.transaction((writer) =>
      writer.updateTable('employee').set({ status: 'left' }).where('id', '=', cast.owner).execute(),
    );
    expect(await errorOf(client.requests.list({}))).toMatchObject({ data: { code: 'access.notSignedIn' } });
    expect(session.operatorId).toBeNull();
    await client.session.signIn({ employeeId: cast.administrator });
    await client.session.signOut();
    expect(await client.session.current()).toBeNull();
    expect(await client.session.windowLink()).toEqual({ url: 'http://127.0.0.1/once' });
  });

  it('lets only the operator in where a workspace has one', async () => {
    const { cast, workspace } = await start(null);
    const session = sessionOf(null);
    const client = clientOf(workspace, session);
    expect(await client.session.signIn({ employeeId: cast.owner })).toMatchObject({
      refusal: { code: 'workspace.notSetUp' },
    });
    expect(await client.workspace.status()).toMatchObject({ state: 'new', name: null });
    const created = await client.workspace.createOwn({
      commandId: commandId(),
      organisation: 'Acme',
      fullName: 'Olaf Operator',
      workEmail: 'Olaf@acme.example',
    });
    const operatorId = created.outcome === 'done' ? created.value.employeeId : '';
    expect(await client.session.signIn({ employeeId: cast.administrator })).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await client.session.signIn({ employeeId: operatorId })).toMatchObject({
      outcome: 'done',
      value: { roles: ['administrator'] },
    });
    expect((await client.session.choices({})).rows.map((row) => row.person.fullName)).toEqual(['Olaf Operator']);
    expect(
      await client.workspace.createOwn({
        commandId: commandId(),
        organisation: 'B',
        fullName: 'B',
        workEmail: 'b@b.example',
      }),
    ).toMatchObject({
      refusal: { code: 'workspace.alreadySetUp' },
    });
  });
});
