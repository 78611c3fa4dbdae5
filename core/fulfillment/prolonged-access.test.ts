/** Temporary access that is prolonged, ended early, begun later or not renewed, with a real SCIM server and a clock of the test's own. */
import { afterEach, expect, it } from 'vitest';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { completeFulfillmentByHand } from '#core/commands/fulfillment-by-person.command.ts';
import { endAccessEarly, notRenewAccess } from '#core/commands/later-access.command.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Term } from '#core/domain/request.ts';
import {
  approved,
  commandOf,
  discoveryActor,
  line,
  organisation,
  rowsOf,
  submitted,
  type ApplicationName,
  type LineOptions,
  type PersonName,
} from '#core/testing/builders.ts';
import { connectScim, startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { startSampleTestbed } from '#core/testing/scim-testbed.ts';

const minute = 60_000;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const hours = (count: number): Term => ({ kind: 'duration', minutes: count * 60 });

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const { people, entitlements } = built;
  const bed = await startSampleTestbed({
    users: [{ userName: 'other@example.com', email: 'other@example.com' }],
    groups: { Readers: [], Writers: ['other@example.com'] },
  });
  closers.push(() => bed.close());
  const delivery = startDelivery(workspace, { now: workspace.clock.now });
  closers.push(() => delivery.stop());
  await connectScim(workspace, delivery.secrets, built, 'automatic', bed, { groups: ['Readers', 'Writers'] });
  const ask = async (application: ApplicationName, options: LineOptions) => {
    const requestId = await submitted(delivery.execute, people.requester, [
      line(people.requester, entitlements[application][0], options),
    ]);
    await approved({ ...workspace, execute: delivery.execute }, requestId);
    await delivery.fulfillment.idle();
    return (await rowsOf(workspace, 'request_item')).find((item) => item.requestId === requestId)!.id;
  };
  return {
    workspace,
    ...built,
    bed,
    delivery,
    ask,
    refusalOf: async (application: ApplicationName, options: LineOptions, beneficiary: PersonName = 'requester') => {
      const result = await delivery.execute(
        submitRequest,
        commandOf(people.requester, {
          justification: 'work',
          items: [line(people[beneficiary], entitlements[application][0], options)],
        }),
      );
      return result.outcome === 'refused' ? result.refusal.code : result.outcome;
    },
    later: async (milliseconds: number) => {
      workspace.clock.pass(milliseconds);
      await delivery.fulfillment.idle();
    },
    members: () => bed.membersOf('Readers'),
    itemOf: async (id: string) => (await rowsOf(workspace, 'request_item')).find((item) => item.id === id)!,
    endOf: async (id: string) =>
      (await rowsOf(workspace, 'fulfillment_task')).find((task) => task.itemId === id && task.cause === 'expiry'),
    taskOf: async (id: string) =>
      (await rowsOf(workspace, 'fulfillment_task')).find((task) => task.itemId === id && task.cause === 'decision')!,
    openEnds: async () =>
      (await rowsOf(workspace, 'fulfillment_task')).filter(
        (task) => task.cause === 'expiry' && !['done', 'cancelled'].includes(task.state),
      ),
    events: async () => (await rowsOf(workspace, 'audit_event')).map((event) => event.type),
  };
}

describeEachDatabase('Access that is prolonged', (open) => {
  it('lasts until its new end, without a gap and with one end at every moment (defects 1 and 9)', async () => {
    const { ask, later, members, itemOf, endOf, openEnds, workspace, events } = await begin(open);
    const first = await ask('automatic', { term: hours(1) });
    await later(30 * minute);
    const second = await ask('automatic', { term: hours(2), extendsItemId: first });
    expect(await endOf(first)).toMatchObject({ state: 'cancelled' });
    expect(await openEnds()).toMatchObject([{ itemId: second, state: 'scheduled', dueAt: '2026-03-02T10:30:00.000Z' }]);
    expect(await itemOf(first)).toMatchObject({ state: 'fulfilled', expiresAt: '2026-03-02T10:30:00.000Z' });
    expect(await rowsOf(workspace, 'access_grant')).toMatchObject([
      { requestItemId: second, expiresAt: '2026-03-02T10:30:00.000Z', status: 'active' },
    ]);
    expect((await events()).filter((type) => type === 'access.extended')).toHaveLength(1);
    // The first end passes, and nothing happens.
    await later(60 * minute);
    expect(await members()).toEqual(['requester@example.com']);
    await later(60 * minute);
    expect(await members()).toEqual([]);
    expect(await endOf(second)).toMatchObject({ state: 'done', latenessSeconds: 0 });
    expect((await events()).filter((type) => type === 'access.expired')).toHaveLength(1);
  });

  it('stays temporary when discoveries see it before and after (defect 1)', async () => {
    const { ask, later, members, delivery, applications, workspace } = await begin(open);
    const discover = async () => {
      expect(await delivery.discovery.start(applications.automatic, discoveryActor)).toMatchObject({ outcome: 'done' });
      await delivery.discovery.idle();
    };
    const first = await ask('automatic', { term: hours(1) });
    await discover();
    await ask('automatic', { term: hours(2), extendsItemId: first });
    await discover();
    const seen = (await rowsOf(workspace, 'access_grant')).filter((grant) => grant.requestItemId !== null);
    expect(seen).toMatchObject([{ expiresAt: '2026-03-02T10:00:00.000Z', origin: 'request' }]);
    await later(120 * minute);
    expect(await members()).toEqual([]);
  });

  it('keeps its end when the application is away: the old one does not fall, the new one is there (defect 1)', async () => {
    const { ask, later, members, bed, openEnds, taskOf } = await begin(open);
    const first = await ask('automatic', { term: hours(1) });
    await bed.proxy.goDown();
    const second = await ask('automatic', { term: hours(2), extendsItemId: first });
    expect(await taskOf(second)).toMatchObject({ state: 'waiting' });
    expect(await openEnds()).toMatchObject([{ itemId: second, state: 'scheduled' }]);
    await later(90 * minute);
    await bed.proxy.comeUp();
    expect(await members()).toEqual(['requester@example.com']);
    await later(31 * minute);
    await later(180 * minute);
    expect(await members()).toEqual([]);
    expect(await openEnds()).toEqual([]);
  });

  it('waits for its decision on one clock and lasts on another (defect 9)', async () => {
    const { workspace, people, entitlements, applications, delivery, itemOf } = await begin(open);
    await workspace.database.transaction((writer) =>
      writer
        .updateTable('application')
        .set({
          review_settings: JSON.stringify({ approval: 'review', reviewers: ['manager'], decideWithinDays: 3 }) as never,
        })
        .where('id', '=', applications.reviewed)
        .execute(),
    );
    await submitted(delivery.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0], { term: hours(1) }),
    ]);
    const [item] = await rowsOf(workspace, 'request_item');
    expect(await itemOf(item!.id)).toMatchObject({ decideBy: '2026-03-05T08:00:00.000Z', expiresAt: null });
  });

  it('is not prolonged by what was denied: it ends at its first time', async () => {
    const { ask, later, workspace, people, entitlements, delivery, itemOf, endOf } = await begin(open);
    const first = await ask('manual', { term: { kind: 'until', endsAt: '2026-03-02T10:00:00.000Z' as never } });
    const [byHand] = (await rowsOf(workspace, 'fulfillment_task')).filter((task) => task.state === 'byHand');
    await delivery.execute(
      completeFulfillmentByHand,
      commandOf(people.owner, { fulfillmentTaskId: byHand!.id, outcome: 'done', note: 'given' }),
    );
    const requestId = await submitted(delivery.execute, people.requester, [
      line(people.requester, entitlements.manual[0], {
        term: { kind: 'until', endsAt: '2026-03-02T12:00:00.000Z' as never },
        extendsItemId: first,
      }),
    ]);
    const task = (await rowsOf(workspace, 'review_task')).find((one) => one.requestId === requestId)!;
    await delivery.execute(decideTask, commandOf(task.reviewerId, { taskId: task.id, verdict: 'deny', reason: 'no' }));
    await later(120 * minute);
    expect(await endOf(first)).toMatchObject({ state: 'byHand' });
    expect(await itemOf(first)).toMatchObject({ expiresAt: '2026-03-02T10:00:00.000Z' });
  });

  it('asks nobody to do by hand what is held already', async () => {
    const { ask, workspace, people, delivery, itemOf, taskOf, openEnds } = await begin(open);
    const first = await ask('manual', { term: { kind: 'until', endsAt: '2026-03-02T10:00:00.000Z' as never } });
    await delivery.execute(
      completeFulfillmentByHand,
      commandOf(people.owner, { fulfillmentTaskId: (await taskOf(first)).id, outcome: 'done', note: 'given' }),
    );
    const second = await ask('manual', {
      term: { kind: 'until', endsAt: '2026-03-02T12:00:00.000Z' as never },
      extendsItemId: first,
    });
    expect(await itemOf(second)).toMatchObject({ state: 'fulfilled', expiresAt: '2026-03-02T12:00:00.000Z' });
    expect(await taskOf(second)).toMatchObject({ state: 'done', evidence: { outcome: 'already' } });
    expect(await openEnds()).toMatchObject([{ itemId: second, dueAt: '2026-03-02T12:00:00.000Z' }]);
    expect(await rowsOf(workspace, 'access_grant')).toMatchObject([{ requestItemId: second, status: 'active' }]);
  });

  it('is refused for what is not temporary access of that person, has ended, or would end sooner', async () => {
    const { ask, later, refusalOf, workspace } = await begin(open);
    const first = await ask('automatic', { term: hours(2) });
    const until = (endsAt: string): Term => ({ kind: 'until', endsAt: endsAt as never });
    expect(await refusalOf('automatic', { term: hours(3) })).toBe('item.alreadyHeld');
    expect(await refusalOf('automatic', { term: hours(1), extendsItemId: first })).toBe('item.endNotLater');
    expect(await refusalOf('automatic', { term: until('2026-03-02T10:00:00.000Z'), extendsItemId: first })).toBe(
      'item.endNotLater',
    );
    expect(await refusalOf('reviewed', { term: hours(3), extendsItemId: first })).toBe('item.notExtendable');
    expect(await refusalOf('automatic', { term: hours(3), extendsItemId: first }, 'colleague')).toBe(
      'item.notExtendable',
    );
    expect(
      await refusalOf('automatic', {
        term: hours(3),
        extendsItemId: first,
        startsAt: '2026-03-02T09:00:00.000Z' as never,
      }),
    ).toBe('command.invalid');
    expect(await refusalOf('automatic', { action: 'REVOKE', extendsItemId: first })).toBe('command.invalid');
    await workspace.database.transaction((writer) =>
      writer.updateTable('entitlement').set({ maximum_duration_minutes: 180 }).execute(),
    );
    expect(await refusalOf('automatic', { term: hours(4), extendsItemId: first })).toBe('item.tooLong');
    await later(121 * minute);
    expect(await refusalOf('automatic', { term: hours(3), extendsItemId: first })).toBe('item.notExtendable');
  });
});

describeEachDatabase('Temporary access while it is held', (open) => {
  it('is ended early by whom it concerns, at once, on record, and with its lateness from then', async () => {
    const { ask, delivery, people, members, itemOf, endOf, workspace, later } = await begin(open);
    const id = await ask('automatic', { term: hours(8) });
    await later(60 * minute);
    const end = (who: PersonName, itemId = id) =>
      delivery.execute(endAccessEarly, commandOf(people[who], { itemId, reason: 'project over' }));
    for (const who of ['colleague', 'manager'] as const)
      expect(await end(who)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await end('requester')).toMatchObject({ outcome: 'done' });
    await delivery.fulfillment.idle();
    expect(await members()).toEqual([]);
    expect(await endOf(id)).toMatchObject({ state: 'done', latenessSeconds: 0, dueAt: '2026-03-02T09:00:00.000Z' });
    expect(await itemOf(id)).toMatchObject({ expiredAt: '2026-03-02T09:00:00.000Z' });
    const event = (await rowsOf(workspace, 'audit_event')).find((one) => one.type === 'access.endedEarly')!;
    expect([event.actorName, JSON.parse(event.data)]).toMatchObject([
      people.requester,
      { plannedEnd: '2026-03-02T16:00:00.000Z', reason: 'project over' },
    ]);
    expect(await end('requester')).toMatchObject({ refusal: { code: 'access.notTemporary' } });
  });

  it('is ended early by an owner and an administrator too, but permanent access is not', async () => {
    const { ask, delivery, people } = await begin(open);
    const permanent = await ask('automatic', {});
    for (const who of [people.owner, people.administrator])
      expect(
        await delivery.execute(endAccessEarly, commandOf(who, { itemId: permanent, reason: 'over' })),
      ).toMatchObject({ refusal: { code: 'access.notTemporary' } });
    expect(
      await delivery.execute(
        endAccessEarly,
        commandOf(people.owner, { itemId: '019a0000-0000-7000-8000-000000000001' as never, reason: 'over' }),
      ),
    ).toMatchObject({ refusal: { code: 'request.notFound' } });
  });

  it('is marked as not to be renewed by the person, their manager or an owner, once; an extension takes it back', async () => {
    const { ask, delivery, people, itemOf, events } = await begin(open);
    const id = await ask('automatic', { term: hours(8) });
    const decide = (who: PersonName) =>
      delivery.execute(notRenewAccess, commandOf(people[who], { itemId: id, reason: 'moves on' }));
    expect(await decide('colleague')).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await decide('manager')).toMatchObject({ outcome: 'done' });
    expect(await decide('requester')).toMatchObject({ refusal: { code: 'access.notTemporary' } });
    expect(await itemOf(id)).toMatchObject({ notRenewed: { by: people.manager, reason: 'moves on' } });
    expect((await events()).filter((type) => type === 'item.notRenewed')).toHaveLength(1);
    await ask('automatic', { term: hours(9), extendsItemId: id });
    expect(await itemOf(id)).toMatchObject({ notRenewed: null });
  });

  it('cannot be marked when it does not end', async () => {
    const { ask, delivery, people } = await begin(open);
    const id = await ask('automatic', {});
    expect(await delivery.execute(notRenewAccess, commandOf(people.requester, { itemId: id }))).toMatchObject({
      refusal: { code: 'access.notTemporary' },
    });
  });
});

describeEachDatabase('Access that begins later', (open) => {
  it('is reviewed at once, delivered at its start, and its duration counts from delivery', async () => {
    const { ask, later, members, taskOf, itemOf } = await begin(open);
    const id = await ask('automatic', { term: hours(1), startsAt: '2026-03-02T10:00:00.000Z' as never });
    expect(await taskOf(id)).toMatchObject({ state: 'scheduled', dueAt: '2026-03-02T10:00:00.000Z' });
    expect(await itemOf(id)).toMatchObject({ state: 'approved', decidedAt: '2026-03-02T08:00:00.000Z' });
    await later(120 * minute - 1);
    expect(await members()).toEqual([]);
    await later(1);
    expect(await members()).toEqual(['requester@example.com']);
    expect(await itemOf(id)).toMatchObject({ expiresAt: '2026-03-02T11:00:00.000Z' });
    expect(await taskOf(id)).toMatchObject({ latenessSeconds: 0 });
    await later(60 * minute);
    expect(await members()).toEqual([]);
  });

  it('is handed to a person at its start where people do the work', async () => {
    const { ask, later, taskOf } = await begin(open);
    const id = await ask('manual', { startsAt: '2026-03-02T10:00:00.000Z' as never });
    expect(await taskOf(id)).toMatchObject({ state: 'scheduled' });
    await later(120 * minute);
    expect(await taskOf(id)).toMatchObject({ state: 'byHand' });
  });

  it('starts in the future and ends after its start; its longest time counts from its start', async () => {
    const { refusalOf, workspace } = await begin(open);
    const at = (text: string) => `2026-03-02T${text}:00.000Z` as never;
    expect(await refusalOf('automatic', { startsAt: at('08:00') })).toBe('item.startInPast');
    const term: Term = { kind: 'until', endsAt: at('10:00') };
    expect(await refusalOf('automatic', { startsAt: at('10:00'), term })).toBe('item.endBeforeStart');
    await workspace.database.transaction((writer) =>
      writer.updateTable('entitlement').set({ maximum_duration_minutes: 60 }).execute(),
    );
    expect(await refusalOf('automatic', { startsAt: at('08:30'), term })).toBe('item.tooLong');
    expect(await refusalOf('automatic', { startsAt: at('09:00'), term })).toBe('done');
  });
});

describeEachDatabase('A service account', (open) => {
  it('is made under its name with its owner, holds what was asked, and leaves the owner’s own account alone', async () => {
    const { ask, members, workspace, people, later } = await begin(open);
    await ask('automatic', { term: hours(1) });
    await ask('automatic', { serviceAccount: 'nightly-export', term: hours(2) });
    expect((await members()).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'nightly-export',
      'requester@example.com',
    ]);
    const service = (await rowsOf(workspace, 'account')).find((account) => account.username === 'nightly-export');
    expect(service).toMatchObject({ kind: 'service', employeeId: people.requester });
    // The end of one is not the end of the other.
    await later(60 * minute);
    expect(await members()).toEqual(['nightly-export']);
    await later(60 * minute);
    expect(await members()).toEqual([]);
  });

  it('that exists gets further access, and what it holds or is to get is asked of that account', async () => {
    const { ask, refusalOf, workspace } = await begin(open);
    await ask('automatic', { serviceAccount: 'nightly-export' });
    expect(await refusalOf('automatic', { serviceAccount: 'Nightly-Export' })).toBe('item.alreadyHeld');
    expect(await refusalOf('automatic', {})).toBe('done');
    await ask('automatic', { serviceAccount: 'nightly-export', action: 'REVOKE' });
    expect(await refusalOf('automatic', { serviceAccount: 'nightly-export', action: 'REVOKE' })).toBe('item.notHeld');
    expect((await rowsOf(workspace, 'account')).filter((account) => account.kind === 'service')).toHaveLength(1);
  });

  it('is not taken from its owner, nor from whoever asked for it first, nor is a person’s account', async () => {
    const { ask, later, refusalOf, delivery, people, entitlements, workspace } = await begin(open);
    await ask('automatic', { serviceAccount: 'nightly-export' });
    await ask('automatic', {});
    expect(await refusalOf('automatic', { serviceAccount: 'nightly-export' }, 'colleague')).toBe('item.alreadyHeld');
    const other = (serviceAccount: string) =>
      delivery.execute(
        submitRequest,
        commandOf(people.colleague, {
          justification: 'work',
          items: [line(people.colleague, entitlements.automatic[1], { serviceAccount })],
        }),
      );
    expect(await other('nightly-export')).toMatchObject({ refusal: { code: 'item.serviceAccountTaken' } });
    expect(await other('requester@example.com')).toMatchObject({ refusal: { code: 'item.serviceAccountInvalid' } });
    expect(await other('two words')).toMatchObject({ refusal: { code: 'command.invalid' } });
    await submitted(delivery.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0], { serviceAccount: 'report-writer' }),
    ]);
    expect(await refusalOf('reviewed', { serviceAccount: 'report-writer' }, 'colleague')).toBe(
      'item.serviceAccountTaken',
    );

    // Nobody's by now, it goes to whoever asks first; and when it is found to be another's before the delivery, it stays theirs.
    const belongsTo = (fields: { readonly employee_id: EmployeeId | null }) =>
      workspace.database.transaction((writer) =>
        writer.updateTable('account').set(fields).where('username', '=', 'nightly-export').execute(),
      );
    await belongsTo({ employee_id: null });
    const [, second] = entitlements.automatic;
    await submitted(delivery.execute, people.requester, [
      line(people.requester, second, {
        serviceAccount: 'nightly-export',
        startsAt: '2026-03-02T10:00:00.000Z' as never,
      }),
    ]);
    expect(await other('nightly-export')).toMatchObject({ refusal: { code: 'item.serviceAccountTaken' } });
    await belongsTo({ employee_id: people.colleague });
    await later(180 * minute);
    const items = await rowsOf(workspace, 'request_item');
    expect(items.find((item) => item.entitlementId === second)).toMatchObject({ state: 'failed' });
    const refused = (await rowsOf(workspace, 'audit_event')).findLast((event) => event.type === 'fulfillment.refused');
    expect(refused?.data).toContain('The service account nightly-export belongs to colleague, not to requester.');
    const account = (await rowsOf(workspace, 'account')).find((one) => one.username === 'nightly-export');
    expect(account).toMatchObject({ employeeId: people.colleague });
  });

  it('that waits in an open request is joined', async () => {
    const { delivery, people, entitlements, workspace } = await begin(open);
    const items = [line(people.requester, entitlements.reviewed[0], { serviceAccount: 'report-writer' })];
    const requestId = await submitted(delivery.execute, people.requester, items);
    expect(
      await delivery.execute(submitRequest, commandOf(people.manager, { justification: 'too', items })),
    ).toMatchObject({ value: { requestId, isNew: false } });
    // For the person's own account it is another line.
    expect(
      await delivery.execute(
        submitRequest,
        commandOf(people.manager, {
          justification: 'too',
          items: [line(people.requester, entitlements.reviewed[0])],
        }),
      ),
    ).toMatchObject({ value: { isNew: true } });
    expect(await rowsOf(workspace, 'request_follower')).toMatchObject([{ employeeId: people.manager }]);
  });
});
