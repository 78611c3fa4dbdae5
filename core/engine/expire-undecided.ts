/**
 * The clock of the decision: what nobody decided within the time its application gives expires. It is not
 * the clock of the access, which starts at delivery.
 */
import type { AuditFact } from '#core/domain/audit.ts';
import { refuse } from '#core/domain/errors.ts';
import type { RequestItem } from '#core/domain/request.ts';
import { endItem } from './end-item.ts';
import { settle } from './settle.ts';
import type { Circumstances, RequestAggregate, TransitionResult } from './state.ts';

/** Ends every item of the request that is in review past its time. */
export function expireUndecided(before: RequestAggregate, facts: Circumstances): TransitionResult {
  const due = before.items.filter((item) => isOverdue(item, facts));
  if (due.length === 0) return refuse('request.final', 'Nothing in this request waits past its time.');
  let after = before;
  const trail: AuditFact[] = [];
  for (const item of due) {
    const ended = endItem(after, item, 'expired', { decideBy: item.decideBy }, facts);
    after = ended.after;
    trail.push(...ended.facts);
  }
  return settle(after, trail, facts);
}

function isOverdue(item: RequestItem, { now }: Circumstances): boolean {
  return item.state === 'inReview' && item.decideBy !== null && item.decideBy <= now;
}
