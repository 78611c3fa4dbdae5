/** `entitlement.describe`: what people know of an entitlement and an application does not say: description, risk, longest duration. */
import { z } from 'zod';
import { idSchema, riskSchema } from '#core/contract/schemas.ts';
import { entitlementSearchText } from '#core/directory/search-text.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import { fromRow } from '#core/persistence/tables.ts';
import { updateRow } from '#core/persistence/write-rows.ts';
import { mayManageApplication } from './authority.ts';
import { defineCommand } from './command-definition.ts';

export const describeEntitlements = defineCommand({
  type: 'entitlement.describe',
  payload: z.object({
    applicationId: idSchema<ApplicationId>(),
    entitlements: z.array(
      z.object({
        /** The application's own id of it. */
        externalId: z.string(),
        description: z.string().max(1000).nullable(),
        risk: riskSchema,
        maximumDurationMinutes: z.number().int().min(1).nullable(),
      }),
    ),
  }),
  async run({ applicationId, entitlements }, context) {
    const { writer } = context;
    const { actor } = context.command;
    if (actor.kind === 'employee' && !(await mayManageApplication(writer, actor.employeeId, applicationId))) {
      return refuse('access.notAllowed', 'Only an administrator or an owner can describe these entitlements.');
    }
    const application = await writer
      .selectFrom('application')
      .select('name')
      .where('id', '=', applicationId)
      .executeTakeFirst();
    if (application === undefined) return refuse('application.notFound', 'This application does not exist.');
    for (const { externalId, ...described } of entitlements) {
      const row = await writer
        .selectFrom('entitlement')
        .selectAll()
        .where('application_id', '=', applicationId)
        .where('external_id', '=', externalId)
        .executeTakeFirst();
      if (row === undefined) continue;
      const before = fromRow('entitlement', row);
      const after = { ...before, ...described };
      await updateRow(writer, 'entitlement', before, {
        ...after,
        searchText: entitlementSearchText(after, application.name),
      });
    }
    context.record({
      type: 'application.changed',
      requestId: null,
      itemId: null,
      data: { applicationId, entitlements },
    });
    context.touch('applications');
    return done({});
  },
});
