/** The one door: what it promises whatever the command is. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventFromRow, hashOf } from '#core/audit/append-events.ts';
import { done, refuse } from '#core/domain/errors.ts';
import { newId, type CommandId } from '#core/domain/ids.ts';
import type { TableName } from '#core/persistence/tables.ts';
import { writeWorkspaceSettings } from './workspace-settings.ts';
import { approved, commandOf, line, organisation, rowCounts, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { cancelRequest } from './cancel-request.command.ts';
import { defineCommand } from './command-definition.ts';
import { decideTask } from './decide-task.command.ts';
import { submitRequest } from './submit-request.command.ts';

const written: readonly TableName[] = [
  'access_request',
  'request_item',
  'review_stage',
  'review_task',
  'decision',
  'fulfillment_task',
  'audit_event',
  'command_record',
  'counter',
  'setting',
];

/** Writes, then does as it is told. */
const probe = defineCommand({
  type: 'test.probe',
  payload: z.object({ ending: z.enum(['done', 'refuse', 'throw']) }),
  async run({ ending }, context) {
    await writeWorkspaceSettings(context.writer, { name: 'probe', kind: 'own', signIn: 'operator', operatorId: null });
    context.record({ type: 'workspace.created', requestId: null, itemId: null, data: { ending } });
    context.touch('workspace');
    if (ending === 'throw') throw new Error('broken');
    return ending === 'done' ? done({ ending }) : refuse('request.empty', 'No.');
  },
});

describeEachDatabase('execute', (open) => {
  it('answers the same id with the first result and changes nothing again', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const command = commandOf(people.requester, {
      justification: 'work',
      items: [line(people.requester, entitlements.reviewed[0])],
    });
    const first = await workspace.execute(submitRequest, command);
    const before = await rowCounts(workspace, written);
    workspace.clock.pass(1000);
    const committed = workspace.committed.length;
    expect(first.outcome).toBe('done');
    expect(await workspace.execute(submitRequest, command)).toEqual(first);
    expect(await rowCounts(workspace, written)).toEqual(before);
    expect(workspace.committed).toHaveLength(committed);
  });

  it('refuses an id that was used for another payload, actor or type, and keeps the first record', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const payload = { justification: 'work', items: [line(people.requester, entitlements.reviewed[0])] };
    const command = commandOf(people.requester, payload);
    const first = await workspace.execute(submitRequest, command);
    const before = await rowCounts(workspace, written);
    const reused = { outcome: 'refused', refusal: { code: 'command.idReused' } };
    expect(
      await workspace.execute(submitRequest, { ...command, payload: { ...payload, justification: 'other' } }),
    ).toMatchObject(reused);
    expect(
      await workspace.execute(submitRequest, commandOf(people.colleague, payload, { id: command.id })),
    ).toMatchObject(reused);
    expect(
      await workspace.execute(cancelRequest, commandOf(people.requester, { requestId: newId() }, { id: command.id })),
    ).toMatchObject(reused);
    expect(await rowCounts(workspace, written)).toEqual(before);
    expect(await workspace.execute(submitRequest, command)).toEqual(first);
  });

  it('leaves nothing of a refused command but its record, and refuses it again when it would be possible', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const before = await rowCounts(workspace, written);
    const command = commandOf(people.colleague, {
      justification: 'work',
      items: [line(people.leaver, entitlements.reviewed[0])],
    });
    const refused = await workspace.execute(submitRequest, command);
    expect(refused).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'item.beneficiaryLeft', data: { lines: [{ index: 0 }] } },
    });
    expect(await rowCounts(workspace, written)).toEqual({
      ...before,
      command_record: (before['command_record'] ?? 0) + 1,
    });
    await workspace.database.transaction((writer) =>
      writer.updateTable('employee').set({ status: 'active' }).where('id', '=', people.leaver).execute(),
    );
    expect(await workspace.execute(submitRequest, command)).toEqual(refused);
    expect(await workspace.execute(submitRequest, { ...command, id: newId<CommandId>() })).toMatchObject({
      outcome: 'done',
    });
  });

  it('takes back what a refused command had written itself', async () => {
    const workspace = await open();
    expect(
      await workspace.execute(probe, commandOf({ kind: 'system', part: 'setup' }, { ending: 'refuse' })),
    ).toMatchObject({ outcome: 'refused' });
    expect(await rowCounts(workspace, written)).toMatchObject({
      setting: 0,
      audit_event: 0,
      counter: 0,
      command_record: 1,
    });
    expect(workspace.committed).toEqual([]);
  });

  it('leaves nothing at all of a command that threw, and takes its id again', async () => {
    const workspace = await open();
    const command = commandOf({ kind: 'system', part: 'setup' } as const, { ending: 'throw' as const });
    await expect(workspace.execute(probe, command)).rejects.toThrow('broken');
    expect(await rowCounts(workspace, written)).toMatchObject({
      setting: 0,
      audit_event: 0,
      counter: 0,
      command_record: 0,
    });
    expect(workspace.committed).toEqual([]);
    expect(await workspace.execute(probe, { ...command, payload: { ending: 'done' } })).toMatchObject({
      outcome: 'done',
    });
    expect(await rowCounts(workspace, written)).toMatchObject({ setting: 1, audit_event: 1, command_record: 1 });
  });

  it('refuses a payload of the wrong shape before anything happens', async () => {
    const workspace = await open();
    const { people } = await organisation(workspace);
    expect(
      await workspace.execute(submitRequest, commandOf(people.requester, { justification: 'work', items: 'all' })),
    ).toMatchObject({ refusal: { code: 'command.invalid', message: expect.stringContaining('items') } });
    expect(await rowCounts(workspace, written)).toMatchObject({ command_record: 0 });
  });

  it('counts requests without gaps, also after refusals and errors', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    await submitted(workspace.execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    await workspace.execute(
      submitRequest,
      commandOf(people.requester, { justification: 'work', items: [line(people.requester, entitlements.reviewed[0])] }),
    );
    await expect(workspace.execute(probe, commandOf(people.requester, { ending: 'throw' }))).rejects.toThrow('broken');
    await submitted(workspace.execute, people.requester, [line(people.colleague, entitlements.reviewed[0])]);
    expect((await rowsOf(workspace, 'access_request')).map((request) => request.number)).toEqual([1, 2]);
  });

  it('writes a trail without gaps in which every hash can be computed again, and every chain is whole', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const all = [
      line(people.requester, entitlements.reviewed[0]),
      line(people.colleague, entitlements.automatic[0], { term: { kind: 'duration', minutes: 90 } }),
    ];
    const first = await submitted(workspace.execute, people.requester, all);
    await workspace.execute(probe, commandOf(people.administrator, { ending: 'done' }));
    await submitted(workspace.execute, people.colleague, [line(people.colleague, entitlements.reviewed[1])]);
    await approved(workspace, first);
    const events = await rowsOf(workspace, 'audit_event');
    expect(events.length).toBeGreaterThan(8);
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
    const heads = new Map<string | null, string>();
    for (const row of events) {
      const { hash, ...event } = eventFromRow(row);
      expect(hashOf(event)).toBe(hash);
      expect(event.previousHash).toBe(heads.get(event.requestId) ?? null);
      heads.set(event.requestId, hash);
    }
    expect(heads.size).toBe(3);
    const [tampered] = events;
    expect(hashOf({ ...eventFromRow(tampered!), data: { justification: 'another' } })).not.toBe(tampered!.hash);
  });

  it('has a trail that the database itself lets nobody change or delete', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    await submitted(workspace.execute, people.requester, [line(people.requester, entitlements.reviewed[0])]);
    const before = await rowsOf(workspace, 'audit_event');
    const attempt = (statement: string) =>
      workspace.database.transaction((writer) => sql.raw(statement).execute(writer));
    const attempts = [`update audit_event set data = '{}'`, 'delete from audit_event'];
    // SQLite has no such statement.
    if (workspace.database.dialect === 'postgres') attempts.push('truncate audit_event');
    for (const statement of attempts) await expect(attempt(statement)).rejects.toThrow(/never (changed|deleted)/);
    expect(await rowsOf(workspace, 'audit_event')).toEqual(before);
  });
});

describeEachDatabase('a decision', (open) => {
  it('is one transaction of rows, trail, fulfillment tasks and command record (defect 2)', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0], { term: { kind: 'duration', minutes: 60 } }),
    ]);
    const [task] = await rowsOf(workspace, 'review_task');
    const command = commandOf(people.manager, { taskId: task!.id, verdict: 'approve' as const });
    // The record is written last; when it cannot be, nothing before it stays.
    await workspace.database.transaction((writer) =>
      sql
        .raw(
          workspace.database.dialect === 'sqlite'
            ? `create trigger test_refuse before insert on command_record begin select raise(abort, 'no room'); end`
            : `create function test_refuse() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$; create trigger test_refuse before insert on command_record for each row execute function test_refuse()`,
        )
        .execute(writer),
    );
    const before = await rowCounts(workspace, written);
    await expect(workspace.execute(decideTask, command)).rejects.toThrow('no room');
    expect(await rowCounts(workspace, written)).toEqual(before);
    expect((await rowsOf(workspace, 'request_item')).map((item) => item.state)).toEqual(['inReview']);
    await workspace.database.transaction((writer) =>
      sql
        .raw(
          workspace.database.dialect === 'sqlite'
            ? 'drop trigger test_refuse'
            : 'drop trigger test_refuse on command_record',
        )
        .execute(writer),
    );
    expect(await workspace.execute(decideTask, command)).toMatchObject({ outcome: 'done' });
    expect(
      (await rowsOf(workspace, 'fulfillment_task')).map(({ effect, cause, state }) => ({ effect, cause, state })),
    ).toEqual([
      { effect: 'grant', cause: 'decision', state: 'ready' },
      { effect: 'revoke', cause: 'expiry', state: 'scheduled' },
    ]);
    const types = (await rowsOf(workspace, 'audit_event'))
      .filter((event) => event.commandId === command.id)
      .map((event) => event.type);
    expect(types).toEqual(['review.approved', 'item.approved']);
    expect(requestId).toBeTruthy();
  });
});

describe('hashOf', () => {
  it('does not depend on the order in which properties were written', () => {
    const event = {
      id: newId(),
      sequence: 1,
      type: 'roles.changed',
      requestId: null,
      itemId: null,
      actor: { kind: 'system', part: 'setup' },
      at: '2026-03-02T08:00:00.000Z',
      commandId: newId(),
      data: { a: 1, b: 2 },
      previousHash: null,
    } as unknown as Parameters<typeof hashOf>[0];
    const turned = Object.fromEntries(
      Object.entries({ ...event, data: { b: 2, a: 1 } }).toReversed(),
    ) as unknown as typeof event;
    expect(hashOf(turned)).toBe(hashOf(event));
  });
});
