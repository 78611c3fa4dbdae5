import { expect, it } from 'vitest';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { listAccounts } from './accounts.ts';
import { listApplications } from './applications.ts';
import { listEmployees } from './employees.ts';
import { listEntitlements } from './entitlements.ts';
import { listMyTasks } from './my-tasks.ts';
import { listRequests } from './requests-list.ts';
import { seedsOf, smallOrganisation } from './seeds.ts';

const knowledge = { connectors: [], secretsPresent: async () => ({}) };

describeEachDatabase('searching', (open) => {
  it('takes wildcards, quotes and every alphabet as what they are', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    for (const fullName of [
      '100% Percy',
      '1000 Percy',
      'under_score',
      'underXscore',
      "O'Neil",
      String.raw`back\slash`,
      'ÖZGÜR Şahin',
      'Ελένη',
    ]) {
      await seeds.employee({ fullName });
    }
    const found = async (search: string) =>
      (await listEmployees(workspace.database.read, { search, status: 'active', cursor: null, limit: 50 })).rows.map(
        (row) => row.fullName,
      );
    expect(await found('100%')).toEqual(['100% Percy']);
    expect(await found('r_s')).toEqual(['under_score']);
    expect(await found("o'neil")).toEqual(["O'Neil"]);
    expect(await found(String.raw`K\S`)).toEqual([String.raw`back\slash`]);
    expect(await found('özgür')).toEqual(['ÖZGÜR Şahin']);
    expect(await found('ΕΛΈΝΗ')).toEqual(['Ελένη']);
    expect(await found('percy 1000')).toEqual(['1000 Percy']);
    expect(await found("'; drop table employee; --")).toEqual([]);
    expect(await found('%')).toEqual(['100% Percy']);
  });

  it('finds requests and tasks by number, people, entitlement and application', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    const first = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    const second = await seeds.request(cast.requester, [
      { beneficiary: cast.requester, entitlement: cast.wikiEditors },
    ]);
    const viewer = await seeds.viewer(cast.manager);
    const found = async (search: string) => {
      const requests = await listRequests(read, viewer, {
        scope: 'visible',
        status: 'all',
        search,
        applicationId: null,
        sort: 'oldest',
        cursor: null,
        limit: 10,
      });
      const tasks = await listMyTasks(read, viewer, { status: 'open', search, cursor: null, limit: 10 });
      const numbers = requests.rows.map((row) => row.number);
      expect(tasks.rows.map((row) => row.requestNumber)).toEqual(numbers);
      expect(requests.counts.open).toBe(2);
      return numbers;
    };
    expect(await found('#2')).toEqual([second.number]);
    expect(await found('#12')).toEqual([]);
    expect(await found('BEN benef')).toEqual([first.number]);
    expect(await found('editors')).toEqual([second.number]);
    expect(await found('payroll')).toEqual([first.number]);
    expect(await found('rita')).toEqual([first.number, second.number]);
    expect(await found('#99999999999999999999')).toEqual([]);
  });

  it('finds applications, entitlements and accounts', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    await seeds.application('ÄRZTE', { description: 'Für die KLINIK' });
    const admin = await seeds.viewer(cast.administrator);
    const applications = async (search: string) =>
      (await listApplications(read, admin, search, knowledge)).map((row) => row.name);
    expect(await applications('ärzte klinik')).toEqual(['ÄRZTE']);
    expect(await applications('')).toEqual(['Payroll', 'Wiki', 'ÄRZTE']);
    const entitlements = await listEntitlements(read, {
      applicationId: null,
      search: 'PAYROLL adm',
      requestableOnly: true,
      cursor: null,
      limit: 10,
    });
    expect(entitlements.rows.map((row) => row.name)).toEqual(['Payroll admins']);
    await seeds.account(cast.wiki, cast.beneficiary, 'b.ben', { email: 'B.Ben@example.com', displayName: 'Big_Ben' });
    await seeds.account(cast.wiki, null, 'robot');
    const accounts = async (search: string) =>
      (await listAccounts(read, admin, { applicationId: cast.wiki, search, cursor: null, limit: 10 })).rows.map(
        (row) => row.username,
      );
    expect(await accounts('b.ben@')).toEqual(['b.ben']);
    expect(await accounts('g_b')).toEqual(['b.ben']);
    expect(await accounts('beneficiary')).toEqual(['b.ben']);
    expect(await accounts('ROB')).toEqual(['robot']);
  });
});
