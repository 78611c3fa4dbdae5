/** Whether applications accept the credentials they are asked with, as real use shows it. Secrets never come this way. */
import { z } from 'zod';
import { idSchema, instantSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { whoLooksAfter } from './delivery-notices.ts';
import { raiseNotices } from './notices.ts';

/** Directories lock accounts that sign in wrongly too often: it is tried again this seldom by itself. */
const tryAgainMilliseconds = 30 * 60_000;

const ofMachine = z.object({ applicationId: idSchema<ApplicationId>(), machine: z.string().min(1).max(300) });

/** The application does not accept the credential of this machine. `recorded` false: another one was set meanwhile. */
export const recordCredentialRefused = defineCommand({
  type: 'connection.credentialRefused',
  payload: ofMachine.extend({
    problem: z.string().max(2000),
    /** When the connection that was used had been set. */
    connectionOf: instantSchema.nullable(),
  }),
  async run({ applicationId, machine, problem, connectionOf }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const { now } = circumstances;
    const instance = await writer
      .selectFrom('connector_instance')
      .innerJoin('application', 'application.id', 'connector_instance.application_id')
      .select(['connector_instance.changed_at', 'application.name'])
      .where('application_id', '=', applicationId)
      .executeTakeFirst();
    if (instance === undefined) return refuse('connection.notConfigured', 'This application has no connection yet.');
    if (instance.changed_at !== connectionOf) return done({ recorded: false });
    const retryAt = plusMilliseconds(now, tryAgainMilliseconds);
    const { numUpdatedRows } = await writer
      .updateTable('credential_fault')
      .set({ problem, retry_at: retryAt })
      .where('application_id', '=', applicationId)
      .where('machine', '=', machine)
      .executeTakeFirst();
    context.touch('delivery');
    if (Number(numUpdatedRows) > 0) return done({ recorded: true });
    await insertRows(writer, 'credential_fault', [{ applicationId, machine, problem, since: now, retryAt }]);
    await writer
      .updateTable('connector_instance')
      .set({ last_tested_at: now, last_test_outcome: 'failed', last_test_message: problem })
      .where('application_id', '=', applicationId)
      .execute();
    context.record({
      type: 'connection.credentialRefused',
      requestId: null,
      itemId: null,
      data: { applicationId, machine, problem },
    });
    await raiseNotices(context, [
      {
        to: await whoLooksAfter(writer, applicationId),
        kind: 'credentialRefused',
        requestId: null,
        itemId: null,
        data: { application: instance.name, machine, problem },
      },
    ]);
    return done({ recorded: true });
  },
});

/** The application answered somebody who came with the credential of this machine. */
export const recordCredentialAccepted = defineCommand({
  type: 'connection.credentialAccepted',
  payload: ofMachine,
  async run({ applicationId, machine }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const { now } = circumstances;
    const { numDeletedRows } = await writer
      .deleteFrom('credential_fault')
      .where('application_id', '=', applicationId)
      .where('machine', '=', machine)
      .executeTakeFirst();
    const again = Number(numDeletedRows) > 0;
    await writer
      .updateTable('connector_instance')
      .set({
        last_used_at: now,
        ...(again
          ? {
              last_tested_at: now,
              last_test_outcome: 'passed' as const,
              last_test_message: 'The application accepts the credential again.',
            }
          : {}),
      })
      .where('application_id', '=', applicationId)
      .execute();
    if (again) {
      context.record({
        type: 'connection.credentialAccepted',
        requestId: null,
        itemId: null,
        data: { applicationId, machine },
      });
      context.touch('fulfillment', 'applications');
    }
    context.touch('delivery');
    return done({});
  },
});

/** Whatever was known of the credentials is of no use any more: everything that waits for one is tried again at once. */
export async function forgetCredentialFaults(
  { writer, touch }: Pick<CommandContext, 'writer' | 'touch'>,
  applicationId: ApplicationId,
): Promise<void> {
  await writer.deleteFrom('credential_fault').where('application_id', '=', applicationId).execute();
  touch('delivery', 'fulfillment', 'applications');
}
