/** Roles as administrators maintain them: what is refused, and what stays on record. */
import { expect, it } from 'vitest';
import type { AccessRoleId, EntitlementId } from '#core/domain/ids.ts';
import { listAccessRoles } from '#core/queries/access-roles.ts';
import { loadViewer, type Viewer } from '#core/queries/visibility.ts';
import { commandOf, organisation, rowsOf } from '#core/testing/builders.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { saveAccessRole, setAccessRoleState } from './access-role.command.ts';

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const { people, entitlements } = built;
  const save = (over: Readonly<Record<string, unknown>> = {}, who = people.administrator) =>
    workspace.execute(
      saveAccessRole,
      commandOf(who, { name: 'Analyst', entitlementIds: [entitlements.reviewed[0]], ...over }),
    );
  const setState = (accessRoleId: AccessRoleId, version: number, state: string, who = people.administrator) =>
    workspace.execute(setAccessRoleState, commandOf(who, { accessRoleId, version, state }));
  const saved = async () => {
    const result = await save();
    if (result.outcome === 'refused') throw new Error(result.refusal.message);
    return result.value;
  };
  const list = async (who: keyof typeof people, search = '', includeInactive = false) =>
    listAccessRoles(workspace.database.read, (await loadViewer(workspace.database.read, people[who])) as Viewer, {
      search,
      includeInactive,
    });
  return { ...workspace, ...built, save, saved, setState, list };
}

describeEachDatabase('A role', (open) => {
  it('is made, changed and withdrawn, each with one event that says what it was before', async () => {
    const { database, save, saved, setState, list, entitlements } = await begin(open);
    const { accessRoleId } = await saved();
    const more = [entitlements.manual[0], entitlements.reviewed[0], entitlements.manual[0]];
    expect(await save({ accessRoleId, version: 1, name: 'Data analyst', entitlementIds: more })).toMatchObject({
      outcome: 'done',
      value: { accessRoleId, version: 2 },
    });
    expect(await setState(accessRoleId, 2, 'inactive')).toMatchObject({ outcome: 'done', value: { version: 3 } });
    expect(
      (await rowsOf({ database }, 'audit_event')).map(({ type, data }) => [type, JSON.parse(data).version]),
    ).toEqual([
      ['accessRole.created', 1],
      ['accessRole.changed', 2],
      ['accessRole.changed', 3],
    ]);
    expect(JSON.parse((await rowsOf({ database }, 'audit_event'))[1]!.data)).toMatchObject({
      name: 'Data analyst',
      before: { name: 'Analyst', entitlementIds: [entitlements.reviewed[0]] },
    });
    expect((await list('requester')).rows).toEqual([]);
    expect((await list('administrator', '', true)).rows).toMatchObject([
      { name: 'Data analyst', state: 'inactive', entitlements: [{ name: 'manual 0' }, { name: 'reviewed 0' }] },
    ]);
  });

  it('is found by its name, and says who may maintain it', async () => {
    const { saved, list } = await begin(open);
    await saved();
    expect(await list('requester', 'ANAL')).toMatchObject({ rows: [{ name: 'Analyst' }], mayMaintain: false });
    expect(await list('administrator', 'buyer')).toEqual({ rows: [], mayMaintain: true });
  });

  it('is refused to everybody but administrators', async () => {
    const { save, saved, setState, people } = await begin(open);
    const { accessRoleId } = await saved();
    for (const who of [people.requester, people.owner]) {
      expect(await save({ name: 'Other' }, who)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
      expect(await setState(accessRoleId, 1, 'inactive', who)).toMatchObject({
        refusal: { code: 'access.notAllowed' },
      });
    }
  });

  it('has a name of its own and entitlements that exist', async () => {
    const { database, save, saved, entitlements } = await begin(open);
    const { accessRoleId } = await saved();
    expect(await save({ name: 'ANALYST' })).toMatchObject({ refusal: { code: 'accessRole.nameTaken' } });
    const unknown = '019a0000-0000-7000-8000-000000000001' as EntitlementId;
    expect(await save({ name: 'Other', entitlementIds: [unknown] })).toMatchObject({
      refusal: { code: 'accessRole.invalid' },
    });
    expect(await save({ name: 'Other', entitlementIds: [] })).toMatchObject({ refusal: { code: 'command.invalid' } });
    // What has gone from its application since may stay in the role, and is shown as gone.
    await database.transaction((writer) =>
      writer.updateTable('entitlement').set({ status: 'gone' }).where('id', '=', entitlements.reviewed[0]).execute(),
    );
    expect(await save({ accessRoleId, version: 1, description: 'kept' })).toMatchObject({ outcome: 'done' });
    expect(await save({ name: 'Third' })).toMatchObject({ refusal: { code: 'accessRole.invalid' } });
  });

  it('is not changed over what somebody else changed meanwhile', async () => {
    const { save, saved, setState } = await begin(open);
    const { accessRoleId } = await saved();
    expect(await save({ accessRoleId, version: 1, name: 'Second' })).toMatchObject({ outcome: 'done' });
    expect(await save({ accessRoleId, version: 1, name: 'Third' })).toMatchObject({
      refusal: { code: 'accessRole.invalid' },
    });
    expect(await setState(accessRoleId, 1, 'inactive')).toMatchObject({ refusal: { code: 'accessRole.invalid' } });
    expect(await setState(accessRoleId, 2, 'active')).toMatchObject({ refusal: { code: 'accessRole.invalid' } });
    const nobody = '019a0000-0000-7000-8000-000000000002' as AccessRoleId;
    expect(await setState(nobody, 1, 'inactive')).toMatchObject({ refusal: { code: 'accessRole.notFound' } });
    expect(await save({ accessRoleId: nobody, version: 1 })).toMatchObject({
      refusal: { code: 'accessRole.notFound' },
    });
  });
});
