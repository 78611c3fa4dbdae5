/** The list of access requests, by its two scopes. */
import { expressionBuilder, sql, type Expression, type SqlBool } from 'kysely';
import { z } from 'zod';
import type { RequestRow } from '#core/contract/index.ts';
import type { requestListInputSchema } from '#core/contract/requests.contract.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Reader, Tables } from '#core/persistence/tables.ts';
import { cursorKind, decodeCursor, keyParts, pageOf } from './cursor.ts';
import { requestColumns, requestRows } from './request-rows.ts';
import { containing, searchWords } from './search.ts';
import { isMine, isVisible, type RequestScope, type Viewer } from './visibility.ts';

export type RequestListInput = z.output<typeof requestListInputSchema>;

export interface OpenAndCompleted {
  readonly open: number;
  readonly completed: number;
}

export interface RequestListPage {
  readonly rows: RequestRow[];
  readonly nextCursor: string | null;
  /** Of the scope as a whole, whatever is searched for. */
  readonly counts: OpenAndCompleted;
}

const cursors = {
  newest: cursorKind('requests.newest', z.tuple([keyParts.number])),
  oldest: cursorKind('requests.oldest', z.tuple([keyParts.number])),
};

export async function listRequests(reader: Reader, viewer: Viewer, input: RequestListInput): Promise<RequestListPage> {
  const scope = input.scope === 'mine' ? isMine(reader, viewer.id) : isVisible(reader, viewer);
  const kind = cursors[input.sort];
  const after = decodeCursor(kind, input.cursor);
  const newestFirst = input.sort === 'newest';
  const counts = await countRequests(reader, scope);
  let query = reader
    .selectFrom('access_request')
    .select(requestColumns)
    .orderBy('access_request.number', newestFirst ? 'desc' : 'asc')
    .limit(input.limit + 1);
  if (scope !== null) {
    const passing = input.status === 'all' ? counts.open + counts.completed : counts[input.status];
    query = query.where(passing > many && scope.each !== null ? scope.each : scope.among);
  }
  if (input.status !== 'all')
    query = query.where('access_request.ended_at', input.status === 'open' ? 'is' : 'is not', null);
  if (after !== null) query = query.where('access_request.number', newestFirst ? '<' : '>', after[0]);
  if (input.applicationId !== null) query = query.where(await touches(reader, input.applicationId));
  for (const condition of searchConditions(input.search)) query = query.where(condition);
  const page = pageOf(await query.execute(), input.limit, kind, (row) => [row.number]);
  return { rows: await requestRows(reader, page.rows), nextCursor: page.nextCursor, counts };
}

/** More requests than this are met soon enough by going through them all in order. */
const many = 2_000;

const requestExpressions = expressionBuilder<Tables, 'access_request'>();

/** Requests with an item of this application. */
async function touches(reader: Reader, applicationId: ApplicationId): Promise<Expression<SqlBool>> {
  const eb = requestExpressions;
  const ofApplication = eb.selectFrom('request_item').where('request_item.application_id', '=', applicationId);
  const some = await reader
    .selectFrom(
      ofApplication
        .select('request_item.application_id')
        .limit(many + 1)
        .as('item'),
    )
    .select((count) => count.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return some.count > many
    ? eb.exists(ofApplication.select('request_item.id').whereRef('request_item.request_id', '=', 'access_request.id'))
    : eb('access_request.id', 'in', ofApplication.select('request_item.request_id'));
}

/** How many of the viewer's own requests are open. */
export async function countMyOpenRequests(reader: Reader, viewer: Viewer): Promise<number> {
  return (await countRequests(reader, isMine(reader, viewer.id))).open;
}

async function countRequests(reader: Reader, scope: RequestScope | null): Promise<OpenAndCompleted> {
  let query = reader
    .selectFrom('access_request')
    .select((eb) => [eb.fn.countAll<number>().as('total'), eb.fn.count<number>('ended_at').as('completed')]);
  if (scope !== null) query = query.where(scope.among);
  const { total, completed } = await query.executeTakeFirstOrThrow();
  return { open: total - completed, completed };
}

/** `#42` is the request of that number; any other word is looked for in the request's search text. */
export function searchConditions(search: string): readonly Expression<SqlBool>[] {
  return searchWords(search).map((word) => {
    const number = /^#(\d{1,9})$/.exec(word)?.[1];
    return number === undefined
      ? sql<SqlBool>`access_request.search_text like ${containing(word)} escape '\\'`
      : sql<SqlBool>`access_request.number = ${Number(number)}`;
  });
}
