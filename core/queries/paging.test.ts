import { expect, it } from 'vitest';
import type { EmployeeId } from '#core/domain/ids.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { listAccounts } from './accounts.ts';
import { listEmployees } from './employees.ts';
import { listEntitlements } from './entitlements.ts';
import { listMyTasks } from './my-tasks.ts';
import { QueryRefused } from './query-refused.ts';
import { listRequests } from './requests-list.ts';
import { seedsOf, smallOrganisation } from './seeds.ts';
import { listSignInChoices } from './sign-in-choices.ts';

interface Page {
  readonly rows: readonly object[];
  readonly nextCursor: string | null;
}

/** All pages of a list one after another, as their ids or numbers. */
async function through(
  page: (cursor: string | null) => Promise<Page>,
  keyOf: (row: never) => unknown,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let cursor: string | null = null;
  do {
    const next: Page = await page(cursor);
    found.push(...next.rows.map((row) => keyOf(row as never)));
    cursor = next.nextCursor;
  } while (cursor !== null);
  return found;
}

const idOf = (row: { readonly id: string }) => row.id;
const settings = { name: 'Test', kind: 'own', signIn: 'choose', operatorId: null } as const;

describeEachDatabase('paging', (open) => {
  it('meets every person once, also where names are alike, with or without those who left', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const everybody: EmployeeId[] = [];
    const longName = `Zoë ${'é'.repeat(400)}`;
    for (let count = 0; count < 23; count += 1) {
      const fullName = count % 3 === 0 ? 'Alike' : count % 3 === 1 ? longName : `Name ${count}`;
      everybody.push(await seeds.employee({ fullName, status: count % 5 === 0 ? 'left' : 'active' }));
    }
    const list = (status: 'all' | 'active' | 'left') => (cursor: string | null) =>
      listEmployees(workspace.database.read, { search: '', status, cursor, limit: 4 });
    const all = await through(list('all'), idOf);
    expect(all).toHaveLength(23);
    expect(new Set(all)).toEqual(new Set(everybody));
    expect(await through(list('active'), idOf)).toHaveLength(18);
    expect(await through(list('left'), idOf)).toHaveLength(5);
    expect((await list('all')(null)).total).toBe(23);
    const searched = await through(
      (cursor) => listEmployees(workspace.database.read, { search: 'ALIKE', status: 'all', cursor, limit: 3 }),
      idOf,
    );
    expect(new Set(searched).size).toBe(8);
    expect(searched).toHaveLength(8);
  });

  it('offers administrators first, then owners and managers, then everybody, each person once', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    await seeds.employee({ fullName: 'Aaron Away', status: 'left' });
    const list = (search: string) => (cursor: string | null) =>
      listSignInChoices(workspace.database.read, settings, { search, cursor, limit: 2 });
    const name = (row: { readonly person: { readonly fullName: string } }) => row.person.fullName;
    expect(await through(list(''), name)).toEqual([
      'Ada Admin',
      'Mona Manager',
      'Olga Owner',
      'Sven Second',
      'Willi Wiki',
      'Ben Beneficiary',
      'Rita Requester',
      'Rolf Risk',
      'Stella Stranger',
    ]);
    expect(await through(list('o'), name)).not.toContain('Aaron Away');
    const [mona] = (await list('mona')(null)).rows;
    expect(mona).toMatchObject({ roles: [], ownsApplications: 0, managesPeople: 2 });
    const [sven] = (await list('sven')(null)).rows;
    expect(sven).toMatchObject({ ownsApplications: 1, managesPeople: 0 });
    const operator = { ...settings, signIn: 'operator', operatorId: cast.owner } as const;
    const only = await listSignInChoices(workspace.database.read, operator, { search: '', cursor: null, limit: 10 });
    expect(only.rows.map(name)).toEqual(['Olga Owner']);
    expect(await listSignInChoices(workspace.database.read, null, { search: '', cursor: null, limit: 10 })).toEqual({
      rows: [],
      nextCursor: null,
    });
  });

  it('meets every request and task once, in either order, when all were made in the same instant', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    for (let count = 0; count < 7; count += 1) {
      const entitlement = await seeds.entitlement(cast.payroll, `Group ${count}`);
      const request = await seeds.request(cast.requester, [{ beneficiary: cast.beneficiary, entitlement }]);
      if (count >= 4) await seeds.decide(cast.manager, request.id);
    }
    const viewer = await seeds.viewer(cast.manager);
    const requests = (sort: 'newest' | 'oldest') => (cursor: string | null) =>
      listRequests(read, viewer, {
        scope: 'visible',
        status: 'all',
        search: '',
        applicationId: cast.payroll,
        sort,
        cursor,
        limit: 2,
      });
    const number = (row: { readonly number: number }) => row.number;
    const oldestFirst = await through(requests('oldest'), number);
    expect(oldestFirst).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await through(requests('newest'), number)).toEqual([...oldestFirst].reverse());
    for (const [status, expected] of [
      ['open', 4],
      ['completed', 3],
    ] as const) {
      const tasks = await through(
        (cursor) => listMyTasks(read, viewer, { status, search: '', cursor, limit: 2 }),
        idOf,
      );
      expect([tasks.length, new Set(tasks).size]).toEqual([expected, expected]);
    }
    const first = await requests('newest')(null);
    await expect(requests('oldest')(first.nextCursor)).rejects.toThrow(QueryRefused);
  });

  it('neither repeats nor loses a row when others come in front meanwhile', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    const viewer = await seeds.viewer(cast.requester);
    const list = (cursor: string | null) =>
      listRequests(read, viewer, {
        scope: 'mine',
        status: 'open',
        search: '',
        applicationId: null,
        sort: 'newest',
        cursor,
        limit: 1,
      });
    await seeds.request(cast.requester, [{ beneficiary: cast.requester, entitlement: cast.wikiEditors }]);
    await seeds.request(cast.requester, [{ beneficiary: cast.requester, entitlement: cast.payrollAdmins }]);
    const first = await list(null);
    await seeds.request(cast.requester, [{ beneficiary: cast.requester, entitlement: cast.payrollReaders }]);
    const second = await list(first.nextCursor);
    expect([...first.rows, ...second.rows].map((row) => row.number)).toEqual([2, 1]);
    expect(second.nextCursor).toBeNull();
    expect(second.counts.open).toBe(3);
  });

  it('meets every entitlement and account once, also those that are gone', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    for (let count = 0; count < 6; count += 1) {
      await seeds.entitlement(cast.wiki, 'Alike', {
        externalId: `alike ${count}`,
        status: count % 2 === 0 ? 'gone' : 'active',
      });
      await seeds.account(cast.wiki, null, `User ${count}`);
    }
    const entitlements = (requestableOnly: boolean) => (cursor: string | null) =>
      listEntitlements(read, { applicationId: cast.wiki, search: '', requestableOnly, cursor, limit: 2 });
    expect(new Set(await through(entitlements(false), idOf)).size).toBe(7);
    expect(await through(entitlements(true), idOf)).toHaveLength(4);
    const viewer = await seeds.viewer(cast.wikiOwner);
    const accounts = await through(
      (cursor) => listAccounts(read, viewer, { applicationId: cast.wiki, search: '', cursor, limit: 4 }),
      (row: { username: string }) => row.username,
    );
    expect(accounts).toEqual(['User 0', 'User 1', 'User 2', 'User 3', 'User 4', 'User 5']);
  });
});
