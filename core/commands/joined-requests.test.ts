/** What is asked for already is joined instead of repeated; what came to nothing is asked for again with its history. */
import { expect, it } from 'vitest';
import type { RequestId } from '#core/domain/ids.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import { previewLines } from '#core/queries/preview.ts';
import { getRequest } from '#core/queries/request-detail.ts';
import { loadViewer, sightOf, type Viewer } from '#core/queries/visibility.ts';
import { commandOf, line, organisation, rowsOf, submitted, type PersonName } from '#core/testing/builders.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { cancelRequest } from './cancel-request.command.ts';
import { decideTask } from './decide-task.command.ts';
import { submitRequest } from './submit-request.command.ts';

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const { people } = built;
  const submit = (who: PersonName, items: readonly ReturnType<typeof line>[], over: object = {}) =>
    workspace.execute(submitRequest, commandOf(people[who], { justification: 'work', items, ...over }));
  return {
    ...workspace,
    ...built,
    submit,
    viewer: async (name: PersonName) => (await loadViewer(workspace.database.read, people[name])) as Viewer,
    trailOf: async (requestId: RequestId) =>
      (await rowsOf(workspace, 'audit_event')).filter((event) => event.requestId === requestId).map(({ type }) => type),
  };
}

describeEachDatabase('A line that an open request asks for', (open) => {
  it('is left out of the new request, whose requester follows the other one and may see it', async () => {
    const { database, execute, people, entitlements, submit, viewer, trailOf } = await begin(open);
    const shared = line(people.requester, entitlements.reviewed[0]);
    const first = await submitted(execute, people.requester, [shared, line(people.requester, entitlements.manual[0])]);
    const before = await viewer('colleague');
    expect(await sightOf(database.read, before, first)).toBeNull();
    const result = await submit('colleague', [line(people.requester, entitlements.reviewed[1]), shared]);
    expect(result).toMatchObject({
      outcome: 'done',
      value: { number: 2, isNew: true, joined: [{ index: 1, requestId: first, number: 1 }] },
    });
    expect((await rowsOf({ database }, 'request_item')).map((item) => item.entitlementId)).toHaveLength(3);
    const seen = await getRequest(database.read, await viewer('requester'), first);
    expect(await sightOf(database.read, await viewer('colleague'), first)).toEqual(new Set([seen.items[0]!.id]));
    expect(seen.followers.map((person) => person.fullName)).toEqual(['colleague']);
    expect((await trailOf(first)).filter((type) => type === 'request.followed')).toHaveLength(1);
    const followed = (await rowsOf({ database }, 'audit_event')).find((event) => event.type === 'request.followed')!;
    expect(JSON.parse(followed.data)).toEqual({ employeeId: people.colleague, itemIds: [seen.items[0]!.id] });
  });

  it('makes no request when it is the only one, and leaves no gap in the numbers', async () => {
    const { database, execute, people, entitlements, submit } = await begin(open);
    const shared = line(people.requester, entitlements.reviewed[0]);
    const first = await submitted(execute, people.requester, [shared]);
    expect(await submit('colleague', [shared])).toMatchObject({
      value: { requestId: first, number: 1, isNew: false, joined: [{ index: 0, number: 1 }] },
    });
    expect(await rowsOf({ database }, 'access_request')).toHaveLength(1);
    expect(await submit('colleague', [line(people.colleague, entitlements.manual[0])])).toMatchObject({
      value: { number: 2, isNew: true },
    });
  });

  it('is followed once, and not by whoever asked for it', async () => {
    const { database, execute, people, entitlements, submit, trailOf } = await begin(open);
    const shared = line(people.requester, entitlements.reviewed[0]);
    const first = await submitted(execute, people.requester, [shared]);
    for (const who of ['colleague', 'colleague', 'requester'] as const)
      expect(await submit(who, [shared])).toMatchObject({ value: { isNew: false, requestId: first } });
    expect(await rowsOf({ database }, 'request_follower')).toMatchObject([{ employeeId: people.colleague }]);
    expect((await trailOf(first)).filter((type) => type === 'request.followed')).toHaveLength(1);
  });

  it('is announced by the preview instead of refused', async () => {
    const { database, execute, clock, people, entitlements } = await begin(open);
    const shared = line(people.requester, entitlements.reviewed[0]);
    await submitted(execute, people.requester, [shared]);
    const [told] = await previewLines(database.read, people.colleague, [shared], clock.now());
    expect(told).toMatchObject({ joins: 1, problems: [] });
  });

  it('is joined only with a wish for no more than it asks for, and the preview says what else it asks for', async () => {
    const { database, execute, clock, people, entitlements, submit } = await begin(open);
    const [first, second] = entitlements.reviewed;
    const hour = { kind: 'duration', minutes: 60 } as const;
    const later = plusMinutes(clock.now(), 600);
    await submitted(execute, people.requester, [line(people.requester, first, { term: hour })]);
    await submitted(execute, people.requester, [{ ...line(people.requester, second), startsAt: later }]);
    const told = async (wish: ReturnType<typeof line>) => {
      const [preview] = await previewLines(database.read, people.colleague, [wish], clock.now());
      const joined = await submit('colleague', [wish]);
      return [preview?.joins, preview?.problems[0]?.code ?? null, joined.outcome];
    };
    const more = [null, 'item.alreadyPending', 'refused'];
    expect(await told(line(people.requester, first))).toEqual(more);
    expect(await told(line(people.requester, first, { term: { kind: 'duration', minutes: 61 } }))).toEqual(more);
    expect(await told(line(people.requester, first, { term: { kind: 'until', endsAt: later } }))).toEqual(more);
    expect(await told(line(people.requester, second))).toEqual(more);
    expect(await rowsOf({ database }, 'request_follower')).toEqual([]);
    expect(await told(line(people.requester, first, { term: { kind: 'duration', minutes: 30 } }))).toEqual([
      1,
      null,
      'done',
    ]);
    const afterwards = { ...line(people.requester, second), startsAt: plusMinutes(later, 1) };
    expect(await told(afterwards)).toEqual([2, null, 'done']);
  });

  it('is refused when the open request asks for the opposite', async () => {
    const { execute, people, entitlements, submit, database } = await begin(open);
    await submitted(execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    expect(
      await submit('requester', [line(people.requester, entitlements.reviewed[0], { action: 'REVOKE' })]),
    ).toMatchObject({
      refusal: { data: { lines: [{ code: 'item.notHeld' }, { index: 0, code: 'item.alreadyPending' }] } },
    });
    expect(await rowsOf({ database }, 'request_follower')).toEqual([]);
  });

  it('keeps its place in the problems of the others, and nothing is followed when they are refused', async () => {
    const { database, execute, people, entitlements, submit } = await begin(open);
    const shared = line(people.requester, entitlements.reviewed[0]);
    await submitted(execute, people.requester, [shared]);
    expect(await submit('colleague', [shared, line(people.leaver, entitlements.manual[0])])).toMatchObject({
      refusal: { code: 'item.beneficiaryLeft', data: { lines: [{ index: 1, code: 'item.beneficiaryLeft' }] } },
    });
    expect(await rowsOf({ database }, 'request_follower')).toEqual([]);
  });
});

describeEachDatabase('A request that came to nothing', (open) => {
  it('is asked for again in a new one, and both trails and pages name the other (defect 6)', async () => {
    const { database, execute, people, entitlements, submit, viewer, trailOf } = await begin(open);
    const lines = [line(people.requester, entitlements.reviewed[0])];
    const first = await submitted(execute, people.requester, lines);
    const [task] = await rowsOf({ database }, 'review_task');
    await execute(decideTask, commandOf(task!.reviewerId, { taskId: task!.id, verdict: 'deny', reason: 'not yet' }));
    const again = await submit('requester', lines, { resubmitsRequestId: first });
    expect(again).toMatchObject({ value: { number: 2, isNew: true } });
    const second = (await rowsOf({ database }, 'access_request')).find((request) => request.number === 2)!;
    expect(second.resubmitsRequestId).toBe(first);
    // What came to nothing stays as it was, with its history.
    const old = await getRequest(database.read, await viewer('requester'), first);
    expect(old).toMatchObject({
      state: 'denied',
      resubmittedBy: [{ requestId: second.id, number: 2 }],
      mayAskAgain: true,
    });
    expect((await trailOf(first)).at(-1)).toBe('request.resubmitted');
    expect(await getRequest(database.read, await viewer('requester'), second.id)).toMatchObject({
      resubmits: { requestId: first, number: 1 },
      mayAskAgain: false,
    });
  });

  it('is asked for again only by whom it concerns, and only when something came to nothing', async () => {
    const { execute, people, entitlements, submit } = await begin(open);
    const lines = [line(people.requester, entitlements.reviewed[0])];
    const first = await submitted(execute, people.manager, lines);
    const again = [line(people.requester, entitlements.manual[0])];
    expect(await submit('requester', again, { resubmitsRequestId: first })).toMatchObject({
      refusal: { code: 'request.notEnded' },
    });
    await execute(cancelRequest, commandOf(people.manager, { requestId: first }));
    expect(await submit('colleague', again, { resubmitsRequestId: first })).toMatchObject({
      refusal: { code: 'request.notYours' },
    });
    expect(
      await submit('requester', again, { resubmitsRequestId: '019a0000-0000-7000-8000-000000000001' }),
    ).toMatchObject({ refusal: { code: 'request.notYours' } });
    expect(await submit('requester', again, { resubmitsRequestId: first })).toMatchObject({ outcome: 'done' });
  });
});
