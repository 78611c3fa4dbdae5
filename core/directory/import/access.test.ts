/** Applications, entitlements, accounts, grants and their owners, on both databases. */
import { ordinaryItem } from '#core/domain/request.ts';
import { expect, it } from 'vitest';
import { newId, type AccountId, type GrantId, type RequestId, type RequestItemId } from '#core/domain/ids.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { describeEachDatabase, type OpenWorkspace, type TestWorkspace } from '#core/testing/each-database.ts';
import { allOf, imported, refused } from './import-testbed.ts';

async function withGitHub(open: OpenWorkspace) {
  const workspace = await open();
  await imported(workspace, 'employees', 'work_email,full_name\nayden@example.com,Ayden Koch\nbo@example.com,Bo\n');
  await imported(workspace, 'applications', 'name,primary_owner_email\nGitHub,bo@example.com\nPayroll,\n');
  const applications = await allOf(workspace, 'application');
  const people = await allOf(workspace, 'employee');
  return {
    workspace,
    gitHub: applications.find(({ name }) => name === 'GitHub')!.id,
    ayden: people.find(({ workEmail }) => workEmail === 'ayden@example.com')!.id,
    bo: people.find(({ workEmail }) => workEmail === 'bo@example.com')!.id,
  };
}

const balkan =
  'Project,Privilege Name*,Privilege Value*,Email,User ID,Username,Name,Connection,Connection Type,Resource,Resource Type\n';
const sample = `${balkan}${[
  'acme,pull,true,ayden@example.com,01,Koch71,Ayden Koch,read,repository-role,ops,repository',
  'acme,push,false,ayden@example.com,01,koch71,Ayden Koch,read,repository-role,ops,repository',
  'acme,triage,true,ayden@example.com,01,koch71,Ayden Koch,read,repository-role,ops,repository',
  'acme,admin,false,robot@example.com,02,robot,Robot,admin,repository-role,ops,repository',
  ',export,true,,03,bo@example.com,Bo,,,,',
].join('\n')}\n`;

function onlyGrants(rows: readonly Rows['access_grant'][]) {
  return rows.map(({ origin, status, requestItemId, expiresAt }) => ({ origin, status, requestItemId, expiresAt }));
}

describeEachDatabase('importing access', (open) => {
  it("makes resources, entitlements, accounts and grants of BalkanID's one file", async () => {
    const { workspace, gitHub, ayden, bo } = await withGitHub(open);
    const report = await imported(workspace, 'grants', sample, { applicationId: gitHub });
    expect(report).toMatchObject({ read: 5, created: 2, changed: 1, unchanged: 2, rejected: 0, warnings: 1 });
    expect(report.problems[0]).toMatchObject({
      line: 5,
      column: 'Email',
      value: 'robot@example.com',
      severity: 'warning',
    });
    const [resource, ...others] = await allOf(workspace, 'resource');
    expect(others).toEqual([]);
    expect(resource).toMatchObject({ name: 'acme/ops', kind: 'repository', applicationId: gitHub });
    const entitlements = (await allOf(workspace, 'entitlement')).toSorted((a, b) => a.name.localeCompare(b.name));
    expect(
      entitlements.map(({ name, kind, resourceId, description, searchText }) => [
        name,
        kind,
        resourceId,
        description,
        searchText,
      ]),
    ).toEqual([
      ['admin', 'repository-role', resource!.id, null, 'admin repository-role github'],
      ['export', 'permission', null, null, 'export permission github'],
      [
        'read',
        'repository-role',
        resource!.id,
        'Privileges: pull, triage',
        'read repository-role privileges: pull, triage github',
      ],
    ]);
    const accounts = (await allOf(workspace, 'account')).toSorted((a, b) => a.usernameKey.localeCompare(b.usernameKey));
    expect(
      accounts.map(({ username, externalId, employeeId, displayName }) => [
        username,
        externalId,
        employeeId,
        displayName,
      ]),
    ).toEqual([
      ['bo@example.com', '03', bo, 'Bo'],
      ['Koch71', '01', ayden, 'Ayden Koch'],
      ['robot', '02', null, 'Robot'],
    ]);
    const grants = await allOf(workspace, 'access_grant');
    const standing = { origin: 'import', status: 'active', requestItemId: null, expiresAt: null };
    expect(onlyGrants(grants)).toEqual([standing, standing]);
    expect(new Set(grants.map(({ accountId }) => accountId))).toEqual(new Set([accounts[0]!.id, accounts[1]!.id]));
    const again = await imported(workspace, 'grants', sample, { applicationId: gitHub });
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 5 });
    expect(await allOf(workspace, 'access_grant')).toEqual(grants);
  });

  it('comes to the same whatever rows say twice, over batches too', async () => {
    const { workspace, gitHub } = await withGitHub(open);
    const filler = Array.from({ length: 1100 }, (_, index) => `G${index % 40},user${index},User ${index}\n`).join('');
    const file = `entitlement,username,name\nTeam,ann,\n${filler}Team,ANN,Ann\nTeam,ann,Anna\n`;
    const report = await imported(workspace, 'grants', file, { applicationId: gitHub });
    expect(report).toMatchObject({ read: 1103, created: 1101, changed: 1, unchanged: 1, warnings: 1 });
    expect(report.problems[0]!.reason).toContain('Line 2 says something else about this account');
    expect((await allOf(workspace, 'account')).filter(({ usernameKey }) => usernameKey === 'ann')).toMatchObject([
      { username: 'ann', displayName: 'Ann' },
    ]);
    expect(await imported(workspace, 'grants', file, { applicationId: gitHub })).toMatchObject({
      created: 0,
      changed: 0,
      unchanged: 1103,
    });
  });

  it('rejects unknown applications with a hint, and rows of another application than the chosen one', async () => {
    const { workspace, gitHub } = await withGitHub(open);
    const file = 'application,name,kind\nGithub,Team,group\nJira,Team,group\n,Team,group\n';
    const report = await refused(workspace, 'entitlements', file);
    expect(report.problems.map(({ line, reason }) => [line, reason])).toEqual([
      [3, expect.stringContaining('There is no application of this name. Create it or import it first')],
      [4, expect.stringContaining('Add the column "Application", or choose the application')],
    ]);
    expect((await refused(workspace, 'accounts', 'username\nann\n')).message).toContain('no column "Application"');
    const chosen = await refused(workspace, 'entitlements', 'app name,name\nPayroll,Team\nGITHUB,Other\n,Third\n', {
      applicationId: gitHub,
    });
    expect(chosen.problems.map(({ line }) => line)).toEqual([2]);
    expect(await allOf(workspace, 'entitlement')).toEqual([]);
  });

  it('reads plain entitlements with details, and says once which columns it does not read', async () => {
    const { workspace, gitHub, bo } = await withGitHub(open);
    const file =
      'External ID,Name,Kind,Description,Risk,Maximum Duration,Business Owner Email,Purpose,Colour\ng1,Admins,Group,"Runs\nall",High,30d,bo@example.com,Operate,red\ng2,Readers,Group,,extreme,,,,blue\n';
    const report = await imported(workspace, 'entitlements', file, { applicationId: gitHub, mode: 'acceptGood' });
    expect(report).toMatchObject({ created: 1, rejected: 1, warnings: 1 });
    expect(report.problems.map(({ line, column }) => [line, column])).toEqual([[1, 'Colour'], [4, 'Risk']]); // prettier-ignore
    expect(await allOf(workspace, 'entitlement')).toMatchObject([
      {
        externalId: 'g1',
        name: 'Admins',
        kind: 'group',
        description: 'Runs\nall',
        risk: 'high',
        maximumDurationMinutes: 43_200,
        businessOwnerId: bo,
        purpose: 'Operate',
        status: 'active',
      },
    ]);
  });

  it('meets accounts again by id, user name without case, or address, and never mixes up two ids', async () => {
    const { workspace, gitHub, ayden } = await withGitHub(open);
    const options = { applicationId: gitHub };
    await imported(
      workspace,
      'accounts',
      'username,user id,email,status\nAyden,77,ayden@example.com,active\n',
      options,
    );
    const [account] = await allOf(workspace, 'account');
    expect(account).toMatchObject({ username: 'Ayden', usernameKey: 'ayden', employeeId: ayden, status: 'active' });
    expect(await imported(workspace, 'accounts', 'username\nAYDEN\n', options)).toMatchObject({ unchanged: 1 });
    expect(await imported(workspace, 'accounts', 'email,status\nayden@example.com,disabled\n', options)).toMatchObject({
      changed: 1,
    });
    expect(await imported(workspace, 'accounts', 'username,user id\nkoch,77\n', options)).toMatchObject({ changed: 1 });
    expect(await allOf(workspace, 'account')).toEqual([
      { ...account, username: 'koch', usernameKey: 'koch', status: 'disabled' },
    ]);
    const report = await refused(
      workspace,
      'accounts',
      'username,user id,email\nkoch,78,\nbo,1,bo@example.com\nbo,1,other@example.com\n',
      options,
    );
    expect(report.problems.map(({ line, severity }) => [line, severity])).toContainEqual([2, 'rejected']);
    expect(report.problems.filter(({ severity }) => severity === 'rejected').map(({ line }) => line)).toEqual([2, 4]);
    expect(await allOf(workspace, 'account')).toHaveLength(1);
  });

  it('never makes standing access of temporary access', async () => {
    const { workspace, gitHub, ayden } = await withGitHub(open);
    const options = { applicationId: gitHub };
    const file =
      'entitlement,username,email\nTeam,ayden,ayden@example.com\nOther,ayden,ayden@example.com\nThird,ayden,ayden@example.com\n';
    await imported(workspace, 'entitlements', 'name\nTeam\nOther\nThird\n', options);
    await imported(workspace, 'accounts', 'username,email\nayden,ayden@example.com\n', options);
    const entitlements = new Map((await allOf(workspace, 'entitlement')).map(({ name, id }) => [name, id]));
    const [account] = await allOf(workspace, 'account');
    const requestId = newId<RequestId>();
    const item = (name: string, state: 'approved' | 'fulfilled', expired: boolean): Rows['request_item'] => ({
      id: newId<RequestItemId>(),
      requestId,
      action: 'GRANT',
      beneficiaryId: ayden,
      applicationId: gitHub,
      entitlementId: entitlements.get(name)!,
      term: { kind: 'duration', minutes: 60 },
      ...ordinaryItem,
      state,
      changedInVersion: 1,
      plan: { mode: 'review', applicationVersion: 1, levels: [] },
      decidedAt: workspace.clock.now(),
      fulfilledAt: null,
      expiresAt: state === 'fulfilled' ? workspace.clock.now() : null,
      expiredAt: expired ? workspace.clock.now() : null,
    });
    const live = item('Team', 'fulfilled', false);
    await workspace.database.transaction(async (writer) => {
      const request = {
        id: requestId,
        number: 1,
        requesterId: ayden,
        justification: 'x',
        ticketReference: null,
        resubmitsRequestId: null,
        state: 'fulfilling' as const,
      };
      await insertRows(writer, 'access_request', [
        { ...request, submittedAt: workspace.clock.now(), endedAt: null, version: 1, searchText: '' },
      ]);
      await insertRows(writer, 'request_item', [
        live,
        item('Other', 'approved', false),
        item('Third', 'fulfilled', true),
      ]);
      await insertRows(writer, 'access_grant', [temporaryGrant(workspace, account!.id, live)]);
    });
    const before = await allOf(workspace, 'access_grant');
    const report = await imported(workspace, 'grants', file, options);
    // Team is active, Other is on its way, Third has ended: only the last is recorded.
    expect(report).toMatchObject({ created: 1, unchanged: 2, warnings: 1 });
    expect(report.problems[0]).toMatchObject({ line: 3, severity: 'warning' });
    const after = await allOf(workspace, 'access_grant');
    expect(after.filter(({ origin }) => origin === 'request')).toEqual(before);
    expect(after.filter(({ origin }) => origin === 'import').map(({ entitlementId }) => entitlementId)).toEqual([
      entitlements.get('Third'),
    ]);
  });

  it('imports applications with owners and review settings; each change is a new version', async () => {
    const { workspace, bo, ayden } = await withGitHub(open);
    const file =
      'name,description,primary_owner_email,secondary_owner_emails,fulfillment,approval,reviewers\nGitHub,Code,bo@example.com,ayden@example.com; ghost@example.com,connector,auto,"application owner, manager"\ngithub,,,,,,\n';
    const report = await imported(workspace, 'applications', file, { mode: 'acceptGood' });
    expect(report).toMatchObject({ changed: 1, rejected: 1, warnings: 1 });
    expect(report.problems.map(({ line, column }) => [line, column])).toEqual([[2, 'secondary_owner_emails'], [3, 'name']]); // prettier-ignore
    const gitHub = (await allOf(workspace, 'application')).find(({ name }) => name === 'GitHub')!;
    expect(gitHub).toMatchObject({
      description: 'Code',
      primaryOwnerId: bo,
      fulfillment: 'connector',
      reviewSettings: { approval: 'auto', reviewers: ['applicationOwner', 'manager'] },
      version: 2,
    });
    expect(await allOf(workspace, 'secondary_owner')).toEqual([
      { applicationId: gitHub.id, employeeId: ayden, position: 0 },
    ]);
    expect(await imported(workspace, 'applications', file, { mode: 'acceptGood' })).toMatchObject({
      changed: 0,
      unchanged: 1,
    });
    expect((await allOf(workspace, 'application')).find(({ name }) => name === 'GitHub')!.version).toBe(2);
  });

  it("names owners from BalkanID's file and from the plain form", async () => {
    const { workspace, gitHub, ayden, bo } = await withGitHub(open);
    await imported(workspace, 'entitlements', 'id,name\ng1,Admins\ng2,Twins\ng3,Twins\n', { applicationId: gitHub });
    const header =
      'Entity ID*,Entity Name,Entity Type*,Source Type,Integration ID*,Integration Name,Integration Description,Primary Owner Email*,Secondary Owners Emails\n';
    const rows = [
      `${gitHub},GitHub,application,,${gitHub},,,ayden@example.com,bo@example.com`,
      `g1,,connection,,${gitHub},GitHub,,bo@example.com,`,
      `,Twins,connection,,${gitHub},,,bo@example.com,`,
      `g9,,connection,,${gitHub},,,bo@example.com,`,
      `g2,,connection,,${gitHub},,,ghost@example.com,`,
      `r1,ops,resource,,${gitHub},,,bo@example.com,`,
      'x,,connection,,nowhere,,,bo@example.com,',
    ];
    const file = `${header}${rows.join('\n')}\n`;
    const report = await imported(workspace, 'businessOwners', file, { mode: 'acceptGood' });
    expect(report).toMatchObject({ changed: 2, rejected: 5 });
    expect(report.problems.map(({ line }) => line)).toEqual([4, 5, 6, 7, 8]);
    const application = (await allOf(workspace, 'application')).find(({ id }) => id === gitHub)!;
    expect(application).toMatchObject({ primaryOwnerId: ayden, version: 2 });
    expect(await allOf(workspace, 'secondary_owner')).toMatchObject([{ applicationId: gitHub, employeeId: bo }]);
    expect((await allOf(workspace, 'entitlement')).find(({ externalId }) => externalId === 'g1')!.businessOwnerId).toBe(
      bo,
    );
    expect(await imported(workspace, 'businessOwners', file, { mode: 'acceptGood' })).toMatchObject({
      changed: 0,
      unchanged: 2,
    });
    const plain = 'application,entitlement,owner_email\nGitHub,Admins,ayden@example.com\nPayroll,,ayden@example.com\n';
    expect(await imported(workspace, 'businessOwners', plain)).toMatchObject({ changed: 2 });
  });
});

function temporaryGrant(
  workspace: TestWorkspace,
  accountId: AccountId,
  item: Rows['request_item'],
): Rows['access_grant'] {
  return {
    id: newId<GrantId>(),
    accountId,
    entitlementId: item.entitlementId,
    origin: 'request',
    requestItemId: item.id,
    status: 'active',
    grantedAt: workspace.clock.now(),
    expiresAt: workspace.clock.now(),
    endedAt: null,
    lastSeenRunId: null,
  };
}
