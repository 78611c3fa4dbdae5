/** `delivery.changeSettings`: how an application is discovered, and how much at once it is asked to do. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { defaultDeliverySettings } from '#core/domain/directory.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import { mayManageApplication } from './authority.ts';
import { actingEmployee, defineCommand } from './command-definition.ts';

export const changeDeliverySettings = defineCommand({
  type: 'delivery.changeSettings',
  payload: z.object({
    applicationId: idSchema<ApplicationId>(),
    discoveryEveryMinutes: z.number().int().min(5).max(525_600).nullable(),
    dropPercent: z.number().int().min(1).max(100),
    concurrency: z.number().int().min(1).max(100).nullable(),
  }),
  async run({ applicationId, ...settings }, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer } = context;
    const application = await writer
      .selectFrom('application')
      .select('id')
      .where('id', '=', applicationId)
      .executeTakeFirst();
    if (application === undefined) return refuse('application.notFound', 'This application does not exist.');
    if (!(await mayManageApplication(writer, acting.value, applicationId)))
      return refuse('access.notAllowed', 'Only an administrator or an owner can change this.');
    const known = await writer
      .selectFrom('delivery_settings')
      .select(['discovery_every_minutes', 'drop_percent', 'concurrency'])
      .where('application_id', '=', applicationId)
      .executeTakeFirst();
    const row = {
      discovery_every_minutes: settings.discoveryEveryMinutes,
      drop_percent: settings.dropPercent,
      concurrency: settings.concurrency,
    };
    await writer
      .insertInto('delivery_settings')
      .values({ application_id: applicationId, ...row })
      .onConflict((conflict) => conflict.column('application_id').doUpdateSet(row))
      .execute();
    const before =
      known === undefined
        ? defaultDeliverySettings
        : {
            discoveryEveryMinutes: known.discovery_every_minutes,
            dropPercent: known.drop_percent,
            concurrency: known.concurrency,
          };
    context.record({
      type: 'delivery.settingsChanged',
      requestId: null,
      itemId: null,
      data: { applicationId, before, settings },
    });
    // Connections are opened anew with what they bear from now on.
    context.touch('applications');
    return done({});
  },
});
