/** Lists too long for a small test: whichever way a page is found, it is the page that a plain look at every request finds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildManyRequests, type ManyRequests } from '#core/bench/many-requests.ts';
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import { openDatabase, type Database } from '#core/persistence/open-database.ts';
import { listReader } from './list-tables.ts';
import { findMyTasks, type TaskListInput } from './my-tasks.ts';
import { findRequests, type RequestListInput } from './requests-list.ts';
import { loadViewer, type Viewer } from './visibility.ts';

const requests = 8_000;
const directory = mkdtempSync(join(tmpdir(), 'gatehouse-large-lists-'));
let workspace: ManyRequests;
let database: Database;

beforeAll(async () => {
  workspace = await buildManyRequests(directory, { requests, open: 45 });
  database = await openDatabase({ kind: 'sqlite', file: workspace.file });
}, 120_000);
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

async function viewerOf(id: EmployeeId): Promise<Viewer> {
  const viewer = await loadViewer(database.read, id);
  if (viewer === null) throw new Error('The workspace has lost one of its people');
  return viewer;
}

/** Every request with what lists ask of it, looked at one by one. */
async function everyRequest() {
  const rows = await database.read
    .selectFrom('access_request')
    .select(['id', 'number', 'state', 'requester_id', 'search_text'])
    .execute();
  const items = await database.read.selectFrom('request_item').select(['request_id', 'application_id']).execute();
  const tasks = await database.read.selectFrom('review_task').select(['request_id', 'reviewer_id']).execute();
  const changes = await listReader(database.read).selectFrom('list_change').select(['number', 'sequence']).execute();
  const applications = Map.groupBy(items, (item) => item.request_id);
  const reviewers = Map.groupBy(tasks, (task) => task.request_id);
  const sequences = new Map(changes.map((row) => [row.number, row.sequence]));
  return rows.map((row) => ({
    ...row,
    applications: new Set(applications.get(row.id)?.map((item) => item.application_id)),
    reviewers: new Set(reviewers.get(row.id)?.map((task) => task.reviewer_id)),
    sequence: sequences.get(row.number) ?? 0,
  }));
}

const base: RequestListInput = {
  scope: 'visible',
  status: 'all',
  search: '',
  applicationId: null,
  sort: 'newest',
  cursor: null,
  limit: 499,
};

it('finds the pages of requests that a look at every one of them finds', async () => {
  const all = await everyRequest();
  const { administrator, owner, reviewer } = workspace;
  const [large, small] = [0, 7].map((index) => workspace.applicationId(index) as ApplicationId);
  const owned = (one: (typeof all)[number]) => one.applications.has(large as ApplicationId);
  const seenBy = new Map<EmployeeId, (one: (typeof all)[number]) => boolean>([
    [administrator, () => true],
    [owner, (one) => owned(one) || one.reviewers.has(owner) || one.requester_id === owner],
    [reviewer, (one) => one.reviewers.has(reviewer) || one.requester_id === reviewer],
  ]);
  const searches = ['', 'person-77@bench', 'system 0', 'thing', 'person-77@bench person-78@bench', '#4000', 'tem 1'];
  for (const [who, sees] of seenBy) {
    const viewer = await viewerOf(who);
    for (const search of searches)
      for (const sort of ['newest', 'oldest', 'changed'] as const)
        for (const applicationId of [null, large, small] as readonly (ApplicationId | null)[]) {
          const input = { ...base, search, sort, applicationId };
          const words = search.split(' ').filter((word) => word !== '');
          const expected = all
            .filter(
              (one) =>
                sees(one) &&
                (applicationId === null || one.applications.has(applicationId)) &&
                words.every((word) =>
                  word.startsWith('#') ? one.number === Number(word.slice(1)) : one.search_text.includes(word),
                ),
            )
            .toSorted((one, other) =>
              sort === 'changed'
                ? other.sequence - one.sequence
                : (sort === 'oldest' ? 1 : -1) * (one.number - other.number),
            )
            .map((one) => one.number);
          const first = (await findRequests(database.read, viewer, input)).page;
          const second =
            first.nextCursor === null
              ? []
              : (await findRequests(database.read, viewer, { ...input, cursor: first.nextCursor })).page.rows;
          expect({ input, found: [...first.rows, ...second].map((row) => row.number) }).toEqual({
            input,
            found: expected.slice(0, 2 * base.limit),
          });
        }
  }
}, 120_000);

it('finds the tasks that a look at every one of them finds', async () => {
  const { reviewer } = workspace;
  const viewer = await viewerOf(reviewer);
  const tasks = await database.read
    .selectFrom('review_task')
    .innerJoin('request_item', 'request_item.id', 'review_task.item_id')
    .innerJoin('access_request', 'access_request.id', 'review_task.request_id')
    .innerJoin('entitlement', 'entitlement.id', 'request_item.entitlement_id')
    .innerJoin('application', 'application.id', 'request_item.application_id')
    .innerJoin('employee', 'employee.id', 'request_item.beneficiary_id')
    .select(['review_task.id', 'review_task.opened_at', 'access_request.number', 'application.name_key'])
    .select(['entitlement.search_text as entitlement', 'employee.search_text as person'])
    .where('review_task.reviewer_id', '=', reviewer)
    .where('review_task.state', '=', 'open')
    .orderBy('review_task.opened_at')
    .orderBy('review_task.id')
    .execute();
  for (const search of ['system 0', 'system thing', 'person-77@bench', 'person 1', 'nobody', '4000', 'tem 1'])
    for (const sort of ['oldest', 'newest'] as const) {
      const input: TaskListInput = { status: 'open', search, sort, cursor: null, limit: 499 };
      const expected = tasks
        .filter((task) =>
          search
            .split(' ')
            .every(
              (word) =>
                [task.name_key, task.entitlement, task.person].some((text) => text.includes(word)) ||
                String(task.number) === word,
            ),
        )
        .map((task) => task.id);
      if (sort === 'newest') expected.reverse();
      const { rows } = await findMyTasks(database.read, viewer, input);
      expect({ input, found: rows.map((row) => row.taskId) }).toEqual({ input, found: expected.slice(0, 499) });
    }
}, 120_000);
