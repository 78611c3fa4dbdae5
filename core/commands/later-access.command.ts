/** `access.endEarly` and `item.notRenew`: what people decide about temporary access while it is held. */
import type { z } from 'zod';
import { endEarlySchema, notRenewSchema } from '#core/contract/requests.contract.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { EmployeeId, RequestItemId } from '#core/domain/ids.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import { endEarly, notRenew } from '#core/engine/temporary-access.ts';
import { mayManageApplication, worksHere } from './authority.ts';
import { actingEmployee, defineCommand, type CommandContext } from './command-definition.ts';
import { loadByItem, saveRequest } from './request-store.ts';

/** Whose decision it is besides that of the beneficiary and of whoever manages the application. */
type Further = 'requester' | 'manager';

export const endAccessEarly = defineCommand({
  type: 'access.endEarly',
  payload: endEarlySchema satisfies z.ZodType,
  async run(payload, context) {
    const loaded = await loadConcerning(payload.itemId, 'requester', context);
    if (loaded.outcome === 'refused') return loaded;
    const { before } = loaded.value;
    const result = endEarly(before, payload, context.circumstances);
    if (result.outcome === 'refused') return result;
    const { after, facts } = result.value;
    await saveRequest(context.writer, before, after);
    await context.writer
      .updateTable('access_grant')
      .set({ expires_at: context.circumstances.now })
      .where('request_item_id', '=', payload.itemId)
      .where('status', '=', 'active')
      .execute();
    context.record(...facts);
    context.touch('requests', 'fulfillment', 'directory');
    return done({ version: after.request.version });
  },
});

export const notRenewAccess = defineCommand({
  type: 'item.notRenew',
  payload: notRenewSchema satisfies z.ZodType,
  async run(payload, context) {
    const loaded = await loadConcerning(payload.itemId, 'manager', context);
    if (loaded.outcome === 'refused') return loaded;
    const { before, employeeId } = loaded.value;
    const result = notRenew(before, payload, { ...context.circumstances, employeeId });
    if (result.outcome === 'refused') return result;
    const { after, facts } = result.value;
    await saveRequest(context.writer, before, after);
    context.record(...facts);
    context.touch('requests');
    return done({ version: after.request.version });
  },
});

async function loadConcerning(itemId: RequestItemId, further: Further, context: CommandContext) {
  const acting = actingEmployee(context);
  if (acting.outcome === 'refused') return acting;
  const { writer } = context;
  if (!(await worksHere(writer, acting.value))) return refuse('access.notAllowed', 'You no longer work here.');
  const before = await loadByItem(writer, itemId, context.dialect === 'postgres');
  if (before === null) return refuse('request.notFound', 'This line does not exist.');
  if (!(await isConcerned(acting.value, before, further, context)))
    return refuse(
      'access.notAllowed',
      further === 'requester'
        ? 'Only the person who has this access, whoever asked for it, an owner of the application or an administrator can end it early.'
        : 'Only the person who has this access, their manager, an owner of the application or an administrator can decide this.',
    );
  return done({ before, employeeId: acting.value });
}

async function isConcerned(
  employeeId: EmployeeId,
  { request, items }: RequestAggregate,
  further: Further,
  { writer }: CommandContext,
): Promise<boolean> {
  const [item] = items;
  if (item === undefined) return false;
  if (item.beneficiaryId === employeeId) return true;
  if (further === 'requester' && request.requesterId === employeeId) return true;
  if (further === 'manager') {
    const person = await writer
      .selectFrom('employee')
      .select('manager_id')
      .where('id', '=', item.beneficiaryId)
      .executeTakeFirst();
    if (person?.manager_id === employeeId) return true;
  }
  return mayManageApplication(writer, employeeId, item.applicationId);
}
