/** What people are told, derived from the facts of the trail: whatever path made something true, whoever it concerns hears of it. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Notice } from '#core/domain/notice.ts';
import type { ItemAction } from '#core/domain/request.ts';

/** Whom a request and one of its items concern. */
export interface Concerned {
  readonly requesterId: EmployeeId;
  readonly beneficiaryId: EmployeeId;
  readonly action: ItemAction;
  /** Whoever asked for the same and was joined to this item. */
  readonly followers: readonly EmployeeId[];
}

/** A notice before it has its id. */
export interface Told {
  readonly to: readonly EmployeeId[];
  readonly kind: Notice['kind'];
  readonly data: Notice['data'];
}

/** Facts of these types concern the people of an item. */
const ofItems: readonly AuditFact['type'][] = [
  'item.denied',
  'item.dropped',
  'item.expired',
  'item.cancelled',
  'access.granted',
  'access.removed',
  'access.expired',
  'fulfillment.failed',
  'fulfillment.refused',
];

/** Whether somebody is told of facts of this type at all. */
export function tellsPeople(fact: AuditFact): boolean {
  return ofItems.includes(fact.type) && fact.itemId !== null;
}

/** Null: nobody is told. The person who acted never is: they know. */
export function noticeOf(fact: AuditFact, concerned: Concerned): Told | null {
  const everybody = [concerned.requesterId, concerned.beneficiaryId, ...concerned.followers];
  const { reason = null } = fact.data;
  switch (fact.type) {
    case 'item.denied':
      return { to: everybody, kind: 'requestDenied', data: { reason } };
    case 'item.dropped':
      return { to: everybody, kind: 'requestDenied', data: { reason, leftOut: true } };
    case 'item.expired':
      return { to: everybody, kind: 'requestExpired', data: {} };
    case 'item.cancelled':
      return { to: everybody, kind: 'requestCancelled', data: { reason } };
    case 'access.granted':
      return { to: everybody, kind: 'accessWorks', data: { expiresAt: fact.data['expiresAt'] ?? null } };
    case 'access.removed':
      return { to: everybody, kind: 'accessEnded', data: { asked: true } };
    case 'access.expired':
      return { to: everybody, kind: 'accessEnded', data: { asked: false } };
    case 'fulfillment.failed':
      return { to: everybody, kind: 'accessFailed', data: { problem: fact.data['problem'] ?? null, waits: true } };
    case 'fulfillment.refused':
      // The scheduled end of access that is gone already, or that another request explains, is nobody's news.
      return fact.data['cause'] === 'expiry'
        ? null
        : { to: everybody, kind: 'accessFailed', data: { problem: reason, waits: false } };
    default:
      return null;
  }
}
