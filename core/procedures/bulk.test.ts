/** The queue narrowed and sorted, and a decision over what a filter finds, as a console asks for them. */
import { expect, it } from 'vitest';
import { advanceBulkDecision } from '#core/commands/bulk-decision.command.ts';
import type { TaskFilterInput } from '#core/contract/index.ts';
import { newId, type EmployeeId } from '#core/domain/ids.ts';
import { seedsOf, smallOrganisation } from '#core/queries/seeds.ts';
import { commandOf } from '#core/testing/builders.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { clientOf, commandId, sessionOf, workspaceOf } from './callers.ts';

describeEachDatabase('Tasks, narrowed and decided in bulk', (open) => {
  /** Four requests a minute apart; all their tasks are Mona's. */
  async function start() {
    const opened = await open();
    const seeds = seedsOf(opened);
    const cast = await smallOrganisation(seeds);
    const { workspace } = workspaceOf(opened);
    const as = (who: EmployeeId) => clientOf(workspace, sessionOf(who));
    const account = await seeds.account(cast.wiki, cast.requester, 'rita');
    await seeds.grant(account, cast.wikiEditors);
    const times: string[] = [];
    const ask = async (...given: Parameters<typeof seeds.request>) => {
      times.push(opened.clock.now());
      await seeds.request(...given);
      opened.clock.pass(60_000);
    };
    await ask(cast.requester, [{ beneficiary: cast.requester, entitlement: cast.payrollReaders }]);
    await ask(cast.requester, [{ beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins }]);
    await ask(cast.beneficiary, [{ beneficiary: cast.beneficiary, entitlement: cast.wikiEditors }]);
    await ask(cast.requester, [{ beneficiary: cast.requester, entitlement: cast.wikiEditors, action: 'REVOKE' }]);
    const manager = as(cast.manager);
    const listed = async (input: Parameters<typeof manager.tasks.list>[0]) =>
      (await manager.tasks.list(input)).rows.map((row) => row.requestNumber);
    return { opened, cast, as, manager, times, listed };
  }

  it('finds by every condition alone and by all together, and counts the same', async () => {
    const { cast, manager, listed } = await start();
    const [first] = (await manager.tasks.list({})).rows;
    const expected: readonly (readonly [TaskFilterInput, readonly number[]])[] = [
      [{}, [1, 2, 3, 4]],
      [{ search: 'wiki' }, [3, 4]],
      [{ search: 'ben payroll' }, [2]],
      [{ search: '#3' }, [3]],
      [{ search: 'nobody' }, []],
      [{ applicationIds: [cast.payroll] }, [1, 2]],
      [{ applicationIds: [cast.payroll, cast.wiki] }, [1, 2, 3, 4]],
      [{ entitlementIds: [cast.wikiEditors] }, [3, 4]],
      [{ requesterIds: [cast.beneficiary] }, [3]],
      [{ beneficiaryIds: [cast.beneficiary] }, [2, 3]],
      [{ beneficiaryIds: [cast.stranger] }, []],
      [{ actions: ['REVOKE'] }, [4]],
      [{ risks: ['high'] }, [2]],
      [{ risks: ['low', 'medium'] }, [1, 3, 4]],
      [{ levels: [1] }, [1, 2, 3, 4]],
      [{ levels: [2] }, []],
      [{ requestIds: [first!.requestId] }, [1]],
      [{ excludedTaskIds: [first!.id] }, [2, 3, 4]],
      [{ search: 'rita', applicationIds: [cast.wiki], actions: ['REVOKE'], risks: ['low'], levels: [1] }, [4]],
    ];
    for (const [filter, numbers] of expected) {
      expect([filter, await listed({ filter })]).toEqual([filter, numbers]);
      expect([filter, await manager.bulk.count({ filter })]).toEqual([filter, { tasks: numbers.length }]);
    }
  });

  it('sorts by waiting, newest and risk, page by page, and begins at a time', async () => {
    const { manager, listed, times } = await start();
    const byPages = async (sort: 'waiting' | 'newest' | 'risk' | 'due') => {
      const numbers: number[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof manager.tasks.list>> = await manager.tasks.list({
          sort,
          cursor,
          limit: 1,
        });
        numbers.push(...page.rows.map((row) => row.requestNumber));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return numbers;
    };
    expect(await byPages('waiting')).toEqual([1, 2, 3, 4]);
    expect(await byPages('newest')).toEqual([4, 3, 2, 1]);
    expect(await byPages('risk')).toEqual([2, 1, 3, 4]);
    // None of them has a day by which it expires: those that wait longest come first.
    expect(await byPages('due')).toEqual([1, 2, 3, 4]);
    expect(await listed({ fromDate: times[2]! })).toEqual([3, 4]);
    expect(await listed({ sort: 'newest', fromDate: times[2]! })).toEqual([3, 2, 1]);
  });

  it('is seen beforehand, taken back by its decider alone, performed, and told task by task', async () => {
    const { opened, cast, as, manager, listed } = await start();
    const draft = { filter: {}, verdict: 'approve' as const };
    expect(await manager.bulk.preview(draft)).toMatchObject({
      tasks: 4,
      looked: 4,
      items: 4,
      people: 2,
      applications: 2,
      delivered: 3,
      ended: 0,
      refused: [{ code: 'decision.bulkHighRisk', count: 1 }],
    });
    expect(await as(cast.stranger).bulk.preview(draft)).toMatchObject({ tasks: 0, refused: [] });
    const given = { filter: {}, verdict: 'reassign' as const, toReviewerId: cast.stranger };
    for (const handled of [given, { filter: {}, verdict: 'ask' as const }])
      expect(await manager.bulk.preview(handled)).toMatchObject({
        tasks: 4,
        handled: 3,
        delivered: 0,
        furtherReview: 0,
      });
    // Permanent access becomes an hour's; what is removed has no time to shorten.
    const shortenedTo = { kind: 'duration' as const, minutes: 60 };
    expect(await manager.bulk.preview({ ...draft, shortenedTo })).toMatchObject({ delivered: 2, handled: 0 });
    expect(await listed({})).toEqual([1, 2, 3, 4]);
    expect(await as(cast.stranger).bulk.start({ ...draft, commandId: commandId() })).toMatchObject({
      refusal: { code: 'bulk.nothing' },
    });
    const started = async () => {
      const result = await manager.bulk.start({ ...draft, commandId: commandId() });
      if (result.outcome === 'refused') throw new Error(result.refusal.message);
      return result.value.bulkDecisionId;
    };
    const undone = await started();
    const undo = (who: EmployeeId, bulkDecisionId = undone) =>
      as(who).bulk.undo({ commandId: commandId(), bulkDecisionId });
    expect(await undo(cast.stranger)).toMatchObject({ refusal: { code: 'bulk.notFound' } });
    expect(await undo(cast.manager)).toMatchObject({ outcome: 'done' });
    opened.clock.pass(1_000);

    const bulkDecisionId = await started();
    opened.clock.pass(10_000);
    expect(await undo(cast.manager, bulkDecisionId)).toMatchObject({ refusal: { code: 'bulk.tooLate' } });
    const clock = { kind: 'system', part: 'reviews' } as const;
    await opened.execute(advanceBulkDecision, commandOf(clock, { bulkDecisionId, limit: 100 }));
    await opened.execute(advanceBulkDecision, commandOf(clock, { bulkDecisionId, limit: 100 }));
    const { decisions } = await manager.bulk.recent();
    expect(decisions.map(({ state, decided, refused }) => [state, decided, refused])).toEqual([
      ['done', 3, 1],
      ['undone', 0, 0],
    ]);
    expect((await as(cast.stranger).bulk.recent()).decisions).toEqual([]);
    expect(await listed({})).toEqual([2]);

    const results = async (outcome: 'all' | 'done' | 'refused', limit: number) => {
      const pages: number[][] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof manager.bulk.results>> = await manager.bulk.results({
          bulkDecisionId,
          outcome,
          cursor,
          limit,
        });
        pages.push(page.rows.map((row) => row.requestNumber));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return { sizes: pages.map((page) => page.length), numbers: pages.flat().toSorted((one, other) => one - other) };
    };
    expect(await results('all', 3)).toEqual({ sizes: [3, 1], numbers: [1, 2, 3, 4] });
    expect(await results('done', 2)).toEqual({ sizes: [2, 1], numbers: [1, 3, 4] });
    expect(await results('refused', 2)).toEqual({ sizes: [1], numbers: [2] });
    const [refused] = (await manager.bulk.results({ bulkDecisionId, outcome: 'refused' })).rows;
    expect(refused).toMatchObject({ entitlement: 'Payroll admins', code: 'decision.bulkHighRisk' });
    await expect(as(cast.stranger).bulk.results({ bulkDecisionId })).rejects.toMatchObject({
      data: { code: 'bulk.notFound' },
    });
    await expect(manager.bulk.results({ bulkDecisionId: newId() })).rejects.toMatchObject({
      data: { code: 'bulk.notFound' },
    });
  });
});
