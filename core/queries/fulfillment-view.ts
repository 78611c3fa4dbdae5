/** A fulfillment task as screens show it, with what the viewer may do with it. */
import type { FulfillmentView } from '#core/contract/index.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import type { FulfillmentEvidence, FulfillmentState, FulfillmentTicket, Observation } from '#core/domain/request.ts';
import { fromJson, type Reader, type Tables } from '#core/persistence/tables.ts';
import { mayManage, type Viewer } from './visibility.ts';

export const fulfillmentColumns = [
  'fulfillment_task.id',
  'fulfillment_task.item_id',
  'fulfillment_task.application_id',
  'fulfillment_task.effect',
  'fulfillment_task.cause',
  'fulfillment_task.state',
  'fulfillment_task.due_at',
  'fulfillment_task.next_attempt_at',
  'fulfillment_task.attempts',
  'fulfillment_task.last_problem',
  'fulfillment_task.accepted_at',
  'fulfillment_task.ended_at',
  'fulfillment_task.lateness_seconds',
  'fulfillment_task.ticket',
  'fulfillment_task.evidence',
  'fulfillment_task.by_hand_since',
  'fulfillment_task.observation',
  'delivery_settings.by_hand_hours',
  'delivery_settings.instructions as application_instructions',
  'entitlement_instructions.instructions as entitlement_instructions',
] as const;

/** Tasks with what people are told who do them by hand. */
export function tasksWithInstructions(reader: Reader) {
  return reader
    .selectFrom('fulfillment_task')
    .leftJoin('delivery_settings', 'delivery_settings.application_id', 'fulfillment_task.application_id')
    .leftJoin('entitlement_instructions', 'entitlement_instructions.entitlement_id', 'fulfillment_task.entitlement_id');
}

type FulfillmentRow = Pick<
  Tables['fulfillment_task'],
  | 'id'
  | 'application_id'
  | 'effect'
  | 'cause'
  | 'state'
  | 'due_at'
  | 'next_attempt_at'
  | 'attempts'
  | 'last_problem'
  | 'accepted_at'
  | 'ended_at'
  | 'lateness_seconds'
  | 'ticket'
  | 'evidence'
  | 'by_hand_since'
  | 'observation'
> & {
  readonly by_hand_hours: number | null;
  readonly application_instructions: string | null;
  readonly entitlement_instructions: string | null;
};

/** The states the engine takes a person's action in. */
const sendableAgain: readonly FulfillmentState[] = ['failed', 'waiting'];
const handable: readonly FulfillmentState[] = ['failed', 'waiting'];
const completableByHand: readonly FulfillmentState[] = ['byHand', 'failed', 'waiting'];

export function fulfillmentView(row: FulfillmentRow, viewer: Viewer): FulfillmentView {
  const manages = mayManage(viewer, row.application_id);
  return {
    id: row.id,
    effect: row.effect,
    cause: row.cause,
    state: row.state,
    dueAt: row.due_at,
    nextAttemptAt: row.next_attempt_at,
    attempts: row.attempts,
    lastProblem: row.last_problem,
    isAwaited: row.state === 'waiting' && row.accepted_at !== null,
    endedAt: row.ended_at,
    latenessSeconds: row.lateness_seconds,
    ticket: ticketOf(row.ticket),
    evidence: evidenceOf(row.evidence),
    observation: row.observation === null ? null : fromJson<Observation>(row.observation),
    ...byHand(row, manages),
    mayHandToPerson: manages && handable.includes(row.state),
    maySendAgain: manages && sendableAgain.includes(row.state),
    mayCompleteByHand: manages && completableByHand.includes(row.state),
  };
}

function ticketOf(raw: string | null): FulfillmentView['ticket'] {
  if (raw === null) return null;
  const { reference, url, openedAt, state, note, saidAt } = fromJson<FulfillmentTicket>(raw);
  return { reference, url, openedAt, state, note, saidAt };
}

/** Since when people have it, until when they should have done it, and how: the last for those who do it. */
function byHand(
  row: FulfillmentRow,
  manages: boolean,
): Pick<FulfillmentView, 'byHandSince' | 'dueBy' | 'instructions'> {
  const { by_hand_since: since, by_hand_hours: hours } = row;
  const instructions = row.entitlement_instructions ?? row.application_instructions;
  return {
    byHandSince: since,
    dueBy: since === null || hours === null ? null : plusMinutes(since, hours * 60),
    instructions: manages && completableByHand.includes(row.state) ? instructions : null,
  };
}

function evidenceOf(raw: string | null): FulfillmentView['evidence'] {
  if (raw === null) return null;
  const { accountId: _, grantId: __, facts, file, ...shown } = fromJson<FulfillmentEvidence>(raw);
  return { ...shown, facts: { ...facts }, file: file ?? null };
}
