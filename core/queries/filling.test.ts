/** What a draft is filled with, and what of others' access whoever fills it gets to see. */
import { expect, it } from 'vitest';
import { saveAccessRole, setAccessRoleState } from '#core/commands/access-role.command.ts';
import type { Filling } from '#core/contract/index.ts';
import type { EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import {
  commandOf,
  holds,
  line,
  organisation,
  submitted,
  type ApplicationName,
  type PersonName,
} from '#core/testing/builders.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { fillLikeJobTitle, fillLikePerson, fillLikeRole, listJobTitles } from './filling.ts';
import { QueryRefused } from './query-refused.ts';
import { loadViewer, type Viewer } from './visibility.ts';

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const { people, entitlements, applications } = built;
  const reader = workspace.database.read;
  return {
    ...workspace,
    ...built,
    reader,
    as: async (name: PersonName) => (await loadViewer(reader, people[name])) as Viewer,
    give: (name: PersonName, application: ApplicationName, index: 0 | 1) =>
      holds(workspace, {
        employeeId: people[name],
        applicationId: applications[application],
        entitlementId: entitlements[application][index],
        username: `${name}-${application}-${index}`,
        externalId: `${name}-${application}-${index}`,
      }),
    title: (jobTitle: string, ...names: PersonName[]) =>
      workspace.database.transaction(async (writer) => {
        for (const name of names)
          await writer.updateTable('employee').set({ job_title: jobTitle }).where('id', '=', people[name]).execute();
      }),
    bundle: async (name: string, ...ids: EntitlementId[]) => {
      const saved = await workspace.execute(
        saveAccessRole,
        commandOf(people.administrator, { name, entitlementIds: ids }),
      );
      if (saved.outcome === 'refused') throw new Error(saved.refusal.message);
      return saved.value;
    },
  };
}

/** `standing name` of every line of the first person. */
function said(filling: Filling, index = 0): readonly string[] {
  return filling.people[index]!.lines.map(({ standing, entitlement }) => `${standing} ${entitlement.name}`);
}

const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (error: unknown) => (error instanceof QueryRefused ? error.refusal.code : String(error)),
  );

describeEachDatabase('A request like a colleague', (open) => {
  it('proposes what is missing, shows what both hold and what only one holds, and removes nothing', async () => {
    const { give, as, people, reader } = await begin(open);
    await give('colleague', 'reviewed', 0);
    await give('colleague', 'manual', 0);
    await give('requester', 'manual', 0);
    await give('requester', 'manual', 1);
    const filling = await fillLikePerson(reader, await as('manager'), {
      employeeId: people.colleague,
      beneficiaryIds: [people.requester],
    });
    expect(said(filling)).toEqual(['missing reviewed 0', 'held manual 0']);
    expect(filling.people[0]).toMatchObject({ comparable: true, onlyTheirs: [{ name: 'manual 1' }] });
  });

  it('marks what is pending and what can no longer be asked for', async () => {
    const { give, as, people, reader, execute, entitlements, database } = await begin(open);
    await give('colleague', 'reviewed', 0);
    await give('colleague', 'reviewed', 1);
    await submitted(execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    await database.transaction((writer) =>
      writer.updateTable('entitlement').set({ status: 'gone' }).where('id', '=', entitlements.reviewed[1]).execute(),
    );
    const filling = await fillLikePerson(reader, await as('manager'), {
      employeeId: people.colleague,
      beneficiaryIds: [people.requester],
    });
    expect(said(filling)).toEqual(['pending reviewed 0', 'notRequestable reviewed 1']);
    expect(filling.people[0]!.lines[0]).toMatchObject({ pendingIn: 1 });
  });

  it('names only what is missing to whoever may not see what the colleague holds', async () => {
    const { give, as, people, reader } = await begin(open);
    await give('colleague', 'reviewed', 0);
    await give('colleague', 'manual', 0);
    await give('requester', 'manual', 0);
    await give('requester', 'manual', 1);
    const filling = await fillLikePerson(reader, await as('requester'), {
      employeeId: people.colleague,
      beneficiaryIds: [people.requester],
    });
    expect(said(filling)).toEqual(['missing reviewed 0']);
    expect(filling.people[0]).toMatchObject({ comparable: false, onlyTheirs: [] });
  });

  it('tells of temporary access only those who may see it, and says that it is temporary', async () => {
    const { give, as, people, reader, database } = await begin(open);
    const { grantId } = await give('colleague', 'reviewed', 0);
    await database.transaction((writer) =>
      writer
        .updateTable('access_grant')
        .set({ expires_at: '2026-04-01T00:00:00.000Z' as never })
        .where('id', '=', grantId)
        .execute(),
    );
    const input = { employeeId: people.colleague, beneficiaryIds: [people.requester] };
    expect(said(await fillLikePerson(reader, await as('requester'), input))).toEqual([]);
    const seen = await fillLikePerson(reader, await as('manager'), input);
    expect(seen.people[0]!.lines).toMatchObject([{ standing: 'missing', temporary: true }]);
  });

  it('leaves out what a service account holds: it is not the colleague’s own', async () => {
    const { give, as, people, reader, database } = await begin(open);
    const { accountId } = await give('colleague', 'reviewed', 0);
    await database.transaction((writer) =>
      writer.updateTable('account').set({ kind: 'service' }).where('id', '=', accountId).execute(),
    );
    const filling = await fillLikePerson(reader, await as('manager'), {
      employeeId: people.colleague,
      beneficiaryIds: [people.requester],
    });
    expect(said(filling)).toEqual([]);
  });

  it('is compared with each of several people, in their order', async () => {
    const { give, as, people, reader } = await begin(open);
    await give('colleague', 'reviewed', 0);
    await give('owner', 'reviewed', 0);
    const filling = await fillLikePerson(reader, await as('administrator'), {
      employeeId: people.colleague,
      beneficiaryIds: [people.owner, people.requester, people.owner],
    });
    expect(filling.people.map(({ person }) => person.fullName)).toEqual(['owner', 'requester']);
    expect([said(filling, 0), said(filling, 1)]).toEqual([['held reviewed 0'], ['missing reviewed 0']]);
  });

  it('is refused for people who are not in the directory', async () => {
    const { as, people, reader } = await begin(open);
    const viewer = await as('requester');
    const nobody = '019a0000-0000-7000-8000-000000000001' as EmployeeId;
    expect(
      await problemOf(fillLikePerson(reader, viewer, { employeeId: nobody, beneficiaryIds: [people.requester] })),
    ).toBe('employee.notFound');
    expect(
      await problemOf(fillLikePerson(reader, viewer, { employeeId: people.colleague, beneficiaryIds: [nobody] })),
    ).toBe('employee.notFound');
  });
});

describeEachDatabase('A request like a job title', (open) => {
  it('proposes what enough active holders have in common, with the share that holds each', async () => {
    const { give, title, as, people, reader } = await begin(open);
    await title('Analyst', 'requester', 'colleague', 'owner', 'secondOwner', 'leaver');
    for (const name of ['colleague', 'owner', 'secondOwner', 'leaver'] as const) await give(name, 'manual', 0);
    await give('colleague', 'reviewed', 0);
    await give('owner', 'reviewed', 0);
    await give('leaver', 'automatic', 0);
    const fill = async (threshold: number) =>
      fillLikeJobTitle(reader, await as('requester'), {
        jobTitle: 'Analyst',
        threshold,
        beneficiaryIds: [people.requester],
      });
    const most = await fill(60);
    expect(most.restsOn).toBe(3);
    expect(most.people[0]!.lines.map(({ entitlement, share }) => [entitlement.name, share])).toEqual([
      ['manual 0', 1],
      ['reviewed 0', 2 / 3],
    ]);
    expect(said(await fill(67))).toEqual(['missing manual 0']);
    expect(said(await fill(100))).toEqual(['missing manual 0']);
    expect(said(await fill(0))).toHaveLength(2);
  });

  it('counts neither temporary access nor the same person twice', async () => {
    const { give, title, as, people, reader, database, entitlements, applications } = await begin(open);
    await title('Analyst', 'colleague', 'owner');
    await give('colleague', 'manual', 0);
    const { grantId } = await give('colleague', 'reviewed', 0);
    // A second account of the same person, and the same access on it.
    await holds(
      { database },
      {
        employeeId: people.colleague,
        applicationId: applications.manual,
        entitlementId: entitlements.manual[0],
        username: 'again',
        externalId: 'again',
      },
    );
    await database.transaction((writer) =>
      writer
        .updateTable('access_grant')
        .set({ expires_at: '2026-04-01T00:00:00.000Z' as never })
        .where('id', '=', grantId)
        .execute(),
    );
    const filling = await fillLikeJobTitle(reader, await as('requester'), {
      jobTitle: 'Analyst',
      threshold: 0,
      beneficiaryIds: [people.requester],
    });
    expect(filling.people[0]!.lines.map(({ entitlement, share }) => [entitlement.name, share])).toEqual([
      ['manual 0', 0.5],
    ]);
  });

  it('says when it rests on one person or on nobody', async () => {
    const { give, title, as, people, reader } = await begin(open);
    await title('Analyst', 'requester', 'colleague');
    await give('colleague', 'manual', 0);
    const fill = async (beneficiaryIds: readonly EmployeeId[]) =>
      fillLikeJobTitle(reader, await as('requester'), { jobTitle: 'Analyst', threshold: 80, beneficiaryIds });
    expect(await fill([people.requester])).toMatchObject({ restsOn: 1, people: [{ lines: [{ share: 1 }] }] });
    expect(await fill([people.requester, people.colleague])).toMatchObject({
      restsOn: 0,
      people: [{ lines: [] }, { lines: [] }],
    });
  });

  it('offers the titles of people who work here, the most frequent first', async () => {
    const { title, reader } = await begin(open);
    await title('Analyst', 'colleague', 'owner');
    await title('Buyer 100%', 'manager');
    await title('Clerk', 'leaver');
    expect(await listJobTitles(reader, '')).toEqual({
      rows: [
        { jobTitle: 'Analyst', holders: 2 },
        { jobTitle: 'Buyer 100%', holders: 1 },
      ],
    });
    expect((await listJobTitles(reader, 'buy')).rows).toHaveLength(1);
    expect((await listJobTitles(reader, 'z%')).rows).toEqual([]);
  });
});

describeEachDatabase('A request from a role', (open) => {
  it('proposes what of the role each person lacks', async () => {
    const { give, as, people, reader, bundle, entitlements } = await begin(open);
    const { accessRoleId } = await bundle('Analyst', entitlements.reviewed[0], entitlements.manual[0]);
    await give('colleague', 'manual', 0);
    const filling = await fillLikeRole(reader, await as('manager'), {
      accessRoleId,
      beneficiaryIds: [people.requester, people.colleague],
    });
    expect([said(filling, 0), said(filling, 1)]).toEqual([
      ['missing manual 0', 'missing reviewed 0'],
      ['missing reviewed 0', 'held manual 0'],
    ]);
    expect(filling.people.map((one) => one.onlyTheirs)).toEqual([[], []]);
  });

  it('keeps what others hold from whoever may not see it', async () => {
    const { give, as, people, reader, bundle, entitlements } = await begin(open);
    const { accessRoleId } = await bundle('Analyst', entitlements.reviewed[0], entitlements.manual[0]);
    await give('colleague', 'manual', 0);
    const input = { accessRoleId, beneficiaryIds: [people.colleague] };
    expect(said(await fillLikeRole(reader, await as('requester'), input))).toEqual(['missing reviewed 0']);
    // An owner sees it in their own applications.
    expect(said(await fillLikeRole(reader, await as('owner'), input))).toEqual(['missing reviewed 0', 'held manual 0']);
  });

  it('is refused for a role that is not offered', async () => {
    const { as, people, reader, bundle, entitlements, execute } = await begin(open);
    const { accessRoleId, version } = await bundle('Analyst', entitlements.reviewed[0]);
    await execute(setAccessRoleState, commandOf(people.administrator, { accessRoleId, version, state: 'inactive' }));
    const viewer = await as('requester');
    expect(await problemOf(fillLikeRole(reader, viewer, { accessRoleId, beneficiaryIds: [people.requester] }))).toBe(
      'accessRole.notFound',
    );
  });
});
