/** What people decide about temporary access after it was given: to end it early, to prolong it, or not to renew it. */
import type { AuditFact } from '#core/domain/audit.ts';
import { refuse } from '#core/domain/errors.ts';
import type { EmployeeId, RequestId, RequestItemId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { FulfillmentState, FulfillmentTask, RequestItem } from '#core/domain/request.ts';
import { fact } from './fulfillment-ends.ts';
import { nextVersion, settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

/** The removal at the end of an item's access while it can still be moved; null: there is none, or it is under way. */
export function openEnd(
  item: Pick<RequestItem, 'id' | 'state'>,
  fulfillment: readonly Pick<FulfillmentTask, 'itemId' | 'cause' | 'state'>[],
): FulfillmentState | null {
  if (item.state !== 'fulfilled') return null;
  const end = fulfillment.find((task) => task.itemId === item.id && task.cause === 'expiry');
  return end !== undefined && movable.includes(end.state) ? end.state : null;
}

/** `running` is being performed right now; the other states that are left out are ends. */
const movable: readonly FulfillmentState[] = ['scheduled', 'ready', 'waiting', 'byHand'];

/** Brings the removal that is due at the end forward to now. Its lateness counts from now. */
export function endEarly(
  before: RequestAggregate,
  command: { readonly itemId: RequestItemId; readonly reason: string },
  facts: Circumstances,
): TransitionResult {
  const item = before.items.find((candidate) => candidate.id === command.itemId);
  if (item === undefined) return refuse('request.notFound', 'This line does not exist.');
  const end = before.fulfillment.find((task) => task.itemId === item.id && task.cause === 'expiry');
  if (end === undefined || item.state !== 'fulfilled' || end.state !== 'scheduled')
    return refuse('access.notTemporary', whyNoEnd(item, end, facts.now));
  const ended: FulfillmentTask = { ...end, dueAt: facts.now, nextAttemptAt: facts.now };
  const changed: RequestItem = { ...item, expiresAt: facts.now, changedInVersion: nextVersion(before) };
  const trail: AuditFact[] = [
    fact('access.endedEarly', item, {
      plannedEnd: end.dueAt,
      reason: command.reason,
      fulfillmentTaskId: end.id,
      effect: end.effect,
      cause: end.cause,
    }),
  ];
  return settle(
    { ...before, items: replaced(before.items, changed), fulfillment: replaced(before.fulfillment, ended) },
    trail,
    facts,
  );
}

function whyNoEnd(item: RequestItem, end: FulfillmentTask | undefined, now: Instant): string {
  if (end === undefined)
    return 'This access has no end that could be brought forward. To take it away, ask for its removal.';
  if (end.state === 'done') return 'This access has ended already.';
  if (end.state === 'cancelled')
    return 'This access is no longer this line\u2019s to end: another request prolongs it, or it was removed before.';
  if (item.state !== 'fulfilled')
    return 'This access has not been delivered yet. Cancel the request, or end the access once it is there.';
  return end.dueAt <= now ? 'This access is being removed already.' : 'This access cannot be ended now.';
}

/** Somebody decided that temporary access is not to be prolonged. Nothing else changes: it ends at its time. */
export function notRenew(
  before: RequestAggregate,
  command: { readonly itemId: RequestItemId; readonly reason: string | null },
  facts: Circumstances & { readonly employeeId: EmployeeId },
): TransitionResult {
  const item = before.items.find((candidate) => candidate.id === command.itemId);
  if (item === undefined) return refuse('request.notFound', 'This line does not exist.');
  if (openEnd(item, before.fulfillment) !== 'scheduled')
    return refuse(
      'access.notTemporary',
      'Only temporary access that is still held can be marked as not to be renewed.',
    );
  if (item.notRenewed !== null) return refuse('access.notTemporary', 'It is decided already that this is not renewed.');
  const changed: RequestItem = {
    ...item,
    notRenewed: { by: facts.employeeId, at: facts.now, reason: command.reason },
    changedInVersion: nextVersion(before),
  };
  return settle(
    { ...before, items: replaced(before.items, changed) },
    [fact('item.notRenewed', item, { reason: command.reason })],
    facts,
  );
}

/**
 * The end of an item's access moves because another, approved item prolongs it: from now on that one's end
 * counts. Called when the other's end is in the database already, so that at no moment there is none.
 */
export function prolonged(
  before: RequestAggregate,
  itemId: RequestItemId,
  by: {
    readonly requestId: RequestId;
    readonly number: number;
    readonly itemId: RequestItemId;
    /** The new end; null: none. */
    readonly endsAt: Instant | null;
  },
  facts: Circumstances,
): TransitionResult {
  const item = before.items.find((candidate) => candidate.id === itemId);
  const end = before.fulfillment.find((task) => task.itemId === itemId && task.cause === 'expiry');
  if (item === undefined || end === undefined || openEnd(item, before.fulfillment) === null)
    return refuse('item.notExtendable', 'This access has no end any more that could be moved.');
  const cancelled: FulfillmentTask = {
    ...end,
    state: 'cancelled',
    nextAttemptAt: null,
    lastProblem: null,
    endedAt: facts.now,
  };
  const changed: RequestItem = {
    ...item,
    expiresAt: by.endsAt,
    notRenewed: null,
    changedInVersion: nextVersion(before),
  };
  return settle(
    { ...before, items: replaced(before.items, changed), fulfillment: replaced(before.fulfillment, cancelled) },
    [
      fact('access.extended', item, {
        by: by.requestId,
        byItemId: by.itemId,
        number: by.number,
        from: end.dueAt,
        to: by.endsAt,
      }),
    ],
    facts,
  );
}
