/**
 * Consoles that are killed (SIGKILL, a real process) at the worst moments, and what the next one makes of it:
 * nothing that was committed is lost, nothing is half, nothing is done twice.
 */
import { dirname } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { eventFromRow, hashOf } from '#core/audit/append-events.ts';
import { newId, type CommandId, type EmployeeId } from '#core/domain/ids.ts';
import { openDatabase } from '#core/persistence/open-database.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import {
  commandOf,
  connect,
  discoveryActor,
  employeeRow,
  line,
  organisation,
  renameEntitlements,
  rowCounts,
  rowsOf,
} from '#core/testing/builders.ts';
import { startConsole, type Console } from '#core/testing/console-process.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { startSampleTestbed, type ScimTestbed } from '#core/testing/scim-testbed.ts';
import type { Fault } from '#core/testing/scripted-proxy.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function begin(
  open: OpenWorkspace,
  contents: Parameters<typeof startSampleTestbed>[0] = { users: [], groups: { Readers: [], Writers: [] } },
) {
  const workspace = await open();
  const built = await organisation(workspace);
  const bed = await startSampleTestbed(contents);
  closers.push(() => bed.close());
  await connect(workspace, built.applications.automatic, {
    connector: 'scim',
    configuration: { ...bed.configuration, pageSize: 2 },
    secretName: 'secret',
  });
  await renameEntitlements(
    workspace,
    built.entitlements.automatic.map((id, index) => [id, bed.groupId(['Readers', 'Writers'][index] ?? '')] as const),
  );
  let opened = 0;
  /** Opens the workspace in a process of its own; leases of those before it have ended by its clock. */
  const console = async (runtime = true): Promise<Console> => {
    opened += 1;
    const directory = workspace.location.kind === 'sqlite' ? dirname(workspace.location.file) : '/tmp';
    const started = await startConsole({
      directory,
      location: workspace.location,
      ahead: opened * 130_000,
      runtime,
      secrets: { secret: bed.secrets },
    });
    closers.push(() => started.kill());
    return started;
  };
  const submission = (
    items = [line(built.people.requester, built.entitlements.automatic[0])],
    id: CommandId = newId(),
  ) => commandOf(built.people.requester, { justification: 'work', items }, { id });
  const tasks = () => rowsOf(workspace, 'fulfillment_task');
  return { workspace, ...built, bed, console, submission, tasks };
}

function took(bed: ScimTestbed, method: string): number {
  return bed.proxy.requests.filter(
    (request) => request.method === method && request.status !== null && request.status < 300,
  ).length;
}

describeEachDatabase('a console that is killed', (open) => {
  it('between the commit of a decision and its effect: the next one delivers, once', async () => {
    const { bed, console, submission, tasks } = await begin(open);
    // Once before the runtime has looked, once with the first call on its way.
    const first = await console(false);
    expect(await first.tell({ kind: 'submit', command: submission() })).toMatchObject({ outcome: 'done' });
    await first.kill();
    expect(await tasks()).toMatchObject([{ state: 'ready', attempts: 0 }]);
    expect(bed.proxy.requests).toEqual([]);
    const second = await console();
    bed.proxy.addRule({ fault: { kind: 'silence' } });
    await expect.poll(() => bed.proxy.requests.length, { timeout: 15_000 }).toBe(1);
    await second.kill();
    expect(await tasks()).toMatchObject([{ state: 'running', attempts: 1 }]);
    const third = await console();
    await third.tell({ kind: 'idle' });
    expect(await tasks()).toMatchObject([
      { state: 'done', attempts: 2, evidence: { outcome: 'applied', accountCreated: true } },
    ]);
    expect(await bed.membersOf('Readers')).toEqual(['requester@example.com']);
    expect([took(bed, 'POST'), took(bed, 'PATCH')]).toEqual([1, 1]);
  }, 60_000);

  it.each(['POST', 'PATCH'])(
    'between the %s and recording it: the next one finds it done and writes no second one',
    async (method) => {
      const { workspace, bed, console, submission, tasks } = await begin(open);
      const first = await console();
      bed.proxy.addRule({ method, fault: { kind: 'beforeAnswer', action: () => first.kill() } });
      // The submission itself was answered; the delivery starts after that.
      await first.tell({ kind: 'submit', command: submission() });
      await expect.poll(() => first.dead, { timeout: 15_000 }).toBe(true);
      expect(await tasks()).toMatchObject([{ state: 'running', attempts: 1, evidence: null }]);
      const second = await console();
      await second.tell({ kind: 'idle' });
      expect(await tasks()).toMatchObject([{ state: 'done', attempts: 2, evidence: { heldAfterwards: true } }]);
      expect(await bed.userNames()).toEqual(['requester@example.com']);
      expect(await bed.membersOf('Readers')).toEqual(['requester@example.com']);
      expect([took(bed, 'POST'), took(bed, 'PATCH')]).toEqual([1, 1]);
      expect(await rowsOf(workspace, 'access_grant')).toMatchObject([{ status: 'active', origin: 'request' }]);
      expect(await rowsOf(workspace, 'access_request')).toMatchObject([{ state: 'completed' }]);
    },
    60_000,
  );

  it('in the middle of a large transaction: nothing of it is there, and the workspace works', async () => {
    const { workspace, console, submission } = await begin(open);
    const before = await rowCounts(workspace, ['setting', 'command_record', 'audit_event']);
    const first = await console(false);
    const never = first.tell({
      kind: 'writeHalf',
      command: commandOf({ kind: 'system', part: 'setup' }, { rows: 3000 }),
    });
    await first.half();
    await first.kill();
    await expect(never).rejects.toThrow('dead');
    expect(await rowCounts(workspace, ['setting', 'command_record', 'audit_event'])).toEqual(before);
    const second = await console(false);
    expect(await second.tell({ kind: 'submit', command: submission() })).toMatchObject({
      outcome: 'done',
      value: { number: 1 },
    });
  }, 60_000);

  it('during a discovery: the next one goes on at its checkpoint, and the result is complete', async () => {
    const names = ['ada', 'grace', 'edsger', 'tony', 'alan'].map((name) => `${name}@example.com`);
    const { workspace, bed, console, applications } = await begin(open, {
      users: names.map((userName) => ({ userName, email: userName })),
      groups: { Readers: names, Writers: ['ada@example.com'], Others: ['tony@example.com'] },
    });
    const order = { kind: 'discover', applicationId: applications.automatic, actor: discoveryActor } as const;
    const first = await console();
    bed.proxy.addRule({ path: /\/Users\?startIndex=4/, fault: { kind: 'beforeAnswer', action: () => first.kill() } });
    await expect(first.tell(order)).rejects.toThrow('dead');
    expect(await rowsOf(workspace, 'sync_run')).toMatchObject([
      { state: 'running', accountsSeen: 4, checkpoint: expect.stringContaining('5') },
    ]);
    bed.proxy.forgetRequests();
    const second = await console();
    expect(await second.tell(order)).toMatchObject({ outcome: 'done' });
    const lists = bed.proxy.requests
      .filter((request) => /\/Users\?startIndex/.test(request.path))
      .map((request) => request.path);
    expect(lists).toEqual([expect.stringContaining('startIndex=4')]);
    expect(await rowsOf(workspace, 'sync_run')).toMatchObject([
      { state: 'completed', accountsSeen: 5, entitlementsSeen: 3, grantsSeen: 7 },
    ]);
    expect(await rowsOf(workspace, 'account')).toHaveLength(5);
    expect((await rowsOf(workspace, 'access_grant')).filter((grant) => grant.status === 'active')).toHaveLength(7);
  }, 60_000);
});

/** A generator of its own seed, so that a failing run can be run again. */
function randomBelow(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describeEachDatabase('a workspace whose consoles keep being killed', (open, dialect) => {
  const kills = dialect === 'sqlite' ? 20 : 6;
  const seed = Number(process.env['GATEHOUSE_SEED'] ?? Math.floor(Math.random() * 1e9));

  it(`holds in the end what was intended, after ${kills} kills (seed ${seed})`, async () => {
    const random = randomBelow(seed);
    const { workspace, bed, console, submission, entitlements, tasks } = await begin(open);
    const people: EmployeeId[] = Array.from({ length: 4 }, () => newId());
    await workspace.database.transaction((writer) =>
      insertRows(
        writer,
        'employee',
        people.map((id, index) => employeeRow({ id, name: `member${index}` })),
      ),
    );
    /** What was answered with `done`, in order; the oracle of what may not be lost. */
    const acknowledged: CommandId[] = [];
    for (let round = 0; round < kills; round += 1) {
      const current = await console();
      const after = 1 + random(14);
      const kind = (['afterAction', 'beforeAnswer'] as const)[random(2)] ?? 'afterAction';
      let seen = 0;
      const strike = async () => {
        seen += 1;
        if (seen === after) await current.kill();
      };
      bed.proxy.addRule({ times: Infinity, fault: { kind, action: strike } satisfies Fault });
      const held = new Set(
        (await rowsOf(workspace, 'request_item'))
          .filter((item) => item.state === 'fulfilled')
          .map((item) => `${item.beneficiaryId} ${item.entitlementId}`),
      );
      try {
        for (let count = 0; count < 3; count += 1) {
          const who = people[random(people.length)]!;
          const entitlementId = entitlements.automatic[random(2)]!;
          const last = (await rowsOf(workspace, 'request_item')).findLast(
            (item) => item.beneficiaryId === who && item.entitlementId === entitlementId,
          );
          const action = held.has(`${who} ${entitlementId}`) && last?.action === 'GRANT' ? 'REVOKE' : 'GRANT';
          const command = submission([line(who, entitlementId, { action })]);
          const result = (await current.tell({ kind: 'submit', command })) as { readonly outcome: string };
          if (result.outcome === 'done') acknowledged.push(command.id);
        }
        await current.tell({ kind: 'idle' });
      } catch (error) {
        // Only the kill may end a round early.
        if (!String(error).includes('dead')) throw error;
      }
      await current.kill();
      bed.proxy.clearRules();
    }
    const last = await console();
    await last.tell({ kind: 'idle' });
    await last.kill();

    const records = new Set((await rowsOf(workspace, 'command_record')).map((record) => record.id));
    expect(acknowledged.filter((id) => !records.has(id))).toEqual([]);
    expect((await tasks()).map((task) => task.state).filter((state) => state !== 'done')).toEqual([]);
    expect(
      (await rowsOf(workspace, 'request_item')).map((item) => item.state).filter((state) => state !== 'fulfilled'),
    ).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(kills / 4);

    // Intended (by the requests alone), actual (by the server alone) and known (by the directory) are the same.
    const requests = new Map(
      (await rowsOf(workspace, 'access_request')).map((request) => [request.id, request.number]),
    );
    const intended = new Map<string, string>();
    const items = (await rowsOf(workspace, 'request_item')).toSorted(
      (a, b) => requests.get(a.requestId)! - requests.get(b.requestId)!,
    );
    const nameOf = new Map(people.map((id, index) => [id, `member${index}@example.com`]));
    for (const item of items)
      intended.set(
        `${nameOf.get(item.beneficiaryId)} ${entitlements.automatic.indexOf(item.entitlementId)}`,
        item.action,
      );
    const wanted = [...intended]
      .filter(([, action]) => action === 'GRANT')
      .map(([key]) => key)
      .toSorted();
    const actual = (
      await Promise.all(
        ['Readers', 'Writers'].map(async (group, index) =>
          (await bed.membersOf(group)).map((name) => `${name} ${index}`),
        ),
      )
    )
      .flat()
      .toSorted();
    expect(actual).toEqual(wanted);
    const accounts = new Map((await rowsOf(workspace, 'account')).map((account) => [account.id, account.username]));
    const known = (await rowsOf(workspace, 'access_grant'))
      .filter((grant) => grant.status === 'active')
      .map((grant) => `${accounts.get(grant.accountId)} ${entitlements.automatic.indexOf(grant.entitlementId)}`)
      .toSorted();
    expect(known).toEqual(wanted);
    const users = await bed.userNames();
    expect(new Set(users).size).toBe(users.length);

    const heads = new Map<string | null, string>();
    const events = await rowsOf(workspace, 'audit_event');
    for (const [index, row] of events.entries()) {
      const { hash, ...event } = eventFromRow(row);
      expect([event.sequence, hashOf(event), event.previousHash]).toEqual([
        index + 1,
        hash,
        heads.get(event.requestId) ?? null,
      ]);
      heads.set(event.requestId, hash);
    }
    // It opens again like any other.
    await (await openDatabase(workspace.location)).close();
  }, 180_000);
});
