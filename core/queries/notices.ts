/** A person's notices, the newest first, each as a sentence with the names of today. */
import { z } from 'zod';
import type { NoticeRow } from '#core/contract/index.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Notice } from '#core/domain/notice.ts';
import { fromJson, type Reader } from '#core/persistence/tables.ts';
import { cursorKind, decodeCursor, keyParts, pageOf } from './cursor.ts';
import { noticeSentence } from './notice-sentences.ts';
import { loadPeople } from './people.ts';
import type { Viewer } from './visibility.ts';

const newestFirst = cursorKind('notices', z.tuple([keyParts.instant, keyParts.id]));

export async function listNotices(
  reader: Reader,
  viewer: Viewer,
  input: { readonly status: 'unread' | 'all'; readonly cursor: string | null; readonly limit: number },
): Promise<{ readonly rows: NoticeRow[]; readonly nextCursor: string | null }> {
  const after = decodeCursor(newestFirst, input.cursor);
  let query = reader
    .selectFrom('notice')
    .leftJoin('access_request', 'access_request.id', 'notice.request_id')
    .leftJoin('request_item', 'request_item.id', 'notice.item_id')
    .leftJoin('entitlement', 'entitlement.id', 'request_item.entitlement_id')
    .leftJoin('application', 'application.id', 'request_item.application_id')
    .selectAll('notice')
    .select(['access_request.number', 'request_item.beneficiary_id', 'request_item.action'])
    .select(['entitlement.name as entitlement', 'application.name as application'])
    .where('notice.employee_id', '=', viewer.id)
    .orderBy('notice.at', 'desc')
    .orderBy('notice.id', 'desc')
    .limit(input.limit + 1);
  if (input.status === 'unread') query = query.where('notice.read_at', 'is', null);
  if (after !== null) {
    query = query.where((eb) =>
      eb(eb.refTuple('notice.at', 'notice.id'), '<', eb.tuple(...(after as never as readonly [never, never]))),
    );
  }
  const page = pageOf(await query.execute(), input.limit, newestFirst, (row) => [row.at, row.id]);
  const data = new Map(page.rows.map((row) => [row.id, fromJson<Notice['data']>(row.data)]));
  const people = await loadPeople(reader, [
    ...page.rows.map((row) => row.beneficiary_id),
    ...[...data.values()].map(
      (facts) => (typeof facts['personId'] === 'string' ? facts['personId'] : null) as EmployeeId | null,
    ),
  ]);
  const nameOf = (id: unknown) => people.get(id as EmployeeId)?.fullName ?? 'somebody who is not in the directory';
  const rows = page.rows.map((row): NoticeRow => ({
    id: row.id,
    kind: row.kind,
    sentence: noticeSentence({
      kind: row.kind,
      data: data.get(row.id) ?? {},
      nameOf,
      request: row.number === null ? null : row.number,
      item:
        row.entitlement === null || row.application === null
          ? null
          : {
              what: `${row.entitlement} in ${row.application}`,
              action: row.action ?? 'GRANT',
              beneficiary: row.beneficiary_id === viewer.id ? null : nameOf(row.beneficiary_id),
            },
    }),
    requestId: row.request_id,
    requestNumber: row.number,
    itemId: row.item_id,
    at: row.at,
    readAt: row.read_at,
  }));
  return { rows, nextCursor: page.nextCursor };
}

/** How many of the viewer's notices are unread, from the index. */
export async function countUnreadNotices(reader: Reader, viewer: Pick<Viewer, 'id'>): Promise<number> {
  const { count } = await reader
    .selectFrom('notice')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('employee_id', '=', viewer.id)
    .where('read_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}
