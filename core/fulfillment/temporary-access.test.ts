/** Temporary access from decision to end, with a real SCIM server, a clock of the test's own, and discoveries in between. */
import { afterEach, expect, it } from 'vitest';
import { completeFulfillmentByHand } from '#core/commands/fulfillment-by-person.command.ts';
import { setUpWorkspace } from '#core/commands/set-up-workspace.command.ts';
import { openWorkspace } from '#core/host.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import { approved, commandOf, discoveryActor, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { connectScim, startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { startSampleTestbed } from '#core/testing/scim-testbed.ts';

const minute = 60_000;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const bed = await startSampleTestbed({
    users: [{ userName: 'other@example.com', email: 'other@example.com' }],
    groups: { Readers: [], Writers: ['other@example.com'] },
  });
  closers.push(() => bed.close());
  const delivery = startDelivery(workspace, { now: workspace.clock.now });
  closers.push(() => delivery.stop());
  await connectScim(workspace, delivery.secrets, built, 'automatic', bed, { groups: ['Readers', 'Writers'] });
  const ask = (options: Parameters<typeof line>[2] = { term: { kind: 'duration', minutes: 60 } }) =>
    submitted(delivery.execute, built.people.requester, [
      line(built.people.requester, built.entitlements.automatic[0], options),
    ]);
  const later = async (milliseconds: number) => {
    workspace.clock.pass(milliseconds);
    await delivery.fulfillment.idle();
  };
  const discover = async () => {
    expect(await delivery.discovery.start(built.applications.automatic, discoveryActor)).toMatchObject({
      outcome: 'done',
    });
    await delivery.discovery.idle();
  };
  /** Somebody works on the server itself. */
  const byOthers = async (operation: object) => {
    const response = await fetch(`${bed.proxy.baseUrl}/Groups/${bed.groupId('Readers')}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${bed.secrets['token']}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] }),
    });
    expect(response.ok).toBe(true);
  };
  const accountId = async () =>
    (await rowsOf(workspace, 'account')).find((account) => account.username === 'requester@example.com')?.externalId;
  return {
    workspace,
    ...built,
    bed,
    delivery,
    ask,
    later,
    discover,
    members: () => bed.membersOf('Readers'),
    taskOf: async (cause: 'decision' | 'expiry') =>
      (await rowsOf(workspace, 'fulfillment_task')).filter((task) => task.cause === cause).at(-1)!,
    grants: async () =>
      (await rowsOf(workspace, 'access_grant')).filter(
        (grant) => grant.entitlementId === built.entitlements.automatic[0],
      ),
    addOutside: async () => byOthers({ op: 'add', path: 'members', value: [{ value: await accountId() }] }),
    removeOutside: async () => byOthers({ op: 'remove', path: `members[value eq "${await accountId()}"]` }),
  };
}

describeEachDatabase('temporary access', (open) => {
  it('has its end in the database before the first write reaches the application', async () => {
    const { workspace, bed, ask, delivery } = await begin(open);
    const seen: unknown[] = [];
    const look = async () =>
      seen.push(
        (await rowsOf(workspace, 'fulfillment_task')).map(({ cause, effect, state, dueAt }) => ({
          cause,
          effect,
          state,
          dueAt,
        })),
      );
    bed.proxy.addRule({ method: 'POST', fault: { kind: 'afterAction', action: look } });
    bed.proxy.addRule({ method: 'PATCH', fault: { kind: 'afterAction', action: look } });
    await ask();
    await delivery.fulfillment.idle();
    const intent = [
      { cause: 'decision', effect: 'grant', state: 'running', dueAt: '2026-03-02T08:00:00.000Z' },
      { cause: 'expiry', effect: 'revoke', state: 'scheduled', dueAt: '2026-03-02T09:00:00.000Z' },
    ];
    expect(seen).toEqual([intent, intent]);
  });

  it('ends at its time and not before; the duration counts from delivery', async () => {
    const { workspace, bed, ask, later, members, taskOf, delivery, grants } = await begin(open);
    await bed.proxy.goDown();
    await ask();
    await delivery.fulfillment.idle();
    await bed.proxy.comeUp();
    await later(10 * minute);
    expect(await rowsOf(workspace, 'request_item')).toMatchObject([
      { state: 'fulfilled', fulfilledAt: '2026-03-02T08:10:00.000Z', expiresAt: '2026-03-02T09:10:00.000Z' },
    ]);
    expect(await grants()).toMatchObject([{ expiresAt: '2026-03-02T09:10:00.000Z' }]);
    await later(60 * minute - 1);
    expect(await members()).toEqual(['requester@example.com']);
    await later(1);
    expect(await members()).toEqual([]);
    expect(await taskOf('expiry')).toMatchObject({
      state: 'done',
      dueAt: '2026-03-02T09:10:00.000Z',
      latenessSeconds: 0,
      evidence: { outcome: 'applied', heldAfterwards: false },
    });
    expect(await rowsOf(workspace, 'request_item')).toMatchObject([
      { state: 'fulfilled', expiredAt: '2026-03-02T09:10:00.000Z' },
    ]);
    expect(await grants()).toMatchObject([{ status: 'ended' }]);
    expect((await rowsOf(workspace, 'audit_event')).at(-1)?.type).toBe('access.expired');
  });

  it('of a duration is still delivered when the application was away for longer than it', async () => {
    const { bed, ask, later, members, taskOf, delivery } = await begin(open);
    bed.proxy.addRule({ fault: { kind: 'answer', status: 503, headers: { 'retry-after': '14400' } } });
    await ask();
    await delivery.fulfillment.idle();
    await later(2 * 60 * minute);
    expect(await taskOf('decision')).toMatchObject({ state: 'waiting' });
    expect(await taskOf('expiry')).toMatchObject({ state: 'scheduled', attempts: 0 });
    await later(4 * 60 * minute);
    expect(await members()).toEqual(['requester@example.com']);
    expect(await taskOf('expiry')).toMatchObject({ state: 'scheduled', dueAt: '2026-03-02T15:00:00.000Z' });
    await later(60 * minute);
    expect(await members()).toEqual([]);
  });

  it('until a time is not delivered after it, and what may have arrived is removed', async () => {
    const { workspace, bed, ask, later, members, taskOf, delivery } = await begin(open);
    // The membership is written; nothing of it is heard for hours.
    bed.proxy.addRule({ method: 'PATCH', fault: { kind: 'responseLost' } });
    await ask({ term: { kind: 'until', endsAt: '2026-03-02T09:00:00.000Z' as never } });
    await delivery.fulfillment.idle();
    bed.proxy.addRule({ fault: { kind: 'answer', status: 503, headers: { 'retry-after': '36000' } } });
    await later(3_001);
    expect(await taskOf('decision')).toMatchObject({ state: 'waiting', attempts: 2 });
    expect(await members()).toEqual(['requester@example.com']);
    await later(60 * minute);
    expect(await members()).toEqual([]);
    expect(await taskOf('decision')).toMatchObject({ state: 'cancelled' });
    expect(await taskOf('expiry')).toMatchObject({ state: 'done' });
    expect(await rowsOf(workspace, 'request_item')).toMatchObject([{ state: 'failed' }]);
    await later(24 * 60 * minute);
    expect(await members()).toEqual([]);
  });

  it('stays temporary when discoveries see it, also after they lost sight of it (defect 1)', async () => {
    const { ask, later, members, discover, grants, removeOutside, addOutside, delivery, taskOf } = await begin(open);
    await ask();
    await delivery.fulfillment.idle();
    const before = (await grants()).map(({ lastSeenRunId: _, ...grant }) => grant);
    await later(minute);
    await discover();
    expect((await grants()).map(({ lastSeenRunId: _, ...grant }) => grant)).toEqual(before);
    // Gone for one discovery, there again at the next: nobody has asked for it to stay.
    await removeOutside();
    await later(minute);
    await discover();
    expect((await grants()).map((grant) => grant.status)).toEqual(['ended']);
    await addOutside();
    await later(minute);
    await discover();
    expect(
      (await grants())
        .map((grant) => [grant.status, grant.origin])
        .toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    ).toEqual([
      ['active', 'discovery'],
      ['ended', 'request'],
    ]);
    await later(60 * minute);
    expect(await members()).toEqual([]);
    expect(await taskOf('expiry')).toMatchObject({
      state: 'done',
      evidence: { outcome: 'applied', heldAfterwards: false },
    });
    expect((await grants()).map((grant) => grant.status)).toEqual(['ended', 'ended']);
  });

  it('ends in the application also when the last discovery did not see it (defect 4)', async () => {
    const { ask, later, members, discover, removeOutside, addOutside, delivery, taskOf } = await begin(open);
    await ask();
    await delivery.fulfillment.idle();
    await later(minute);
    await removeOutside();
    await discover();
    await addOutside();
    await later(60 * minute);
    expect(await members()).toEqual([]);
    expect(await taskOf('expiry')).toMatchObject({ state: 'done' });
  });

  it('that somebody removed in the application is shown as gone and never put back (defect 4)', async () => {
    const { workspace, ask, later, members, discover, grants, removeOutside, delivery, bed, taskOf } =
      await begin(open);
    await ask();
    await delivery.fulfillment.idle();
    await removeOutside();
    await later(minute);
    bed.proxy.forgetRequests();
    await discover();
    await delivery.fulfillment.idle();
    expect(await grants()).toMatchObject([{ status: 'ended' }]);
    expect((await rowsOf(workspace, 'sync_run')).at(-1)?.summary).toMatchObject({ grantsRemovedOutside: 1 });
    await later(60 * minute);
    expect(await members()).toEqual([]);
    expect(await taskOf('expiry')).toMatchObject({ state: 'done', evidence: { outcome: 'already' } });
    expect(bed.proxy.requests.filter((request) => request.method !== 'GET')).toEqual([]);
  });

  it('leaves alone what another request explains by then', async () => {
    const { ask, later, members, discover, removeOutside, delivery, taskOf, grants } = await begin(open);
    await ask();
    await delivery.fulfillment.idle();
    await removeOutside();
    await later(minute);
    await discover();
    await ask({ term: { kind: 'permanent' } });
    await delivery.fulfillment.idle();
    expect(await members()).toEqual(['requester@example.com']);
    await later(60 * minute);
    expect(await members()).toEqual(['requester@example.com']);
    expect(await taskOf('expiry')).toMatchObject({ state: 'cancelled' });
    expect((await grants()).filter((grant) => grant.status === 'active')).toMatchObject([
      { origin: 'request', expiresAt: null },
    ]);
  });

  it('that is delivered while a discovery is under way is not ended by it', async () => {
    const { workspace, discover, delivery, bed, later, people, entitlements } = await begin(open);
    const [, writers] = entitlements.automatic;
    const members = async () => (await bed.membersOf('Writers')).filter((name) => name.startsWith('requester'));
    const requested = async () =>
      (await rowsOf(workspace, 'access_grant')).filter((grant) => grant.requestItemId !== null);
    await later(minute);
    // The server has said who is in its groups; before Gatehouse hears of it, the access is delivered.
    const deliver = async () => {
      const temporary = line(people.requester, writers, { term: { kind: 'duration', minutes: 60 } });
      await submitted(delivery.execute, people.requester, [temporary]);
      await delivery.fulfillment.idle();
      expect(await members()).toEqual(['requester@example.com']);
      workspace.clock.pass(1);
    };
    bed.proxy.addRule({
      method: 'GET',
      path: /\/Groups\?startIndex=1/,
      fault: { kind: 'beforeAnswer', action: deliver },
    });
    await discover();
    const seen = { origin: 'request', status: 'active', expiresAt: '2026-03-02T09:01:00.000Z' };
    expect(await rowsOf(workspace, 'sync_run')).toMatchObject([{ state: 'completed' }]);
    expect(await requested()).toMatchObject([{ ...seen, lastSeenRunId: null }]);
    // The next one sees it, and it is still temporary.
    await discover();
    expect(await requested()).toMatchObject([{ ...seen, lastSeenRunId: expect.stringMatching(/./) }]);
    await later(60 * minute);
    expect(await members()).toEqual([]);
  });

  it('in an application without a connector is given and taken away by hand', async () => {
    const { workspace, delivery, people, entitlements, applications, later, taskOf } = await begin(open);
    const requestId = await submitted(delivery.execute, people.requester, [
      line(people.requester, entitlements.manual[0], { term: { kind: 'duration', minutes: 15 } }),
    ]);
    await approved({ ...workspace, execute: delivery.execute }, requestId);
    await delivery.fulfillment.idle();
    // It waits for its person for longer than it is to last.
    await later(60 * minute);
    const grant = await taskOf('decision');
    expect(grant).toMatchObject({ state: 'byHand' });
    const complete = (who: typeof people.owner, id: typeof grant.id, outcome = 'done') =>
      delivery.execute(
        completeFulfillmentByHand,
        commandOf(who, { fulfillmentTaskId: id, outcome, note: 'Done in the settings.' }),
      );
    expect(await complete(people.requester, grant.id)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await complete(people.owner, grant.id)).toMatchObject({ outcome: 'done' });
    expect(await taskOf('decision')).toMatchObject({
      state: 'done',
      evidence: { outcome: 'byHand', heldAfterwards: null, source: 'Done in the settings.' },
    });
    expect(await rowsOf(workspace, 'account')).toMatchObject([
      { applicationId: applications.manual, externalId: null, username: 'requester@example.com' },
    ]);
    await later(15 * minute);
    const expiry = await taskOf('expiry');
    expect(expiry).toMatchObject({ state: 'byHand', dueAt: '2026-03-02T09:15:00.000Z' });
    expect(await complete(people.owner, expiry.id, 'notPossible')).toMatchObject({
      refusal: { code: 'fulfillment.notPossible' },
    });
    await later(5 * minute);
    expect(await complete(people.owner, expiry.id)).toMatchObject({ outcome: 'done' });
    expect(await taskOf('expiry')).toMatchObject({ state: 'done', latenessSeconds: 300 });
    expect((await rowsOf(workspace, 'access_grant')).map((row) => row.status)).toEqual(['ended']);
  });
});

describeEachDatabase('access that ended while no console was open', (open) => {
  it('is removed when one is opened, and how late is recorded', async () => {
    const workspace = await open();
    const built = await organisation(workspace);
    await workspace.execute(
      setUpWorkspace,
      commandOf(
        { kind: 'system', part: 'setup' },
        { organisation: 'Test', fullName: 'Operator', workEmail: 'operator@example.com' },
      ),
    );
    const bed = await startSampleTestbed({ users: [], groups: { Readers: [], Writers: [] } });
    closers.push(() => bed.close());
    const secrets = createMemorySecretStore();
    await connectScim(workspace, secrets, built, 'automatic', bed, { groups: ['Readers', 'Writers'] });
    const directory = workspace.location.kind === 'sqlite' ? workspace.location.file.replace(/\/[^/]*$/, '') : '/tmp';
    const start = () => openWorkspace({ directory, location: workspace.location, now: workspace.clock.now, secrets });
    const console1 = await start();
    await submitted(console1.execute, built.people.requester, [
      line(built.people.requester, built.entitlements.automatic[0], { term: { kind: 'duration', minutes: 30 } }),
    ]);
    await console1.fulfillment.idle();
    expect(await bed.membersOf('Readers')).toEqual(['requester@example.com']);
    await console1.close();
    workspace.clock.pass(30 * minute + 90_000);
    const console2 = await start();
    closers.push(() => console2.close());
    await console2.fulfillment.idle();
    expect(await bed.membersOf('Readers')).toEqual([]);
    expect((await rowsOf(workspace, 'fulfillment_task')).find((task) => task.cause === 'expiry')).toMatchObject({
      state: 'done',
      latenessSeconds: 90,
    });
    expect((await rowsOf(workspace, 'audit_event')).at(-1)).toMatchObject({
      type: 'access.expired',
      data: expect.stringContaining('"latenessSeconds":90'),
    });
  });
});
