/** What the lists are read from says the same as the rows it is derived from, whatever commands have done. */
import { sql } from 'kysely';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advanceBulkDecision, startBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { cancelRequest } from '#core/commands/cancel-request.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { commandOf, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { listReader } from './list-tables.ts';

type Step =
  | { readonly kind: 'submit'; readonly who: 'requester' | 'colleague' | 'director'; readonly lines: readonly number[] }
  | { readonly kind: 'decide'; readonly task: number; readonly verdict: 'approve' | 'deny' | 'drop' }
  | { readonly kind: 'cancel'; readonly request: number }
  | { readonly kind: 'own'; readonly who: 'director' | 'colleague' | null; readonly application: 'reviewed' | 'manual' }
  | { readonly kind: 'second'; readonly named: boolean }
  | { readonly kind: 'follow'; readonly request: number }
  | { readonly kind: 'risk'; readonly risk: 'low' | 'high' }
  | { readonly kind: 'bulk' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      who: fc.constantFrom('requester' as const, 'colleague' as const, 'director' as const),
      lines: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      task: fc.nat(20),
      verdict: fc.constantFrom('approve' as const, 'deny' as const, 'drop' as const),
    }),
  },
  fc.record({ kind: fc.constant('cancel' as const), request: fc.nat(10) }),
  fc.record({
    kind: fc.constant('own' as const),
    who: fc.constantFrom('director' as const, 'colleague' as const, null),
    application: fc.constantFrom('reviewed' as const, 'manual' as const),
  }),
  fc.record({ kind: fc.constant('second' as const), named: fc.boolean() }),
  fc.record({ kind: fc.constant('follow' as const), request: fc.nat(10) }),
  fc.record({ kind: fc.constant('risk' as const), risk: fc.constantFrom('low' as const, 'high' as const) }),
  fc.constant({ kind: 'bulk' as const }),
);

describeEachDatabase('What the lists are read from', (open, dialect) => {
  it('is what a recount finds, after any commands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const workspace = await open();
        await perform(workspace, steps);
        const found = await stored(workspace);
        expect(found.places).toEqual(await recountedPlaces(workspace));
        expect(found.tasks).toEqual(await recountedTasks(workspace));
        expect(found.counts).toEqual(countsOf(found.places, found.tasks));
        expect(found.changes).toEqual(await recountedChanges(workspace));
      }),
      { numRuns: dialect === 'sqlite' ? 25 : 3 },
    );
  });
});

async function perform(workspace: TestWorkspace, steps: readonly Step[]): Promise<void> {
  const { people, applications, entitlements } = await organisation(workspace);
  const things = [...entitlements.reviewed, ...entitlements.manual];
  for (const each of steps) {
    workspace.clock.pass(1_000);
    const requests = await rowsOf(workspace, 'access_request');
    switch (each.kind) {
      case 'submit':
        // What is pending already may be refused; that is as good a step as any.
        await submitted(
          workspace.execute,
          people[each.who],
          each.lines.map((index) => line(index < 4 ? people[each.who] : people.requester, things[index % 4]!)),
        ).catch(() => null);
        break;
      case 'decide': {
        const tasks = (await rowsOf(workspace, 'review_task')).filter((task) => task.state === 'open');
        const task = tasks[each.task % Math.max(1, tasks.length)];
        if (task === undefined) break;
        const payload = { taskId: task.id, verdict: each.verdict, reason: 'Looked at.' };
        await workspace.execute(decideTask, commandOf(task.reviewerId, payload));
        break;
      }
      case 'cancel': {
        const request = requests[each.request % Math.max(1, requests.length)];
        if (request === undefined) break;
        await workspace.execute(cancelRequest, commandOf(request.requesterId, { requestId: request.id, reason: null }));
        break;
      }
      case 'own':
        await workspace.database.transaction((writer) =>
          writer
            .updateTable('application')
            .set({ primary_owner_id: each.who === null ? null : people[each.who] })
            .where('id', '=', applications[each.application])
            .execute(),
        );
        break;
      case 'second':
        await workspace.database.transaction(async (writer) => {
          const seat = { applicationId: applications.reviewed, employeeId: people.colleague, position: 1 };
          await writer.deleteFrom('secondary_owner').where('employee_id', '=', people.colleague).execute();
          if (each.named) await insertRows(writer, 'secondary_owner', [seat]);
        });
        break;
      case 'follow': {
        const request = requests[each.request % Math.max(1, requests.length)];
        if (request === undefined) break;
        await workspace.database.transaction((writer) =>
          writer
            .insertInto('request_follower')
            .values({ request_id: request.id, employee_id: people.leaver, since: workspace.clock.now() })
            .onConflict((conflict) => conflict.doNothing())
            .execute(),
        );
        break;
      }
      case 'risk':
        await workspace.database.transaction((writer) =>
          writer.updateTable('entitlement').set({ risk: each.risk }).where('id', '=', things[0]!).execute(),
        );
        break;
      case 'bulk': {
        const payload = { filter: {}, verdict: 'approve' as const };
        const begun = await workspace.execute(startBulkDecision, commandOf(people.manager, payload));
        workspace.clock.pass(10_000);
        if (begun.outcome === 'done')
          await workspace.execute(
            advanceBulkDecision,
            commandOf({ kind: 'system', part: 'reviews' }, { bulkDecisionId: begun.value.bulkDecisionId, limit: 100 }),
          );
        break;
      }
    }
  }
}

async function stored({ database }: TestWorkspace) {
  const lists = listReader(database.read);
  const places = await lists.selectFrom('list_request').select(['kind', 'place_id', 'state', 'number']).execute();
  const tasks = await lists
    .selectFrom('list_task')
    .select(['reviewer_id', 'part', 'since', 'task_id', 'risk'])
    .execute();
  const counts = await lists.selectFrom('list_count').selectAll().where('count', '<>', 0).execute();
  const changes = await lists.selectFrom('list_change').select(['number', 'sequence']).execute();
  return {
    places: places.map((row) => `${row.kind} ${row.place_id} ${row.state} ${row.number}`).toSorted(),
    tasks: tasks.map((row) => `${row.reviewer_id} ${row.part} ${row.since} ${row.task_id} ${row.risk}`).toSorted(),
    counts: counts.map((row) => `${row.kind} ${row.place_id} ${row.state} ${row.count}`).toSorted(),
    changes: changes.map((row) => `${row.number} ${row.sequence}`).toSorted(),
  };
}

/** By the rules of visibility, in plain loops over plain rows. */
async function recountedPlaces(workspace: TestWorkspace): Promise<readonly string[]> {
  const items = await rowsOf(workspace, 'request_item');
  const tasks = await rowsOf(workspace, 'review_task');
  const seats = await rowsOf(workspace, 'secondary_owner');
  const owners = new Map(
    (await rowsOf(workspace, 'application')).map((row) => [
      row.id,
      [row.primaryOwnerId, ...seats.filter((seat) => seat.applicationId === row.id).map((seat) => seat.employeeId)],
    ]),
  );
  const places = new Set<string>();
  for (const request of await rowsOf(workspace, 'access_request')) {
    const put = (kind: string, id: string) => places.add(`${kind} ${id} ${request.state} ${request.number}`);
    const own = items.filter((item) => item.requestId === request.id);
    put('all', '00000000-0000-0000-0000-000000000000');
    put('asked', request.requesterId);
    const concerned = [request.requesterId, ...own.map((item) => item.beneficiaryId)];
    for (const id of concerned) {
      put('mine', id);
      put('visible', id);
    }
    for (const task of tasks) if (task.requestId === request.id) put('visible', task.reviewerId);
    for (const item of own) {
      put('application', item.applicationId);
      for (const owner of owners.get(item.applicationId) ?? []) if (owner !== null) put('visible', owner);
    }
  }
  return [...places].toSorted();
}

async function recountedTasks(workspace: TestWorkspace): Promise<readonly string[]> {
  const items = new Map((await rowsOf(workspace, 'request_item')).map((row) => [row.id, row.entitlementId]));
  const risks = new Map((await rowsOf(workspace, 'entitlement')).map((row) => [row.id, row.risk]));
  const order = { high: 1, medium: 2, low: 3 };
  return (await rowsOf(workspace, 'review_task'))
    .map((task) => {
      const open = task.state === 'open';
      const since = open ? task.openedAt : (task.endedAt ?? task.openedAt);
      const risk = order[risks.get(items.get(task.itemId)!)!];
      return `${task.reviewerId} ${open ? 'open' : 'ended'} ${since} ${task.id} ${risk}`;
    })
    .toSorted();
}

async function recountedChanges({ database }: TestWorkspace): Promise<readonly string[]> {
  const { rows } = await sql<{ number: number; sequence: number }>`
    select access_request.number, max(audit_event.sequence) as sequence from audit_event
    join access_request on access_request.id = audit_event.request_id group by access_request.number`.execute(
    database.read,
  );
  return rows.map((row) => `${row.number} ${row.sequence}`).toSorted();
}

function countsOf(places: readonly string[], tasks: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of [
    ...places.map((place) => place.split(' ').slice(0, 3).join(' ')),
    ...tasks.map((task) => `task ${task.split(' ').slice(0, 2).join(' ')}`),
  ])
    counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => `${text} ${count}`).toSorted();
}
