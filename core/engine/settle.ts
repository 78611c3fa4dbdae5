/** The last step of every transition: the request's own row follows from its items. */
import type { AuditFact, AuditEventType } from '#core/domain/audit.ts';
import type { RequestState } from '#core/domain/request.ts';
import { isFinal, itemCounts, requestStateOf } from './request-state.ts';
import { became, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

const endEvents: Readonly<Partial<Record<RequestState, AuditEventType>>> = {
  completed: 'request.completed',
  completedWithFailures: 'request.completed',
  denied: 'request.denied',
  cancelled: 'request.cancelled',
  expired: 'request.expired',
};

/** The version every row changed by this transition belongs to. */
export function nextVersion(aggregate: RequestAggregate): number {
  return aggregate.request.version + 1;
}

/** Raises the version, derives the request's state, and records its end when this was the last open item. */
export function settle(
  aggregate: RequestAggregate,
  facts: readonly AuditFact[],
  circumstances: Circumstances,
): TransitionResult {
  const { request } = aggregate;
  const state = requestStateOf(itemCounts(aggregate));
  const version = nextVersion(aggregate);
  if (state === request.state) return became({ ...aggregate, request: { ...request, version } }, facts);
  const ended = isFinal(state);
  const endedAt = ended ? (request.endedAt ?? circumstances.now) : null;
  const event = endEvents[state];
  const counts = itemCounts(aggregate);
  return became(
    { ...aggregate, request: { ...request, state, endedAt, version } },
    event === undefined
      ? facts
      : [...facts, { type: event, requestId: request.id, itemId: null, data: { state, items: counts } }],
  );
}
