/** Writes what people are told, in the transaction that made it true. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { EmployeeId, NoticeId, RequestItemId } from '#core/domain/ids.ts';
import type { Notice } from '#core/domain/notice.ts';
import { noticeOf, tellsPeople, type Concerned } from '#core/engine/notices.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import type { CommandContext } from './command-definition.ts';

/** A notice as a command raises it; the same for everybody in `to`. */
export interface NewNotice extends Pick<Notice, 'kind' | 'requestId' | 'itemId' | 'data'> {
  readonly to: readonly EmployeeId[];
}

type NoticeContext = Pick<CommandContext, 'writer' | 'circumstances' | 'touch'>;

/** Raises notices; each person is told once, and whoever acts is not told what they did themselves. */
export async function raiseNotices(context: NoticeContext, notices: readonly NewNotice[]): Promise<void> {
  const { writer, circumstances, touch } = context;
  const { actor, now, nextId } = circumstances;
  const rows = notices.flatMap(({ to, kind, requestId, itemId, data }) =>
    [...new Set(to)]
      .filter((employeeId) => actor.kind === 'system' || actor.employeeId !== employeeId)
      .map((employeeId): Notice => ({
        id: nextId<NoticeId>(),
        employeeId,
        kind,
        requestId,
        itemId,
        data,
        at: now,
        readAt: null,
      })),
  );
  if (rows.length === 0) return;
  await insertRows(writer, 'notice', rows);
  touch('notices');
}

/** Raises the notices that follow from facts of the trail. */
export async function tellPeople(context: NoticeContext, facts: readonly AuditFact[]): Promise<void> {
  const telling = facts.filter(tellsPeople);
  if (telling.length === 0) return;
  const concerned = await loadConcerned(
    context.writer,
    telling.flatMap(({ itemId }) => itemId ?? []),
  );
  const notices = telling.flatMap((fact): NewNotice[] => {
    const people = fact.itemId === null ? undefined : concerned.get(fact.itemId);
    const told = people === undefined ? null : noticeOf(fact, people);
    return told === null ? [] : [{ ...told, requestId: fact.requestId, itemId: fact.itemId }];
  });
  await raiseNotices(context, notices);
}

/** Databases take only so many parameters in a statement. */
const idsPerStatement = 500;

async function loadConcerned(
  writer: Writer,
  itemIds: readonly RequestItemId[],
): Promise<ReadonlyMap<RequestItemId, Concerned>> {
  const ids = [...new Set(itemIds)];
  const found = new Map<RequestItemId, Concerned>();
  for (let start = 0; start < ids.length; start += idsPerStatement) {
    const rows = await concernedBy(writer, ids.slice(start, start + idsPerStatement));
    const byItem = Map.groupBy(
      await followersOf(
        writer,
        rows.map((row) => row.id),
      ),
      (row) => row.item_id,
    );
    for (const row of rows)
      found.set(row.id, {
        requesterId: row.requester_id,
        beneficiaryId: row.beneficiary_id,
        action: row.action,
        followers: (byItem.get(row.id) ?? []).map((follower) => follower.employee_id),
      });
  }
  return found;
}

const concernedBy = prepared((reader, ids: readonly RequestItemId[]) =>
  reader
    .selectFrom('request_item')
    .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
    .select(['request_item.id', 'request_item.beneficiary_id', 'request_item.action'])
    .select('access_request.requester_id')
    .where('request_item.id', 'in', ids),
);
/** Whoever joined these lines, up to a few hundred at once. */
export const followersOf = prepared((reader, ids: readonly RequestItemId[]) =>
  reader.selectFrom('followed_item').select(['item_id', 'employee_id']).where('item_id', 'in', ids),
);
