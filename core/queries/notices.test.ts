import { expect, it } from 'vitest';
import { completeFulfillmentByHand } from '#core/commands/fulfillment-by-person.command.ts';
import { cancelRequest } from '#core/commands/cancel-request.command.ts';
import { markNoticesRead } from '#core/commands/mark-notices-read.command.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { clientOf, commandId, errorOf, sessionOf, workspaceOf } from '#core/procedures/callers.ts';
import { commandOf, rowsOf } from '#core/testing/builders.ts';
import { beginDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { seedsOf, smallOrganisation } from './seeds.ts';

describeEachDatabase('Notices', (open) => {
  async function start() {
    const opened = await open();
    const seeds = seedsOf(opened);
    const cast = await smallOrganisation(seeds);
    const { workspace } = workspaceOf(opened);
    const as = (who: EmployeeId) => clientOf(workspace, sessionOf(who)).notices;
    const sentences = async (who: EmployeeId) => (await as(who).list({})).rows.map((row) => row.sentence);
    return { opened, seeds, cast, as, sentences };
  }

  /** Says that what waits for a person in the only fulfillment task was done, or cannot be. */
  async function byHand(opened: TestWorkspace, who: EmployeeId, outcome: 'done' | 'notPossible') {
    const [task] = await rowsOf(opened, 'fulfillment_task');
    const fulfillmentTaskId = task!.id;
    await beginDelivery(opened);
    const payload = { fulfillmentTaskId, outcome, note: 'No seat is left.' };
    expect(await opened.execute(completeFulfillmentByHand, commandOf(who, payload))).toMatchObject({ outcome: 'done' });
  }

  it('tells requester and beneficiary that access works when it works, not when it is approved', async () => {
    const { opened, seeds, cast, as, sentences } = await start();
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    await seeds.decide(cast.manager, request.id);
    expect(await sentences(cast.requester)).toEqual([]);
    await byHand(opened, cast.owner, 'done');
    expect(await sentences(cast.requester)).toEqual(['Payroll admins in Payroll works now for Ben Beneficiary.']);
    expect(await sentences(cast.beneficiary)).toEqual(['Payroll admins in Payroll works now for you.']);
    expect(await sentences(cast.manager)).toEqual([]);
    expect((await as(cast.requester).list({})).rows[0]).toMatchObject({
      kind: 'accessWorks',
      requestId: request.id,
      requestNumber: request.number,
      readAt: null,
    });
    expect(opened.committed.at(-1)).toContain('notices');
  });

  it('tells that it cannot be given, that it was denied and that somebody else cancelled it', async () => {
    const { opened, seeds, cast, sentences } = await start();
    const line = { beneficiary: cast.requester, entitlement: cast.payrollAdmins };
    const first = await seeds.request(cast.requester, [line]);
    await seeds.decide(cast.manager, first.id);
    await byHand(opened, cast.owner, 'notPossible');
    expect((await sentences(cast.requester))[0]).toBe(
      'Payroll admins in Payroll will not be given to you: No seat is left.',
    );
    opened.clock.pass(1000);
    const second = await seeds.request(cast.requester, [line]);
    await seeds.decide(cast.manager, second.id, 'deny', 'Not your team');
    expect((await sentences(cast.requester))[0]).toBe(
      'Payroll admins in Payroll for you was denied (request 2): “Not your team”',
    );
    opened.clock.pass(1000);
    const third = await seeds.request(cast.requester, [line]);
    await opened.execute(cancelRequest, commandOf(cast.administrator, { requestId: third.id, reason: 'Asked twice' }));
    expect((await sentences(cast.requester))[0]).toBe(
      'Payroll admins in Payroll for you was cancelled (request 3): “Asked twice”',
    );
    expect(await sentences(cast.requester)).toHaveLength(3);
  });

  it('tells nobody what they did themselves, and whoever was joined to a request what became of it', async () => {
    const { opened, seeds, cast, sentences } = await start();
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    await seeds.insert('request_follower', {
      requestId: request.id,
      employeeId: cast.stranger,
      since: opened.clock.now(),
    });
    const [item] = await rowsOf(opened, 'request_item');
    await seeds.insert('followed_item', { requestId: request.id, employeeId: cast.stranger, itemId: item!.id });
    await opened.execute(cancelRequest, commandOf(cast.requester, { requestId: request.id, reason: null }));
    expect(await sentences(cast.requester)).toEqual([]);
    expect(await sentences(cast.beneficiary)).toEqual(['Payroll admins in Payroll for you was cancelled (request 1).']);
    expect(await sentences(cast.stranger)).toHaveLength(1);
  });

  it('raises nothing when the command that made it true is undone', async () => {
    const { opened, seeds, cast } = await start();
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.requester, entitlement: cast.payrollAdmins },
    ]);
    const stranger = commandOf(cast.stranger, { requestId: request.id, reason: null });
    expect(await opened.execute(cancelRequest, stranger)).toMatchObject({ outcome: 'refused' });
    expect(await rowsOf(opened, 'notice')).toEqual([]);
  });

  it('counts what is unread, marks some or all up to a moment as read, and only one’s own', async () => {
    const { opened, seeds, cast, as } = await start();
    const notice = (to: EmployeeId) => ({
      employeeId: to,
      kind: 'taskReminder' as const,
      requestId: null,
      itemId: null,
    });
    for (let count = 0; count < 3; count += 1) {
      await seeds.insert('notice', {
        ...notice(cast.requester),
        id: commandId() as never,
        data: {},
        at: opened.clock.now(),
        readAt: null,
      });
      opened.clock.pass(1000);
    }
    const mine = as(cast.requester);
    const { rows } = await mine.list({});
    expect(rows.map((row) => row.at)).toEqual(
      rows
        .map((row) => row.at)
        .toSorted()
        .toReversed(),
    );
    expect(await mine.unread()).toEqual({ count: 3 });
    const mark = (who: EmployeeId, ids: readonly string[]) =>
      as(who).markRead({ commandId: commandId(), notices: { which: 'these', noticeIds: [...ids] } });
    expect(await mark(cast.stranger, [rows[0]!.id])).toMatchObject({ value: { read: 0 } });
    expect(await mine.unread()).toEqual({ count: 3 });
    expect(await mark(cast.requester, [rows[0]!.id])).toMatchObject({ value: { read: 1 } });
    expect((await mine.list({ status: 'unread' })).rows.map((row) => row.id)).toEqual([rows[1]!.id, rows[2]!.id]);
    const older = { which: 'allUntil' as const, at: rows[2]!.at };
    expect(await mine.markRead({ commandId: commandId(), notices: older })).toMatchObject({ value: { read: 1 } });
    expect((await mine.list({ status: 'unread' })).rows.map((row) => row.id)).toEqual([rows[1]!.id]);
  });

  it('is read page by page, and by no other list’s cursor', async () => {
    const { opened, seeds, cast, as } = await start();
    for (let count = 0; count < 5; count += 1)
      await seeds.insert('notice', {
        id: commandId() as never,
        employeeId: cast.requester,
        kind: 'taskReminder',
        requestId: null,
        itemId: null,
        data: {},
        at: opened.clock.now(),
        readAt: null,
      });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { rows: readonly { id: string }[]; nextCursor: string | null } = await as(cast.requester).list({
        limit: 2,
        cursor,
      });
      seen.push(...page.rows.map((row) => row.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(5);
    expect(await errorOf(as(cast.requester).list({ cursor: 'xyz' }))).toMatchObject({
      data: { code: 'command.invalid' },
    });
  });

  it('does not take a mark from a part of Gatehouse', async () => {
    const { opened } = await start();
    const all = { which: 'allUntil' as const, at: opened.clock.now() };
    expect(await opened.execute(markNoticesRead, commandOf({ kind: 'system', part: 'reviews' }, all))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
  });
});
