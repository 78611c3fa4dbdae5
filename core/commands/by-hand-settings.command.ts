/**
 * `byHand.changeSettings` and `byHand.instruct`: what people are told who do the work of an application by hand, and
 * how long they have for it; for single entitlements where that differs.
 */
import { z } from 'zod';
import { idSchema, textSchema } from '#core/contract/schemas.ts';
import { defaultDeliverySettings } from '#core/domain/directory.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { ApplicationId, EntitlementId } from '#core/domain/ids.ts';
import { mayManageApplication } from './authority.ts';
import { actingEmployee, defineCommand, type CommandContext } from './command-definition.ts';

const instructionsSchema = textSchema(4000).min(1).nullable();

export const changeByHandSettings = defineCommand({
  type: 'byHand.changeSettings',
  payload: z.object({
    applicationId: idSchema<ApplicationId>(),
    instructions: instructionsSchema,
    byHandHours: z.number().int().min(1).max(8760).nullable(),
  }),
  async run({ applicationId, instructions, byHandHours }, context) {
    const { writer } = context;
    const application = await writer
      .selectFrom('application')
      .select('id')
      .where('id', '=', applicationId)
      .executeTakeFirst();
    if (application === undefined) return refuse('application.notFound', 'This application does not exist.');
    const refused = await notManaged(context, applicationId);
    if (refused !== null) return refused;
    const known = await writer
      .selectFrom('delivery_settings')
      .select(['instructions', 'by_hand_hours'])
      .where('application_id', '=', applicationId)
      .executeTakeFirst();
    const changed = { instructions, by_hand_hours: byHandHours };
    const { discoveryEveryMinutes, dropPercent, concurrency } = defaultDeliverySettings;
    await writer
      .insertInto('delivery_settings')
      .values({
        application_id: applicationId,
        discovery_every_minutes: discoveryEveryMinutes,
        drop_percent: dropPercent,
        concurrency,
        ...changed,
      })
      .onConflict((conflict) => conflict.column('application_id').doUpdateSet(changed))
      .execute();
    const before = { instructions: known?.instructions ?? null, byHandHours: known?.by_hand_hours ?? null };
    record(context, { applicationId, entitlementId: null, before, settings: { instructions, byHandHours } });
    return done({});
  },
});

export const instructEntitlement = defineCommand({
  type: 'byHand.instruct',
  payload: z.object({
    entitlementId: idSchema<EntitlementId>(),
    /** Null: those of the application hold. */
    instructions: instructionsSchema,
  }),
  async run({ entitlementId, instructions }, context) {
    const { writer } = context;
    const entitlement = await writer
      .selectFrom('entitlement')
      .select('application_id')
      .where('id', '=', entitlementId)
      .executeTakeFirst();
    if (entitlement === undefined) return refuse('application.notFound', 'This entitlement does not exist.');
    const refused = await notManaged(context, entitlement.application_id);
    if (refused !== null) return refused;
    const known = await writer
      .selectFrom('entitlement_instructions')
      .select('instructions')
      .where('entitlement_id', '=', entitlementId)
      .executeTakeFirst();
    await (
      instructions === null
        ? writer.deleteFrom('entitlement_instructions').where('entitlement_id', '=', entitlementId)
        : writer
            .insertInto('entitlement_instructions')
            .values({ entitlement_id: entitlementId, instructions })
            .onConflict((conflict) => conflict.column('entitlement_id').doUpdateSet({ instructions }))
    ).execute();
    const before = { instructions: known?.instructions ?? null };
    record(context, {
      applicationId: entitlement.application_id,
      entitlementId,
      before,
      settings: { instructions },
    });
    return done({});
  },
});

async function notManaged(context: CommandContext, applicationId: ApplicationId) {
  const acting = actingEmployee(context);
  if (acting.outcome === 'refused') return acting;
  return (await mayManageApplication(context.writer, acting.value, applicationId))
    ? null
    : refuse('access.notAllowed', 'Only an administrator or an owner can change this.');
}

function record(context: CommandContext, data: Readonly<Record<string, unknown>>): void {
  context.record({ type: 'byHand.settingsChanged', requestId: null, itemId: null, data });
  context.touch('applications', 'fulfillment');
}
