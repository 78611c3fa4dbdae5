/** What another system says of a ticket: read by us, or reported by it. It is evidence of its own kind, because the application was not looked at. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { ApplicationId, FulfillmentTaskId } from '#core/domain/ids.ts';
import {
  ticketStates,
  type FulfillmentEvidence,
  type FulfillmentTask,
  type RequestItem,
} from '#core/domain/request.ts';
import { recordTicketNews, type AttemptOutcome } from '#core/engine/record-attempt.ts';
import { keyOfNumber } from '#core/engine/ticket.ts';
import { defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { tellWhoLooksAfterIt } from './delivery-notices.ts';
import { writeUnseen } from './fulfillment-by-person.command.ts';
import { loadByFulfillment, saveRequest } from './request-store.ts';

export const ticketSaidSchema = z.object({
  reference: z.string().min(1).max(500),
  url: z.string().max(2000).nullable(),
  state: z.enum(ticketStates),
  note: z.string().max(2000),
  /** Who or what said so there, as far as it is known. */
  by: z.string().max(500).nullable(),
  /** How Gatehouse came to know of it. */
  how: z.enum(['answered', 'asked', 'reported']),
  source: z.string().max(2000),
  /** When it is to be looked at again; null: ever less often. */
  afterMilliseconds: z.number().min(0).nullable(),
  jitter: z.number().min(0).max(1),
});
export type TicketSaid = z.output<typeof ticketSaidSchema>;

const howWords: Readonly<Record<TicketSaid['how'], string>> = {
  answered: 'the answer to the call',
  asked: 'the ticket, when it was looked at',
  reported: 'a signed report of the other system',
};

/** What the engine is told of it. Where it says that it is done, the directory learns of it here. */
export async function ticketOutcome(
  context: CommandContext,
  item: RequestItem,
  task: FulfillmentTask,
  said: TicketSaid,
): Promise<Extract<AttemptOutcome, { readonly kind: 'ticket' }>> {
  const { reference, url, state, note, source, afterMilliseconds, jitter } = said;
  const news = { reference, url, state, note };
  return {
    kind: 'ticket',
    news,
    source,
    afterMilliseconds,
    jitter,
    evidence: state === 'done' ? await evidenceOf(context, item, task, said) : null,
  };
}

async function evidenceOf(
  context: CommandContext,
  item: RequestItem,
  { effect }: FulfillmentTask,
  { reference, note, by, how, source }: TicketSaid,
): Promise<FulfillmentEvidence> {
  const written = await writeUnseen(context, item, effect);
  context.touch('directory');
  return {
    outcome: 'byTicket',
    ...written,
    accountCreated: false,
    heldAfterwards: null,
    readBackAt: null,
    source,
    facts: {
      ticket: reference,
      saidAt: context.circumstances.now,
      knownFrom: howWords[how],
      ...(by === null ? {} : { saidBy: by }),
      ...(note === '' ? {} : { said: note }),
    },
  };
}

/** A report that was signed by the other system. Refused when no ticket of this key is waited for. */
export const hearOfTicket = defineCommand({
  type: 'fulfillment.hearOfTicket',
  payload: z.object({
    fulfillmentTaskId: idSchema<FulfillmentTaskId>(),
    /** Whose connection the report came through: it says nothing about other applications. */
    applicationId: idSchema<ApplicationId>(),
    /** The ticket's key, as it was sent along when it was opened. */
    key: z.string().max(200),
    said: ticketSaidSchema.partial({ reference: true }),
  }),
  async run({ fulfillmentTaskId, applicationId, key, said }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const before = await loadByFulfillment(writer, fulfillmentTaskId, context.dialect === 'postgres');
    const task = before?.fulfillment.find((candidate) => candidate.id === fulfillmentTaskId);
    const [item] = before?.items ?? [];
    if (before === null || task === undefined || item === undefined || task.applicationId !== applicationId)
      return refuse('fulfillment.notFound', 'No ticket of this key is known here.');
    const { ticket } = task;
    if (ticket !== null && keyOfNumber(task.id, ticket.number) === key && ticket.state !== 'open') {
      // Told twice: the second time changes nothing.
      if (ticket.state === said.state) return done({});
      return refuse('fulfillment.notPossible', `The ticket is ${ticket.state} already.`);
    }
    if (ticket === null || keyOfNumber(task.id, ticket.number) !== key || task.state !== 'waiting')
      return refuse('fulfillment.notPossible', 'No ticket of this key is waited for now.');
    const outcome = await ticketOutcome(context, item, task, {
      ...said,
      reference: said.reference ?? ticket.reference,
    });
    const result = recordTicketNews(before, { fulfillmentTaskId, outcome }, circumstances);
    if (result.outcome === 'refused') return result;
    await saveRequest(writer, before, result.value.after);
    context.record(...result.value.facts);
    await tellWhoLooksAfterIt(
      context,
      item,
      result.value.after.fulfillment.find(({ id }) => id === task.id),
    );
    context.touch('fulfillment', 'requests');
    return done({});
  },
});
