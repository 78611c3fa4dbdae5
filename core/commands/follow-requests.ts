/** Joining instead of repeating: whoever asks for what an open request asks for already follows that line of it. */
import type { EmployeeId, RequestId } from '#core/domain/ids.ts';
import type { ItemDraft } from '#core/engine/check-item.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { inChunks, unique } from './chunks.ts';
import type { CommandContext } from './command-definition.ts';

type JoinedDraft = Pick<ItemDraft, 'beneficiaryId' | 'entitlementId'> & Partial<Pick<ItemDraft, 'serviceAccount'>>;

/** A line of a submission and the number of the open request that asks for the same. */
export interface JoinedLine {
  readonly index: number;
  readonly number: number;
  readonly draft: JoinedDraft;
}

/** Makes the person a follower of each line they did not ask for themselves and do not follow yet. */
export async function followRequests(
  context: CommandContext,
  employeeId: EmployeeId,
  joined: readonly JoinedLine[],
): Promise<{ readonly index: number; readonly requestId: RequestId; readonly number: number }[]> {
  const { writer, circumstances } = context;
  const requests = await inChunks(unique(joined.map((line) => line.number)), (numbers) =>
    writer
      .selectFrom('access_request')
      .select(['id', 'number', 'requester_id'])
      .where('number', 'in', numbers)
      .execute(),
  );
  const byNumber = new Map(requests.map((request) => [request.number, request]));
  for (const request of requests) {
    if (request.requester_id === employeeId) continue;
    const lines = new Set(joined.filter((line) => line.number === request.number).map(({ draft }) => sameAs(draft)));
    const items = await writer
      .selectFrom('request_item')
      .select(['id', 'beneficiary_id', 'entitlement_id', 'service_account'])
      .where('request_id', '=', request.id)
      .where('state', 'in', ['inReview', 'approved'])
      .orderBy('id')
      .execute();
    const followed = await writer
      .selectFrom('followed_item')
      .select('item_id')
      .where('request_id', '=', request.id)
      .where('employee_id', '=', employeeId)
      .execute();
    const known = new Set(followed.map((row) => row.item_id));
    const itemIds = items
      .filter((item) =>
        lines.has(
          sameAs({
            beneficiaryId: item.beneficiary_id,
            entitlementId: item.entitlement_id,
            serviceAccount: item.service_account,
          }),
        ),
      )
      .map((item) => item.id)
      .filter((id) => !known.has(id));
    if (itemIds.length === 0) continue;
    const follower = { requestId: request.id, employeeId };
    if (known.size === 0) await insertRows(writer, 'request_follower', [{ ...follower, since: circumstances.now }]);
    await insertRows(
      writer,
      'followed_item',
      itemIds.map((itemId) => ({ ...follower, itemId })),
    );
    context.record({
      type: 'request.followed',
      requestId: request.id,
      itemId: null,
      data: { employeeId, itemIds },
    });
  }
  return joined.map(({ index, number }) => {
    const request = byNumber.get(number);
    if (request === undefined) throw new Error(`No request has the number ${number}`);
    return { index, number, requestId: request.id };
  });
}

/** The same for lines that ask for the same access. */
function sameAs({ beneficiaryId, entitlementId, serviceAccount }: JoinedDraft): string {
  return `${beneficiaryId} ${entitlementId} ${serviceAccount?.toLowerCase() ?? ''}`;
}
