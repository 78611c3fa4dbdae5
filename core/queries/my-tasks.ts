/** A reviewer's tasks: the open ones, longest waiting first; the others, latest ended first. */
import { z } from 'zod';
import type { TaskRow } from '#core/contract/index.ts';
import type { Term } from '#core/domain/request.ts';
import { fromJson, type Reader } from '#core/persistence/tables.ts';
import { cursorKind, decodeCursor, keyParts, pageOf } from './cursor.ts';
import { loadPeople, personIn } from './people.ts';
import { loadProgressOfMine } from './progress.ts';
import { searchConditions, type OpenAndCompleted } from './requests-list.ts';
import type { Viewer } from './visibility.ts';

export interface TaskListInput {
  readonly status: 'open' | 'completed';
  readonly search: string;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface TaskListPage {
  readonly rows: TaskRow[];
  readonly nextCursor: string | null;
  /** Of all my tasks, whatever is searched for. */
  readonly counts: OpenAndCompleted;
}

const cursors = {
  open: cursorKind('tasks.open', z.tuple([keyParts.instant, keyParts.id])),
  completed: cursorKind('tasks.completed', z.tuple([keyParts.instant, keyParts.id])),
};

export async function listMyTasks(reader: Reader, viewer: Viewer, input: TaskListInput): Promise<TaskListPage> {
  const kind = cursors[input.status];
  const after = decodeCursor(kind, input.cursor);
  const open = input.status === 'open';
  const sortColumn = open ? 'review_task.opened_at' : 'review_task.ended_at';
  // The version is read with the item in one statement: a decision based on it rests on what is shown.
  let query = reader
    .selectFrom('review_task')
    .innerJoin('access_request', 'access_request.id', 'review_task.request_id')
    .innerJoin('request_item', 'request_item.id', 'review_task.item_id')
    .innerJoin('entitlement', 'entitlement.id', 'request_item.entitlement_id')
    .innerJoin('application', 'application.id', 'request_item.application_id')
    .select([
      'review_task.id',
      'review_task.state',
      'review_task.opened_at',
      'review_task.ended_at',
      'review_task.request_id',
    ])
    .select(['access_request.number', 'access_request.version', 'access_request.state as request_state'])
    .select(['access_request.requester_id', 'access_request.justification'])
    .select([
      'request_item.id as item_id',
      'request_item.action',
      'request_item.term',
      'request_item.state as item_state',
    ])
    .select(['request_item.beneficiary_id', 'request_item.application_id', 'application.name as application'])
    .select(['request_item.entitlement_id', 'entitlement.name as entitlement', 'entitlement.kind', 'entitlement.risk'])
    .where('review_task.reviewer_id', '=', viewer.id)
    .orderBy(sortColumn, open ? 'asc' : 'desc')
    .orderBy('review_task.id', open ? 'asc' : 'desc')
    .limit(input.limit + 1);
  query = open ? query.where('review_task.state', '=', 'open') : query.where('review_task.ended_at', 'is not', null);
  if (after !== null) {
    query = query.where((eb) =>
      eb(
        eb.refTuple(sortColumn, 'review_task.id'),
        open ? '>' : '<',
        eb.tuple(...(after as never as readonly [never, never])),
      ),
    );
  }
  for (const condition of searchConditions(input.search)) query = query.where(condition);
  const page = pageOf(await query.execute(), input.limit, kind, (row) => [
    (open ? row.opened_at : row.ended_at) ?? row.opened_at,
    row.id,
  ]);
  const people = await loadPeople(
    reader,
    page.rows.flatMap((row) => [row.requester_id, row.beneficiary_id]),
  );
  const progress = await loadProgressOfMine(reader, viewer.id, [...new Set(page.rows.map((row) => row.request_id))]);
  const rows = page.rows.map((row): TaskRow => ({
    id: row.id,
    state: row.state,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    requestId: row.request_id,
    requestNumber: row.number,
    requestVersion: row.version,
    requestState: row.request_state,
    requester: personIn(people, row.requester_id),
    beneficiary: personIn(people, row.beneficiary_id),
    justification: row.justification,
    item: {
      id: row.item_id,
      action: row.action,
      entitlement: { id: row.entitlement_id, name: row.entitlement, kind: row.kind, risk: row.risk },
      application: { id: row.application_id, name: row.application },
      term: fromJson<Term>(row.term),
      state: row.item_state,
    },
    progress: progress(row.request_id),
  }));
  return { rows, nextCursor: page.nextCursor, counts: await countMyTasks(reader, viewer) };
}

export async function countMyTasks(reader: Reader, viewer: Viewer): Promise<OpenAndCompleted> {
  const rows = await reader
    .selectFrom('review_task')
    .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
    .where('reviewer_id', '=', viewer.id)
    .groupBy('state')
    .execute();
  const open = rows.find((row) => row.state === 'open')?.count ?? 0;
  return { open, completed: rows.reduce((sum, row) => sum + row.count, 0) - open };
}
