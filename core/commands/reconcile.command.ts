/** `review.reconcile` and `review.reconciled`: what is in review follows the organisation. Gatehouse does both by itself. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done } from '#core/domain/errors.ts';
import type { RequestId } from '#core/domain/ids.ts';
import { reconcile } from '#core/engine/reconcile.ts';
import { reviewersIn } from '#core/engine/plan-review.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { defineCommand, onlySystem } from './command-definition.ts';
import { loadItemFacts } from './item-facts.ts';
import { endReconciling } from './reconcile-mark.ts';
import { loadWhole, saveRequest } from './request-store.ts';
import { leftAmong } from './reviewing-facts.ts';

/** One request, whole; nothing happens when it is as it should be. */
export const reconcileRequest = defineCommand({
  type: 'review.reconcile',
  payload: z.object({ requestId: idSchema<RequestId>() }),
  async run({ requestId }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const before = await loadWhole(writer, requestId, context.dialect === 'postgres');
    if (before === null) return done({ happened: false });
    const result = reconcile(before, { ...circumstances, ...(await reconcileFacts(writer, before)) });
    if (result === null) return done({ happened: false });
    if (result.outcome === 'refused') return result;
    const { after, facts } = result.value;
    await saveRequest(writer, before, after);
    context.record(...facts);
    context.touch('tasks', 'requests');
    if (after.fulfillment !== before.fulfillment) context.touch('fulfillment');
    return done({ happened: true });
  },
});

/** Everything in review was compared, as far as it was asked for by `asked`. */
export const endReconcile = defineCommand({
  type: 'review.reconciled',
  payload: z.object({ asked: z.string().max(100) }),
  async run({ asked }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    await endReconciling(context.writer, asked);
    return done(null);
  },
});

async function reconcileFacts(reader: Reader, before: RequestAggregate) {
  const open = before.items.filter((item) => item.state === 'inReview');
  const facts = await loadItemFacts(reader, open, before.request.requesterId);
  const people = [...open.flatMap((item) => reviewersIn(item.plan)), ...before.tasks.map((task) => task.reviewerId)];
  return {
    ...facts,
    items: new Map(open.flatMap((item, index) => (facts.items[index] ? [[item.id, facts.items[index]] as const] : []))),
    left: await leftAmong(reader, people),
  };
}
