/** Access that others give and take away, through tickets and webhooks, against servers that play those systems. */
import { dirname } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, it } from 'vitest';
import { sendFulfillmentAgain } from '#core/commands/fulfillment-by-person.command.ts';
import { webhookFields } from '#core/connectors/webhook/configuration.ts';
import { silentLog } from '#core/log.ts';
import { commandOf, connect, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { startConsole } from '#core/testing/console-process.ts';
import { startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { playServer } from '#core/testing/http-server.ts';
import { startJiraTestbed } from '#core/testing/ticket-testbed.ts';
import { listenForCallbacks } from '#core/transports/callback-listener.ts';
import { createReports } from './reports.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const delivery = startDelivery(workspace, { now: workspace.clock.now });
  closers.push(() => delivery.stop());
  const ask = (options?: Parameters<typeof line>[2], entitlement = built.entitlements.automatic[0]) =>
    submitted(delivery.execute, built.people.requester, [line(built.people.requester, entitlement, options)]);
  const later = async (milliseconds: number) => {
    workspace.clock.pass(milliseconds);
    await delivery.fulfillment.idle();
  };
  const tasks = () => rowsOf(workspace, 'fulfillment_task');
  const taskOf = async (cause: 'decision' | 'expiry') => (await tasks()).find((task) => task.cause === cause)!;
  const events = async () => (await rowsOf(workspace, 'audit_event')).map(({ type }) => type);
  return { workspace, ...built, delivery, ask, later, tasks, taskOf, events };
}

async function withJira(open: OpenWorkspace) {
  const begun = await begin(open);
  const bed = await startJiraTestbed();
  closers.push(() => bed.close());
  await begun.delivery.secrets.write('jira', bed.secrets);
  await connect(begun.workspace, begun.applications.automatic, {
    connector: 'ticket',
    configuration: bed.configuration,
    secretName: 'jira',
  });
  return { ...begun, bed };
}

describeEachDatabase('access that others give', (open) => {
  it('is done when its ticket is, and taken away by a ticket at its end, which is asked for again when it is turned down', async () => {
    const { workspace, bed, delivery, ask, later, taskOf, events } = await withJira(open);
    const { server, proxy } = bed;
    await ask({ term: { kind: 'duration', minutes: 60 } });
    await delivery.fulfillment.idle();
    const opened = await taskOf('decision');
    expect(opened).toMatchObject({
      state: 'waiting',
      attempts: 1,
      lastProblem: 'Waits for ticket ACCESS-1',
      ticket: { number: 1, reference: 'ACCESS-1', url: `${proxy.baseUrl}/browse/ACCESS-1`, state: 'open' },
    });
    expect(server.issues[0]?.fields.labels).toContain(`gatehouse-${opened.id}`);
    // Looking at tickets fails many times: it pauses nothing, counts as no attempt, and the ticket stands.
    proxy.addRule({
      method: 'GET',
      path: /\/issue\//,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'answer', status: 503 },
    });
    for (let looked = 0; looked < 7; looked += 1) await later(31 * minute);
    expect(proxy.requests.filter(({ fault }) => fault === 'answer')).toHaveLength(7);
    proxy.clearRules();
    expect(await rowsOf(workspace, 'delivery_health')).toEqual([]);
    expect(await taskOf('decision')).toMatchObject({ state: 'waiting', attempts: 1, ticket: { state: 'open' } });
    server.move('ACCESS-1', { name: 'Done', category: 'done' }, 'Done');
    await later(31 * minute);
    expect(await taskOf('decision')).toMatchObject({
      state: 'done',
      evidence: {
        outcome: 'byTicket',
        heldAfterwards: null,
        readBackAt: null,
        source: proxy.baseUrl,
        facts: { ticket: 'ACCESS-1', said: 'Done, Done' },
      },
      ticket: { state: 'done' },
      // A ticket's word, until a discovery or an import has seen it.
      unconfirmedSince: workspace.clock.now(),
    });
    expect(await rowsOf(workspace, 'access_grant')).toMatchObject([{ status: 'active', origin: 'request' }]);
    expect(await rowsOf(workspace, 'account')).toMatchObject([{ username: 'requester@example.com', externalId: null }]);
    // Its time is over.
    await later(61 * minute);
    const end = await taskOf('expiry');
    expect(end).toMatchObject({ state: 'waiting', ticket: { reference: 'ACCESS-2', state: 'open' } });
    expect(server.issues[1]?.fields.summary).toMatch(/^Remove /);
    expect(server.issues[1]?.fields['description']).toContain('account requester@example.com');
    server.move('ACCESS-2', { name: 'Closed', category: 'done' }, 'Declined');
    await later(6 * minute);
    expect(await taskOf('expiry')).toMatchObject({
      state: 'waiting',
      acceptedAt: null,
      lastProblem: 'Ticket ACCESS-2 was turned down: Closed, Declined',
      ticket: { number: 1, state: 'rejected' },
    });
    expect((await rowsOf(workspace, 'notice')).filter(({ kind }) => kind === 'deliveryFails').length).toBeGreaterThan(
      0,
    );
    await later(day + 10 * minute);
    expect(await taskOf('expiry')).toMatchObject({ ticket: { number: 2, reference: 'ACCESS-3', state: 'open' } });
    expect(server.issues[2]?.fields.labels).toContain(`gatehouse-${end.id}-2`);
    server.move('ACCESS-3', { name: 'Done', category: 'done' }, 'Done');
    await later(6 * minute);
    expect(await taskOf('expiry')).toMatchObject({
      state: 'done',
      evidence: { outcome: 'byTicket' },
      unconfirmedSince: workspace.clock.now(),
    });
    // What was said of the grant is settled by its end.
    expect(await taskOf('decision')).toMatchObject({ unconfirmedSince: null });
    expect((await rowsOf(workspace, 'request_item'))[0]?.expiredAt).not.toBeNull();
    expect(await rowsOf(workspace, 'access_grant')).toMatchObject([{ status: 'ended' }]);
    expect((await events()).filter((type) => type === 'fulfillment.accepted')).toHaveLength(3);
    expect(delivery.problems).toEqual([]);
  }, 60_000);

  it('waits for a person with the reason when it is turned down, and gets another ticket when it is sent again', async () => {
    const { bed, delivery, ask, later, taskOf, people } = await withJira(open);
    await ask();
    await delivery.fulfillment.idle();
    bed.server.move('ACCESS-1', { name: 'Closed', category: 'done' }, "Won't Do");
    await later(6 * minute);
    const failed = await taskOf('decision');
    expect(failed).toMatchObject({ state: 'failed', lastProblem: "Ticket ACCESS-1 was turned down: Closed, Won't Do" });
    const again = commandOf(people.administrator, { fulfillmentTaskId: failed.id });
    expect(await delivery.execute(sendFulfillmentAgain, again)).toMatchObject({ outcome: 'done' });
    await delivery.fulfillment.idle();
    expect(await taskOf('decision')).toMatchObject({ state: 'waiting', ticket: { number: 2, reference: 'ACCESS-2' } });
    // Sent again while it is open, it is the same ticket.
    expect(
      await delivery.execute(sendFulfillmentAgain, commandOf(people.administrator, { fulfillmentTaskId: failed.id })),
    ).toMatchObject({ outcome: 'done' });
    await delivery.fulfillment.idle();
    expect(await taskOf('decision')).toMatchObject({ state: 'waiting', ticket: { number: 2, reference: 'ACCESS-2' } });
    expect(bed.server.issues).toHaveLength(2);
  }, 60_000);

  it('has one ticket when the console is killed between opening and recording it', async () => {
    const { workspace, bed, people, entitlements, tasks } = await withJira(open);
    let opened = 0;
    const console = async () => {
      opened += 1;
      const started = await startConsole({
        directory: workspace.location.kind === 'sqlite' ? dirname(workspace.location.file) : '/tmp',
        location: workspace.location,
        ahead: opened * 130_000,
        runtime: true,
        secrets: { jira: bed.secrets },
      });
      closers.push(() => started.kill());
      return started;
    };
    const first = await console();
    bed.proxy.addRule({ method: 'POST', fault: { kind: 'beforeAnswer', action: () => first.kill() } });
    const items = [line(people.requester, entitlements.automatic[0])];
    await first.tell({ kind: 'submit', command: commandOf(people.requester, { justification: 'work', items }) });
    await expect.poll(() => first.dead, { timeout: 30_000 }).toBe(true);
    expect(await tasks()).toMatchObject([{ state: 'running', attempts: 1, ticket: null }]);
    expect(bed.server.issues).toHaveLength(1);
    const second = await console();
    await second.tell({ kind: 'idle' });
    expect(await tasks()).toMatchObject([
      { state: 'waiting', attempts: 2, ticket: { number: 1, reference: 'ACCESS-1' } },
    ]);
    expect(bed.server.issues).toHaveLength(1);
  }, 90_000);

  it('is done when the receiver of a webhook calls back, signed, for the application it was asked by', async () => {
    const { workspace, applications, delivery, ask, tasks, later } = await begin(open);
    const signingSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const callbackSecret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
    const receiver = await playServer(() => ({ status: 202, body: { reference: 'job-1' } }));
    closers.push(() => receiver.close());
    await delivery.secrets.write('hook', { signingSecret, callbackSecret });
    const configuration = {
      ...Object.fromEntries(
        webhookFields.flatMap(({ name, initial }) => (initial === undefined ? [] : [[name, initial]])),
      ),
      url: receiver.baseUrl,
      confirmation: 'callback',
    };
    for (const id of [applications.automatic, applications.reviewed])
      await connect(workspace, id, { connector: 'webhook', configuration, secretName: 'hook' });
    const takeReport = createReports({
      execute: delivery.execute,
      connections: delivery.connections,
      now: workspace.clock.now,
    });
    const listener = await listenForCallbacks({
      workspace: { takeReport },
      host: '127.0.0.1',
      port: 0,
      log: silentLog(),
    });
    closers.push(() => listener.close());
    const report = async (
      said: object,
      { application = applications.automatic, secret = callbackSecret, body = JSON.stringify(said) } = {},
    ) => {
      const at = new Date(workspace.clock.now());
      const response = await fetch(`${listener.baseUrl}${application}`, {
        method: 'POST',
        headers: {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
        },
        body,
      });
      return response.status;
    };
    await ask();
    await delivery.fulfillment.idle();
    const [task] = await tasks();
    const key = task?.id ?? '';
    expect(task).toMatchObject({ state: 'waiting', ticket: { reference: 'job-1', state: 'open' } });
    expect(receiver.calls).toHaveLength(1);
    // Nobody asks the receiver: it has no status address.
    await later(8 * 60 * minute);
    expect(receiver.calls).toHaveLength(1);
    const done = { key, state: 'done', note: 'added', by: 'ops' };
    expect(await report(done, { secret: signingSecret })).toBe(401);
    expect(await report(done, { application: applications.reviewed })).toBe(404);
    expect(await report({ ...done, key: `${key}-2` })).toBe(409);
    expect(await report({ ...done, state: 'perhaps' })).toBe(400);
    expect(await report({}, { body: 'x'.repeat(70_000) })).toBe(413);
    expect((await fetch(`${listener.baseUrl}${applications.automatic}`)).status).toBe(405);
    expect((await fetch(new URL('/', listener.baseUrl))).status).toBe(404);
    expect(await tasks()).toMatchObject([{ state: 'waiting' }]);
    expect(await report({ ...done, state: 'open', note: 'begun' })).toBe(204);
    expect(await tasks()).toMatchObject([{ state: 'waiting', ticket: { note: 'begun' } }]);
    expect(await report(done)).toBe(204);
    expect(await tasks()).toMatchObject([
      { state: 'done', evidence: { outcome: 'byTicket', facts: { saidBy: 'ops', said: 'added' } } },
    ]);
    // Told twice changes nothing; the opposite is not taken any more.
    expect(await report(done)).toBe(204);
    expect(await report({ ...done, state: 'rejected' })).toBe(409);
  }, 60_000);
});
