/** Joining instead of repeating: whoever asks for what an open request asks for already follows that one. */
import type { EmployeeId, RequestId } from '#core/domain/ids.ts';
import type { ItemDraft } from '#core/engine/check-item.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { inChunks, unique } from './chunks.ts';
import type { CommandContext } from './command-definition.ts';

/** A line of a submission and the number of the open request that asks for the same. */
export interface JoinedLine {
  readonly index: number;
  readonly number: number;
  readonly draft: Pick<ItemDraft, 'beneficiaryId' | 'entitlementId'>;
}

/** Makes the person a follower of each request they did not make themselves and do not follow yet. */
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
    const follows = await writer
      .selectFrom('request_follower')
      .select('since')
      .where('request_id', '=', request.id)
      .where('employee_id', '=', employeeId)
      .executeTakeFirst();
    if (follows !== undefined) continue;
    await insertRows(writer, 'request_follower', [{ requestId: request.id, employeeId, since: circumstances.now }]);
    const lines = new Set(
      joined
        .filter((line) => line.number === request.number)
        .map(({ draft }) => `${draft.beneficiaryId} ${draft.entitlementId}`),
    );
    const items = await writer
      .selectFrom('request_item')
      .select(['id', 'beneficiary_id', 'entitlement_id'])
      .where('request_id', '=', request.id)
      .orderBy('id')
      .execute();
    context.record({
      type: 'request.followed',
      requestId: request.id,
      itemId: null,
      data: {
        employeeId,
        itemIds: items
          .filter((item) => lines.has(`${item.beneficiary_id} ${item.entitlement_id}`))
          .map((item) => item.id),
      },
    });
  }
  return joined.map(({ index, number }) => {
    const request = byNumber.get(number);
    if (request === undefined) throw new Error(`No request has the number ${number}`);
    return { index, number, requestId: request.id };
  });
}
