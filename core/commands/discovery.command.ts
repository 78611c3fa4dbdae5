/**
 * `discovery.start`, `discovery.page` and `discovery.finish`: what an application holds becomes accounts,
 * entitlements and grants. A discovery states what is; it never takes a grant away from the request that
 * explains it, and nothing it finds is put back by itself.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import { idSchema, textSchema } from '#core/contract/schemas.ts';
import type { AuditEventType } from '#core/domain/audit.ts';
import {
  comparedAttributes,
  defaultDeliverySettings,
  freshRun,
  type Ending,
  type SyncRun,
} from '#core/domain/directory.ts';
import { accountEffects } from '#core/domain/finding.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import { done, refuse } from '#core/domain/errors.ts';
import { newId, type ApplicationId, type SyncRunId } from '#core/domain/ids.ts';
import { retryDelay } from '#core/engine/record-attempt.ts';
import { fromRow, type Writer } from '#core/persistence/tables.ts';
import { insertRows, updateRow } from '#core/persistence/write-rows.ts';
import { mayManageApplication } from './authority.ts';
import { actingEmployee, defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { discoveredAccount, keepGrantsOf, writeAccounts, writeEntitlements, writeGrants } from './discovery-rows.ts';
import { confirmedEnding, freshEnding, takeEndingStep } from './discovery-ending.ts';
import { whoLooksAfter } from './delivery-notices.ts';
import { raiseNotices } from './notices.ts';

/** How long a run belongs to the process that carries it on; every page renews it. */
export const runLeaseMilliseconds = 120_000;

/** A run that met so many passing faults without a single page between them is ended: some hours have passed by then. */
const maximumFaults = 12;

/**
 * Answers with the run that is to be carried on: a fresh one, or the one that is still open. `mine` false: another
 * process carries it on right now. `isRead`: everything was read, and it has only to be finished.
 */
export const startDiscovery = defineCommand({
  type: 'discovery.start',
  payload: z.object({
    applicationId: idSchema<ApplicationId>(),
    leaseOwner: z.string().min(1).max(200),
    /** The owner of the open run's lease when its process is known to be dead. */
    deadOwner: z.string().max(200).optional(),
  }),
  async run({ applicationId, leaseOwner, deadOwner }, context) {
    const { writer, circumstances } = context;
    const { now } = circumstances;
    const { actor } = context.command;
    if (actor.kind === 'employee' && !(await mayManageApplication(writer, actor.employeeId, applicationId))) {
      return refuse('access.notAllowed', 'Only an administrator or an owner can discover this application.');
    }
    const found = writer.selectFrom('application').select('id').where('id', '=', applicationId);
    // Locked where several consoles write at once: an application has one open run.
    const application = await (context.dialect === 'postgres' ? found.forNoKeyUpdate() : found).executeTakeFirst();
    if (application === undefined) return refuse('application.notFound', 'This application does not exist.');
    const lease = { lease_owner: leaseOwner, lease_until: plusMilliseconds(now, runLeaseMilliseconds) };
    const open = await writer
      .selectFrom('sync_run')
      .select(['id', 'checkpoint', 'ending', 'lease_owner', 'lease_until'])
      .where('application_id', '=', applicationId)
      .where('state', '=', 'running')
      .executeTakeFirst();
    if (open !== undefined) {
      const mine =
        open.lease_owner === null ||
        open.lease_owner === leaseOwner ||
        open.lease_owner === deadOwner ||
        (open.lease_until !== null && open.lease_until <= now);
      if (mine)
        await writer
          .updateTable('sync_run')
          .set({ ...lease, resume_at: null })
          .where('id', '=', open.id)
          .execute();
      return done({ runId: open.id, checkpoint: open.checkpoint, isRead: open.ending !== null, mine });
    }
    // What a discovery asked is answered by looking again.
    await writer
      .updateTable('sync_run')
      .set({ state: 'dismissed', ended_at: now })
      .where('application_id', '=', applicationId)
      .where('state', '=', 'held')
      .execute();
    const runId = newId<SyncRunId>();
    await insertRows(writer, 'sync_run', [
      {
        id: runId,
        applicationId,
        state: 'running',
        startedAt: now,
        endedAt: null,
        ...freshRun,
        leaseOwner,
        leaseUntil: lease.lease_until,
      },
    ]);
    context.touch('delivery');
    return done({ runId, checkpoint: null, isRead: false, mine: true });
  },
});

/** The run, its row locked where several consoles may carry it on at once. */
function openRun({ writer, dialect }: CommandContext, runId: SyncRunId) {
  const run = writer.selectFrom('sync_run').selectAll().where('id', '=', runId);
  return (dialect === 'postgres' ? run.forUpdate() : run).executeTakeFirst();
}

const remoteEntitlement = z.object({
  externalId: z.string().min(1),
  name: z.string().min(1),
  kind: z.string().min(1),
  description: z.string().nullable(),
});
const remoteGrant = z.object({ accountExternalId: z.string().min(1), entitlementExternalId: z.string().min(1) });
export const discoveryPageSchema = z.object({
  accounts: z.array(discoveredAccount).readonly(),
  entitlements: z.array(remoteEntitlement).readonly(),
  grants: z.array(remoteGrant).readonly(),
  holdersUnknown: z.array(z.string().min(1)).readonly().optional(),
  checkpoint: z.string().nullable(),
});

export const recordDiscoveryPage = defineCommand({
  type: 'discovery.page',
  payload: z.object({
    runId: idSchema<SyncRunId>(),
    leaseOwner: z.string(),
    page: discoveryPageSchema,
    /** How much was on all of it, with its last part; null: more of it follows. */
    seen: z
      .object({
        pages: z.number().int(),
        accounts: z.number().int(),
        entitlements: z.number().int(),
        grants: z.number().int(),
      })
      .nullable(),
  }),
  // A page is worth a megabyte; where it stands in its run tells it apart.
  fingerprint: ({ runId, leaseOwner, page, seen }) => [
    runId,
    leaseOwner,
    page.checkpoint,
    seen,
    page.accounts.length,
    page.entitlements.length,
    page.grants.length,
  ],
  async run({ runId, leaseOwner, page, seen }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer } = context;
    const row = await openRun(context, runId);
    if (row === undefined || row.state !== 'running')
      return refuse('command.invalid', 'This discovery is not running.');
    if (row.lease_owner !== leaseOwner)
      return refuse('command.invalid', 'Another console or worker carries this discovery on.');
    const run = fromRow('sync_run', row);
    const summary: Record<string, number> = { ...run.summary };
    const count = (name: string, by: number) => {
      if (by > 0) summary[name] = (summary[name] ?? 0) + by;
    };
    await writeAccounts(writer, run, page.accounts, count);
    await writeEntitlements(writer, run, page.entitlements, count);
    await writeGrants(writer, run, page.grants, context.circumstances.now, count);
    await keepGrantsOf(writer, run, page.holdersUnknown ?? [], count);
    await writer
      .updateTable('sync_run')
      .set({
        summary: JSON.stringify(summary),
        // Whoever goes on reads the page again, until all of it was written.
        ...(seen !== null && {
          accounts_seen: run.accountsSeen + seen.accounts,
          entitlements_seen: run.entitlementsSeen + seen.entitlements,
          grants_seen: run.grantsSeen + seen.grants,
          pages: run.pages + seen.pages,
          checkpoint: page.checkpoint,
          ending: page.checkpoint === null ? JSON.stringify(freshEnding) : null,
        }),
        faults: 0,
        last_problem: null,
        lease_until: plusMilliseconds(context.circumstances.now, runLeaseMilliseconds),
      })
      .where('id', '=', runId)
      .execute();
    if (seen !== null) context.touch('delivery');
    return done({});
  },
});

/** Moves the end of a run's lease on, however long its next page takes. `mine` false: it was taken over. */
export const renewDiscovery = defineCommand({
  type: 'discovery.renew',
  payload: z.object({ runId: idSchema<SyncRunId>(), leaseOwner: z.string() }),
  async run({ runId, leaseOwner }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { numUpdatedRows } = await context.writer
      .updateTable('sync_run')
      .set({ lease_until: plusMilliseconds(context.circumstances.now, runLeaseMilliseconds) })
      .where('id', '=', runId)
      .where('state', '=', 'running')
      .where('lease_owner', '=', leaseOwner)
      .executeTakeFirst();
    return done({ mine: Number(numUpdatedRows) > 0 });
  },
});

/**
 * A passing fault, or a credential that is not accepted, stands in the way of the next page: the run keeps its
 * checkpoint and goes on later, from whichever console. `goesOn` false: it met too many in a row and has to be ended.
 */
export const pauseDiscovery = defineCommand({
  type: 'discovery.pause',
  payload: z.object({
    runId: idSchema<SyncRunId>(),
    leaseOwner: z.string(),
    cause: z.enum(['fault', 'credential']),
    problem: z.string().max(4000),
    afterMilliseconds: z.number().min(0).nullable(),
    jitter: z.number().min(0).max(1),
  }),
  async run({ runId, leaseOwner, cause, problem, afterMilliseconds, jitter }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const row = await openRun(context, runId);
    if (row === undefined || row.state !== 'running' || row.lease_owner !== leaseOwner)
      return refuse('command.invalid', 'Another console or worker carries this discovery on.');
    const { now } = context.circumstances;
    const faults = cause === 'fault' ? row.faults + 1 : row.faults;
    if (faults >= maximumFaults) return done({ goesOn: false });
    await context.writer
      .updateTable('sync_run')
      .set({
        faults,
        last_problem: problem,
        lease_owner: null,
        lease_until: null,
        resume_at: cause === 'credential' ? now : plusMilliseconds(now, retryDelay(faults, afterMilliseconds, jitter)),
      })
      .where('id', '=', runId)
      .execute();
    context.touch('delivery');
    return done({ goesOn: true });
  },
});

const abilitiesSchema = z.object({
  effects: z.array(z.enum(accountEffects)).readonly(),
  compares: z.array(z.enum(comparedAttributes)).readonly(),
});

/**
 * Takes the next step of what follows when everything was read, or ends a run that failed. `goesOn`: there are more, each
 * a command of its own; a process that dies between them leaves the rest to the next one.
 */
export const finishDiscovery = defineCommand({
  type: 'discovery.finish',
  payload: z.object({
    runId: idSchema<SyncRunId>(),
    leaseOwner: z.string(),
    failure: z.string().max(4000).nullable(),
    abilities: abilitiesSchema,
  }),
  async run({ runId, leaseOwner, failure, abilities }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer } = context;
    const row = await openRun(context, runId);
    if (row === undefined || row.state !== 'running')
      return refuse('command.invalid', 'This discovery is not running.');
    if (row.lease_owner !== leaseOwner)
      return refuse('command.invalid', 'Another console or worker carries this discovery on.');
    const run = fromRow('sync_run', row);
    if (failure !== null) {
      await endRun(context, run, { state: 'failed', failure, summary: run.summary });
      recordEnd(context, run, 'discovery.failed', { summary: run.summary, failure });
      await tellOfFailure(context, run, failure);
      return done({ goesOn: false });
    }
    const settings = await writer
      .selectFrom('delivery_settings')
      .select('drop_percent')
      .where('application_id', '=', run.applicationId)
      .executeTakeFirst();
    const dropPercent = settings?.drop_percent ?? defaultDeliverySettings.dropPercent;
    const step = await takeEndingStep(context, run, run.ending ?? freshEnding, { abilities, dropPercent });
    if (step.kind === 'goesOn') {
      await writer
        .updateTable('sync_run')
        .set({
          ending: JSON.stringify(step.ending),
          lease_until: plusMilliseconds(context.circumstances.now, runLeaseMilliseconds),
        })
        .where('id', '=', runId)
        .execute();
      return done({ goesOn: true });
    }
    if (step.kind === 'over') {
      await complete(context, run, step.ending);
      return done({ goesOn: false });
    }
    const { question } = step.ending;
    await endRun(context, run, { state: 'held', question, summary: run.summary });
    recordEnd(context, run, 'discovery.held', { question });
    await raiseNotices(context, [
      {
        to: await whoLooksAfter(writer, run.applicationId),
        kind: 'discoveryAsks',
        requestId: null,
        itemId: null,
        data: { application: await nameOf(writer, run.applicationId), ...question },
      },
    ]);
    return done({ goesOn: false });
  },
});

/** Told once, not at each failure of a schedule: the next is told of when one succeeded in between. */
async function tellOfFailure(context: CommandContext, run: SyncRun, failure: string): Promise<void> {
  const { writer } = context;
  const before = await writer
    .selectFrom('sync_run')
    .select('state')
    .where('application_id', '=', run.applicationId)
    .where('id', '<>', run.id)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (before?.state === 'failed') return;
  await raiseNotices(context, [
    {
      to: await whoLooksAfter(writer, run.applicationId),
      kind: 'discoveryFails',
      requestId: null,
      itemId: null,
      data: { application: await nameOf(writer, run.applicationId), problem: failure },
    },
  ]);
}

async function nameOf(writer: Writer, id: ApplicationId): Promise<string | null> {
  const row = await writer.selectFrom('application').select('name').where('id', '=', id).executeTakeFirst();
  return row?.name ?? null;
}

/** A person says whether so much is really gone. `goesOn`: it is, and the run is to be finished by `leaseOwner`. */
export const answerDiscovery = defineCommand({
  type: 'discovery.answer',
  payload: z.object({
    runId: idSchema<SyncRunId>(),
    answer: z.enum(['confirm', 'dismiss']),
    note: textSchema(2000).nullable().default(null),
    leaseOwner: z.string().min(1).max(200),
  }),
  async run({ runId, answer, note, leaseOwner }, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const row = await openRun(context, runId);
    if (row === undefined) return refuse('application.notFound', 'This discovery does not exist.');
    const run = fromRow('sync_run', row);
    if (!(await mayManageApplication(context.writer, acting.value, run.applicationId)))
      return refuse('access.notAllowed', 'Only an administrator or an owner can answer for this application.');
    if (run.state !== 'held')
      return refuse(
        'discovery.answered',
        'This discovery does not ask any more: it was answered, or a later one began.',
      );
    const { now } = context.circumstances;
    const answered = { answeredById: acting.value, answeredAt: now };
    if (answer === 'confirm') {
      const leaseUntil = plusMilliseconds(now, runLeaseMilliseconds);
      const again = { state: 'running', endedAt: null, ending: confirmedEnding, leaseOwner, leaseUntil } as const;
      await updateRow(context.writer, 'sync_run', run, { ...run, ...answered, ...again });
      context.touch('delivery');
    } else await endRun(context, run, { state: 'dismissed', summary: run.summary, ...answered });
    context.record({
      type: 'discovery.answered',
      requestId: null,
      itemId: null,
      data: { applicationId: run.applicationId, runId, answer, note },
    });
    return done({ goesOn: answer === 'confirm' });
  },
});

async function complete(context: CommandContext, run: SyncRun, { counts }: Ending): Promise<void> {
  const { writer, circumstances } = context;
  const summary = { ...run.summary, ...counts };
  await endRun(context, run, { state: 'completed', summary });
  // What waits for somebody outside may be there by now.
  await writer
    .updateTable('fulfillment_task')
    .set({ next_attempt_at: circumstances.now })
    .where('application_id', '=', run.applicationId)
    .where('state', '=', sql.lit('waiting'))
    .where('accepted_at', 'is not', null)
    .execute();
  recordEnd(context, run, 'discovery.completed', { summary });
  context.touch('directory', 'fulfillment', 'requests');
}

async function endRun(
  { writer, circumstances, touch }: CommandContext,
  run: SyncRun,
  end: Partial<SyncRun>,
): Promise<void> {
  const { now } = circumstances;
  const nothingOpen = { checkpoint: null, ending: null, leaseOwner: null, leaseUntil: null, resumeAt: null };
  const ended = { ...run, ...nothingOpen, lastProblem: null };
  await updateRow(
    writer,
    'sync_run',
    { ...ended, checkpoint: 'open', ending: freshEnding, leaseOwner: 'open', resumeAt: now, lastProblem: 'open' },
    {
      ...ended,
      ...end,
      endedAt: now,
    },
  );
  touch('delivery', 'directory');
}

function recordEnd(
  context: CommandContext,
  run: SyncRun,
  type: AuditEventType,
  data: Readonly<Record<string, unknown>>,
): void {
  const seen = { accounts: run.accountsSeen, entitlements: run.entitlementsSeen, grants: run.grantsSeen };
  context.record({
    type,
    requestId: null,
    itemId: null,
    data: { applicationId: run.applicationId, runId: run.id, seen, ...data },
  });
}
