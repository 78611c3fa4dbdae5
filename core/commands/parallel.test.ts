/** Two consoles on one database: whatever they do at the same moment, it is as if one had come after the other. */
import { afterEach, expect, it } from 'vitest';
import type { Result } from '#core/domain/errors.ts';
import { newId, type ApplicationId, type EmployeeId } from '#core/domain/ids.ts';
import { openDatabase, type Database } from '#core/persistence/open-database.ts';
import { commandOf, discoveryActor, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { changeApplication } from './application.command.ts';
import { cancelRequest } from './cancel-request.command.ts';
import { decideTask } from './decide-task.command.ts';
import { finishDiscovery, startDiscovery } from './discovery.command.ts';
import { createExecutor, type Execute } from './execute.ts';
import { setRoles } from './set-roles.command.ts';
import { submitRequest } from './submit-request.command.ts';

/** How often each race is run: one round may come out right by luck. */
const rounds = 6;

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

/**
 * A second console on the same database. On SQLite it is the same handle: a second one in this process would wait
 * for the file's lock without letting the first one go on. Consoles of their own are in the test of two processes.
 */
async function secondConsole(workspace: TestWorkspace): Promise<Execute> {
  if (workspace.database.dialect === 'sqlite') return workspace.execute;
  const database = await openDatabase(workspace.location);
  opened.push(database);
  return createExecutor({ database, now: workspace.clock.now, committed: () => undefined });
}

function outcomes(results: readonly Result<unknown>[]): readonly string[] {
  return results.map((result) => (result.outcome === 'done' ? 'done' : result.refusal.code)).toSorted();
}

describeEachDatabase('at the same moment in two consoles', (open) => {
  it('one of two decisions on the same task wins, the other is told that it is stale', async () => {
    const workspace = await open();
    const other = await secondConsole(workspace);
    const { people, entitlements } = await organisation(workspace);
    for (let round = 0; round < rounds; round += 1) {
      // Two owners review what the manager asks for: their tasks are different, their stage is the same.
      const requestId = await submitted(workspace.execute, people.manager, [
        line(people.requester, entitlements.reviewed[0]),
      ]);
      const [first, second] = (await rowsOf(workspace, 'review_task')).filter((task) => task.requestId === requestId);
      const sameTask = round % 2 === 0;
      const results = await Promise.all([
        workspace.execute(
          decideTask,
          commandOf(first!.reviewerId, { taskId: first!.id, verdict: 'approve' }, { basedOn: 1 }),
        ),
        sameTask
          ? other(
              decideTask,
              commandOf(first!.reviewerId, { taskId: first!.id, verdict: 'deny', reason: 'no' }, { basedOn: 1 }),
            )
          : other(
              decideTask,
              commandOf(second!.reviewerId, { taskId: second!.id, verdict: 'deny', reason: 'no' }, { basedOn: 1 }),
            ),
      ]);
      expect(outcomes(results)).toEqual(['decision.stale', 'done']);
      const decisions = (await rowsOf(workspace, 'decision')).filter((decision) => decision.requestId === requestId);
      expect(decisions).toHaveLength(1);
      const tasks = (await rowsOf(workspace, 'fulfillment_task')).filter((task) => task.requestId === requestId);
      expect(tasks).toHaveLength(decisions[0]!.verdict === 'approve' ? 1 : 0);
      await workspace.database.transaction((writer) =>
        writer.updateTable('request_item').set({ state: 'denied' }).execute(),
      );
    }
  });

  it('one of two submissions of the same line makes a request, and the other one joins it', async () => {
    const workspace = await open();
    const other = await secondConsole(workspace);
    const { people, entitlements } = await organisation(workspace);
    for (let round = 0; round < rounds; round += 1) {
      const items = [
        line(people.requester, entitlements.reviewed[1]),
        line(people.requester, entitlements.reviewed[0]),
      ];
      const results = await Promise.all([
        workspace.execute(submitRequest, commandOf(people.requester, { justification: 'mine', items })),
        other(submitRequest, commandOf(people.colleague, { justification: 'theirs', items: items.toReversed() })),
      ]);
      const made = results.flatMap((result) => (result.outcome === 'done' ? [result.value] : []));
      expect(made.map(({ isNew, number }) => `${isNew} ${number}`).toSorted((a, b) => a.localeCompare(b))).toEqual([
        `false ${round + 1}`,
        `true ${round + 1}`,
      ]);
      expect(made.flatMap(({ joined }) => joined.map(({ index }) => index))).toEqual([0, 1]);
      await workspace.database.transaction((writer) =>
        writer.updateTable('request_item').set({ state: 'cancelled' }).execute(),
      );
    }
    expect((await rowsOf(workspace, 'access_request')).map((request) => request.number)).toEqual(
      Array.from({ length: rounds }, (_, index) => index + 1),
    );
  });

  it('the same command is executed once, and both get its result', async () => {
    const workspace = await open();
    const other = await secondConsole(workspace);
    const { people, entitlements } = await organisation(workspace);
    for (let round = 0; round < rounds; round += 1) {
      const submission = commandOf(people.requester, {
        justification: 'work',
        items: [line(people.requester, entitlements.reviewed[0])],
      });
      const [first, second] = await Promise.all([
        workspace.execute(submitRequest, submission),
        other(submitRequest, submission),
      ]);
      expect(first).toMatchObject({ outcome: 'done' });
      expect(second).toEqual(first);
      const task = (await rowsOf(workspace, 'review_task')).at(-1)!;
      const decision = commandOf(task.reviewerId, { taskId: task.id, verdict: 'deny' as const, reason: 'no' });
      const [one, two] = await Promise.all([workspace.execute(decideTask, decision), other(decideTask, decision)]);
      expect(one).toMatchObject({ outcome: 'done' });
      expect(two).toEqual(one);
    }
    expect(await rowsOf(workspace, 'access_request')).toHaveLength(rounds);
    expect(await rowsOf(workspace, 'decision')).toHaveLength(rounds);
  });

  it('a decision and a cancellation do not both happen', async () => {
    const workspace = await open();
    const other = await secondConsole(workspace);
    const { people, entitlements } = await organisation(workspace);
    for (let round = 0; round < rounds; round += 1) {
      const requestId = await submitted(workspace.execute, people.requester, [
        line(people.requester, entitlements.reviewed[0]),
      ]);
      const task = (await rowsOf(workspace, 'review_task')).at(-1)!;
      const results = await Promise.all([
        workspace.execute(decideTask, commandOf(task.reviewerId, { taskId: task.id, verdict: 'deny', reason: 'no' })),
        other(cancelRequest, commandOf(people.requester, { requestId })),
      ]);
      expect(results.filter((result) => result.outcome === 'done')).toHaveLength(1);
    }
    expect((await rowsOf(workspace, 'audit_event')).map((event) => event.sequence)).toEqual(
      (await rowsOf(workspace, 'audit_event')).map((_, index) => index + 1),
    );
  });

  it('one of two changes of an application is kept, the other is told', async () => {
    const workspace = await open();
    const other = await secondConsole(workspace);
    const { people, applications } = await organisation(workspace);
    for (let round = 1; round <= rounds; round += 1) {
      const change = (description: string) =>
        commandOf(people.owner, {
          applicationId: applications.reviewed,
          version: round,
          name: 'reviewed',
          description,
          primaryOwnerId: people.owner,
          secondaryOwnerIds: [people.secondOwner],
          fulfillment: 'connector' as const,
          reviewSettings: { approval: 'review' as const, reviewers: ['manager' as const] },
        });
      const results = await Promise.all([
        workspace.execute(changeApplication, change('one')),
        other(changeApplication, change('two')),
      ]);
      expect(outcomes(results)).toEqual(['application.invalid', 'done']);
      expect((await rowsOf(workspace, 'application')).find((row) => row.id === applications.reviewed)).toMatchObject({
        version: round + 1,
        description: results[0].outcome === 'done' ? 'one' : 'two',
      });
    }
  });

  it('two administrators cannot each be the one who remains when both give it up', async () => {
    const workspace = await open();
    const other = await secondConsole(workspace);
    const { people } = await organisation(workspace);
    for (let round = 0; round < rounds; round += 1) {
      const resign = (employeeId: EmployeeId) => commandOf(employeeId, { employeeId, roles: [] });
      const results = await Promise.all([
        workspace.execute(setRoles, resign(people.administrator)),
        other(setRoles, resign(people.secondAdministrator)),
      ]);
      expect(outcomes(results)).toEqual(['access.notAllowed', 'done']);
      const [left] = await rowsOf(workspace, 'role_assignment');
      const again = left!.employeeId === people.administrator ? people.secondAdministrator : people.administrator;
      expect(
        await workspace.execute(setRoles, commandOf(left!.employeeId, { employeeId: again, roles: ['administrator'] })),
      ).toMatchObject({ outcome: 'done' });
    }
  });

  it('two starts of a discovery carry on one run', async () => {
    const workspace = await open();
    const other = await secondConsole(workspace);
    const { applications } = await organisation(workspace);
    for (let round = 1; round <= rounds; round += 1) {
      const begin = (leaseOwner: string) =>
        commandOf(discoveryActor, { applicationId: applications.reviewed as ApplicationId, leaseOwner });
      const [first, second] = await Promise.all([
        workspace.execute(startDiscovery, begin('one')),
        other(startDiscovery, begin('two')),
      ]);
      if (first.outcome === 'refused' || second.outcome === 'refused') throw new Error('A start was refused');
      expect(second.value.runId).toBe(first.value.runId);
      // One of them carries it on.
      expect([first.value.mine, second.value.mine].filter(Boolean)).toHaveLength(1);
      expect(await rowsOf(workspace, 'sync_run')).toHaveLength(round);
      await workspace.execute(
        finishDiscovery,
        commandOf(discoveryActor, {
          runId: first.value.runId,
          leaseOwner: first.value.mine ? 'one' : 'two',
          failure: 'Over.',
          abilities: { effects: [], compares: [] },
        }),
      );
    }
  });

  it('many commands of many people all happen, and the trail has no gap', async () => {
    const workspace = await open();
    const other = await secondConsole(workspace);
    const { people, entitlements } = await organisation(workspace);
    const wanted = [people.requester, people.colleague, people.manager, people.director].flatMap((who) =>
      [...entitlements.reviewed, ...entitlements.automatic].map((entitlementId) => line(who, entitlementId)),
    );
    const results = await Promise.all(
      wanted.map((item, index) =>
        (index % 2 === 0 ? workspace.execute : other)(
          submitRequest,
          commandOf(people.requester, { justification: 'work', items: [item] }, { id: newId() }),
        ),
      ),
    );
    expect(results.every((result) => result.outcome === 'done')).toBe(true);
    const events = await rowsOf(workspace, 'audit_event');
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
    expect(
      (await rowsOf(workspace, 'access_request')).map((request) => request.number).toSorted((a, b) => a - b),
    ).toEqual(wanted.map((_, index) => index + 1));
  });
});
