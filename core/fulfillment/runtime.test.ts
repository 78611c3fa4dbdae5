/** Several runtimes, several applications: nobody does a task twice, and nobody waits for what is not theirs. */
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { Connector, ConnectorDefinition } from '#core/connectors/connector.ts';
import { createMemoryApplication, memoryConnector, type MemoryApplication } from '#core/connectors/memory/index.ts';
import { newId, type EmployeeId, type EntitlementId } from '#core/domain/ids.ts';
import { openDatabase } from '#core/persistence/open-database.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import {
  connect,
  employeeRow,
  entitlementRow,
  line,
  organisation,
  rowsOf,
  submitted,
  type Organisation,
} from '#core/testing/builders.ts';
import { startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** An application in memory under a name of its own, every write of which passes `gate` first. */
function gated(
  name: string,
  application: MemoryApplication,
  gate: () => Promise<void>,
  secret = false,
): ConnectorDefinition<Record<string, never>> {
  const definition = memoryConnector(application);
  const fields = secret ? [{ name: 'token', label: 'Token', help: '', kind: 'secret' as const, required: true }] : [];
  return {
    ...definition,
    configuration: z.object({}) as unknown as z.ZodType<Record<string, never>>,
    description: { ...definition.description, name, fields },
    open(settings): Connector {
      const connector = definition.open(settings);
      return {
        ...connector,
        async grant(...parameters) {
          await gate();
          return (await connector.grant?.(...parameters)) ?? { kind: 'refused', message: 'cannot' };
        },
      };
    },
  };
}

/** People besides those of the organisation, who can be given access by the dozen. */
async function crowd({ database }: TestWorkspace, count: number): Promise<readonly EmployeeId[]> {
  const people = Array.from({ length: count }, (_, index) => employeeRow({ id: newId(), name: `crowd${index}` }));
  await database.transaction((writer) => insertRows(writer, 'employee', people));
  return people.map((person) => person.id);
}

async function approveByItself(workspace: TestWorkspace, built: Organisation): Promise<void> {
  await workspace.database.transaction((writer) =>
    writer
      .updateTable('application')
      .set({ review_settings: JSON.stringify({ approval: 'auto', reviewers: ['manager'] }), fulfillment: 'connector' })
      .where('id', 'in', Object.values(built.applications))
      .execute(),
  );
}

function signal() {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

describeEachDatabase('runtimes', (open) => {
  it('share the tasks of one database, and none is done twice', async () => {
    const workspace = await open();
    const built = await organisation(workspace);
    const people = await crowd(workspace, 40);
    const application = createMemoryApplication();
    await connect(workspace, built.applications.automatic, { connector: 'memory' });
    // Two consoles: on Postgres each with connections of its own.
    const second =
      workspace.database.dialect === 'postgres' ? await openDatabase(workspace.location) : workspace.database;
    if (second !== workspace.database) closers.push(() => second.close());
    const options = { now: workspace.clock.now, definitions: [memoryConnector(application)] };
    const consoles = [
      startDelivery(workspace, { ...options, owner: 'one' }),
      startDelivery({ database: second }, { ...options, owner: 'two' }),
    ];
    await submitted(
      workspace.execute,
      built.people.requester,
      people.map((who) => line(who, built.entitlements.automatic[0])),
    );
    await Promise.all(consoles.map((each) => each.fulfillment.idle()));
    const tasks = await rowsOf(workspace, 'fulfillment_task');
    expect(tasks.map(({ state, attempts, evidence }) => [state, attempts, evidence?.outcome])).toEqual(
      people.map(() => ['done', 1, 'applied']),
    );
    // One account and one membership each.
    expect(application.writes).toBe(2 * people.length);
    const started = (await rowsOf(workspace, 'audit_event')).filter((event) => event.type === 'fulfillment.started');
    expect(started).toHaveLength(people.length);
    for (const each of consoles) await each.stop();
    expect(consoles.flatMap((each) => each.problems)).toEqual([]);
  });

  it('take over what another one left behind, and what that one reports later is not taken', async () => {
    const workspace = await open();
    const built = await organisation(workspace);
    const application = createMemoryApplication();
    await connect(workspace, built.applications.automatic, { connector: 'memory' });
    const reached = signal();
    const release = signal();
    const stuck = gated('memory', application, async () => {
      reached.give();
      await release.given;
    });
    const first = startDelivery(workspace, { now: workspace.clock.now, definitions: [stuck], owner: 'first' });
    const second = startDelivery(workspace, {
      now: workspace.clock.now,
      definitions: [memoryConnector(application)],
      owner: 'second',
    });
    await submitted(first.execute, built.people.requester, [
      line(built.people.requester, built.entitlements.automatic[0]),
    ]);
    await reached.given;
    await second.fulfillment.idle();
    expect(await rowsOf(workspace, 'fulfillment_task')).toMatchObject([
      { state: 'running', leaseOwner: 'first', attempts: 1 },
    ]);
    workspace.clock.pass(120_000);
    await second.fulfillment.idle();
    expect(await rowsOf(workspace, 'fulfillment_task')).toMatchObject([{ state: 'done', attempts: 2 }]);
    const events = (await rowsOf(workspace, 'audit_event')).length;
    release.give();
    await first.stop();
    await second.stop();
    expect(first.problems).toEqual([expect.stringContaining('taken this task over')]);
    expect(await rowsOf(workspace, 'audit_event')).toHaveLength(events);
    expect(application.members.get('automatic-0')?.size).toBe(1);
  });

  it('are not held up in one application by another that is slow, however much is due there', async () => {
    const workspace = await open();
    const built = await organisation(workspace);
    await approveByItself(workspace, built);
    const people = await crowd(workspace, 230);
    const slow = createMemoryApplication();
    const quick = createMemoryApplication();
    const release = signal();
    let atOnce = 0;
    let most = 0;
    const definitions = [
      gated('slow', slow, async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await release.given;
        atOnce -= 1;
      }),
      gated('quick', quick, async () => undefined),
    ];
    await connect(workspace, built.applications.reviewed, { connector: 'slow' });
    await connect(workspace, built.applications.automatic, { connector: 'quick' });
    await submitted(
      workspace.execute,
      built.people.requester,
      people.map((who) => line(who, built.entitlements.reviewed[0])),
    );
    workspace.clock.pass(1);
    const delivery = startDelivery(workspace, { now: workspace.clock.now, definitions, concurrency: 3 });
    delivery.fulfillment.wake();
    await submitted(delivery.execute, built.people.requester, [
      line(built.people.requester, built.entitlements.automatic[0]),
    ]);
    // The other application's task comes to its end while nothing has moved in the slow one.
    await expect.poll(() => quick.members.get('automatic-0')?.size, { timeout: 15_000 }).toBe(1);
    await expect.poll(() => atOnce, { timeout: 15_000 }).toBe(3);
    expect(slow.members.get('reviewed-0')?.size ?? 0).toBe(0);
    release.give();
    await delivery.fulfillment.idle();
    expect(slow.members.get('reviewed-0')?.size).toBe(people.length);
    expect(most).toBe(3);
    await delivery.stop();
  });

  it('do one thing at a time for one person, so that others and their applications go on', async () => {
    const workspace = await open();
    const built = await organisation(workspace);
    await approveByItself(workspace, built);
    const many = Array.from({ length: 210 }, (_, index) =>
      entitlementRow({
        id: newId<EntitlementId>(),
        applicationId: built.applications.reviewed,
        externalId: `many-${index}`,
        name: `many ${index}`,
      }),
    );
    await workspace.database.transaction((writer) => insertRows(writer, 'entitlement', many));
    const slow = createMemoryApplication();
    const quick = createMemoryApplication();
    const release = signal();
    await connect(workspace, built.applications.reviewed, { connector: 'slow' });
    await connect(workspace, built.applications.automatic, { connector: 'quick' });
    await submitted(
      workspace.execute,
      built.people.requester,
      many.map((entitlement) => line(built.people.requester, entitlement.id)),
    );
    workspace.clock.pass(1);
    let atOnce = 0;
    let most = 0;
    const enter = async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await release.given;
      atOnce -= 1;
    };
    const delivery = startDelivery(workspace, {
      now: workspace.clock.now,
      definitions: [gated('slow', slow, enter), gated('quick', quick, async () => undefined)],
    });
    await submitted(delivery.execute, built.people.requester, [
      line(built.people.colleague, built.entitlements.automatic[0]),
    ]);
    await expect.poll(() => quick.writes, { timeout: 15_000 }).toBe(2);
    await expect.poll(() => atOnce, { timeout: 15_000 }).toBe(1);
    expect([slow.accounts.size, slow.writes]).toEqual([1, 1]);
    release.give();
    await delivery.fulfillment.idle();
    expect(slow.writes).toBe(1 + many.length);
    expect(most).toBe(1);
    await delivery.stop();
  });

  it('leave to others what they have no credential for, and do the rest, also behind more than 200 such tasks', async () => {
    const workspace = await open();
    const built = await organisation(workspace);
    await approveByItself(workspace, built);
    const people = await crowd(workspace, 210);
    const elsewhere = createMemoryApplication();
    const here = createMemoryApplication();
    const definitions = [
      gated('elsewhere', elsewhere, async () => undefined, true),
      gated('here', here, async () => undefined),
    ];
    await connect(workspace, built.applications.reviewed, {
      connector: 'elsewhere',
      secretName: 'held-by-another-console',
    });
    await connect(workspace, built.applications.automatic, { connector: 'here' });
    await submitted(
      workspace.execute,
      built.people.requester,
      people.map((who) => line(who, built.entitlements.reviewed[0])),
    );
    workspace.clock.pass(1);
    await submitted(workspace.execute, built.people.requester, [
      line(built.people.requester, built.entitlements.automatic[0]),
    ]);
    const without = startDelivery(workspace, { now: workspace.clock.now, definitions });
    await without.fulfillment.idle();
    expect(here.members.get('automatic-0')?.size).toBe(1);
    expect(elsewhere.writes).toBe(0);
    expect(
      (await rowsOf(workspace, 'fulfillment_task')).filter((task) => task.state === 'ready' && task.attempts === 0),
    ).toHaveLength(people.length);
    const secrets = createMemorySecretStore();
    await secrets.write('held-by-another-console', { token: 'x' });
    const withIt = startDelivery(workspace, {
      now: workspace.clock.now,
      definitions,
      secrets,
      owner: 'the other console',
    });
    await withIt.fulfillment.idle();
    expect(elsewhere.members.get('reviewed-0')?.size).toBe(people.length);
    await without.stop();
    await withIt.stop();
  });

  it('believe no answer to a write: what is not there afterwards is not done', async () => {
    const workspace = await open();
    const built = await organisation(workspace);
    const application = createMemoryApplication();
    const honest = memoryConnector(application);
    let lies = true;
    const lying: typeof honest = {
      ...honest,
      open(settings): Connector {
        const connector = honest.open(settings);
        const claim = async () => ({ kind: 'applied' as const, value: undefined, facts: {} });
        return {
          ...connector,
          grant: (...parameters) => (lies ? claim() : (connector.grant?.(...parameters) ?? claim())),
          revoke: (...parameters) => (lies ? claim() : (connector.revoke?.(...parameters) ?? claim())),
        };
      },
    };
    await connect(workspace, built.applications.automatic, { connector: 'memory' });
    const delivery = startDelivery(workspace, { now: workspace.clock.now, definitions: [lying] });
    const tasks = () => rowsOf(workspace, 'fulfillment_task');
    for (const action of ['GRANT', 'REVOKE'] as const) {
      lies = true;
      await submitted(delivery.execute, built.people.requester, [
        line(built.people.requester, built.entitlements.automatic[0], { action }),
      ]);
      await delivery.fulfillment.idle();
      expect((await tasks()).at(-1)).toMatchObject({
        state: 'waiting',
        evidence: null,
        lastProblem: expect.stringContaining('answered with success'),
      });
      lies = false;
      workspace.clock.pass(60_000);
      await delivery.fulfillment.idle();
      expect((await tasks()).at(-1)).toMatchObject({ state: 'done' });
      expect(application.members.get('automatic-0')?.size).toBe(action === 'GRANT' ? 1 : 0);
    }
    await delivery.stop();
  });

  it('say of every item what became of it, whatever became of the others (defect 11)', async () => {
    const workspace = await open();
    const built = await organisation(workspace);
    const application = createMemoryApplication();
    let calls = 0;
    const broken = gated('memory', application, async () => {
      calls += 1;
      if (calls === 1) throw new Error('a bug in the connector');
    });
    await connect(workspace, built.applications.automatic, { connector: 'memory' });
    const delivery = startDelivery(workspace, { now: workspace.clock.now, definitions: [broken], concurrency: 1 });
    await submitted(delivery.execute, built.people.requester, [
      line(built.people.requester, built.entitlements.automatic[0]),
      line(built.people.colleague, built.entitlements.automatic[0]),
    ]);
    await delivery.fulfillment.idle();
    expect((await rowsOf(workspace, 'fulfillment_task')).map((task) => task.state).toSorted()).toEqual([
      'done',
      'waiting',
    ]);
    workspace.clock.pass(60_000);
    await delivery.fulfillment.idle();
    expect((await rowsOf(workspace, 'fulfillment_task')).map((task) => task.state)).toEqual(['done', 'done']);
    await delivery.stop();
  });
});
