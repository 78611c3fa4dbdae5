/**
 * `discovery.start`, `discovery.page` and `discovery.finish`: what an application holds becomes accounts,
 * entitlements and grants. A discovery states what is; it never takes a grant away from the request that
 * explains it, and nothing it finds is put back by itself.
 */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import { newId, type ApplicationId, type SyncRunId } from '#core/domain/ids.ts';
import { fromRow } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { mayManageApplication } from './authority.ts';
import { defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { writeAccounts, writeEntitlements, writeGrants } from './discovery-rows.ts';
import { endUnseen } from './discovery-unseen.ts';

/** Answers with the run that is to be carried on: a fresh one, or the one that is still open. */
export const startDiscovery = defineCommand({
  type: 'discovery.start',
  payload: z.object({ applicationId: idSchema<ApplicationId>() }),
  async run({ applicationId }, context) {
    const { writer, circumstances } = context;
    const { actor } = context.command;
    if (actor.kind === 'employee' && !(await mayManageApplication(writer, actor.employeeId, applicationId))) {
      return refuse('access.notAllowed', 'Only an administrator or an owner can discover this application.');
    }
    const found = writer.selectFrom('application').select('id').where('id', '=', applicationId);
    // Locked where several consoles write at once: an application has one open run.
    const application = await (context.dialect === 'postgres' ? found.forNoKeyUpdate() : found).executeTakeFirst();
    if (application === undefined) return refuse('application.notFound', 'This application does not exist.');
    const open = await writer
      .selectFrom('sync_run')
      .select(['id', 'checkpoint'])
      .where('application_id', '=', applicationId)
      .where('state', '=', 'running')
      .executeTakeFirst();
    if (open !== undefined) return done({ runId: open.id, checkpoint: open.checkpoint });
    const runId = newId<SyncRunId>();
    await insertRows(writer, 'sync_run', [
      {
        id: runId,
        applicationId,
        state: 'running',
        startedAt: circumstances.now,
        endedAt: null,
        accountsSeen: 0,
        entitlementsSeen: 0,
        grantsSeen: 0,
        summary: {},
        failure: null,
        checkpoint: null,
      },
    ]);
    context.touch('applications');
    return done({ runId, checkpoint: null });
  },
});

/** The run, its row locked where several consoles may carry it on at once. */
function openRun({ writer, dialect }: CommandContext, runId: SyncRunId) {
  const run = writer.selectFrom('sync_run').selectAll().where('id', '=', runId);
  return (dialect === 'postgres' ? run.forUpdate() : run).executeTakeFirst();
}

const remoteAccount = z.object({
  externalId: z.string().min(1),
  username: z.string().min(1),
  email: z.string().nullable(),
  displayName: z.string().nullable(),
  active: z.boolean(),
});
const remoteEntitlement = z.object({
  externalId: z.string().min(1),
  name: z.string().min(1),
  kind: z.string().min(1),
  description: z.string().nullable(),
});
const remoteGrant = z.object({ accountExternalId: z.string().min(1), entitlementExternalId: z.string().min(1) });
export const discoveryPageSchema = z.object({
  accounts: z.array(remoteAccount).readonly(),
  entitlements: z.array(remoteEntitlement).readonly(),
  grants: z.array(remoteGrant).readonly(),
  checkpoint: z.string().nullable(),
});

export const recordDiscoveryPage = defineCommand({
  type: 'discovery.page',
  payload: z.object({ runId: idSchema<SyncRunId>(), page: discoveryPageSchema }),
  async run({ runId, page }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer } = context;
    const row = await openRun(context, runId);
    if (row === undefined || row.state !== 'running')
      return refuse('command.invalid', 'This discovery is not running.');
    const run = fromRow('sync_run', row);
    const summary: Record<string, number> = { ...run.summary };
    const count = (name: string, by: number) => {
      if (by > 0) summary[name] = (summary[name] ?? 0) + by;
    };
    await writeAccounts(writer, run, page.accounts, count);
    await writeEntitlements(writer, run, page.entitlements, count);
    await writeGrants(writer, run, page.grants, context.circumstances.now, count);
    await writer
      .updateTable('sync_run')
      .set({
        accounts_seen: run.accountsSeen + page.accounts.length,
        entitlements_seen: run.entitlementsSeen + page.entitlements.length,
        grants_seen: run.grantsSeen + page.grants.length,
        summary: JSON.stringify(summary),
        checkpoint: page.checkpoint,
      })
      .where('id', '=', runId)
      .execute();
    context.touch('applications', 'directory');
    return done({});
  },
});

export const finishDiscovery = defineCommand({
  type: 'discovery.finish',
  payload: z.object({ runId: idSchema<SyncRunId>(), failure: z.string().max(4000).nullable() }),
  async run({ runId, failure }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const row = await openRun(context, runId);
    if (row === undefined || row.state !== 'running')
      return refuse('command.invalid', 'This discovery is not running.');
    const run = fromRow('sync_run', row);
    // Only a complete discovery knows what is no longer there.
    const summary =
      failure === null ? { ...run.summary, ...(await endUnseen(writer, run, circumstances.now)) } : run.summary;
    await writer
      .updateTable('sync_run')
      .set({
        state: failure === null ? 'completed' : 'failed',
        ended_at: circumstances.now,
        summary: JSON.stringify(summary),
        failure,
        checkpoint: null,
      })
      .where('id', '=', runId)
      .execute();
    const seen = { accounts: run.accountsSeen, entitlements: run.entitlementsSeen, grants: run.grantsSeen };
    context.record({
      type: failure === null ? 'discovery.completed' : 'discovery.failed',
      requestId: null,
      itemId: null,
      data: { applicationId: run.applicationId, runId, seen, summary, ...(failure === null ? {} : { failure }) },
    });
    context.touch('applications', 'directory');
    return done({});
  },
});
