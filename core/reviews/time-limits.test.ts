/** What time brings about for requests: undecided ones expire, and whoever holds access for a time is told before it ends. */
import { expect, it } from 'vitest';
import { expireUndecidedItems } from '#core/commands/expire-undecided.command.ts';
import { notRenewAccess } from '#core/commands/later-access.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { recordFulfillmentAttempt, startFulfillmentTask } from '#core/commands/fulfillment.command.ts';
import { remindEnds } from '#core/commands/remind-ends.command.ts';
import type { Actor } from '#core/domain/audit.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import type { RequestItemId } from '#core/domain/ids.ts';
import { commandOf, line, organisation, rowsOf, submitted, type LineOptions } from '#core/testing/builders.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { accessEndsWork } from './access-ends.ts';
import { undecidedWork } from './undecided.ts';

const day = 86_400_000;
const reviews: Actor = { kind: 'system', part: 'reviews' };
const fulfillment: Actor = { kind: 'system', part: 'fulfillment' };

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const { database, execute, clock } = workspace;
  const { people, entitlements, applications } = built;
  const problems: string[] = [];
  const parts = { database, execute, now: clock.now, log: (problem: string) => void problems.push(problem) };
  return {
    ...workspace,
    ...built,
    problems,
    undecided: undecidedWork(parts),
    ends: accessEndsWork(parts),
    decideWithin: (days: number) =>
      database.transaction((writer) =>
        writer
          .updateTable('application')
          .set({
            review_settings: JSON.stringify({
              approval: 'review',
              reviewers: ['manager'],
              decideWithinDays: days,
            }) as never,
          })
          .where('id', '=', applications.reviewed)
          .execute(),
      ),
    /** Temporary access, delivered now. */
    given: async (days: number, options: LineOptions = {}) => {
      const requestId = await submitted(execute, people.requester, [
        line(people.requester, entitlements.automatic[0], {
          term: { kind: 'duration', minutes: days * 24 * 60 },
          ...options,
        }),
      ]);
      const task = (await rowsOf(workspace, 'fulfillment_task')).find(
        (one) => one.requestId === requestId && one.cause === 'decision',
      )!;
      const leaseUntil = plusMilliseconds(clock.now(), 1000);
      await execute(
        startFulfillmentTask,
        commandOf(fulfillment, { fulfillmentTaskId: task.id, leaseOwner: 'x', leaseUntil }),
      );
      const account = { externalId: 'a', username: 'requester@example.com', email: null, displayName: null };
      const recorded = await execute(
        recordFulfillmentAttempt,
        commandOf(fulfillment, {
          fulfillmentTaskId: task.id,
          leaseOwner: 'x',
          attempt: {
            kind: 'done',
            outcome: 'applied',
            account,
            accountCreated: false,
            heldAfterwards: true,
            readBackAt: clock.now(),
            source: 'test',
            facts: {},
          },
        }),
      );
      if (recorded.outcome === 'refused') throw new Error(recorded.refusal.message);
      return task.itemId;
    },
    told: async () =>
      (await rowsOf(workspace, 'notice'))
        .filter((notice) => notice.kind === 'accessEndsSoon')
        .map(({ employeeId, itemId, data }) => ({ employeeId, itemId, days: data['days'] })),
  };
}

describeEachDatabase('What nobody decides', (open) => {
  it('expires when the time its application gives is over, and not before, with the trail and people told', async () => {
    const { undecided, decideWithin, database, execute, clock, people, entitlements } = await begin(open);
    await decideWithin(3);
    const requestId = await submitted(execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
      line(people.colleague, entitlements.manual[0]),
    ]);
    expect(await undecided.nextDueAt(database.read, clock.now())).toBe('2026-03-05T08:00:00.000Z');
    clock.pass(3 * day - 1);
    await undecided.run(clock.now());
    expect((await rowsOf({ database }, 'request_item')).map((item) => item.state)).toEqual(['inReview', 'inReview']);
    clock.pass(1);
    await undecided.run(clock.now());
    // The other line's application sets no time: it waits on.
    expect((await rowsOf({ database }, 'request_item')).map((item) => item.state)).toEqual(['expired', 'inReview']);
    const [task] = await rowsOf({ database }, 'review_task');
    expect(task).toMatchObject({ state: 'closed', endedAt: '2026-03-05T08:00:00.000Z' });
    expect(await rowsOf({ database }, 'access_request')).toMatchObject([{ id: requestId, state: 'inReview' }]);
    expect(await undecided.nextDueAt(database.read, clock.now())).toBeNull();
    expect((await rowsOf({ database }, 'audit_event')).at(-1)).toMatchObject({
      type: 'item.expired',
      actorName: 'reviews',
    });
    expect((await rowsOf({ database }, 'notice')).filter((one) => one.kind === 'requestExpired')).toMatchObject([
      { employeeId: people.requester, requestId },
    ]);
  });

  it('ends its request when it was the last, which stays listed with its history (defect 6)', async () => {
    const { undecided, decideWithin, database, execute, clock, people, entitlements } = await begin(open);
    await decideWithin(1);
    await submitted(execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    clock.pass(2 * day);
    await undecided.run(clock.now());
    expect(await rowsOf({ database }, 'access_request')).toMatchObject([
      { state: 'expired', endedAt: '2026-03-04T08:00:00.000Z' },
    ]);
    expect((await rowsOf({ database }, 'audit_event')).map((event) => event.type)).toEqual([
      'request.submitted',
      'item.reviewStarted',
      'item.expired',
      'request.expired',
    ]);
  });

  it('expires once: a decision, and another console, may have been faster', async () => {
    const { undecided, decideWithin, database, execute, clock, people, entitlements, problems } = await begin(open);
    await decideWithin(1);
    const requestId = await submitted(execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    const [task] = await rowsOf({ database }, 'review_task');
    await execute(decideTask, commandOf(task!.reviewerId, { taskId: task!.id, verdict: 'approve' }));
    clock.pass(2 * day);
    await undecided.run(clock.now());
    expect(await execute(expireUndecidedItems, commandOf(reviews, { requestId }))).toMatchObject({
      refusal: { code: 'request.final' },
    });
    expect(await rowsOf({ database }, 'request_item')).toMatchObject([{ state: 'approved' }]);
    expect(problems).toEqual([]);
  });

  it('is expired by Gatehouse alone', async () => {
    const { execute, people, entitlements } = await begin(open);
    const requestId = await submitted(execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    expect(await execute(expireUndecidedItems, commandOf(people.administrator, { requestId }))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    const unknown = '019a0000-0000-7000-8000-000000000001' as typeof requestId;
    expect(await execute(expireUndecidedItems, commandOf(reviews, { requestId: unknown }))).toMatchObject({
      refusal: { code: 'request.notFound' },
    });
  });
});

describeEachDatabase('Whoever holds access for a time', (open) => {
  it('is told seven days and one day before it ends, once each', async () => {
    const { ends, given, told, clock, database, people } = await begin(open);
    const itemId = await given(10);
    const next = () => ends.nextDueAt(database.read, clock.now());
    expect(await next()).toBe('2026-03-05T08:00:00.000Z');
    clock.pass(3 * day - 1);
    await ends.run(clock.now());
    expect(await told()).toEqual([]);
    clock.pass(1);
    await ends.run(clock.now());
    await ends.run(clock.now());
    expect(await told()).toEqual([{ employeeId: people.requester, itemId, days: 7 }]);
    expect(await next()).toBe('2026-03-11T08:00:00.000Z');
    clock.pass(6 * day);
    await ends.run(clock.now());
    clock.pass(day / 2);
    await ends.run(clock.now());
    expect((await told()).map((notice) => notice.days)).toEqual([7, 1]);
    expect(await next()).toBeNull();
  });

  it('is told late rather than never when nobody was here at the time, and not of what is over', async () => {
    const { ends, given, told, clock } = await begin(open);
    await given(10);
    await ends.run(clock.now());
    clock.pass(5 * day);
    await ends.run(clock.now());
    expect((await told()).map((notice) => notice.days)).toEqual([7]);
    clock.pass(6 * day);
    await ends.run(clock.now());
    expect((await told()).map((notice) => notice.days)).toEqual([7]);
  });

  it('is not told of an end that was near from the beginning', async () => {
    const { ends, given, told, clock } = await begin(open);
    await given(3);
    await ends.run(clock.now());
    expect(await told()).toEqual([]);
    clock.pass(2 * day);
    await ends.run(clock.now());
    expect((await told()).map((notice) => notice.days)).toEqual([1]);
  });

  it('is not told when it is decided that it is not renewed, nor while an extension is asked for', async () => {
    const { ends, given, told, clock, execute, people, database } = await begin(open);
    const itemId = await given(10);
    await execute(notRenewAccess, commandOf(people.requester, { itemId }));
    clock.pass(3 * day);
    await ends.run(clock.now());
    expect(await told()).toEqual([]);
    await database.transaction((writer) => writer.updateTable('request_item').set({ not_renewed: null }).execute());
    await extensionAskedFor(itemId);
    clock.pass(6 * day);
    await ends.run(clock.now());
    expect(await told()).toEqual([]);

    async function extensionAskedFor(extendsItemId: RequestItemId) {
      const [item] = await rowsOf({ database }, 'request_item');
      await submitted(execute, people.requester, [
        line(people.requester, item!.entitlementId, {
          term: { kind: 'duration', minutes: 20 * 24 * 60 },
          extendsItemId,
        }),
      ]);
    }
  });

  it('is reminded by Gatehouse alone', async () => {
    const { execute, people } = await begin(open);
    expect(await execute(remindEnds, commandOf(people.administrator, {}))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
  });
});
