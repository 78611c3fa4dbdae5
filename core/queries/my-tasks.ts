/** A reviewer's tasks, filtered and sorted. Where the queue comes from is told in docs/guide/lists.md. */
import { z } from 'zod';
import type { TaskRow } from '#core/contract/index.ts';
import type { taskListInputSchema } from '#core/contract/task-filter.ts';
import type { ReviewTaskId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { ReviewPlan, Term } from '#core/domain/request.ts';
import { fromJson, type Reader } from '#core/persistence/tables.ts';
import { loadAskedTerms } from './asked-terms.ts';
import { cursorKind, decodeCursor, keyParts, pageOf, type CursorKind, type SortKey } from './cursor.ts';
import { listReader } from './list-tables.ts';
import { loadPeople, personIn } from './people.ts';
import { loadProgressOfMine } from './progress.ts';
import { loadProlonged } from './request-later.ts';
import type { OpenAndCompleted } from './requests-list.ts';
import { loadPlanViews } from './review-plans.ts';
import { findTasks, type TaskKey, type TaskSort } from './task-filter.ts';
import type { Viewer } from './visibility.ts';

type Input = z.output<typeof taskListInputSchema>;
/** What is left out has the value the contract gives it. */
export type TaskListInput = Pick<Input, 'status' | 'search' | 'cursor' | 'limit'> & Partial<Input>;

export interface TaskListPage {
  readonly rows: TaskRow[];
  readonly nextCursor: string | null;
  /** Of all my tasks, whatever is searched for. */
  readonly counts: OpenAndCompleted;
}

const byTime = z.tuple([keyParts.instant, keyParts.id]);
const cursors = {
  open: {
    waiting: cursorKind('tasks.open', byTime),
    newest: cursorKind('tasks.open.newest', byTime),
    due: cursorKind('tasks.open.due', z.tuple([keyParts.instant, keyParts.instant, keyParts.id])),
    risk: cursorKind('tasks.open.risk', z.tuple([keyParts.number, keyParts.instant, keyParts.id])),
  },
  ended: { newest: cursorKind('tasks.completed', byTime), waiting: cursorKind('tasks.completed.oldest', byTime) },
} as const;

export async function listMyTasks(reader: Reader, viewer: Viewer, input: TaskListInput): Promise<TaskListPage> {
  const page = await findMyTasks(reader, viewer, input);
  const ids = page.rows.map((row) => row.taskId);
  return {
    rows: await rowsOf(reader, viewer, ids),
    nextCursor: page.nextCursor,
    counts: await countMyTasks(reader, viewer),
  };
}

/** Which tasks are on a page, before anything of them is read. */
export async function findMyTasks(reader: Reader, viewer: Viewer, input: TaskListInput) {
  const open = input.status === 'open';
  const sort = sortOf(input);
  const kind = (
    open ? cursors.open[sort] : cursors.ended[sort === 'waiting' ? 'waiting' : 'newest']
  ) as CursorKind<SortKey>;
  const found = await findTasks(reader, {
    reviewerId: viewer.id,
    part: open ? 'open' : 'ended',
    // Words may be given in either place; all of them hold.
    filter: { ...input.filter, search: `${input.filter?.search ?? ''} ${input.search}` },
    sort,
    after: keyAfter(decodeCursor(kind, input.cursor)) ?? jumpedTo(input, sort),
    limit: input.limit + 1,
  });
  return pageOf(found, input.limit, kind, ({ order, since, taskId }) =>
    order === null ? [since, taskId] : [order, since, taskId],
  );
}

/** Completed tasks come latest first unless asked otherwise; open ones longest waiting first. */
function sortOf(input: TaskListInput): TaskSort {
  if (input.status === 'open') return input.sort === undefined || input.sort === 'oldest' ? 'waiting' : input.sort;
  return input.sort === 'oldest' ? 'waiting' : 'newest';
}

function keyAfter(key: SortKey | null): TaskKey | null {
  if (key === null) return null;
  const [order, since, taskId] = key.length === 3 ? key : [null, ...key];
  return { order: order ?? null, since: since as Instant, taskId: taskId as ReviewTaskId };
}

/** Where the list begins when one jumped to a day. Only lists sorted by time have days. */
function jumpedTo(input: TaskListInput, sort: TaskSort): TaskKey | null {
  if (typeof input.fromDate !== 'string' || sort === 'due' || sort === 'risk') return null;
  const edge = sort === 'newest' ? 'ffffffff-ffff-ffff-ffff-ffffffffffff' : '00000000-0000-0000-0000-000000000000';
  return { order: null, since: input.fromDate, taskId: edge as ReviewTaskId };
}

export async function countMyTasks(reader: Reader, viewer: Viewer): Promise<OpenAndCompleted> {
  const rows = await listReader(reader)
    .selectFrom('list_count')
    .select(['state', 'count'])
    .where('kind', '=', 'task')
    .where('place_id', '=', viewer.id)
    .execute();
  const of = (part: 'open' | 'ended') => rows.find((row) => row.state === part)?.count ?? 0;
  return { open: of('open'), completed: of('ended') };
}

async function rowsOf(reader: Reader, viewer: Viewer, ids: readonly ReviewTaskId[]): Promise<TaskRow[]> {
  if (ids.length === 0) return [];
  // The version is read with the item in one statement: a decision based on it rests on what is shown.
  const unsorted = await taskDetails(reader, ids);
  const place = new Map(ids.map((id, index) => [id, index]));
  const tasks = unsorted.toSorted((one, other) => (place.get(one.id) ?? 0) - (place.get(other.id) ?? 0));
  const people = await loadPeople(
    reader,
    tasks.flatMap((row) => [row.requester_id, row.beneficiary_id]),
  );
  const plans = tasks.map((row) => fromJson<ReviewPlan>(row.plan));
  const planView = await loadPlanViews(reader, plans);
  const prolonged = await loadProlonged(
    reader,
    tasks.flatMap((row) => row.extends_item_id ?? []),
  );
  const askedTerms = await loadAskedTerms(
    reader,
    tasks.map((row) => row.item_id),
  );
  const progress = await loadProgressOfMine(reader, viewer.id, [...new Set(tasks.map((row) => row.request_id))]);
  return tasks.map((row, index): TaskRow => {
    const plan = plans[index] as ReviewPlan;
    return {
      id: row.id,
      state: row.state,
      openedAt: row.opened_at,
      endedAt: row.ended_at,
      via: row.via,
      level: row.level,
      levels: Math.max(plan.levels.length, row.level),
      reviewerKind: row.reviewer_kind,
      fallbackReason: plan.levels.find((level) => level.level === row.level)?.fallbackReason ?? null,
      decideBy: row.decide_by,
      requestId: row.request_id,
      requestNumber: row.number,
      requestVersion: row.version,
      requestState: row.request_state,
      requester: personIn(people, row.requester_id),
      beneficiary: personIn(people, row.beneficiary_id),
      justification: row.justification,
      ticketReference: row.ticket_reference,
      item: {
        id: row.item_id,
        action: row.action,
        entitlement: { id: row.entitlement_id, name: row.entitlement, kind: row.kind, risk: row.risk },
        application: { id: row.application_id, name: row.application },
        term: fromJson<Term>(row.term),
        askedTerm: askedTerms.get(row.item_id) ?? null,
        state: row.item_state,
        startsAt: row.starts_at,
        serviceAccount: row.service_account,
        prolongs: row.extends_item_id === null ? null : (prolonged.get(row.extends_item_id) ?? null),
        plan: planView(plan),
      },
      progress: progress(row.request_id),
    };
  });
}

function taskDetails(reader: Reader, ids: readonly ReviewTaskId[]) {
  return reader
    .selectFrom('review_task')
    .innerJoin('review_stage', 'review_stage.id', 'review_task.stage_id')
    .innerJoin('access_request', 'access_request.id', 'review_task.request_id')
    .innerJoin('request_item', 'request_item.id', 'review_task.item_id')
    .innerJoin('entitlement', 'entitlement.id', 'request_item.entitlement_id')
    .innerJoin('application', 'application.id', 'request_item.application_id')
    .select(['review_task.id', 'review_task.state', 'review_task.opened_at', 'review_task.ended_at', 'review_task.via'])
    .select(['review_task.request_id', 'review_stage.level', 'review_stage.reviewer_kind'])
    .select(['access_request.number', 'access_request.version', 'access_request.state as request_state'])
    .select(['access_request.requester_id', 'access_request.justification', 'access_request.ticket_reference'])
    .select(['request_item.id as item_id', 'request_item.action', 'request_item.term', 'request_item.plan'])
    .select(['request_item.state as item_state', 'request_item.decide_by', 'request_item.starts_at'])
    .select(['request_item.service_account', 'request_item.extends_item_id'])
    .select(['request_item.beneficiary_id', 'request_item.application_id', 'application.name as application'])
    .select(['request_item.entitlement_id', 'entitlement.name as entitlement', 'entitlement.kind', 'entitlement.risk'])
    .where('review_task.id', 'in', ids)
    .execute();
}
