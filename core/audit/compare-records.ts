/**
 * Do the workspace's records say what the trail says? Only the trail is covered by hashes, so a record that
 * was changed behind Gatehouse's back shows as a difference between the two.
 */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import type { Decision, ItemState, RequestItem, Verdict } from '#core/domain/request.ts';

export interface RecordDifference {
  /** Position of the item in the request, from 1. */
  readonly position: number;
  /** The difference in a sentence. */
  readonly message: string;
}

/** What the trail must hold for an item to be in a state; either of them suffices. */
const stateEvents: Readonly<Record<ItemState, readonly AuditEventType[]>> = {
  inReview: ['item.reviewStarted'],
  approved: ['item.approved'],
  denied: ['item.denied'],
  dropped: ['item.dropped'],
  expired: ['item.expired'],
  cancelled: ['item.cancelled'],
  fulfilled: ['access.granted', 'access.removed'],
  failed: ['fulfillment.refused'],
};

export function compareRecords(
  items: readonly { readonly position: number; readonly item: RequestItem; readonly decisions: readonly Decision[] }[],
  events: readonly AuditEvent[],
): readonly RecordDifference[] {
  const byItem = Map.groupBy(events, (event) => event.itemId);
  return items.flatMap(({ position, item, decisions }) => {
    const trail = byItem.get(item.id) ?? [];
    const messages: string[] = [];
    if (!sameItem(item, trail)) messages.push('what was asked for is not what the trail says was asked for');
    if (!trail.some(({ type }) => stateEvents[item.state].includes(type)))
      messages.push(`the trail has no event for its state`);
    const undocumented = decisions.filter((decision) => !trail.some((event) => isOf(event, decision)));
    if (undocumented.length > 0) messages.push('a decision is recorded that the trail does not know');
    const told = trail.filter(({ type }) => decisionTypes.includes(type));
    if (told.some((event) => !decisions.some((decision) => isOf(event, decision))))
      messages.push('the trail tells of a decision that is not recorded');
    return messages.map((message) => ({ position, message: `Item ${position}: ${message}.` }));
  });
}

/** What says that somebody decided. A line that is left out has no other event than that of its end. */
const verdictEvents = {
  approve: 'review.approved',
  deny: 'review.denied',
  drop: 'item.dropped',
} as const satisfies Readonly<Record<Verdict, AuditEventType>>;

const decisionTypes: readonly AuditEventType[] = [...Object.values(verdictEvents), 'review.automatic'];

/** Was this decision taken by this event: the same command, the same person, the same verdict? */
function isOf(event: AuditEvent, decision: Decision): boolean {
  if (event.commandId !== decision.commandId) return false;
  if (decision.deciderId === null)
    return event.type === 'review.automatic' && event.data['verdict'] === decision.verdict;
  return (
    event.type === verdictEvents[decision.verdict] &&
    event.actor.kind === 'employee' &&
    event.actor.employeeId === decision.deciderId &&
    event.data['reason'] === decision.reason
  );
}

function sameItem(item: RequestItem, trail: readonly AuditEvent[]): boolean {
  const asked = trail.find(({ type }) => type === 'item.reviewStarted')?.data;
  if (asked === undefined) return false;
  const fields = ['action', 'beneficiaryId', 'applicationId', 'entitlementId'] as const;
  // A reviewer may have allowed a shorter time since.
  const shortened = trail.findLast(({ type }) => type === 'item.shortened')?.data['to'];
  return fields.every((field) => asked[field] === item[field]) && sameTerm(shortened ?? asked['term'], item.term);
}

function sameTerm(told: unknown, term: RequestItem['term']): boolean {
  const other = told as Readonly<Record<string, unknown>> | undefined;
  return Object.entries(term).every(([name, value]) => other?.[name] === value);
}
