/** What an approved item asks of the application: its effect, and for temporary access its end. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { FulfillmentOption } from '#core/domain/directory.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import { plusMinutes, type Instant } from '#core/domain/instant.ts';
import { freshTask, type FulfillmentTask, type RequestItem, type Term } from '#core/domain/request.ts';
import type { Circumstances } from './state.ts';

/**
 * The item approved, with its fulfillment tasks. A temporary grant's revocation is committed here, before
 * the grant can be performed; a duration's clock starts at delivery, so its due time moves then.
 */
export function approvedItem(
  item: RequestItem,
  option: FulfillmentOption,
  circumstances: Circumstances,
  version: number,
): { readonly item: RequestItem; readonly tasks: readonly FulfillmentTask[]; readonly facts: readonly AuditFact[] } {
  const { now, nextId } = circumstances;
  const base = {
    requestId: item.requestId,
    itemId: item.id,
    applicationId: item.applicationId,
    beneficiaryId: item.beneficiaryId,
    entitlementId: item.entitlementId,
    ...freshTask,
  };
  const dueAt = item.startsAt !== null && item.startsAt > now ? item.startsAt : now;
  const tasks: FulfillmentTask[] = [
    {
      ...base,
      id: nextId<FulfillmentTaskId>(),
      effect: item.action === 'GRANT' ? 'grant' : 'revoke',
      cause: 'decision',
      // Also where people do the work: nobody is asked before everything was looked at once more.
      state: dueAt > now ? 'scheduled' : 'ready',
      dueAt,
      nextAttemptAt: dueAt,
    },
  ];
  const facts: AuditFact[] = [
    { type: 'item.approved', requestId: item.requestId, itemId: item.id, data: { fulfillment: option } },
  ];
  const endsAt = item.action === 'GRANT' ? endOf(item.term, dueAt) : null;
  if (endsAt !== null) {
    tasks.push({
      ...base,
      id: nextId<FulfillmentTaskId>(),
      effect: 'revoke',
      cause: 'expiry',
      state: 'scheduled',
      dueAt: endsAt,
      nextAttemptAt: endsAt,
    });
  }
  return { item: { ...item, state: 'approved', decidedAt: now, changedInVersion: version }, tasks, facts };
}

/** When access of this term ends if it is delivered at `deliveredAt`; null: never. */
export function endOf(term: Term, deliveredAt: Instant): Instant | null {
  switch (term.kind) {
    case 'permanent':
      return null;
    case 'until':
      return term.endsAt;
    case 'duration':
      return plusMinutes(deliveredAt, term.minutes);
  }
}
