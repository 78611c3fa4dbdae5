/** What became of a request after its first way: who follows it, what was asked for again, and what prolongs its access. */
import type { ItemView, Person, RequestDetail, RequestRef, TaskRow } from '#core/contract/index.ts';
import type { EmployeeId, RequestId, RequestItemId } from '#core/domain/ids.ts';
import type { ItemState, RequestItem } from '#core/domain/request.ts';
import type { Sight } from '#core/domain/sight.ts';
import { openEnd } from '#core/engine/temporary-access.ts';
import { fromJson, type Reader, type Tables } from '#core/persistence/tables.ts';
import { loadPeople, personIn, type People } from './people.ts';
import { mayManage, type Viewer } from './visibility.ts';

type Later = Pick<RequestDetail, 'resubmits' | 'resubmittedBy' | 'followers' | 'mayAskAgain'>;

const cameToNothing: readonly ItemState[] = ['denied', 'dropped', 'expired', 'cancelled', 'failed'];

export async function loadLater(
  reader: Reader,
  viewer: Viewer,
  request: Tables['access_request'],
  items: readonly Pick<Tables['request_item'], 'id' | 'state' | 'beneficiary_id'>[],
  sight: Sight,
): Promise<Later> {
  const followers = await followersOf(reader, request.id, items, sight);
  const people = await loadPeople(
    reader,
    followers.map((row) => row.employee_id),
  );
  const concerned = request.requester_id === viewer.id || items.some((item) => item.beneficiary_id === viewer.id);
  return {
    resubmits:
      sight !== 'all' || request.resubmits_request_id === null
        ? null
        : await refOf(reader, request.resubmits_request_id),
    resubmittedBy: sight === 'all' ? await resubmissionsOf(reader, request.id) : [],
    followers: followers.map((row): Person => personIn(people, row.employee_id)),
    mayAskAgain: concerned && items.some((item) => cameToNothing.includes(item.state)),
  };
}

/** In the order in which they came; whoever sees some lines is told who joined these. */
async function followersOf(
  reader: Reader,
  requestId: RequestId,
  items: readonly Pick<Tables['request_item'], 'id'>[],
  sight: Sight,
) {
  let query = reader
    .selectFrom('request_follower')
    .select('employee_id')
    .where('request_id', '=', requestId)
    .orderBy('since')
    .orderBy('employee_id');
  if (sight !== 'all')
    query = query.where('employee_id', 'in', (eb) =>
      eb
        .selectFrom('followed_item')
        .select('followed_item.employee_id')
        .where(
          'item_id',
          'in',
          items.map((item) => item.id),
        ),
    );
  return query.execute();
}

async function refOf(reader: Reader, requestId: RequestId): Promise<RequestRef> {
  const { number } = await reader
    .selectFrom('access_request')
    .select('number')
    .where('id', '=', requestId)
    .executeTakeFirstOrThrow();
  return { requestId, number };
}

/** The request's own trail names them, and is found by index. */
async function resubmissionsOf(reader: Reader, requestId: RequestId): Promise<RequestRef[]> {
  const events = await reader
    .selectFrom('audit_event')
    .select('data')
    .where('request_id', '=', requestId)
    .where('type', '=', 'request.resubmitted')
    .orderBy('sequence')
    .execute();
  return events.map((event) => {
    const { by, number } = JSON.parse(event.data) as { readonly by: RequestId; readonly number: number };
    return { requestId: by, number };
  });
}

type ItemRow = Pick<
  Tables['request_item'],
  | 'id'
  | 'action'
  | 'state'
  | 'beneficiary_id'
  | 'entitlement_id'
  | 'application_id'
  | 'starts_at'
  | 'service_account'
  | 'extends_item_id'
  | 'decide_by'
  | 'not_renewed'
>;

export type LaterOfItem = Pick<
  ItemView,
  | 'startsAt'
  | 'serviceAccount'
  | 'decideBy'
  | 'maximumDurationMinutes'
  | 'prolongs'
  | 'prolongedBy'
  | 'notRenewed'
  | 'mayExtend'
  | 'mayEndEarly'
  | 'mayNotRenew'
>;

/** By item; what is asked about access for a time is asked in a fixed number of statements. */
export async function loadLaterOfItems(
  reader: Reader,
  viewer: Viewer,
  requesterId: EmployeeId,
  items: readonly ItemRow[],
  fulfillment: readonly Pick<Tables['fulfillment_task'], 'item_id' | 'cause' | 'state'>[],
): Promise<(itemId: RequestItemId) => LaterOfItem> {
  const tasks = fulfillment.map(({ item_id, cause, state }) => ({ itemId: item_id, cause, state }));
  const ends = Map.groupBy(
    tasks.filter((task) => task.cause === 'expiry'),
    (task) => task.itemId,
  );
  const temporary = items.filter((item) => ends.has(item.id));
  const prolonging = await loadProlonging(reader, temporary);
  const prolonged = await loadProlonged(
    reader,
    items.flatMap((item) => item.extends_item_id ?? []),
  );
  const maximum = await loadMaximum(reader, items);
  const people = await loadPeople(
    reader,
    items.flatMap((item) => notRenewedOf(item)?.by ?? []),
  );
  const reports = await reportsAmong(reader, viewer, temporary);
  const byId = new Map(items.map((item) => [item.id, item]));
  return (itemId) => {
    const item = byId.get(itemId);
    if (item === undefined) throw new Error(`The item ${itemId} is not of this request`);
    const isHeld = openEnd(item, ends.get(item.id) ?? []) === 'scheduled';
    const manages = mayManage(viewer, item.application_id);
    const own = item.beneficiary_id === viewer.id;
    const prolongedBy = prolonging.get(item.id) ?? [];
    const isAsked = prolongedBy.some((one) => one.state === 'inReview' || one.state === 'approved');
    return {
      startsAt: item.starts_at,
      serviceAccount: item.service_account,
      decideBy: item.decide_by,
      maximumDurationMinutes: maximum.get(item.entitlement_id) ?? null,
      prolongs: item.extends_item_id === null ? null : (prolonged.get(item.extends_item_id) ?? null),
      prolongedBy,
      notRenewed: notRenewedView(item, people),
      mayExtend: isHeld && !isAsked,
      mayEndEarly: isHeld && (own || requesterId === viewer.id || manages),
      mayNotRenew: isHeld && notRenewedOf(item) === null && (own || reports.has(item.beneficiary_id) || manages),
    };
  };
}

async function loadProlonging(reader: Reader, items: readonly ItemRow[]) {
  const found = new Map<RequestItemId, ItemView['prolongedBy']>();
  if (items.length === 0) return found;
  const wanted = new Set(items.map((item) => item.id));
  const rows = await reader
    .selectFrom('request_item')
    .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
    .select(['request_item.extends_item_id', 'request_item.state', 'access_request.id', 'access_request.number'])
    .where('request_item.beneficiary_id', 'in', [...new Set(items.map((item) => item.beneficiary_id))])
    .where('request_item.extends_item_id', 'is not', null)
    .orderBy('access_request.number')
    .execute();
  for (const { extends_item_id: extended, state, id, number } of rows) {
    if (extended === null || !wanted.has(extended)) continue;
    found.set(extended, [...(found.get(extended) ?? []), { requestId: id, number, state }]);
  }
  return found;
}

/** The requests of items whose access is prolonged, and the ends it has now. */
export async function loadProlonged(
  reader: Reader,
  ids: readonly RequestItemId[],
): Promise<ReadonlyMap<RequestItemId, NonNullable<TaskRow['item']['prolongs']>>> {
  if (ids.length === 0) return new Map();
  const rows = await reader
    .selectFrom('request_item')
    .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
    .select(['request_item.id', 'request_item.request_id', 'request_item.expires_at', 'access_request.number'])
    .where('request_item.id', 'in', [...new Set(ids)])
    .execute();
  return new Map(
    rows.map((row) => [row.id, { requestId: row.request_id, number: row.number, endsAt: row.expires_at }]),
  );
}

async function loadMaximum(reader: Reader, items: readonly ItemRow[]) {
  const ids = [...new Set(items.map((item) => item.entitlement_id))];
  const rows = await reader
    .selectFrom('entitlement')
    .select(['id', 'maximum_duration_minutes'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row.maximum_duration_minutes]));
}

/** Those of the beneficiaries whose manager the viewer is. */
async function reportsAmong(
  reader: Reader,
  viewer: Viewer,
  items: readonly ItemRow[],
): Promise<ReadonlySet<EmployeeId>> {
  const ids = [...new Set(items.map((item) => item.beneficiary_id))];
  if (ids.length === 0) return new Set();
  const rows = await reader
    .selectFrom('employee')
    .select('id')
    .where('id', 'in', ids)
    .where((eb) => eb('manager_id', '=', viewer.id))
    .execute();
  return new Set(rows.map((row) => row.id));
}

function notRenewedOf(item: Pick<ItemRow, 'not_renewed'>): RequestItem['notRenewed'] {
  const { not_renewed: raw } = item as { readonly not_renewed: string | null };
  return raw === null ? null : fromJson<RequestItem['notRenewed']>(raw);
}

function notRenewedView(item: ItemRow, people: People): ItemView['notRenewed'] {
  const decided = notRenewedOf(item);
  return decided === null ? null : { by: personIn(people, decided.by), at: decided.at, reason: decided.reason };
}
