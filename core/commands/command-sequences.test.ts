/** Random commands on a real database: rows, trail and counts say the same in the end, whatever was done in whatever order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadReportData } from '#core/audit/report-data.ts';
import { verifyChain } from '#core/audit/verify-chain.ts';
import { eventFromRow } from '#core/audit/append-events.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import type { Term } from '#core/domain/request.ts';
import { commandOf, line, organisation, rowsOf, type PersonName } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { daysPass } from '#core/testing/review-time.ts';
import { startBulkDecision } from './bulk-decision.command.ts';
import { cancelRequest } from './cancel-request.command.ts';
import { decideTask } from './decide-task.command.ts';
import { createDelegation, endDelegation } from './delegation.command.ts';
import { completeFulfillmentByHand, sendFulfillmentAgain } from './fulfillment-by-person.command.ts';
import { startFulfillmentTask } from './fulfillment.command.ts';
import { endAccessEarly, notRenewAccess } from './later-access.command.ts';
import { savePolicy } from './policy.command.ts';
import { reassignTask } from './reassign-task.command.ts';
import { askAboutTask } from './review-messages.command.ts';
import { submitRequest } from './submit-request.command.ts';

const people = [
  'requester',
  'colleague',
  'manager',
  'director',
  'owner',
  'administrator',
] as const satisfies readonly PersonName[];
const small = fc.nat({ max: 20 });
const someone = fc.constantFrom(...people);
const verdict = fc.constantFrom(
  'approve' as const,
  'approve' as const,
  'approve' as const,
  'deny' as const,
  'drop' as const,
);
const kindOf = <Kind extends string>(...kinds: readonly Kind[]) => fc.constantFrom(...kinds);
const submission = fc.record({
  kind: kindOf('submit'),
  who: someone,
  things: fc.uniqueArray(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 }),
  term: fc.nat({ max: 2 }),
});

const step = fc.oneof(
  { weight: 3, arbitrary: submission },
  { weight: 6, arbitrary: fc.record({ kind: kindOf('decide'), task: small, verdict, shorter: fc.boolean() }) },
  fc.record({ kind: kindOf('cancel'), request: small }),
  fc.record({ kind: kindOf('reassign'), task: small, who: someone }),
  fc.record({ kind: kindOf('ask'), task: small }),
  fc.record({ kind: kindOf('away'), who: someone, delegate: someone }),
  fc.record({ kind: kindOf('back'), delegation: small }),
  { weight: 2, arbitrary: fc.record({ kind: kindOf('deliver', 'byHand', 'again'), task: small }) },
  fc.record({ kind: kindOf('endEarly', 'notRenew'), item: small }),
  fc.record({ kind: kindOf('days'), days: fc.constantFrom(1, 3) }),
  { weight: 2, arbitrary: fc.record({ kind: kindOf('bulk'), who: someone, verdict }) },
  fc.record({ kind: kindOf('manager'), who: someone, to: someone }),
  fc.record({
    kind: kindOf('policy'),
    effect: fc.constantFrom('autoApprove', 'autoDeny', 'route'),
    things: fc.nat({ max: 5 }),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

const settings = fc.record({
  levels: fc.constantFrom(1, 2),
  quorum: fc.constantFrom({ kind: 'one' as const }, { kind: 'all' as const }),
  skipEarlierApprovers: fc.boolean(),
  decideWithinDays: fc.constantFrom(null, 2),
  remindAfterDays: fc.constantFrom(null, 1),
  escalateAfterDays: fc.constantFrom(null, 1),
});

describeEachDatabase('After any commands', (open, dialect) => {
  it(
    'the rows agree with the trail, the counts with a recount, and the chains verify',
    { timeout: 180_000 },
    async () => {
      const steps = fc.array(step, { minLength: 6, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(settings, submission, steps, async (chosen, first, rest) => {
          const workspace = await open();
          const built = await organisation(workspace);
          await configure(workspace, chosen);
          for (const each of [first, ...rest]) await perform(workspace, built, each);
          await expectAgreement(workspace);
          expect(await storedCounts(workspace)).toEqual(await recount(workspace));
        }),
        { numRuns: dialect === 'sqlite' ? 20 : 4 },
      );
    },
  );
});

async function configure({ database }: TestWorkspace, chosen: object): Promise<void> {
  const reviewSettings = { approval: 'review', reviewers: ['manager', 'applicationOwner', 'riskManager'], ...chosen };
  await database.transaction((writer) =>
    writer
      .updateTable('application')
      .set({ review_settings: JSON.stringify(reviewSettings) as never })
      .where('name', '<>', 'automatic')
      .execute(),
  );
}

/** A command that is refused is as good a step as any. */
async function perform(
  workspace: TestWorkspace,
  built: Awaited<ReturnType<typeof organisation>>,
  each: Step,
): Promise<void> {
  const { execute, clock } = workspace;
  const at = <Row>(rows: readonly Row[], index: number): Row | undefined => rows[index % Math.max(1, rows.length)];
  clock.pass(1_000);
  switch (each.kind) {
    case 'submit': {
      const { reviewed, manual, automatic } = built.entitlements;
      const things = [...reviewed, ...manual, ...automatic];
      const term = (
        [
          { kind: 'permanent' },
          { kind: 'duration', minutes: 3000 },
          { kind: 'until', endsAt: plusMinutes(clock.now(), 6000) },
        ] satisfies Term[]
      )[each.term]!;
      const who = built.people[each.who];
      const items = each.things.map((index) =>
        line(index % 2 === 0 ? who : built.people.colleague, things[index]!, { term }),
      );
      await execute(submitRequest, commandOf(who, { justification: 'work', items }));
      return;
    }
    case 'decide':
    case 'reassign':
    case 'ask': {
      const task = at(
        (await rowsOf(workspace, 'review_task')).filter(({ state }) => state === 'open'),
        each.task,
      );
      if (task === undefined) return;
      const { id: taskId, reviewerId } = task;
      if (each.kind === 'ask') await execute(askAboutTask, commandOf(reviewerId, { taskId, text: 'why?' }));
      else if (each.kind === 'reassign')
        await execute(reassignTask, commandOf(reviewerId, { taskId, toReviewerId: built.people[each.who] }));
      else {
        const shortenedTo = each.shorter && each.verdict === 'approve' ? { kind: 'duration', minutes: 60 } : null;
        await execute(
          decideTask,
          commandOf(reviewerId, { taskId, verdict: each.verdict, reason: 'looked at', shortenedTo }),
        );
      }
      return;
    }
    case 'cancel': {
      const request = at(await rowsOf(workspace, 'access_request'), each.request);
      if (request !== undefined)
        await execute(cancelRequest, commandOf(request.requesterId, { requestId: request.id }));
      return;
    }
    case 'away':
      await execute(
        createDelegation,
        commandOf(built.people[each.who], {
          delegateId: built.people[each.delegate],
          startsAt: null,
          endsAt: null,
          note: null,
        }),
      );
      return daysPass(workspace, 0);
    case 'back': {
      const delegation = at(await rowsOf(workspace, 'delegation'), each.delegation);
      if (delegation !== undefined)
        await execute(endDelegation, commandOf(delegation.delegatorId, { delegationId: delegation.id }));
      return daysPass(workspace, 0);
    }
    case 'deliver':
    case 'byHand':
    case 'again': {
      const task = at(await rowsOf(workspace, 'fulfillment_task'), each.task);
      if (task === undefined) return;
      const fulfillmentTaskId = task.id;
      const leaseUntil = plusMinutes(clock.now(), 1);
      if (each.kind === 'deliver')
        await execute(
          startFulfillmentTask,
          commandOf({ kind: 'system', part: 'fulfillment' }, { fulfillmentTaskId, leaseOwner: 'me', leaseUntil }),
        );
      else if (each.kind === 'again')
        await execute(sendFulfillmentAgain, commandOf(built.people.owner, { fulfillmentTaskId }));
      else
        await execute(
          completeFulfillmentByHand,
          commandOf(built.people.owner, {
            fulfillmentTaskId,
            outcome: each.task % 4 === 0 ? 'notPossible' : 'done',
            note: 'by hand',
          }),
        );
      return;
    }
    case 'endEarly':
    case 'notRenew': {
      const item = at(await rowsOf(workspace, 'request_item'), each.item);
      if (item === undefined) return;
      const payload = { itemId: item.id, reason: 'no longer needed' };
      if (each.kind === 'endEarly') await execute(endAccessEarly, commandOf(item.beneficiaryId, payload));
      else await execute(notRenewAccess, commandOf(item.beneficiaryId, payload));
      return;
    }
    case 'days':
      return daysPass(workspace, each.days);
    case 'bulk':
      await execute(
        startBulkDecision,
        commandOf(built.people[each.who], { filter: {}, verdict: each.verdict, reason: 'looked at' }),
      );
      // Once it can no longer be taken back, Gatehouse performs it.
      clock.pass(60_000);
      return daysPass(workspace, 0);
    case 'manager':
      await workspace.database.transaction((writer) =>
        writer
          .updateTable('employee')
          .set({ manager_id: each.who === each.to ? null : built.people[each.to] })
          .where('id', '=', built.people[each.who])
          .execute(),
      );
      // Half of the time what is in review follows at once, and otherwise later.
      return each.to < each.who ? daysPass(workspace, 0) : undefined;
    case 'policy': {
      const { reviewed, manual, automatic } = built.entitlements;
      const entitlementIds = [[...reviewed, ...manual, ...automatic][each.things]!];
      const effect = {
        autoApprove: { kind: 'autoApprove' },
        autoDeny: { kind: 'autoDeny', reason: 'never' },
        route: { kind: 'route', route: { reviewers: ['applicationOwner'] } },
      }[each.effect];
      const policy = { name: `policy ${each.effect}`, conditions: { entitlementIds }, effect };
      await execute(savePolicy, commandOf(built.people.administrator, policy));
      return;
    }
  }
}

async function expectAgreement(workspace: TestWorkspace): Promise<void> {
  const { read } = workspace.database;
  for (const { id } of await rowsOf(workspace, 'access_request')) {
    const report = await loadReportData(read, id, { at: workspace.clock.now(), by: 'test' });
    expect(report.differences).toEqual([]);
    expect(report.verification).toMatchObject({ intact: true });
  }
  const events = (await rowsOf(workspace, 'audit_event'))
    .map((row) => eventFromRow(row))
    .toSorted((a, b) => a.sequence - b.sequence);
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  expect(verifyChain(events.filter((event) => event.requestId === null))).toMatchObject({ intact: true });
}

/** `kind place state` -> how many, as it is kept beside the rows. */
async function storedCounts({ database }: TestWorkspace): Promise<readonly string[]> {
  const reader = database.read as unknown as {
    selectFrom(table: string): { selectAll(): { execute(): Promise<readonly Record<string, unknown>[]> } };
  };
  const rows = await reader.selectFrom('list_count').selectAll().execute();
  return rows
    .filter((row) => Number(row['count']) !== 0 && ['asked', 'task'].includes(String(row['kind'])))
    .map((row) => `${String(row['kind'])} ${String(row['place_id'])} ${String(row['state'])} ${Number(row['count'])}`)
    .toSorted();
}

async function recount(workspace: TestWorkspace): Promise<readonly string[]> {
  const requests = (await rowsOf(workspace, 'access_request')).map(
    ({ requesterId, state }) => `asked ${requesterId} ${state}`,
  );
  const tasks = (await rowsOf(workspace, 'review_task')).map(
    ({ reviewerId, state }) => `task ${reviewerId} ${state === 'open' ? 'open' : 'ended'}`,
  );
  const counted = Map.groupBy([...requests, ...tasks], (place) => place);
  return [...counted].map(([place, rows]) => `${place} ${rows.length}`).toSorted();
}
