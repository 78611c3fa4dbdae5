/** `request.submit`: somebody asks for access, for themselves or for others. */
import type { z } from 'zod';
import { submitSchema } from '#core/contract/requests.contract.ts';
import type { Employee } from '#core/domain/directory.ts';
import { done, refuse, type Refusal, type Result } from '#core/domain/errors.ts';
import type { EmployeeId, RequestId } from '#core/domain/ids.ts';
import type { ItemState } from '#core/domain/request.ts';
import type { ItemFacts } from '#core/engine/state.ts';
import { submit, type Submission } from '#core/engine/submit.ts';
import { takeNumbers } from '#core/persistence/counters.ts';
import { fromRow, type Writer } from '#core/persistence/tables.ts';
import { actingEmployee, defineCommand } from './command-definition.ts';
import { followRequests } from './follow-requests.ts';
import { loadItemFacts } from './item-facts.ts';
import { insertRequest } from './request-store.ts';
import { employeesById } from './reviewing-facts.ts';

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
    const earlier = await loadResubmitted(writer, payload.resubmitsRequestId, requester.id);
    if (earlier.outcome === 'refused') return earlier;
    // Given back by a rollback, so numbers have no gaps. Taken before anything is looked at: it lets one submission
    // in at a time, so that two consoles cannot both find that nobody asks for the same line yet.
    const number = await takeNumbers(writer, 'request', 1);
    const lines = await loadItemFacts(writer, payload.items, requester.id);
    const { joining, asking } = apart(payload.items, lines.items);
    const joined = await followRequests(context, requester.id, joining);
    const [first] = joined;
    if (asking.length === 0 && first !== undefined) {
      // Nothing is left to ask for, so nothing has this number.
      await takeNumbers(writer, 'request', -1);
      context.touch('requests');
      return done({ requestId: first.requestId, number: first.number, isNew: false, joined });
    }
    const result = submit(
      { ...payload, items: asking.map(({ draft }) => draft), resubmits: earlier.value },
      {
        ...circumstances,
        ...lines,
        items: asking.map((line) => line.facts),
        requesterId: requester.id,
        number,
      },
    );
    if (result.outcome === 'refused') return { ...result, refusal: atTheirPlaces(result.refusal, asking) };
    const { after, facts } = result.value;
    await insertRequest(writer, after, searchTextOf(number, requester, asking));
    context.record(...facts);
    if (earlier.value !== null)
      context.record({
        type: 'request.resubmitted',
        requestId: earlier.value.requestId,
        itemId: null,
        data: { by: after.request.id, number },
      });
    context.touch('requests', 'tasks');
    if (after.fulfillment.length > 0) context.touch('fulfillment');
    return done({ requestId: after.request.id, number, isNew: true, joined });
  },
});

type Draft = Submission['items'][number];

interface Line {
  /** Position in the submission. */
  readonly index: number;
  readonly draft: Draft;
  readonly facts: ItemFacts;
}

/** Lines that an open request asks for already, and those that have to be asked for. */
function apart(drafts: readonly Draft[], facts: readonly ItemFacts[]) {
  const joining: { index: number; number: number; draft: Draft }[] = [];
  const asking: Line[] = [];
  drafts.forEach((draft, index) => {
    const known = facts[index];
    if (known === undefined) throw new Error('Every line has its facts');
    const number = known.joins ?? null;
    if (number === null) asking.push({ index, draft, facts: known });
    else joining.push({ index, draft, number });
  });
  return { joining, asking };
}

/** The problems under the positions that the lines have in the submission. */
function atTheirPlaces(refusal: Refusal, asking: readonly Line[]): Refusal {
  const lines = refusal.data?.['lines'];
  if (!Array.isArray(lines)) return refusal;
  const placed = (lines as readonly { readonly index: number }[]).map((line) => ({
    ...line,
    index: asking[line.index]?.index ?? line.index,
  }));
  return { ...refusal, data: { ...refusal.data, lines: placed } };
}

function searchTextOf(number: number, requester: Employee, lines: readonly Line[]): string {
  const words = new Set<string>([String(number), requester.fullName, requester.workEmail]);
  for (const { facts, draft } of lines) {
    const { beneficiary, entitlement, application } = facts;
    for (const word of [
      beneficiary?.fullName,
      beneficiary?.workEmail,
      entitlement?.name,
      application?.name,
      draft.serviceAccount,
    ])
      if (word) words.add(word);
  }
  return [...words].join(' ').toLowerCase().slice(0, 20_000);
}

const cameToNothing: readonly ItemState[] = ['denied', 'dropped', 'expired', 'cancelled', 'failed'];

/** What is asked for again must have come to nothing, and have been this person's concern. */
async function loadResubmitted(
  writer: Writer,
  requestId: RequestId | null,
  employeeId: EmployeeId,
): Promise<Result<{ readonly requestId: RequestId; readonly number: number } | null>> {
  if (requestId === null) return done(null);
  const request = await writer
    .selectFrom('access_request')
    .select(['number', 'requester_id'])
    .where('id', '=', requestId)
    .executeTakeFirst();
  const items = await writer
    .selectFrom('request_item')
    .select(['state', 'beneficiary_id'])
    .where('request_id', '=', requestId)
    .execute();
  const concerned = request?.requester_id === employeeId || items.some((item) => item.beneficiary_id === employeeId);
  if (request === undefined || !concerned)
    return refuse('request.notYours', 'You can ask again only for what you asked for, or what was asked for you.');
  return items.some((item) => cameToNothing.includes(item.state))
    ? done({ requestId, number: request.number })
    : refuse(
        'request.notEnded',
        `Nothing in request ${request.number} came to nothing, so there is nothing to ask for again.`,
      );
}
