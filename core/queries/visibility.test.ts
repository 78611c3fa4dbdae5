import { describe, expect, it } from 'vitest';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { grantScope } from './grants.ts';
import { getEmployee } from './employee-detail.ts';
import { getRequest } from './request-detail.ts';
import { listRequests } from './requests-list.ts';
import { QueryRefused } from './query-refused.ts';
import { seedsOf, smallOrganisation, type Cast } from './seeds.ts';
import { loadViewer, mayInspect, mayManage, sightOf } from './visibility.ts';
import { listAccounts } from './accounts.ts';

const everything = {
  scope: 'visible',
  status: 'all',
  search: '',
  applicationId: null,
  sort: 'newest',
  cursor: null,
  limit: 50,
} as const;

function refusalCode(error: unknown): string {
  return error instanceof QueryRefused ? error.refusal.code : String(error);
}

describeEachDatabase('who sees what', (open) => {
  const seesIt: readonly (readonly [keyof Cast, boolean, string])[] = [
    ['requester', true, 'asked for it'],
    ['beneficiary', true, 'receives it'],
    ['manager', true, 'has a review task in it'],
    ['owner', true, 'owns an application it touches'],
    ['secondOwner', true, 'is a secondary owner of an application it touches'],
    ['riskManager', true, 'is a risk manager'],
    ['administrator', true, 'is an administrator'],
    ['wikiOwner', false, 'owns another application'],
    ['stranger', false, 'has nothing to do with it'],
  ];

  it('shows a request to everybody the rules name and to nobody else, in the list as by its id', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const { read } = workspace.database;
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    const seen: Record<string, unknown> = {};
    for (const [who] of seesIt) {
      const viewer = await seeds.viewer(cast[who] as Cast['requester']);
      const page = await listRequests(read, viewer, everything);
      seen[who] = {
        sight: await sightOf(read, viewer, request.id),
        listed: page.rows.map((row) => row.number),
        counts: page.counts,
        opened: await getRequest(read, viewer, request.id).then(({ number }) => number, refusalCode),
      };
    }
    const { number } = request;
    const whole = { sight: 'all', listed: [number], counts: { open: 1, completed: 0 }, opened: number };
    const nothing = { sight: null, listed: [], counts: { open: 0, completed: 0 }, opened: 'request.notFound' };
    expect(seen).toEqual(Object.fromEntries(seesIt.map(([who, expected]) => [who, expected ? whole : nothing])));
  });

  it('keeps a request visible to a reviewer whose task is closed, and says nothing of requests that do not exist', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.wikiEditors },
    ]);
    await seeds.decide(cast.manager, request.id, 'deny');
    const viewer = await seeds.viewer(cast.manager);
    const page = await listRequests(workspace.database.read, viewer, { ...everything, status: 'completed' });
    expect(page.rows.map((row) => row.state)).toEqual(['denied']);
    const stranger = await seeds.viewer(cast.stranger);
    const hidden = await getRequest(workspace.database.read, stranger, request.id).catch((error: unknown) => error);
    const missing = await getRequest(workspace.database.read, stranger, cast.stranger as never).catch(
      (error: unknown) => error,
    );
    expect(hidden).toBeInstanceOf(QueryRefused);
    expect((hidden as QueryRefused).refusal).toEqual((missing as QueryRefused).refusal);
  });

  it('lists under "mine" what I asked for and what is for me, and nothing else', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const forOther = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    const own = await seeds.request(cast.requester, [{ beneficiary: cast.requester, entitlement: cast.wikiEditors }]);
    await seeds.request(cast.stranger, [{ beneficiary: cast.stranger, entitlement: cast.wikiEditors }]);
    const mine = { ...everything, scope: 'mine' } as const;
    const of = async (who: Cast['requester']) =>
      (await listRequests(workspace.database.read, await seeds.viewer(who), mine)).rows.map((row) => row.number);
    expect(await of(cast.requester)).toEqual([own.number, forOther.number]);
    expect(await of(cast.beneficiary)).toEqual([forOther.number]);
    expect(await of(cast.administrator)).toEqual([]);
  });

  it('shows what somebody holds to them, their manager, risk managers and administrators, and to owners only theirs', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    await seeds.grant(await seeds.account(cast.payroll, cast.beneficiary, 'ben'), cast.payrollReaders);
    await seeds.grant(await seeds.account(cast.wiki, cast.beneficiary, 'ben'), cast.wikiEditors);
    const heldAsSeenBy = async (who: Cast['requester']) =>
      (await getEmployee(workspace.database.read, await seeds.viewer(who), cast.beneficiary)).grants
        .map((grant) => grant.entitlement.name)
        .sort();
    const seen: Record<string, readonly string[]> = {};
    const viewers = [
      'beneficiary',
      'manager',
      'riskManager',
      'administrator',
      'owner',
      'secondOwner',
      'wikiOwner',
      'stranger',
      'requester',
    ] as const;
    for (const who of viewers) seen[who] = await heldAsSeenBy(cast[who]);
    const all = ['Payroll readers', 'Wiki editors'];
    expect(seen).toEqual({
      beneficiary: all,
      manager: all,
      riskManager: all,
      administrator: all,
      owner: ['Payroll readers'],
      secondOwner: ['Payroll readers'],
      wikiOwner: ['Wiki editors'],
      stranger: [],
      requester: [],
    });
  });

  it('opens accounts to owners, risk managers and administrators alone', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    await seeds.account(cast.payroll, cast.beneficiary, 'ben');
    const input = { applicationId: cast.payroll, search: '', cursor: null, limit: 10 };
    const answers: Record<string, unknown> = {};
    for (const who of [
      'owner',
      'secondOwner',
      'riskManager',
      'administrator',
      'wikiOwner',
      'stranger',
      'manager',
    ] as const) {
      const answer = listAccounts(workspace.database.read, await seeds.viewer(cast[who]), input);
      answers[who] = await answer.then(({ rows }) => rows.length, refusalCode);
    }
    expect(answers).toEqual({
      owner: 1,
      secondOwner: 1,
      riskManager: 1,
      administrator: 1,
      wikiOwner: 'access.notAllowed',
      stranger: 'access.notAllowed',
      manager: 'access.notAllowed',
    });
  });

  it('knows roles and ownership, and nobody who has left', async () => {
    const workspace = await open();
    const seeds = seedsOf(workspace);
    const cast = await smallOrganisation(seeds);
    const left = await seeds.employee({ status: 'left', roles: ['administrator'] });
    expect(await loadViewer(workspace.database.read, left)).toBeNull();
    const both = await seeds.employee({ roles: ['riskManager', 'administrator'] });
    expect((await seeds.viewer(both)).roles).toEqual(['administrator', 'riskManager']);
    const risk = await seeds.viewer(cast.riskManager);
    expect([mayInspect(risk, cast.payroll), mayManage(risk, cast.payroll)]).toEqual([true, false]);
    const second = await seeds.viewer(cast.secondOwner);
    expect([mayManage(second, cast.payroll), mayManage(second, cast.wiki)]).toEqual([true, false]);
  });
});

describe('grants of a person without a manager', () => {
  it('are not shown to just anybody', () => {
    const viewer = { id: 'a', person: {}, roles: [], owns: new Set() } as never;
    expect(grantScope(viewer, { id: 'b' as never, managerId: null })).toBe('none');
  });
});
