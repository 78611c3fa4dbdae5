/**
 * Requests of which a person sees the lines they joined and nothing else. They lie in none of the lists' places:
 * what is filtered, sorted, counted and shown of them follows from those lines alone. A person joins few.
 */
import type { RequestRow } from '#core/contract/index.ts';
import { inChunks, unique } from '#core/commands/chunks.ts';
import type { ApplicationId, EmployeeId, RequestId, RequestItemId } from '#core/domain/ids.ts';
import { finalRequestStates, type RequestState } from '#core/domain/request.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { listReader } from './list-tables.ts';
import type { NumberFound, Place } from './request-places.ts';
import { requestColumns, requestRows } from './request-rows.ts';
import { partOf, requestOfItems } from './visibility.ts';

export interface FollowedRequest extends ReturnType<typeof requestOfItems> {
  readonly id: RequestId;
  readonly number: number;
  readonly requesterId: EmployeeId;
  readonly itemIds: readonly RequestItemId[];
  readonly applicationIds: readonly ApplicationId[];
  /** What its words are looked for in, in lower case. */
  readonly text: string;
}

/** Those that are not in the place already, where they are seen as a whole. */
export async function loadFollowed(
  reader: Reader,
  employeeId: EmployeeId,
  scope: Place,
): Promise<readonly FollowedRequest[]> {
  if (scope.kind === 'all') return [];
  const rows = await reader
    .selectFrom('followed_item')
    .innerJoin('request_item', 'request_item.id', 'followed_item.item_id')
    .innerJoin('access_request', 'access_request.id', 'followed_item.request_id')
    .innerJoin('employee as requester', 'requester.id', 'access_request.requester_id')
    .innerJoin('employee as beneficiary', 'beneficiary.id', 'request_item.beneficiary_id')
    .innerJoin('entitlement', 'entitlement.id', 'request_item.entitlement_id')
    .innerJoin('application', 'application.id', 'request_item.application_id')
    .select(['access_request.id', 'access_request.number', 'access_request.requester_id'])
    .select(['request_item.id as item_id', 'request_item.application_id', 'request_item.service_account'])
    .select([
      'request_item.state',
      'request_item.fulfilled_at',
      'request_item.decided_at',
      'request_item.changed_in_version',
    ])
    .select(['requester.full_name as requester', 'requester.work_email as requester_email'])
    .select(['beneficiary.full_name as beneficiary', 'beneficiary.work_email as beneficiary_email'])
    .select(['entitlement.name as entitlement', 'application.name as application'])
    .where('followed_item.employee_id', '=', employeeId)
    .execute();
  if (rows.length === 0) return [];
  const whole = await inChunks(unique(rows.map((row) => row.number)), (numbers) =>
    listReader(reader)
      .selectFrom('list_request')
      .select('number')
      .where('kind', '=', scope.kind)
      .where('place_id', '=', scope.id)
      .where('number', 'in', numbers)
      .execute(),
  );
  const seen = new Set(whole.map((row) => row.number));
  const byRequest = Map.groupBy(
    rows.filter((row) => !seen.has(row.number)),
    (row) => row.id,
  );
  return [...byRequest].flatMap(([id, items]): readonly FollowedRequest[] => {
    const [first] = items;
    if (first === undefined) return [];
    const words = [first.number, first.requester, first.requester_email];
    for (const item of items)
      words.push(
        item.beneficiary,
        item.beneficiary_email,
        item.entitlement,
        item.application,
        item.service_account ?? '',
      );
    return [
      {
        id,
        number: first.number,
        requesterId: first.requester_id,
        itemIds: items.map((item) => item.item_id),
        applicationIds: items.map((item) => item.application_id),
        text: words.join(' ').toLowerCase(),
        ...requestOfItems(items.map(partOf)),
      },
    ];
  });
}

export function countFollowed(followed: readonly FollowedRequest[]) {
  const ended = followed.filter(({ state }) => (finalRequestStates as readonly RequestState[]).includes(state)).length;
  return { open: followed.length - ended, completed: ended };
}

/** What the trail said last of the lines that are seen, by request. */
export async function lastChanges(
  reader: Reader,
  followed: readonly FollowedRequest[],
): Promise<readonly NumberFound[]> {
  const numbers = new Map(followed.flatMap(({ itemIds, number }) => itemIds.map((id) => [id, number] as const)));
  const rows = await inChunks([...numbers.keys()], (ids) =>
    reader
      .selectFrom('audit_event')
      .select((eb) => ['item_id', eb.fn.max('sequence').as('sequence')])
      .where(
        'request_id',
        'in',
        unique(followed.filter((one) => one.itemIds.some((id) => ids.includes(id))).map((one) => one.id)),
      )
      .where('item_id', 'in', ids)
      .groupBy('item_id')
      .execute(),
  );
  const last = new Map<number, number>();
  for (const { item_id: itemId, sequence } of rows) {
    const number = itemId === null ? undefined : numbers.get(itemId);
    if (number !== undefined) last.set(number, Math.max(last.get(number) ?? 0, Number(sequence)));
  }
  return followed.map(({ number }) => ({ number, key: last.get(number) ?? 0 }));
}

/** The rows of these, each made of the lines that are seen. */
export async function followedRows(reader: Reader, followed: readonly FollowedRequest[]): Promise<RequestRow[]> {
  if (followed.length === 0) return [];
  const byId = new Map(followed.map((one) => [one.id, one]));
  const requests = await reader
    .selectFrom('access_request')
    .select(requestColumns)
    .where('access_request.id', 'in', [...byId.keys()])
    .execute();
  const rows = await requestRows(
    reader,
    requests,
    followed.flatMap(({ itemIds }) => itemIds),
  );
  return rows.map((row) => {
    const { state, endedAt, version } = byId.get(row.id) ?? row;
    return { ...row, state, endedAt, version };
  });
}
