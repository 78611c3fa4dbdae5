/** `fulfillment.lookAgain`: what waits for a person is looked at once more. Gatehouse does it by itself. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import { lookAgain } from '#core/engine/fulfill-by-person.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { defineCommand, onlySystem } from './command-definition.ts';
import { tellWhoLooksAfterIt } from './delivery-notices.ts';
import { loadStartFacts, serviceAccountOf } from './fulfillment-facts.ts';
import { loadByFulfillment, saveRequest } from './request-store.ts';

/** Nothing happens when it may still be given. */
export const lookAgainAtTask = defineCommand({
  type: 'fulfillment.lookAgain',
  payload: z.object({ fulfillmentTaskId: idSchema<FulfillmentTaskId>() }),
  async run({ fulfillmentTaskId }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const lock = context.dialect === 'postgres';
    const before = await loadByFulfillment(writer, fulfillmentTaskId, lock);
    const task = before?.fulfillment.find((candidate) => candidate.id === fulfillmentTaskId);
    const [item] = before?.items ?? [];
    if (before === null || task === undefined || item === undefined) return done({ happened: false });
    const known = await loadStartFacts(writer, task, serviceAccountOf(before, task), lock);
    const result = lookAgain(before, fulfillmentTaskId, { ...circumstances, ...known });
    if (result === null) return done({ happened: false });
    if (result.outcome === 'refused') return result;
    const { after, facts } = result.value;
    await saveRequest(writer, before, after);
    context.record(...facts);
    await tellWhoLooksAfterIt(
      context,
      item,
      after.fulfillment.find(({ id }) => id === task.id),
    );
    context.touch('fulfillment', 'requests');
    return done({ happened: true });
  },
});

/** Grants in the hands of people that something may speak against by now: who left, what is gone, what a rule names. */
export const doubtfulTasks = prepared((reader) =>
  reader
    .selectFrom('fulfillment_task')
    .innerJoin('employee', 'employee.id', 'fulfillment_task.beneficiary_id')
    .innerJoin('entitlement', 'entitlement.id', 'fulfillment_task.entitlement_id')
    .select('fulfillment_task.id')
    .where('fulfillment_task.state', '=', 'byHand')
    .where('fulfillment_task.cause', '=', 'decision')
    .where('fulfillment_task.effect', '=', 'grant')
    .where((eb) =>
      eb.or([
        eb('employee.status', '=', 'left'),
        eb('entitlement.status', '=', 'gone'),
        eb.exists(
          eb
            .selectFrom('conflict_rule_entitlement')
            .select('conflict_rule_entitlement.rule_id')
            .whereRef('conflict_rule_entitlement.entitlement_id', '=', 'fulfillment_task.entitlement_id'),
        ),
      ]),
    )
    .orderBy('fulfillment_task.id'),
);
