/**
 * Makes a workspace without a window: `node make-workspace.ts sample DIR`, or `large DIR` for the sample
 * organisation with 100,000 more people who have each asked for something.
 */
import { ordinaryItem, plannedTask } from '#core/domain/request.ts';
import { employeeSearchText } from '#core/directory/search-text.ts';
import { newId } from '#core/domain/ids.ts';
import type {
  ApplicationId,
  EmployeeId,
  EntitlementId,
  RequestId,
  RequestItemId,
  ReviewStageId,
  ReviewTaskId,
} from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import { openWorkspace, type OpenWorkspace } from '#core/host.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';

const many = 100_000;
const atOnce = 10_000;

const [kind, directory] = process.argv.slice(2);
if ((kind !== 'sample' && kind !== 'large') || directory === undefined) {
  throw new Error('Say which workspace to make, and where.');
}
const workspace = await openWorkspace({ directory });
const made = await workspace.createSample(newId());
if (made.outcome === 'refused') throw new Error(made.refusal.message);
await workspace.fulfillment.idle();
if (kind === 'large') await fill(workspace);
await workspace.close();

async function fill({ database }: OpenWorkspace): Promise<void> {
  const { id: managerId } = await database.read
    .selectFrom('employee')
    .select('id')
    .where('job_title', '=', 'VP Sales')
    .executeTakeFirstOrThrow();
  const thing = await database.read
    .selectFrom('entitlement')
    .select(['id', 'application_id'])
    .where('name', '=', 'Page author')
    .executeTakeFirstOrThrow();
  const { last } = await database.read
    .selectFrom('access_request')
    .select(({ fn }) => fn.max<number>('number').as('last'))
    .executeTakeFirstOrThrow();
  for (let first = 0; first < many; first += atOnce) {
    const numbers = Array.from({ length: atOnce }, (_, index) => first + index);
    const people = numbers.map((number) => person(number, managerId));
    const stories = people.map(({ id }, index) =>
      story(last + 1 + first + index, id, managerId, { entitlementId: thing.id, applicationId: thing.application_id }),
    );
    await database.transaction(async (writer) => {
      await insertRows(writer, 'employee', people);
      await insertRows(
        writer,
        'access_request',
        stories.map(({ request }) => request),
      );
      await insertRows(
        writer,
        'request_item',
        stories.map(({ item }) => item),
      );
      await insertRows(
        writer,
        'review_stage',
        stories.map(({ stage }) => stage),
      );
      await insertRows(
        writer,
        'review_task',
        stories.map(({ task }) => task),
      );
    });
  }
}

function person(number: number, managerId: EmployeeId): Rows['employee'] {
  const name = `Person ${String(number).padStart(6, '0')}`;
  const row = {
    id: newId<EmployeeId>(),
    workEmail: `person-${number}@large.example`,
    fullName: name,
    firstName: null,
    lastName: null,
    department: 'Crowd',
    jobTitle: 'Member',
    employmentType: null,
    organization: null,
    startDate: null,
    endDate: null,
    managerId,
    sourceUserId: null,
    status: 'active' as const,
    attributes: {},
  };
  return { ...row, searchText: employeeSearchText(row) };
}

/** A request that its manager denied: nothing is left to be done about it. */
function story(
  number: number,
  employeeId: EmployeeId,
  managerId: EmployeeId,
  what: { readonly entitlementId: EntitlementId; readonly applicationId: ApplicationId },
) {
  const at = instant(Date.now() - number * 1_000);
  const requestId = newId<RequestId>();
  const itemId = newId<RequestItemId>();
  const stageId = newId<ReviewStageId>();
  const request: Rows['access_request'] = {
    id: requestId,
    number,
    requesterId: employeeId,
    justification: 'One of very many.',
    ticketReference: null,
    resubmitsRequestId: null,
    state: 'denied',
    submittedAt: at,
    endedAt: at,
    version: 2,
    searchText: `${number} person-${number}@large.example page author company wiki`,
  };
  const item: Rows['request_item'] = {
    id: itemId,
    requestId,
    action: 'GRANT',
    beneficiaryId: employeeId,
    ...what,
    term: { kind: 'permanent' },
    ...ordinaryItem,
    state: 'denied',
    changedInVersion: 2,
    plan: {
      mode: 'review',
      applicationVersion: 1,
      levels: [{ level: 1, reviewers: [managerId], reviewerKind: 'manager', needed: 1, fallbackReason: null }],
    },
    decidedAt: at,
    fulfilledAt: null,
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
    state: 'denied',
    openedAt: at,
    endedAt: at,
  };
  const task: Rows['review_task'] = {
    id: newId<ReviewTaskId>(),
    requestId,
    itemId,
    stageId,
    reviewerId: managerId,
    ...plannedTask,
    state: 'denied',
    openedAt: at,
    endedAt: at,
  };
  return { request, item, stage, task };
}
