/** A workspace with any number of requests that have come to their end, written in batches: measurements need its size, not its history. */
import { freshTask, ordinaryItem, plannedTask } from '#core/domain/request.ts';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openReplayWorkspace, prepare } from '#core/cli/replay/replay-workspace.ts';
import {
  newId,
  type AccountId,
  type ApplicationId,
  type AuditEventId,
  type CommandId,
  type DecisionId,
  type EmployeeId,
  type EntitlementId,
} from '#core/domain/ids.ts';
import type {
  FulfillmentTaskId,
  GrantId,
  RequestId,
  RequestItemId,
  ReviewStageId,
  ReviewTaskId,
} from '#core/domain/ids.ts';
import { instant, type Instant } from '#core/domain/instant.ts';
import { openDatabase } from '#core/persistence/open-database.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';

const employees = 1_000;
const requestsPerBatch = 2_000;

/** Makes the workspace in `directory` with `count` requests, a tenth of them denied. */
export async function buildWorkspace(directory: string, count: number): Promise<void> {
  const replay = await openReplayWorkspace(directory, 'Benchmark');
  const { applicationId } = replay;
  const manager = {
    id: newId<EmployeeId>(),
    workEmail: 'manager@bench.example',
    fullName: 'Manager',
    department: 'Operations',
    jobTitle: 'Lead',
    managerId: null,
    attributes: {},
  };
  const people = Array.from({ length: employees }, (_, index) => ({
    ...manager,
    id: newId<EmployeeId>(),
    workEmail: `employee-${index}@bench.example`,
    fullName: `Employee ${index}`,
    managerId: manager.id,
  }));
  const things = Array.from({ length: Math.ceil(count / employees) }, (_, index) => ({
    id: newId<EntitlementId>(),
    externalId: `thing-${index}`,
    name: `Thing ${index}`,
  }));
  await prepare(replay, [manager, ...people], things);
  await replay.workspace.close();
  const accounts = people.map(({ id, workEmail, fullName }): Rows['account'] => ({
    id: newId<AccountId>(),
    applicationId,
    employeeId: id,
    kind: 'employee',
    username: workEmail,
    usernameKey: workEmail,
    externalId: `account-${workEmail}`,
    email: workEmail,
    displayName: fullName,
    status: 'active',
    lastSeenRunId: null,
  }));
  const database = await openDatabase({ kind: 'sqlite', file: join(directory, 'workspace.db') });
  try {
    const { last } = await database.read
      .selectFrom('audit_event')
      .select((eb) => eb.fn.max<number>('sequence').as('last'))
      .executeTakeFirstOrThrow();
    await database.transaction((writer) => insertRows(writer, 'account', accounts));
    for (let first = 0; first < count; first += requestsPerBatch) {
      const numbers = Array.from({ length: Math.min(requestsPerBatch, count - first) }, (_, index) => first + index);
      const stories = numbers.map((number) => {
        const person = people[number % employees];
        const account = accounts[number % employees];
        const thing = things[Math.floor(number / employees)];
        if (person === undefined || account === undefined || thing === undefined)
          throw new Error('Too few people and entitlements');
        return story({
          number,
          applicationId,
          employeeId: person.id,
          managerId: manager.id,
          accountId: account.id,
          entitlementId: thing.id,
          lastSequence: last,
        });
      });
      await database.transaction(async (writer) => {
        await insertRows(
          writer,
          'access_request',
          stories.map((one) => one.request),
        );
        await insertRows(
          writer,
          'request_item',
          stories.map((one) => one.item),
        );
        await insertRows(
          writer,
          'review_stage',
          stories.map((one) => one.stage),
        );
        await insertRows(
          writer,
          'review_task',
          stories.map((one) => one.task),
        );
        await insertRows(
          writer,
          'decision',
          stories.map((one) => one.decision),
        );
        await insertRows(
          writer,
          'fulfillment_task',
          stories.flatMap((one) => one.fulfillment),
        );
        await insertRows(
          writer,
          'access_grant',
          stories.flatMap((one) => one.grants),
        );
        await insertRows(
          writer,
          'audit_event',
          stories.map((one) => one.event),
        );
      });
    }
  } finally {
    await database.close();
  }
}

interface Part {
  readonly number: number;
  readonly applicationId: ApplicationId;
  readonly employeeId: EmployeeId;
  readonly managerId: EmployeeId;
  readonly accountId: AccountId;
  readonly entitlementId: EntitlementId;
  readonly lastSequence: number;
}

function story(part: Part) {
  const { number, applicationId, employeeId, managerId, accountId, entitlementId } = part;
  const approved = number % 10 !== 9;
  const at: Instant = instant(Date.UTC(2025, 0, 1) + number * 60_000);
  const commandId = newId<CommandId>();
  const [requestId, itemId, stageId, taskId] = [
    newId<RequestId>(),
    newId<RequestItemId>(),
    newId<ReviewStageId>(),
    newId<ReviewTaskId>(),
  ];
  const request: Rows['access_request'] = {
    id: requestId,
    number: number + 1,
    requesterId: employeeId,
    justification: 'For the on-call rotation of the next weeks.',
    ticketReference: null,
    resubmitsRequestId: null,
    state: approved ? 'completed' : 'denied',
    submittedAt: at,
    endedAt: at,
    version: 4,
    searchText: `${number + 1} employee ${number % employees} thing`,
  };
  const item: Rows['request_item'] = {
    id: itemId,
    requestId,
    action: 'GRANT',
    beneficiaryId: employeeId,
    applicationId,
    entitlementId,
    term: { kind: 'permanent' },
    ...ordinaryItem,
    state: approved ? 'fulfilled' : 'denied',
    changedInVersion: 4,
    plan: {
      mode: 'review',
      applicationVersion: 1,
      levels: [{ level: 1, reviewers: [managerId], reviewerKind: 'manager', needed: 1, fallbackReason: null }],
    },
    decidedAt: at,
    fulfilledAt: approved ? at : null,
    expiresAt: null,
    expiredAt: null,
  };
  const stage: Rows['review_stage'] = {
    id: stageId,
    requestId,
    itemId,
    level: 1,
    reviewerKind: 'manager',
    needed: 1,
    state: approved ? 'approved' : 'denied',
    openedAt: at,
    endedAt: at,
  };
  const task: Rows['review_task'] = {
    id: taskId,
    requestId,
    itemId,
    stageId,
    reviewerId: managerId,
    ...plannedTask,
    state: approved ? 'approved' : 'denied',
    openedAt: at,
    endedAt: at,
  };
  const decision: Rows['decision'] = {
    id: newId<DecisionId>(),
    requestId,
    itemId,
    stageId,
    taskId,
    deciderId: managerId,
    automatic: null,
    verdict: approved ? 'approve' : 'deny',
    shortenedTo: null,
    reason: approved ? null : 'Not needed.',
    decidedAt: at,
    commandId,
  };
  const fulfillment: Rows['fulfillment_task'] = {
    id: newId<FulfillmentTaskId>(),
    requestId,
    itemId,
    applicationId,
    beneficiaryId: employeeId,
    entitlementId,
    effect: 'grant',
    cause: 'decision',
    state: 'done',
    dueAt: at,
    nextAttemptAt: null,
    ...freshTask,
    attempts: 1,
    evidence: {
      outcome: 'applied',
      accountId,
      accountCreated: false,
      grantId: null,
      heldAfterwards: true,
      readBackAt: at,
      source: 'memory:',
      facts: {},
    },
    endedAt: at,
    latenessSeconds: 0,
  };
  const grant: Rows['access_grant'] = {
    id: newId<GrantId>(),
    accountId,
    entitlementId,
    origin: 'request',
    requestItemId: itemId,
    status: 'active',
    grantedAt: at,
    expiresAt: null,
    endedAt: null,
    lastSeenRunId: null,
  };
  const event: Rows['audit_event'] = {
    id: newId<AuditEventId>(),
    sequence: part.lastSequence + 1 + number,
    type: 'request.submitted',
    requestId,
    itemId: null,
    actorKind: 'employee',
    actorName: employeeId,
    at,
    commandId,
    data: '{}',
    previousHash: null,
    // As long as a real one; nobody verifies this trail.
    hash: createHash('sha256').update(requestId).digest('hex'),
  };
  return {
    request,
    item,
    stage,
    task,
    decision,
    event,
    fulfillment: approved ? [fulfillment] : [],
    grants: approved ? [grant] : [],
  };
}
