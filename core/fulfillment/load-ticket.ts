/** Reads what those must know who are asked to do a task through another system. */
import { isAccountOf } from '#core/commands/fulfillment-facts.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import type { FulfillmentTicket } from '#core/domain/request.ts';
import { ticketKey } from '#core/engine/ticket.ts';
import { fromJson, type Reader } from '#core/persistence/tables.ts';
import { accountDraftOf, type Work } from './perform.ts';
import type { TicketWork } from './perform-ticket.ts';

export async function loadTicketWork(reader: Reader, id: FulfillmentTaskId, work: Work): Promise<TicketWork> {
  const row = await reader
    .selectFrom('fulfillment_task')
    .innerJoin('access_request', 'access_request.id', 'fulfillment_task.request_id')
    .innerJoin('employee', 'employee.id', 'access_request.requester_id')
    .innerJoin('application', 'application.id', 'fulfillment_task.application_id')
    .innerJoin('entitlement', 'entitlement.id', 'fulfillment_task.entitlement_id')
    .select([
      'fulfillment_task.item_id',
      'fulfillment_task.application_id',
      'fulfillment_task.beneficiary_id',
      'fulfillment_task.cause',
      'fulfillment_task.due_at',
      'fulfillment_task.ticket',
      'access_request.number',
      'access_request.justification',
      'employee.full_name as requester_name',
      'employee.work_email as requester_email',
      'application.name as application_name',
      'entitlement.name as entitlement_name',
      'entitlement.kind as entitlement_kind',
    ])
    .where('fulfillment_task.id', '=', id)
    .executeTakeFirstOrThrow();
  const known = row.ticket === null ? null : fromJson<FulfillmentTicket>(row.ticket);
  // Also one that others made, of which no id is known.
  const account = await reader
    .selectFrom('account')
    .select(['username', 'external_id'])
    .where('application_id', '=', row.application_id)
    .where('employee_id', '=', row.beneficiary_id)
    .where('status', '<>', 'gone')
    .where((eb) => isAccountOf(eb, work.serviceAccount ?? null))
    .orderBy('id')
    .executeTakeFirst();
  return {
    known,
    draft: {
      key: ticketKey(id, known),
      mayBeOpen: work.earlierAttempts > 0,
      effect: work.effect,
      cause: row.cause,
      requestNumber: row.number,
      itemId: row.item_id,
      justification: row.justification,
      requester: { name: row.requester_name, email: row.requester_email },
      person: accountDraftOf(work),
      account: account === undefined ? null : { username: account.username, externalId: account.external_id },
      application: row.application_name,
      entitlement: {
        externalId: work.entitlementExternalId,
        name: row.entitlement_name,
        kind: row.entitlement_kind,
      },
      dueAt: row.due_at,
      expiresAt: work.expiresAt ?? null,
    },
  };
}
