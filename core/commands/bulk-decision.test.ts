/** Deciding over many tasks: what it comes to, what it leaves alone, and that it is the same as deciding one by one. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newId, type BulkDecisionId, type EmployeeId, type EntitlementId } from '#core/domain/ids.ts';
import type { Term } from '#core/domain/request.ts';
import type { BulkVerdict, TaskFilter } from '#core/domain/bulk-decision.ts';
import type { RiskLevel } from '#core/domain/directory.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { commandOf, employeeRow, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { advanceBulkDecision, startBulkDecision, undoBulkDecision } from './bulk-decision.command.ts';
import { cancelRequest } from './cancel-request.command.ts';
import { decideTask } from './decide-task.command.ts';
import { reassignTask } from './reassign-task.command.ts';
import { askAboutTask } from './review-messages.command.ts';
import { changeReviewSettings } from './review-settings.command.ts';

const clockActor = { kind: 'system', part: 'reviews' } as const;

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const { people, entitlements } = built;
  const start = (
    filter: TaskFilter,
    verdict: BulkVerdict = 'approve',
    reason: string | null = null,
    more: { readonly shortenedTo?: Term; readonly toReviewerId?: EmployeeId } = {},
  ) => workspace.execute(startBulkDecision, commandOf(people.manager, { filter, verdict, reason, ...more }));
  /** Starts, and answers with the id. */
  const started = async (...given: Parameters<typeof start>): Promise<BulkDecisionId> => {
    const result = await start(...given);
    if (result.outcome === 'refused') throw new Error(result.refusal.message);
    return result.value.bulkDecisionId;
  };
  const advance = (bulkDecisionId: BulkDecisionId, limit = 3) =>
    workspace.execute(advanceBulkDecision, commandOf(clockActor, { bulkDecisionId, limit }));
  /** Performs it to its end, in chunks; answers with how many chunks it took. */
  const performed = async (id: BulkDecisionId, limit?: number): Promise<number> => {
    for (let chunks = 1; ; chunks += 1) {
      const result = await advance(id, limit);
      if (result.outcome === 'refused') throw new Error(result.refusal.message);
      if (result.value.ended) return chunks;
    }
  };
  const request = (who: EmployeeId = people.requester, entitlementId: EntitlementId = entitlements.reviewed[0]) =>
    submitted(workspace.execute, who, [line(who, entitlementId)]);
  const setRisk = (id: EntitlementId, risk: RiskLevel) =>
    workspace.database.transaction((writer) =>
      writer.updateTable('entitlement').set({ risk }).where('id', '=', id).execute(),
    );
  /** Sorted by what came of them. */
  const results = async () =>
    (await rowsOf(workspace, 'bulk_decision_result'))
      .toSorted((one, other) => (one.outcome < other.outcome ? -1 : 1))
      .map(({ outcome, code }) => [outcome, code]);
  const bulkRow = async () => (await rowsOf(workspace, 'bulk_decision'))[0];
  return { workspace, ...built, start, started, advance, performed, request, setRisk, results, bulkRow };
}

describeEachDatabase('A decision over many tasks', (open) => {
  it('decides what the filter finds once the time to undo has passed, and says what came of each', async () => {
    const { workspace, people, entitlements, started, advance, performed, request, results, bulkRow } =
      await begin(open);
    await request();
    await request(people.colleague);
    await request(people.requester, entitlements.manual[0]);
    const id = await started({ entitlementIds: [entitlements.reviewed[0]] });
    expect(await bulkRow()).toMatchObject({ state: 'waiting', total: 2, decided: 0 });
    expect(await advance(id)).toMatchObject({ value: { ended: false, results: 0 } });
    expect((await rowsOf(workspace, 'decision')).length).toBe(0);
    workspace.clock.pass(8_000);
    await performed(id);
    expect(await results()).toEqual([
      ['done', null],
      ['done', null],
    ]);
    expect(await bulkRow()).toMatchObject({ state: 'done', total: 2, decided: 2, refused: 0 });
    expect((await rowsOf(workspace, 'request_item')).map((item) => item.state)).toEqual([
      'approved',
      'approved',
      'inReview',
    ]);
    expect((await rowsOf(workspace, 'decision')).map((row) => row.deciderId)).toEqual([people.manager, people.manager]);
    const events = await rowsOf(workspace, 'audit_event');
    expect(events.filter((event) => event.type === 'review.approved').map((event) => event.actorName)).toEqual([
      people.manager,
      people.manager,
    ]);
    expect(events.filter((event) => event.type.startsWith('bulkDecision')).map((event) => event.type)).toEqual([
      'bulkDecision.started',
      'bulkDecision.ended',
    ]);
  });

  it('can be taken back until it begins, by its decider alone, and then decides nothing', async () => {
    const { workspace, people, started, advance, request, bulkRow } = await begin(open);
    await request();
    const id = await started({});
    const undo = (who: EmployeeId) => workspace.execute(undoBulkDecision, commandOf(who, { bulkDecisionId: id }));
    expect(await undo(people.owner)).toMatchObject({ refusal: { code: 'bulk.notFound' } });
    workspace.clock.pass(7_999);
    expect(await undo(people.manager)).toMatchObject({ outcome: 'done' });
    expect(await undo(people.manager)).toMatchObject({ refusal: { code: 'bulk.tooLate' } });
    workspace.clock.pass(60_000);
    expect(await advance(id)).toMatchObject({ value: { ended: true, results: 0 } });
    expect(await bulkRow()).toMatchObject({ state: 'undone', decided: 0 });
    expect(await rowsOf(workspace, 'decision')).toEqual([]);
  });

  it('cannot be taken back once its time has come', async () => {
    const { workspace, people, started, request } = await begin(open);
    await request();
    const id = await started({});
    workspace.clock.pass(8_000);
    expect(await workspace.execute(undoBulkDecision, commandOf(people.manager, { bulkDecisionId: id }))).toMatchObject({
      refusal: { code: 'bulk.tooLate' },
    });
  });

  it('is refused without a reason to deny, without a task, for somebody who has left, and to anybody but a person', async () => {
    const { workspace, people, start, request } = await begin(open);
    expect(await start({})).toMatchObject({ refusal: { code: 'bulk.nothing' } });
    await request();
    for (const verdict of ['deny', 'ask'] as const)
      expect(await start({}, verdict, ' ')).toMatchObject({ refusal: { code: 'decision.reasonRequired' } });
    const shortenedTo = { kind: 'duration', minutes: 60 } as const;
    expect(await start({}, 'drop', null, { shortenedTo })).toMatchObject({ refusal: { code: 'decision.notShorter' } });
    for (const more of [{}, { toReviewerId: people.leaver }])
      expect(await start({}, 'reassign', null, more)).toMatchObject({ refusal: { code: 'task.notEligible' } });
    const payload = { filter: {}, verdict: 'approve' as const };
    expect(await workspace.execute(startBulkDecision, commandOf(people.leaver, payload))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await workspace.execute(startBulkDecision, commandOf(clockActor, payload))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    const unknown = { bulkDecisionId: newId<BulkDecisionId>(), limit: 1 };
    expect(await workspace.execute(advanceBulkDecision, commandOf(people.manager, unknown))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await workspace.execute(advanceBulkDecision, commandOf(clockActor, unknown))).toMatchObject({
      refusal: { code: 'bulk.notFound' },
    });
  });

  it('leaves high risk to be decided singly, unless an administrator allows it', async () => {
    const { workspace, people, entitlements, started, performed, request, setRisk, results } = await begin(open);
    await setRisk(entitlements.reviewed[0], 'high');
    await request();
    await request(people.requester, entitlements.reviewed[1]);
    const first = await started({});
    workspace.clock.pass(8_000);
    await performed(first);
    expect(await results()).toEqual([
      ['done', null],
      ['refused', 'decision.bulkHighRisk'],
    ]);
    await workspace.execute(
      changeReviewSettings,
      commandOf(people.administrator, { bulkDecidesHighRisk: true, undoSeconds: 0 }),
    );
    const second = await started({});
    workspace.clock.pass(1);
    await performed(second);
    expect((await rowsOf(workspace, 'request_item')).map((item) => item.state)).toEqual(['approved', 'approved']);
  });

  it('never takes in what was opened after it was asked for, nor what was taken out by hand', async () => {
    const { workspace, people, entitlements, started, performed, request } = await begin(open);
    await request();
    await request(people.requester, entitlements.reviewed[1]);
    const [, excluded] = await rowsOf(workspace, 'review_task');
    workspace.clock.pass(1_000);
    const id = await started({ excludedTaskIds: [excluded!.id] });
    workspace.clock.pass(1_000);
    await request(people.colleague);
    workspace.clock.pass(8_000);
    await performed(id);
    expect((await rowsOf(workspace, 'review_task')).map((task) => task.state)).toEqual(['approved', 'open', 'open']);
  });

  it('gives what was closed meanwhile its own result, and goes on with the others (defects 3 and 11)', async () => {
    const { workspace, people, entitlements, started, performed, request, results, bulkRow } = await begin(open);
    await request();
    const cancelled = await request(people.requester, entitlements.reviewed[1]);
    await request(people.colleague);
    const id = await started({});
    workspace.clock.pass(1_000);
    await workspace.execute(cancelRequest, commandOf(people.requester, { requestId: cancelled, reason: null }));
    workspace.clock.pass(8_000);
    await performed(id);
    expect(await results()).toEqual([
      ['done', null],
      ['done', null],
      ['refused', 'decision.stale'],
    ]);
    expect((await rowsOf(workspace, 'bulk_decision_result')).find((row) => row.outcome === 'refused')?.message).toBe(
      'This request was cancelled.',
    );
    expect(await bulkRow()).toMatchObject({ total: 3, decided: 2, refused: 1 });
  });

  it('decides nothing for somebody who has left meanwhile', async () => {
    const { workspace, people, started, performed, request, results } = await begin(open);
    await request();
    const id = await started({});
    await workspace.database.transaction((writer) =>
      writer.updateTable('employee').set({ status: 'left' }).where('id', '=', people.manager).execute(),
    );
    workspace.clock.pass(8_000);
    await performed(id);
    expect(await results()).toEqual([['refused', 'access.notAllowed']]);
  });

  it('refuses what concerns the decider, even when a task of it got to them (defect 8)', async () => {
    const { workspace, people, started, performed, request, results } = await begin(open);
    await request();
    await workspace.database.transaction(async (writer) => {
      await writer.updateTable('request_item').set({ beneficiary_id: people.manager }).execute();
    });
    const id = await started({});
    workspace.clock.pass(8_000);
    await performed(id);
    expect(await results()).toEqual([['refused', 'decision.ownRequest']]);
  });

  it('gives tasks on to whoever may decide them, and leaves with the decider what that person may not have', async () => {
    const { workspace, people, started, performed, request, results } = await begin(open);
    await request();
    await request(people.colleague);
    const id = await started({}, 'reassign', 'On holiday.', { toReviewerId: people.colleague });
    workspace.clock.pass(8_000);
    await performed(id, 1);
    // Their own request stays where it is.
    expect(await results()).toEqual([
      ['done', null],
      ['refused', 'task.notEligible'],
    ]);
    const tasks = await rowsOf(workspace, 'review_task');
    expect(new Set(tasks.map((task) => `${task.state} ${task.reviewerId} ${task.via}`))).toEqual(
      new Set([
        `handedOn ${people.manager} planned`,
        `open ${people.colleague} reassigned`,
        `open ${people.manager} planned`,
      ]),
    );
    const told = (await rowsOf(workspace, 'notice')).filter((notice) => notice.kind === 'taskReassigned');
    expect(told).toMatchObject([{ employeeId: people.colleague, data: { reason: 'On holiday.' } }]);
  });

  it('goes on exactly where it stood, whatever the size of its chunks', async () => {
    const { workspace, people, entitlements, started, advance, performed } = await begin(open);
    const others: EmployeeId[] = Array.from({ length: 7 }, () => newId());
    await workspace.database.transaction((writer) =>
      insertRows(
        writer,
        'employee',
        others.map((id, index) => employeeRow({ id, name: `member${index}`, managerId: people.manager })),
      ),
    );
    await submitted(workspace.execute, people.owner, [
      ...others.map((id) => line(id, entitlements.manual[0])),
      ...others.map((id) => line(id, entitlements.reviewed[0])),
    ]);
    const id = await started({}, 'drop');
    workspace.clock.pass(8_000);
    expect(await advance(id, 5)).toMatchObject({ value: { results: 5, ended: false } });
    expect((await rowsOf(workspace, 'bulk_decision'))[0]).toMatchObject({ state: 'running', decided: 5 });
    await performed(id, 4);
    expect((await rowsOf(workspace, 'bulk_decision_result')).length).toBe(14);
    expect((await rowsOf(workspace, 'decision')).length).toBe(14);
    expect(new Set((await rowsOf(workspace, 'request_item')).map((item) => item.state))).toEqual(new Set(['dropped']));
    expect(await rowsOf(workspace, 'access_request')).toMatchObject([{ state: 'denied', version: 15 }]);
  });
});

describeEachDatabase('Deciding in bulk and one by one', (open, dialect) => {
  const lines = fc.array(
    fc.record({
      who: fc.constantFrom('requester', 'colleague', 'owner'),
      application: fc.constantFrom('reviewed', 'manual'),
      entitlement: fc.constantFrom(0, 1),
      days: fc.constantFrom(null, 3),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it('comes to the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lines, { minLength: 1, maxLength: 4 }),
        fc.constantFrom<BulkVerdict | 'shorten'>('approve', 'deny', 'drop', 'shorten', 'reassign', 'ask'),
        fc.integer({ min: 1, max: 7 }),
        async (requests, deed, chunk) => {
          const verdict = deed === 'shorten' ? 'approve' : deed;
          const shortenedTo = deed === 'shorten' ? ({ kind: 'duration', minutes: 60 } as const) : null;
          const outcomes: unknown[] = [];
          for (const bulk of [true, false]) {
            const { workspace, people, entitlements, started, performed } = await begin(open);
            const wanted = new Set<string>();
            for (const drafts of requests) {
              const fresh = drafts.filter(({ who, application, entitlement }) => {
                const key = `${who} ${application} ${entitlement}`;
                return !wanted.has(key) && wanted.add(key);
              });
              if (fresh.length === 0) continue;
              await submitted(
                workspace.execute,
                people.secondOwner,
                fresh.map(({ who, application, entitlement, days }) =>
                  line(people[who], entitlements[application][entitlement]!, {
                    term: days === null ? { kind: 'permanent' } : { kind: 'duration', minutes: days * 1440 },
                  }),
                ),
              );
            }
            const mine = (await rowsOf(workspace, 'review_task')).filter((task) => task.reviewerId === people.manager);
            const reason = verdict === 'deny' || verdict === 'ask' ? 'Is it needed?' : null;
            const toReviewerId = people.colleague;
            const more = {
              ...(shortenedTo === null ? {} : { shortenedTo }),
              ...(verdict === 'reassign' ? { toReviewerId } : {}),
            };
            const id = bulk && mine.length > 0 ? await started({}, verdict, reason, more) : null;
            workspace.clock.pass(8_000);
            if (id !== null) await performed(id, chunk);
            for (const { id: taskId } of bulk ? [] : mine) {
              if (verdict === 'ask')
                await workspace.execute(askAboutTask, commandOf(people.manager, { taskId, text: reason ?? '' }));
              else if (verdict === 'reassign')
                await workspace.execute(reassignTask, commandOf(people.manager, { taskId, toReviewerId, reason }));
              else
                await workspace.execute(
                  decideTask,
                  commandOf(people.manager, { taskId, verdict, reason, shortenedTo }),
                );
            }
            outcomes.push(await comparable(workspace));
          }
          expect(outcomes[0]).toEqual(outcomes[1]);
        },
      ),
      { numRuns: dialect === 'sqlite' ? 14 : 4 },
    );
  }, 180_000);
});

/** Everything a decision leaves behind, without ids, which differ by nature. */
async function comparable(workspace: Parameters<typeof rowsOf>[0]) {
  const requests = await rowsOf(workspace, 'access_request');
  const number = new Map(requests.map((request) => [request.id, request.number]));
  const names = new Map((await rowsOf(workspace, 'employee')).map((person) => [person.id as string, person.fullName]));
  const things = new Map((await rowsOf(workspace, 'entitlement')).map((row) => [row.id as string, row.name]));
  const items = new Map(
    (await rowsOf(workspace, 'request_item')).map((item) => [
      item.id as string,
      `${number.get(item.requestId)} ${names.get(item.beneficiaryId)} ${things.get(item.entitlementId)}`,
    ]),
  );
  const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();
  const of = (row: { readonly itemId: string | null }) => items.get(row.itemId ?? '') ?? '';
  return {
    requests: requests.map((row) => [row.number, row.state, row.version, row.endedAt]),
    items: sorted(
      (await rowsOf(workspace, 'request_item')).map((row) => [items.get(row.id), row.state, row.term, row.decidedAt]),
    ),
    stages: sorted(
      (await rowsOf(workspace, 'review_stage')).map((row) => [of(row), row.level, row.state, row.endedAt]),
    ),
    tasks: sorted(
      (await rowsOf(workspace, 'review_task')).map((row) => [
        of(row),
        names.get(row.reviewerId),
        row.state,
        row.via,
        row.endedAt,
      ]),
    ),
    decisions: sorted(
      (await rowsOf(workspace, 'decision')).map((row) => [
        of(row),
        names.get(row.deciderId ?? ''),
        row.verdict,
        row.reason,
        row.shortenedTo,
      ]),
    ),
    fulfillment: sorted(
      (await rowsOf(workspace, 'fulfillment_task')).map((row) => [
        of(row),
        row.effect,
        row.cause,
        row.state,
        row.dueAt,
      ]),
    ),
    events: sorted(
      (await rowsOf(workspace, 'audit_event'))
        .filter((event) => event.requestId !== null)
        .map((event) => [number.get(event.requestId!), event.type, of(event), names.get(event.actorName), event.data]),
    ).map((text) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')),
    messages: sorted(
      (await rowsOf(workspace, 'review_message')).map((row) => [of(row), names.get(row.authorId), row.kind, row.text]),
    ),
    notices: sorted((await rowsOf(workspace, 'notice')).map((row) => [names.get(row.employeeId), row.kind, of(row)])),
  };
}
