/**
 * Carries discoveries out: on demand and by their schedule. Opens the connector, hands page after page to the
 * engine, and carries on at the checkpoint what a dead process began.
 */
import { capabilitiesOf, ConnectorFault, type Failure } from '#core/connectors/connector.ts';
import {
  answerDiscovery,
  finishDiscovery,
  pauseDiscovery,
  recordDiscoveryPage,
  renewDiscovery,
  runLeaseMilliseconds,
  startDiscovery,
} from '#core/commands/discovery.command.ts';
import type { AccountAbilities } from '#core/commands/discovery-findings.ts';
import type { Execute } from '#core/commands/execute.ts';
import type { Actor } from '#core/domain/audit.ts';
import { freshCommand } from '#core/domain/command.ts';
import { comparedAttributes } from '#core/domain/directory.ts';
import { done, GatehouseError, messageOf, refuse, type Result } from '#core/domain/errors.ts';
import { accountEffects } from '#core/domain/finding.ts';
import type { ApplicationId, CommandId, SyncRunId } from '#core/domain/ids.ts';
import { epochMilliseconds, plusMinutes, type Instant } from '#core/domain/instant.ts';
import type { Connection, Connections } from '#core/fulfillment/connections.ts';
import type { Credentials } from '#core/fulfillment/credentials.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { DiscoveryRuntime as Discovery } from '#core/workspace.ts';
import { gathered } from './gathered-pages.ts';
import { partsOf } from './page-parts.ts';

export interface DiscoveryRuntime extends Discovery {
  /** Looks for discoveries that are due by their schedule, and for those whose process is dead. */
  wake(): void;
  /** Looks now, and resolves when what is due has begun. */
  look(): Promise<void>;
  /** Resolves when no discovery of this process is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface DiscoveryOptions {
  readonly database: Pick<Database, 'read'>;
  readonly execute: Execute;
  readonly connections: Connections;
  readonly credentials: Credentials;
  readonly now: () => Instant;
  readonly owner: string;
  readonly isDead?: (owner: string) => boolean;
  readonly log: (problem: string, error: unknown) => void;
}

const system: Actor = { kind: 'system', part: 'discovery' };
const lookEveryMilliseconds = 30_000;
const burstMilliseconds = 200;
/** Of a page, written in one transaction. */
const rowsAtOnce = 2_500;
/** Of smaller pages, that are written together. */
const gathering = { rows: 1_000, milliseconds: 500 };
/** Leases are renewed well before their end: a page may take longer than a lease lasts. */
const renewEveryMilliseconds = runLeaseMilliseconds / 3;

export function createDiscovery(options: DiscoveryOptions): DiscoveryRuntime {
  const { database, execute, connections, credentials, now, owner, log } = options;
  const isDead = options.isDead ?? (() => false);
  const underWay = new Map<ApplicationId, { readonly runId: SyncRunId; readonly ended: Promise<void> }>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let looksSoon = false;
  /** From the first wish for it, this process looks by itself for what is due. */
  let looks = false;
  let looking: Promise<void> = Promise.resolve();

  return {
    start: async (applicationId, actor) => start(applicationId, actor, await deadOwnerOf(applicationId)),
    async answer({ commandId, actor }, payload) {
      const answered = await execute(answerDiscovery, {
        id: commandId as CommandId,
        actor,
        issuedAt: now(),
        basedOn: null,
        payload: { ...payload, leaseOwner: owner },
      });
      if (answered.outcome === 'refused') return answered;
      const applicationId = await applicationOf(payload.runId);
      if (answered.value.goesOn && applicationId !== null)
        await connections.use(applicationId, (connection) => finish(payload.runId, connection, null));
      return done({});
    },
    wake() {
      // A look that is about to happen is not put off by further wishes for one.
      if (looksSoon) return;
      looks = true;
      looksSoon = true;
      wakeIn(burstMilliseconds);
    },
    async look() {
      await look();
    },
    async idle() {
      await Promise.all([...underWay.values()].map((running) => running.ended));
    },
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await looking;
      await Promise.all([...underWay.values()].map((running) => running.ended));
    },
  };

  function wakeIn(milliseconds: number): void {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => {
      looksSoon = false;
      looking = look()
        .catch((error: unknown) => {
          log('Looking for due discoveries failed', error);
          return lookEveryMilliseconds;
        })
        .then((next) => {
          if (!looksSoon) wakeIn(next);
        });
    }, milliseconds);
    timer.unref();
  }

  /** Answers with the milliseconds until the next look. */
  async function look(): Promise<number> {
    const moment = now();
    await credentials.load();
    const open = await database.read
      .selectFrom('sync_run')
      .select(['application_id', 'lease_owner', 'lease_until', 'resume_at'])
      .where('state', '=', 'running')
      .execute();
    const resumeAt: Instant[] = [];
    for (const run of open) {
      if (run.resume_at !== null && run.resume_at > moment) {
        resumeAt.push(run.resume_at);
        continue;
      }
      const dead = run.lease_owner !== null && isDead(run.lease_owner) ? run.lease_owner : null;
      const over = run.lease_until === null || run.lease_until <= moment;
      if (dead !== null || over) await begin(run.application_id, dead);
    }
    const running = new Set(open.map((run) => run.application_id));
    for (const applicationId of await dueBySchedule(moment))
      if (!running.has(applicationId)) await begin(applicationId, null);
    const waits = resumeAt.map((at) => epochMilliseconds(at) - epochMilliseconds(moment));
    return Math.max(burstMilliseconds, Math.min(lookEveryMilliseconds, ...waits));
  }

  /** Whose lease holds up a discovery of this application though its process is dead. */
  async function deadOwnerOf(applicationId: ApplicationId): Promise<string | null> {
    const open = await database.read
      .selectFrom('sync_run')
      .select('lease_owner')
      .where('application_id', '=', applicationId)
      .where('state', '=', 'running')
      .executeTakeFirst();
    const leaseOwner = open?.lease_owner ?? null;
    return leaseOwner !== null && isDead(leaseOwner) ? leaseOwner : null;
  }

  async function begin(applicationId: ApplicationId, deadOwner: string | null): Promise<void> {
    if (stopping.signal.aborted || underWay.has(applicationId)) return;
    // It goes on when somebody has entered another credential.
    if (credentials.passage(applicationId) === 'refused') return;
    const started = await start(applicationId, system, deadOwner);
    // No credential here: another console or worker has it.
    if (started.outcome === 'refused' && started.refusal.code !== 'connection.notConfigured')
      log('A discovery that was due did not start', new Error(started.refusal.message));
  }

  async function dueBySchedule(moment: Instant): Promise<readonly ApplicationId[]> {
    const rows = await database.read
      .selectFrom('delivery_settings')
      .leftJoin('sync_run', 'sync_run.application_id', 'delivery_settings.application_id')
      .select(['delivery_settings.application_id', 'delivery_settings.discovery_every_minutes as minutes'])
      .select((eb) => eb.fn.max<Instant | null>('sync_run.started_at').as('last'))
      .where('delivery_settings.discovery_every_minutes', 'is not', null)
      .groupBy(['delivery_settings.application_id', 'delivery_settings.discovery_every_minutes'])
      .execute();
    const due = rows.filter(({ last, minutes }) => last === null || plusMinutes(last, minutes ?? 0) <= moment);
    if (due.length === 0) return [];
    // One that asks waits for its answer, not for the next look.
    const asking = await database.read
      .selectFrom('sync_run')
      .select('application_id')
      .where('state', '=', 'held')
      .where(
        'application_id',
        'in',
        due.map((row) => row.application_id),
      )
      .execute();
    return due.map((row) => row.application_id).filter((id) => !asking.some((run) => run.application_id === id));
  }

  async function start(
    applicationId: ApplicationId,
    actor: Actor,
    deadOwner: string | null,
  ): Promise<Result<{ readonly runId: SyncRunId }>> {
    const running = underWay.get(applicationId);
    if (running !== undefined) return done({ runId: running.runId });
    const connection = await connections.open(applicationId);
    if (connection.kind !== 'open') return refuse('connection.notConfigured', connection.message);
    if (connection.connector.discover === undefined)
      return refuse('fulfillment.notPossible', 'The connector of this application cannot discover what is in it.');
    const started = await execute(
      startDiscovery,
      command({ applicationId, leaseOwner: owner, ...(deadOwner === null ? {} : { deadOwner }) }, actor),
    );
    if (started.outcome === 'refused') return started;
    const { runId, checkpoint, isRead, mine } = started.value;
    // Two calls may have come this far together; they carry on one run.
    if (mine && !underWay.has(applicationId)) {
      const ended = connections
        .use(applicationId, (used) => run(runId, isRead ? 'read' : { checkpoint }, used))
        .catch((error: unknown) => log('A discovery stopped unexpectedly; it is carried on later', error))
        .finally(() => underWay.delete(applicationId));
      underWay.set(applicationId, { runId, ended });
    }
    return done({ runId });
  }

  /** `from`: where reading goes on, or `read` when everything was read and it has only to be finished. */
  async function run(
    runId: SyncRunId,
    from: { readonly checkpoint: string | null } | 'read',
    connection: Connection,
  ): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([stopping.signal, lost.signal]);
    const heartbeat = setInterval(() => void renew(runId, lost), renewEveryMilliseconds).unref();
    let failure: string | null = null;
    try {
      if (connection.kind !== 'open') throw new Error(connection.message);
      const pages = from === 'read' ? undefined : connection.connector.discover?.(from.checkpoint, signal);
      for await (const taken of pages === undefined ? [] : gathered(pages, gathering)) {
        for (const part of partsOf(taken, rowsAtOnce)) {
          const recorded = await execute(recordDiscoveryPage, command({ runId, leaseOwner: owner, ...part }, system));
          if (recorded.outcome === 'refused') throw new Error(recorded.refusal.message);
        }
        await credentials.accepted(connection.instance.applicationId);
      }
    } catch (error) {
      // Stopped in the middle, or taken over: the run stays open and is carried on from its checkpoint.
      if (signal.aborted) return;
      // The workspace itself cannot be written to: nothing is known of the application, and the lease ends by itself.
      if (error instanceof GatehouseError) throw error;
      if (error instanceof ConnectorFault && (await waits(runId, connection, error.failure))) return;
      failure =
        error instanceof ConnectorFault ? error.message : `The discovery stopped unexpectedly: ${messageOf(error)}`;
    } finally {
      clearInterval(heartbeat);
    }
    await finish(runId, connection, failure);
  }

  /** Step by step, each of which renews the lease. Stopped between two of them, the rest is done by whoever comes next. */
  async function finish(runId: SyncRunId, connection: Connection, failure: string | null): Promise<void> {
    const payload = {
      runId,
      leaseOwner: owner,
      failure: failure === null ? null : failure.slice(0, 2000),
      abilities: abilitiesOf(connection),
    };
    while (!stopping.signal.aborted) {
      const step = await execute(finishDiscovery, command(payload, system));
      if (step.outcome === 'refused' || !step.value.goesOn) return;
    }
  }

  /** Keeps the run for later, when the fault passes or another credential mends it; false: it does not, or there were too many. */
  async function waits(runId: SyncRunId, connection: Connection, failure: Failure): Promise<boolean> {
    const byCredential = failure.kind === 'needsPerson' && failure.cause === 'credential';
    if (failure.kind !== 'retryable' && !byCredential) return false;
    const problem = failure.message.slice(0, 2000);
    if (byCredential && connection.kind === 'open')
      await credentials.refused(connection.instance.applicationId, connection.instance.changedAt, problem);
    const afterMilliseconds = failure.kind === 'retryable' ? failure.afterMilliseconds : null;
    const paused = await execute(
      pauseDiscovery,
      command(
        {
          runId,
          leaseOwner: owner,
          cause: byCredential ? 'credential' : 'fault',
          problem,
          afterMilliseconds,
          jitter: Math.random(),
        },
        system,
      ),
    );
    if (paused.outcome === 'refused') throw new Error(paused.refusal.message);
    // The next look sees when it goes on.
    if (looks) wakeIn(burstMilliseconds);
    return paused.value.goesOn;
  }

  async function renew(runId: SyncRunId, lost: AbortController): Promise<void> {
    try {
      const renewed = await execute(renewDiscovery, command({ runId, leaseOwner: owner }, system));
      if (renewed.outcome === 'done' && !renewed.value.mine) lost.abort();
    } catch (error) {
      log('The lease of a discovery could not be renewed', error);
    }
  }

  async function applicationOf(runId: SyncRunId): Promise<ApplicationId | null> {
    const row = await database.read
      .selectFrom('sync_run')
      .select('application_id')
      .where('id', '=', runId)
      .executeTakeFirst();
    return row?.application_id ?? null;
  }

  function command<Payload>(payload: Payload, actor: Actor) {
    return freshCommand(payload, actor, now());
  }
}

/** What can be done about accounts there, and which of their attributes come from the directory. */
function abilitiesOf(connection: Connection): AccountAbilities {
  if (connection.kind !== 'open') return { effects: [], compares: [] };
  const capabilities = capabilitiesOf(connection.connector);
  const made = connection.description.accountAttributes.map(({ name }) => name);
  return {
    effects: accountEffects.filter((effect) => capabilities.includes(effect)),
    compares: comparedAttributes.filter((name) => made.includes(name)),
  };
}
