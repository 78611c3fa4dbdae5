/** How an item ends without having been approved, with everything that was open under it. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { RequestItem } from '#core/domain/request.ts';
import { nextVersion } from './settle.ts';
import { replaced, type Circumstances, type RequestAggregate, type Transition } from './state.ts';

export type EndState = 'denied' | 'dropped' | 'cancelled' | 'expired';

const endEvents = {
  denied: 'item.denied',
  dropped: 'item.dropped',
  cancelled: 'item.cancelled',
  expired: 'item.expired',
} as const satisfies Readonly<Record<EndState, AuditFact['type']>>;

/** The item in its end state; its open and waiting levels and its open tasks are closed. The request is not settled yet. */
export function endItem(
  before: RequestAggregate,
  item: RequestItem,
  state: EndState,
  data: AuditFact['data'],
  facts: Circumstances,
): Transition {
  const after: RequestAggregate = {
    ...before,
    items: replaced(before.items, { ...item, state, decidedAt: facts.now, changedInVersion: nextVersion(before) }),
    stages: before.stages.map((stage) =>
      stage.itemId === item.id && (stage.state === 'open' || stage.state === 'waiting')
        ? { ...stage, state: 'closed', endedAt: facts.now }
        : stage,
    ),
    tasks: before.tasks.map((task) =>
      task.itemId === item.id && task.state === 'open' ? { ...task, state: 'closed', endedAt: facts.now } : task,
    ),
  };
  return { after, facts: [{ type: endEvents[state], requestId: item.requestId, itemId: item.id, data }] };
}
