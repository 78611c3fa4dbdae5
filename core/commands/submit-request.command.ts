/** `request.submit`: somebody asks for access, for themselves or for others. */
import type { z } from 'zod';
import { submitSchema } from '#core/contract/requests.contract.ts';
import { done, refuse } from '#core/domain/errors.ts';
import { submit } from '#core/engine/submit.ts';
import { takeNumbers } from '#core/persistence/counters.ts';
import { fromRow } from '#core/persistence/tables.ts';
import { actingEmployee, defineCommand } from './command-definition.ts';
import { employeesById, loadItemFacts } from './item-facts.ts';
import { insertRequest } from './request-store.ts';

export const submitRequest = defineCommand({
  type: 'request.submit',
  payload: submitSchema satisfies z.ZodType,
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer, circumstances } = context;
    const [requesterRow] = await employeesById(writer, [acting.value]);
    if (requesterRow === undefined) return refuse('employee.notFound', 'You are not in the directory.');
    const requester = fromRow('employee', requesterRow);
    if (requester.status === 'left') return refuse('access.notAllowed', 'You no longer work here.');
    // Given back by a rollback, so numbers have no gaps. Taken before anything is looked at: it lets one submission
    // in at a time, so that two consoles cannot both find that nobody asks for the same line yet.
    const number = await takeNumbers(writer, 'request', 1);
    const lines = await loadItemFacts(writer, payload.items, requester.id);
    const result = submit(payload, { ...circumstances, ...lines, requesterId: requester.id, number });
    if (result.outcome === 'refused') return result;
    const { after, facts } = result.value;
    const words = new Set<string>([String(number), requester.fullName, requester.workEmail]);
    for (const { beneficiary, entitlement, application } of lines.items) {
      for (const word of [beneficiary?.fullName, beneficiary?.workEmail, entitlement?.name, application?.name])
        if (word) words.add(word);
    }
    await insertRequest(writer, after, [...words].join(' ').toLowerCase().slice(0, 20_000));
    context.record(...facts);
    context.touch('requests', 'tasks');
    if (after.fulfillment.length > 0) context.touch('fulfillment');
    return done({ requestId: after.request.id, number });
  },
});
