/** `reviewSettings.change` and `entitlement.setReview`: the workspace's own settings of review, and an entitlement's. */
import { z } from 'zod';
import { reviewSettingsSchema } from '#core/contract/review-settings.schema.ts';
import { workspaceReviewSettingsSchema } from '#core/contract/rules.contract.ts';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { EntitlementId } from '#core/domain/ids.ts';
import { initialWorkspaceReviewSettings, type WorkspaceReviewSettings } from '#core/domain/review-settings.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { insertRows, updateRow } from '#core/persistence/write-rows.ts';
import { mayManageApplication } from './authority.ts';
import { defineCommand } from './command-definition.ts';
import { actingAdministrator, routeProblem } from './rules-authority.ts';

const settingName = 'review';

/** What is set for the workspace, or what holds while nobody has set anything. */
export async function readReviewSettings(reader: Reader): Promise<WorkspaceReviewSettings> {
  const row = await reader.selectFrom('setting').selectAll().where('name', '=', settingName).executeTakeFirst();
  return row === undefined
    ? initialWorkspaceReviewSettings
    : { ...initialWorkspaceReviewSettings, ...fromRow('setting', row).value };
}

export const changeReviewSettings = defineCommand({
  type: 'reviewSettings.change',
  payload: workspaceReviewSettingsSchema,
  async run(payload, context) {
    const acting = await actingAdministrator(context, 'change how reviews work');
    if (acting.outcome === 'refused') return acting;
    const { writer } = context;
    const row = await writer.selectFrom('setting').selectAll().where('name', '=', settingName).executeTakeFirst();
    const before = await readReviewSettings(writer);
    if (row === undefined) await insertRows(writer, 'setting', [{ name: settingName, value: { ...payload } }]);
    else
      await writer
        .updateTable('setting')
        .set({ value: JSON.stringify(payload) })
        .where('name', '=', settingName)
        .execute();
    context.record({
      type: 'reviewSettings.changed',
      requestId: null,
      itemId: null,
      data: { before: { ...before }, after: { ...payload } },
    });
    context.touch('rules', 'tasks');
    return done({});
  },
});

export const setEntitlementReview = defineCommand({
  type: 'entitlement.setReview',
  payload: z.object({
    entitlementId: idSchema<EntitlementId>(),
    settings: reviewSettingsSchema.nullable(),
    applicationVersion: z.number().int(),
  }),
  async run({ entitlementId, settings, applicationVersion }, context) {
    const { writer } = context;
    const { actor } = context.command;
    const row = await writer.selectFrom('entitlement').selectAll().where('id', '=', entitlementId).executeTakeFirst();
    if (row === undefined) return refuse('application.notFound', 'This entitlement does not exist.');
    const entitlement = fromRow('entitlement', row);
    const { applicationId } = entitlement;
    if (actor.kind === 'employee' && !(await mayManageApplication(writer, actor.employeeId, applicationId)))
      return refuse('access.notAllowed', 'Only an administrator or an owner of the application can change this.');
    const problem = settings === null ? null : await routeProblem(writer, settings);
    if (problem !== null) return refuse('application.invalid', problem.message);
    // Automatic decisions name the application's version, so it tells the settings of its entitlements apart too.
    const version = applicationVersion + 1;
    const raised = await writer
      .updateTable('application')
      .set({ version })
      .where('id', '=', applicationId)
      .where('version', '=', applicationVersion)
      .executeTakeFirst();
    if (raised.numUpdatedRows === 0n)
      return refuse(
        'application.invalid',
        'Somebody else has changed this application meanwhile. Look at it again, then change it.',
      );
    await updateRow(writer, 'entitlement', entitlement, { ...entitlement, reviewSettings: settings });
    context.record({
      type: 'entitlement.reviewChanged',
      requestId: null,
      itemId: null,
      data: {
        applicationId,
        entitlementId,
        name: entitlement.name,
        version,
        before: entitlement.reviewSettings,
        settings,
      },
    });
    context.touch('applications');
    return done({ applicationVersion: version });
  },
});
