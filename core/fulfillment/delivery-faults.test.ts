/** What becomes of a delivery when the application or the way to it has a bad day: a real SCIM server behind a scripted proxy. */
import { afterEach, expect, it } from 'vitest';
import { recordConnectionTest } from '#core/commands/connection.command.ts';
import { completeFulfillmentByHand, sendFulfillmentAgain } from '#core/commands/fulfillment-by-person.command.ts';
import { maximumGrantAttempts } from '#core/engine/record-attempt.ts';
import { commandOf, discoveryActor, holds, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { connectScim, startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { startSampleTestbed, type ScimTestbed } from '#core/testing/scim-testbed.ts';
import type { FaultRule } from '#core/testing/scripted-proxy.ts';

const day = 24 * 3_600_000;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function begin(open: OpenWorkspace, configuration: Readonly<Record<string, unknown>> = {}) {
  const workspace = await open();
  const built = await organisation(workspace);
  const bed = await startSampleTestbed({
    users: [{ userName: 'other@example.com', email: 'other@example.com' }],
    groups: { Readers: ['other@example.com'], Writers: [] },
  });
  closers.push(() => bed.close());
  const delivery = startDelivery(workspace, { now: workspace.clock.now });
  workspace.onClose(() => delivery.stop());
  await connectScim(workspace, delivery.secrets, built, 'automatic', bed, {
    groups: ['Readers', 'Writers'],
    configuration,
  });
  const tasks = () => rowsOf(workspace, 'fulfillment_task');
  const ask = async (options: Parameters<typeof line>[2] = {}) => {
    await submitted(delivery.execute, built.people.requester, [
      line(built.people.requester, built.entitlements.automatic[0], options),
    ]);
    await delivery.fulfillment.idle();
  };
  const later = async (milliseconds: number) => {
    workspace.clock.pass(milliseconds);
    await delivery.fulfillment.idle();
  };
  const types = async () =>
    (await rowsOf(workspace, 'audit_event'))
      .map((event) => event.type)
      .filter((type) => /^(fulfillment|access|account)\./.test(type));
  return { workspace, ...built, bed, delivery, tasks, ask, later, types };
}

/** Exactly one account and one membership were written, whatever was sent. */
async function expectOnce(bed: ScimTestbed, userName = 'requester@example.com'): Promise<void> {
  expect((await bed.userNames()).filter((name) => name.toLowerCase() === 'requester@example.com')).toEqual([userName]);
  expect((await bed.membersOf('Readers')).toSorted()).toEqual(['other@example.com', userName].toSorted());
  const took = (method: string, path: RegExp) =>
    bed.proxy.requests.filter(
      (request) =>
        request.method === method && path.test(request.path) && request.status !== null && request.status < 300,
    );
  expect(took('POST', /\/Users/)).toHaveLength(1);
  expect(took('PATCH', /\/Groups/)).toHaveLength(1);
}

describeEachDatabase('a grant', (open) => {
  it('creates the account that is missing, writes once, and keeps what was read back as evidence', async () => {
    const { workspace, bed, tasks, ask, types, people } = await begin(open);
    await ask();
    await expectOnce(bed);
    const [task] = await tasks();
    expect(task).toMatchObject({
      state: 'done',
      attempts: 1,
      leaseOwner: null,
      nextAttemptAt: null,
      latenessSeconds: 0,
      evidence: {
        outcome: 'applied',
        accountCreated: true,
        heldAfterwards: true,
        readBackAt: workspace.clock.now(),
        source: bed.proxy.baseUrl,
        facts: { groupId: bed.groupId('Readers') },
      },
    });
    // The last thing that was asked before it was called done is what the server then held.
    expect(bed.proxy.requests.at(-1)).toMatchObject({
      method: 'GET',
      path: expect.stringContaining(bed.groupId('Readers')),
      status: 200,
    });
    expect(await types()).toEqual(['fulfillment.started', 'account.created', 'access.granted']);
    expect(await rowsOf(workspace, 'access_grant')).toMatchObject([
      { origin: 'request', status: 'active', requestItemId: task!.itemId },
    ]);
    expect(await rowsOf(workspace, 'account')).toMatchObject([
      { employeeId: people.requester, username: 'requester@example.com', status: 'active' },
    ]);
    expect(await rowsOf(workspace, 'access_request')).toMatchObject([
      { state: 'completed', endedAt: workspace.clock.now() },
    ]);
  });

  const passing: readonly (readonly [name: string, rule: FaultRule])[] = [
    ['a reset connection', { fault: { kind: 'reset' }, times: Infinity }],
    ['an answer of 500', { fault: { kind: 'answer', status: 500, body: 'oops' }, times: Infinity }],
    [
      'a web page',
      {
        fault: { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' },
        times: Infinity,
      },
    ],
    ['a body that breaks off', { fault: { kind: 'truncated' }, times: 1 }],
    [
      'the answer to the new account lost',
      { method: 'POST', path: /\/Users/, fault: { kind: 'responseLost' }, times: 1 },
    ],
    [
      'the answer to the new account broken off',
      { method: 'POST', path: /\/Users/, fault: { kind: 'truncated' }, times: 1 },
    ],
    ['500 to the membership', { method: 'PATCH', fault: { kind: 'answer', status: 500 }, times: 1 }],
  ];
  it.each(passing)('is tried again after %s, and is then there once (defect 12)', async (_name, rule) => {
    const { bed, tasks, ask, later, types } = await begin(open);
    bed.proxy.addRule(rule);
    await ask();
    expect(await tasks()).toMatchObject([
      { state: 'waiting', attempts: 1, leaseOwner: null, lastProblem: expect.stringMatching(/./) },
    ]);
    bed.proxy.clearRules();
    await later(3_001);
    expect(await tasks()).toMatchObject([{ state: 'done', attempts: 2, lastProblem: null }]);
    await expectOnce(bed);
    expect((await types()).filter((type) => type.startsWith('fulfillment.'))).toEqual([
      'fulfillment.started',
      'fulfillment.retrying',
      'fulfillment.started',
    ]);
  });

  it('is found present when only the answer to its write was lost', async () => {
    const { bed, tasks, ask, later } = await begin(open);
    bed.proxy.addRule({ method: 'PATCH', fault: { kind: 'responseLost' } });
    // What was written is not seen before the next attempt either.
    bed.proxy.addRule({
      method: 'GET',
      path: /\/Groups\//,
      times: 1,
      fault: { kind: 'afterAction', action: async () => undefined },
    });
    bed.proxy.addRule({ method: 'GET', path: /\/Groups\//, times: Infinity, fault: { kind: 'reset' } });
    await ask();
    expect(await tasks()).toMatchObject([{ state: 'waiting' }]);
    bed.proxy.clearRules();
    await later(3_001);
    expect(await tasks()).toMatchObject([{ state: 'done', evidence: { outcome: 'already', heldAfterwards: true } }]);
    await expectOnce(bed);
  });

  it('waits while the server is down, ever longer', async () => {
    const { workspace, bed, tasks, ask, later } = await begin(open);
    await bed.proxy.goDown();
    await ask();
    for (let attempt = 2; attempt <= 5; attempt += 1) {
      const [task] = await tasks();
      const wait = Date.parse(task!.nextAttemptAt!) - Date.parse(workspace.clock.now());
      // Anything up to a bound that doubles.
      expect(wait).toBeGreaterThanOrEqual(250);
      expect(wait).toBeLessThanOrEqual(250 + 2_000 * 2 ** (attempt - 2));
      await later(wait);
      expect(await tasks()).toMatchObject([{ attempts: attempt }]);
    }
    await bed.proxy.comeUp();
    await later(day);
    await expectOnce(bed);
  });

  it.each([
    ['does not come', { method: 'GET', fault: { kind: 'silence' } }],
    ['drips and never ends', { method: 'GET', fault: { kind: 'dripping' } }],
    ['drips and never ends, though the write was done', { method: 'PATCH', fault: { kind: 'dripping' } }],
  ] as const)('gives up on an answer that %s, and tries again', async (_what, rule) => {
    const { bed, tasks, ask, later } = await begin(open, { timeoutSeconds: 1 });
    bed.proxy.addRule(rule);
    await ask();
    expect(await tasks()).toMatchObject([
      { state: 'waiting', lastProblem: expect.stringContaining('did not answer within 1 s') },
    ]);
    await later(3_001);
    await expectOnce(bed);
  });

  it('comes no earlier than the server asked for (429 with Retry-After), and within a day even if it asked for years', async () => {
    const { workspace, bed, tasks, ask, later } = await begin(open);
    bed.proxy.addRule({ fault: { kind: 'answer', status: 429, headers: { 'retry-after': '7200' } } });
    bed.proxy.addRule({ fault: { kind: 'answer', status: 429, headers: { 'retry-after': '999999999' } } });
    await ask();
    const [first] = await tasks();
    expect(Date.parse(first!.nextAttemptAt!) - Date.parse(workspace.clock.now())).toBeGreaterThanOrEqual(7_200_000);
    await later(7_199_999);
    expect(await tasks()).toMatchObject([{ attempts: 1 }]);
    await later(4 * 3_600_000);
    const [second] = await tasks();
    expect(second).toMatchObject({ attempts: 2, state: 'waiting' });
    expect(Date.parse(second!.nextAttemptAt!) - Date.parse(workspace.clock.now())).toBeLessThanOrEqual(1.5 * day);
    await later(1.5 * day);
    await expectOnce(bed);
  });

  it('waits while the credential is not accepted, asks nothing meanwhile, and goes on at once with another, removals first', async () => {
    const { workspace, delivery, bed, tasks, ask, later, people, entitlements, applications, types } =
      await begin(open);
    await ask();
    bed.proxy.forgetRequests();
    bed.proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 401 } });
    const give = (who: typeof people.owner) =>
      submitted(delivery.execute, people.requester, [line(who, entitlements.automatic[0])]);
    await give(people.colleague);
    await delivery.fulfillment.idle();
    await give(people.manager);
    await submitted(delivery.execute, people.requester, [
      line(people.requester, entitlements.automatic[0], { action: 'REVOKE' }),
    ]);
    await delivery.fulfillment.idle();
    await later(29 * 60_000);
    // One call was refused; since then nobody has signed in wrongly again, as directories lock accounts for that.
    expect(bed.proxy.requests).toHaveLength(1);
    const waiting = (await tasks()).filter(({ state }) => state !== 'done');
    expect(waiting.map(({ effect, state, attempts }) => [effect, state, attempts])).toEqual([
      ['grant', 'waiting', 0],
      ['grant', 'ready', 0],
      ['revoke', 'ready', 0],
    ]);
    expect(await rowsOf(workspace, 'connector_instance')).toMatchObject([
      { lastTestOutcome: 'failed', lastTestMessage: expect.stringContaining('credential') },
    ]);
    expect(new Set((await rowsOf(workspace, 'notice')).map(({ kind }) => kind))).toContain('credentialRefused');
    // A process that has just begun tries once, and so does a single task after half an hour.
    const other = startDelivery(workspace, { now: workspace.clock.now, secrets: delivery.secrets, owner: 'other' });
    workspace.onClose(() => other.stop());
    await other.fulfillment.idle();
    expect(bed.proxy.requests).toHaveLength(2);
    await later(31 * 60_000);
    expect(bed.proxy.requests).toHaveLength(3);

    bed.proxy.clearRules();
    bed.proxy.forgetRequests();
    await delivery.execute(
      recordConnectionTest,
      commandOf(
        { kind: 'system', part: 'discovery' },
        { applicationId: applications.automatic, passed: true, message: 'ok' },
      ),
    );
    await delivery.fulfillment.idle();
    expect((await tasks()).map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
    const writes = bed.proxy.requests.filter(({ method }) => method === 'PATCH' || method === 'POST');
    expect(writes[0]).toMatchObject({ method: 'PATCH' });
    expect((await bed.membersOf('Readers')).toSorted()).toEqual(
      ['colleague@example.com', 'manager@example.com', 'other@example.com'].toSorted(),
    );
    expect(await rowsOf(workspace, 'credential_fault')).toEqual([]);
    expect(await types()).not.toContain('fulfillment.failed');
  });

  it('is tried at once when a person says so, whatever the credential was', async () => {
    const { workspace, delivery, bed, tasks, ask, people } = await begin(open);
    bed.proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 401 } });
    await ask();
    const [task] = await tasks();
    bed.proxy.clearRules();
    const again = (who: typeof people.owner) =>
      delivery.execute(sendFulfillmentAgain, commandOf(who, { fulfillmentTaskId: task!.id }));
    expect(await again(people.requester)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await rowsOf(workspace, 'credential_fault')).toHaveLength(1);
    expect(await again(people.owner)).toMatchObject({ outcome: 'done' });
    await delivery.fulfillment.idle();
    expect(await tasks()).toMatchObject([{ state: 'done', attempts: 1 }]);
    await expectOnce(bed);
    expect(await again(people.owner)).toMatchObject({ refusal: { code: 'fulfillment.notPossible' } });
  });

  it('is given to a person after the most attempts, and then works when it is sent again', async () => {
    const { workspace, delivery, bed, tasks, ask, later, people } = await begin(open);
    bed.proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 503 } });
    await ask();
    for (let attempt = 1; attempt < maximumGrantAttempts; attempt += 1) await later(day);
    const [task] = await tasks();
    expect(task).toMatchObject({
      state: 'failed',
      attempts: maximumGrantAttempts,
      lastProblem: expect.stringContaining(`after ${maximumGrantAttempts} attempts`),
    });
    await later(day);
    expect(bed.proxy.requests).toHaveLength(maximumGrantAttempts);
    bed.proxy.clearRules();
    await delivery.execute(sendFulfillmentAgain, commandOf(people.administrator, { fulfillmentTaskId: task!.id }));
    await delivery.fulfillment.idle();
    expect(await rowsOf(workspace, 'request_item')).toMatchObject([{ state: 'fulfilled' }]);
    await expectOnce(bed);
  });

  it('goes to a person when the group was deleted after its discovery, who says that it cannot be done', async () => {
    const { workspace, delivery, tasks, ask, people, applications, bed, types } = await begin(open);
    await delivery.discovery.start(applications.automatic, discoveryActor);
    await delivery.discovery.idle();
    expect(await rowsOf(workspace, 'sync_run')).toMatchObject([{ state: 'completed' }]);
    await bed.deleteGroup('Readers');
    await ask({ term: { kind: 'duration', minutes: 60 } });
    const [task] = await tasks();
    expect(task).toMatchObject({ state: 'failed', lastProblem: expect.stringMatching(/group/i) });
    expect(
      await delivery.execute(
        completeFulfillmentByHand,
        commandOf(people.owner, {
          fulfillmentTaskId: task!.id,
          outcome: 'notPossible',
          note: 'The group was removed.',
        }),
      ),
    ).toMatchObject({ outcome: 'done' });
    expect(await rowsOf(workspace, 'request_item')).toMatchObject([{ state: 'failed' }]);
    expect(await rowsOf(workspace, 'access_request')).toMatchObject([{ state: 'completedWithFailures' }]);
    expect((await types()).at(-1)).toBe('fulfillment.refused');
    // An attempt was made, so the end of it stays: it finds nothing to remove.
    expect((await tasks()).map(({ cause, state }) => [cause, state])).toEqual([
      ['decision', 'cancelled'],
      ['expiry', 'scheduled'],
    ]);
  });

  it('takes the account that is there under another case', async () => {
    const { bed, tasks, ask } = await begin(open);
    await bed.createUser('Requester@Example.COM');
    await ask();
    expect(await tasks()).toMatchObject([{ state: 'done', evidence: { accountCreated: false } }]);
    expect(bed.proxy.reached('POST', /\/Users/)).toBe(0);
    expect((await bed.membersOf('Readers')).toSorted()).toEqual(['Requester@Example.COM', 'other@example.com']);
  });

  it('makes a new account when the known one was deleted meanwhile', async () => {
    const { workspace, bed, tasks, ask, people, applications, entitlements } = await begin(open);
    await holds(workspace, {
      employeeId: people.requester,
      applicationId: applications.automatic,
      entitlementId: entitlements.automatic[1],
      username: 'requester@example.com',
      externalId: 'deleted-there',
    });
    await ask();
    expect(await tasks()).toMatchObject([{ state: 'done', evidence: { accountCreated: true } }]);
    await expectOnce(bed);
    const accounts = await rowsOf(workspace, 'account');
    expect(accounts).toHaveLength(1);
    expect(accounts[0]!.externalId).not.toBe('deleted-there');
  });

  it('is not delivered when the decisions do not approve it, whatever the columns say (defect 2)', async () => {
    const { workspace, delivery, bed, tasks, people, entitlements, types } = await begin(open);
    await bed.proxy.goDown();
    await submitted(delivery.execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
    await delivery.fulfillment.idle();
    await bed.proxy.comeUp();
    await workspace.database.transaction((writer) => writer.deleteFrom('decision').execute());
    workspace.clock.pass(day);
    await delivery.fulfillment.idle();
    expect(await tasks()).toMatchObject([
      { state: 'cancelled', lastProblem: expect.stringContaining('do not approve') },
    ]);
    expect(bed.proxy.requests).toEqual([]);
    expect((await types()).at(-1)).toBe('fulfillment.refused');
  });

  it('is not delivered to somebody who has left since', async () => {
    const { workspace, delivery, bed, people, entitlements } = await begin(open);
    await bed.proxy.goDown();
    await submitted(delivery.execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
    await delivery.fulfillment.idle();
    await bed.proxy.comeUp();
    await workspace.database.transaction((writer) =>
      writer.updateTable('employee').set({ status: 'left' }).where('id', '=', people.requester).execute(),
    );
    workspace.clock.pass(day);
    await delivery.fulfillment.idle();
    expect(bed.proxy.requests).toEqual([]);
    expect(await rowsOf(workspace, 'access_request')).toMatchObject([{ state: 'completedWithFailures' }]);
  });
});

describeEachDatabase('a removal', (open) => {
  async function beginHeld(externalId?: string) {
    const begun = await begin(open);
    const { workspace, bed, people, applications, entitlements } = begun;
    await holds(workspace, {
      employeeId: people.requester,
      applicationId: applications.automatic,
      entitlementId: entitlements.automatic[0],
      username: 'other@example.com',
      externalId: externalId ?? bed.userId('other@example.com'),
    });
    return begun;
  }

  it('is tried until it succeeds, longer than any grant', async () => {
    const { workspace, bed, tasks, ask, later } = await beginHeld();
    bed.proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 500 } });
    await ask({ action: 'REVOKE' });
    for (let attempt = 0; attempt < maximumGrantAttempts + 3; attempt += 1) await later(day);
    expect(await tasks()).toMatchObject([{ state: 'waiting' }]);
    bed.proxy.clearRules();
    // Not even what only a person can mend ends it.
    bed.proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 401 } });
    await later(day);
    expect(await tasks()).toMatchObject([{ state: 'waiting', lastProblem: expect.stringContaining('credential') }]);
    bed.proxy.clearRules();
    await later(day);
    expect(await tasks()).toMatchObject([{ state: 'done', evidence: { outcome: 'applied', heldAfterwards: false } }]);
    expect(await bed.membersOf('Readers')).toEqual([]);
    expect(await rowsOf(workspace, 'access_grant')).toMatchObject([{ status: 'ended' }]);
    expect(await rowsOf(workspace, 'access_request')).toMatchObject([{ state: 'completed' }]);
  });

  it('is written once when the answer was lost', async () => {
    const { bed, tasks, ask, later } = await beginHeld();
    bed.proxy.addRule({ method: 'PATCH', fault: { kind: 'responseLost' } });
    bed.proxy.addRule({
      method: 'GET',
      path: /\/Groups\//,
      times: 1,
      fault: { kind: 'afterAction', action: async () => undefined },
    });
    bed.proxy.addRule({ method: 'GET', path: /\/Groups\//, times: Infinity, fault: { kind: 'reset' } });
    await ask({ action: 'REVOKE' });
    expect(await tasks()).toMatchObject([{ state: 'waiting' }]);
    bed.proxy.clearRules();
    await later(day);
    expect(await tasks()).toMatchObject([{ state: 'done', evidence: { outcome: 'already', heldAfterwards: false } }]);
    expect(bed.proxy.reached('PATCH')).toBe(1);
  });

  it('is done when the group is gone: nobody holds what does not exist', async () => {
    const { workspace, tasks, ask, entitlements } = await beginHeld();
    await workspace.database.transaction((writer) =>
      writer
        .updateTable('entitlement')
        .set({ external_id: 'no-such-group' })
        .where('id', '=', entitlements.automatic[0])
        .execute(),
    );
    await ask({ action: 'REVOKE' });
    expect(await tasks()).toMatchObject([{ state: 'done', evidence: { heldAfterwards: false } }]);
  });

  it('reaches every account of the person, so that none is left with the access (defect 5)', async () => {
    const { workspace, bed, ask, people, applications, entitlements } = await beginHeld();
    await bed.createUser('requester@example.com');
    const discovered = startDelivery(workspace, { now: workspace.clock.now });
    closers.push(() => discovered.stop());
    // Two accounts of one person are in the group: one known for long, one made in the application itself.
    await ask({ action: 'REVOKE' });
    expect(await bed.membersOf('Readers')).toEqual([]);
    const [known] = await rowsOf(workspace, 'account');
    expect(known).toMatchObject({ employeeId: people.requester, applicationId: applications.automatic });
    expect(
      (await rowsOf(workspace, 'access_grant'))
        .filter((grant) => grant.entitlementId === entitlements.automatic[0])
        .map((grant) => grant.status),
    ).toEqual(['ended']);
  });

  it('finds the account that was deleted and made anew in the application', async () => {
    const { bed, tasks, ask } = await beginHeld('deleted-there');
    await bed.createUser('requester@example.com');
    // The new account was put into the group by hand.
    const secrets = bed.secrets['token'] ?? '';
    const list = (await (
      await fetch(`${bed.proxy.baseUrl}/Users?count=100`, { headers: { authorization: `Bearer ${secrets}` } })
    ).json()) as { Resources: { id: string; userName: string }[] };
    const id = list.Resources.find((user) => user.userName === 'requester@example.com')!.id;
    await fetch(`${bed.proxy.baseUrl}/Groups/${bed.groupId('Readers')}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${secrets}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'add', path: 'members', value: [{ value: id }] }],
      }),
    });
    expect((await bed.membersOf('Readers')).toSorted()).toEqual(['other@example.com', 'requester@example.com']);
    await ask({ action: 'REVOKE' });
    expect(await tasks()).toMatchObject([{ state: 'done', evidence: { outcome: 'applied', heldAfterwards: false } }]);
    expect(await bed.membersOf('Readers')).toEqual(['other@example.com']);
  });
});
