/** What keeps deliveries going besides the tasks themselves: leases, first passwords, and pauses of applications. */
import { z } from 'zod';
import { idSchema, instantSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { ApplicationId, FulfillmentTaskId } from '#core/domain/ids.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { defineCommand, onlySystem } from './command-definition.ts';
import { serviceAccountOf } from './fulfillment-facts.ts';
import { loadByFulfillment, saveRequest } from './request-store.ts';

/** Moves the end of leases on. Answers with the tasks that are still this owner's; the others were taken over. */
export const renewLeases = defineCommand({
  type: 'fulfillment.renewLeases',
  payload: z.object({
    fulfillmentTaskIds: z.array(idSchema<FulfillmentTaskId>()).max(1000),
    leaseOwner: z.string().min(1).max(200),
    leaseUntil: instantSchema,
  }),
  async run({ fulfillmentTaskIds, leaseOwner, leaseUntil }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    if (fulfillmentTaskIds.length === 0) return done({ renewed: [] });
    const rows = await context.writer
      .updateTable('fulfillment_task')
      .set({ lease_until: leaseUntil, next_attempt_at: leaseUntil })
      .where('id', 'in', fulfillmentTaskIds)
      .where('state', '=', 'running')
      .where('lease_owner', '=', leaseOwner)
      .returning('id')
      .execute();
    return done({ renewed: rows.map(({ id }) => id) });
  },
});

/** The first password of an account is in a keychain; committed before the account is made. */
export const keepInitialPassword = defineCommand({
  type: 'fulfillment.keepInitialPassword',
  payload: z.object({
    fulfillmentTaskId: idSchema<FulfillmentTaskId>(),
    leaseOwner: z.string().min(1).max(200),
    /** Null: the account was there already, so that no password is needed. */
    kept: z.object({ name: z.string().min(1).max(200), host: z.string().max(300) }).nullable(),
  }),
  async run({ fulfillmentTaskId, leaseOwner, kept }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const before = await loadByFulfillment(writer, fulfillmentTaskId, context.dialect === 'postgres');
    const task = before?.fulfillment.find(({ id }) => id === fulfillmentTaskId);
    if (before === null || task === undefined)
      return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
    if (task.state !== 'running' || task.leaseOwner !== leaseOwner)
      return refuse('fulfillment.notPossible', 'Somebody else has taken this task over.');
    const initialPassword = kept === null ? null : { ...kept, at: circumstances.now };
    await saveRequest(writer, before, {
      ...before,
      fulfillment: before.fulfillment.map((other) => (other.id === task.id ? { ...other, initialPassword } : other)),
    });
    if (kept !== null)
      context.record({
        type: 'fulfillment.passwordKept',
        requestId: task.requestId,
        itemId: task.itemId,
        data: { fulfillmentTaskId, ...kept, serviceAccount: serviceAccountOf(before, task) },
      });
    return done({});
  },
});

/** Deliveries to an application are paused, or go on. The trail has the attempts; this is only how it stands. */
export const recordHealth = defineCommand({
  type: 'delivery.recordHealth',
  payload: z.object({
    applicationId: idSchema<ApplicationId>(),
    faults: z.number().int().min(0),
    pausedUntil: instantSchema.nullable(),
    problem: z.string().max(2000).nullable(),
  }),
  async run({ applicationId, faults, pausedUntil, problem }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const [known] = await healthOf(writer, applicationId);
    const health = {
      faults,
      paused_since: pausedUntil === null ? null : (known?.paused_since ?? circumstances.now),
      paused_until: pausedUntil,
      last_problem: problem,
      changed_at: circumstances.now,
    };
    await writer
      .insertInto('delivery_health')
      .values({ application_id: applicationId, ...health })
      .onConflict((conflict) => conflict.column('application_id').doUpdateSet(health))
      .execute();
    context.touch('delivery');
    return done({});
  },
});

const healthOf = prepared((reader, applicationId: ApplicationId) =>
  reader.selectFrom('delivery_health').selectAll().where('application_id', '=', applicationId),
);
