/** A fulfillment task as screens show it, with what the viewer may do with it. */
import type { FulfillmentView } from '#core/contract/index.ts';
import type { FulfillmentEvidence, FulfillmentState, FulfillmentTicket } from '#core/domain/request.ts';
import { fromJson, type Tables } from '#core/persistence/tables.ts';
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
  'fulfillment_task.ended_at',
  'fulfillment_task.lateness_seconds',
  'fulfillment_task.ticket',
  'fulfillment_task.evidence',
] as const;

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
  | 'ended_at'
  | 'lateness_seconds'
  | 'ticket'
  | 'evidence'
>;

/** The states the engine takes a person's action in. */
const sendableAgain: readonly FulfillmentState[] = ['failed', 'waiting'];
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
    endedAt: row.ended_at,
    latenessSeconds: row.lateness_seconds,
    ticket: ticketOf(row.ticket),
    evidence: evidenceOf(row.evidence),
    maySendAgain: manages && sendableAgain.includes(row.state),
    mayCompleteByHand: manages && completableByHand.includes(row.state),
  };
}

function ticketOf(raw: string | null): FulfillmentView['ticket'] {
  if (raw === null) return null;
  const { reference, url, openedAt, state, note, saidAt } = fromJson<FulfillmentTicket>(raw);
  return { reference, url, openedAt, state, note, saidAt };
}

function evidenceOf(raw: string | null): FulfillmentView['evidence'] {
  if (raw === null) return null;
  const { outcome, accountCreated, heldAfterwards, readBackAt, source, facts } = fromJson<FulfillmentEvidence>(raw);
  return { outcome, accountCreated, heldAfterwards, readBackAt, source, facts: { ...facts } };
}
