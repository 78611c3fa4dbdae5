/** How a fulfillment task ends: performed with its evidence, or given up with its reason. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import { secondsBetween, type Instant } from '#core/domain/instant.ts';
import type { FulfillmentEvidence, FulfillmentTask, RequestItem } from '#core/domain/request.ts';
import { endOf } from './fulfillment-plan.ts';
import { nextVersion, settle } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type TransitionResult } from './state.ts';

export function performed(
  before: RequestAggregate,
  task: FulfillmentTask,
  item: RequestItem,
  evidence: FulfillmentEvidence,
  facts: Circumstances,
): TransitionResult {
  const at = evidence.readBackAt ?? facts.now;
  const ended: FulfillmentTask = {
    ...task,
    state: 'done',
    nextAttemptAt: null,
    leaseOwner: null,
    leaseUntil: null,
    lastProblem: null,
    acceptedAt: null,
    evidence,
    endedAt: facts.now,
    latenessSeconds: secondsBetween(task.dueAt, at),
    // What a person or a ticket says stands until the application is looked at; what was said of the item before is settled by it.
    unconfirmedSince: evidence.outcome === 'byHand' || evidence.outcome === 'byTicket' ? facts.now : null,
  };
  const after = {
    ...before,
    fulfillment: replaced(before.fulfillment, ended).map((other) =>
      other.itemId === item.id && other.id !== task.id && other.unconfirmedSince !== null
        ? { ...other, unconfirmedSince: null }
        : other,
    ),
  };
  const trail: AuditFact[] = [];
  if (evidence.accountCreated)
    trail.push(fact('account.created', item, { accountId: evidence.accountId, source: evidence.source }));
  if (task.cause === 'expiry') {
    trail.push(fact('access.expired', item, { evidence, dueAt: task.dueAt, latenessSeconds: ended.latenessSeconds }));
    return settle(
      { ...after, items: replaced(after.items, { ...item, expiredAt: at, changedInVersion: nextVersion(before) }) },
      trail,
      facts,
    );
  }
  const expiresAt = item.action === 'GRANT' ? endOf(item.term, at) : null;
  const fulfilled: RequestItem = {
    ...item,
    state: 'fulfilled',
    fulfilledAt: at,
    expiresAt,
    changedInVersion: nextVersion(before),
  };
  trail.push(fact(item.action === 'GRANT' ? 'access.granted' : 'access.removed', item, { evidence, expiresAt }));
  const dated = expiresAt === null ? after : redateExpiry(after, item, expiresAt);
  return settle({ ...dated, items: replaced(dated.items, fulfilled) }, trail, facts);
}

/** Ends an item without its effect, and with it its scheduled end, unless something may have arrived already. */
export function giveUp(
  before: RequestAggregate,
  task: FulfillmentTask,
  item: RequestItem,
  reason: string,
  facts: Circumstances,
  options: { readonly keepExpiry: boolean } = { keepExpiry: mayHaveArrived(task, item) },
): TransitionResult {
  const fulfillment = before.fulfillment.map((other): FulfillmentTask => {
    if (other.id === task.id) {
      return {
        ...other,
        state: 'cancelled',
        nextAttemptAt: null,
        leaseOwner: null,
        leaseUntil: null,
        lastProblem: reason,
        endedAt: facts.now,
      };
    }
    const pointless =
      other.itemId === item.id && other.cause === 'expiry' && other.state === 'scheduled' && !options.keepExpiry;
    return pointless ? { ...other, state: 'cancelled', nextAttemptAt: null, endedAt: facts.now } : other;
  });
  const failedItem: RequestItem = { ...item, state: 'failed', changedInVersion: nextVersion(before) };
  return settle(
    { ...before, fulfillment, items: replaced(before.items, failedItem) },
    [fact('fulfillment.refused', item, { effect: task.effect, cause: task.cause, reason })],
    facts,
  );
}

/** Waits until a person has looked; the item stays approved, because nobody has said that it cannot be done. */
export function leaveToPerson(
  before: RequestAggregate,
  task: FulfillmentTask,
  problem: string,
  facts: Circumstances,
): TransitionResult {
  const stopped: FulfillmentTask = {
    ...task,
    state: 'failed',
    nextAttemptAt: null,
    leaseOwner: null,
    leaseUntil: null,
    lastProblem: problem,
  };
  return settle(
    { ...before, fulfillment: replaced(before.fulfillment, stopped) },
    [factOf('fulfillment.failed', task, { attempt: task.attempts, problem })],
    facts,
  );
}

/** What prolongs access has taken over its end when it began: the access is there whatever becomes of the rest. */
function mayHaveArrived(task: FulfillmentTask, item: RequestItem): boolean {
  return task.effect === 'grant' && (task.attempts > 0 || (item.extendsItemId !== null && task.state !== 'ready'));
}

/** Moves the scheduled end of an item's access. */
export function redateExpiry(before: RequestAggregate, item: RequestItem, end: Instant): RequestAggregate {
  return {
    ...before,
    fulfillment: before.fulfillment.map((task) =>
      task.itemId === item.id && task.cause === 'expiry' && task.state === 'scheduled' && task.dueAt !== end
        ? { ...task, dueAt: end, nextAttemptAt: end }
        : task,
    ),
  };
}

export function taskAndItem(
  before: RequestAggregate,
  id: FulfillmentTaskId,
): { readonly task: FulfillmentTask; readonly item: RequestItem } | null {
  const task = before.fulfillment.find((candidate) => candidate.id === id);
  const item = before.items.find((candidate) => candidate.id === task?.itemId);
  return task === undefined || item === undefined ? null : { task, item };
}

export function fact(type: AuditFact['type'], item: RequestItem, data: AuditFact['data']): AuditFact {
  return { type, requestId: item.requestId, itemId: item.id, data };
}

export function factOf(type: AuditFact['type'], task: FulfillmentTask, data: AuditFact['data']): AuditFact {
  return { type, requestId: task.requestId, itemId: task.itemId, data: { fulfillmentTaskId: task.id, ...data } };
}
