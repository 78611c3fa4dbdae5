/** One attempt at one fulfillment task: intent on disk, effect under a lease that is kept up, what came of it on disk. */
import { recordFulfillmentAttempt, startFulfillmentTask, type Attempt } from '#core/commands/fulfillment.command.ts';
import { renewLeases } from '#core/commands/delivery.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import { freshCommand } from '#core/domain/command.ts';
import { messageOf } from '#core/domain/errors.ts';
import type { ApplicationId, FulfillmentTaskId } from '#core/domain/ids.ts';
import { plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { SecretStore } from '#core/secrets/secret-store.ts';
import type { Connection, Connections } from './connections.ts';
import type { Credentials } from './credentials.ts';
import { createPasswordKeeper } from './initial-password.ts';
import type { Verdict } from './lanes.ts';
import { loadTicketWork } from './load-ticket.ts';
import { loadWork } from './load-work.ts';
import { asksOthers } from './perform-ticket.ts';
import { perform } from './perform.ts';

export const leaseMilliseconds = 60_000;
/** Leases are renewed well before their end: two renewals may fail before another process takes the task over. */
const renewEveryMilliseconds = 18_000;
/** However well the lease is kept up: an effect that takes longer is cut off and tried again. */
const effectMilliseconds = 100_000;

export interface AttemptsOptions {
  readonly database: Database;
  readonly execute: Execute;
  readonly connections: Connections;
  readonly credentials: Credentials;
  readonly secrets: SecretStore;
  readonly now: () => Instant;
  readonly owner: string;
  readonly log: (problem: string, error: unknown) => void;
}

export interface Attempts {
  /** @param deadOwner whose lease it is, when that process is known to be dead. */
  attempt(id: FulfillmentTaskId, applicationId: ApplicationId, deadOwner: string | null): Promise<Verdict>;
  stop(): void;
}

export function createAttempts(options: AttemptsOptions): Attempts {
  const { database, execute, connections, credentials, secrets, now, owner, log } = options;
  /** What is being performed, and how to cut it off when its lease is lost. */
  const held = new Map<FulfillmentTaskId, AbortController>();
  const heartbeat = setInterval(() => void beat(), renewEveryMilliseconds);
  heartbeat.unref();

  return {
    async attempt(id, applicationId, deadOwner) {
      const started = await execute(
        startFulfillmentTask,
        systemCommand({
          fulfillmentTaskId: id,
          leaseOwner: owner,
          leaseUntil: plusMilliseconds(now(), leaseMilliseconds),
          ...(deadOwner === null ? {} : { deadOwner }),
        }),
      );
      if (started.outcome === 'refused' || !started.value.proceed) return { kind: 'notAsked' };
      const cut = new AbortController();
      held.set(id, cut);
      const attempt = await performTask(id, applicationId, cut.signal).finally(() => held.delete(id));
      const recorded = await execute(
        recordFulfillmentAttempt,
        systemCommand({ fulfillmentTaskId: id, leaseOwner: owner, attempt: bounded(attempt.attempt) }),
      );
      if (recorded.outcome === 'refused')
        log('The outcome of a fulfillment task was not taken', new Error(recorded.refusal.message));
      return attempt.verdict;
    },
    stop: () => clearInterval(heartbeat),
  };

  async function beat(): Promise<void> {
    const ids = [...held.keys()];
    if (ids.length === 0) return;
    try {
      const leaseUntil = plusMilliseconds(now(), leaseMilliseconds);
      const result = await execute(
        renewLeases,
        systemCommand({ fulfillmentTaskIds: ids, leaseOwner: owner, leaseUntil }),
      );
      const renewed = result.outcome === 'done' ? (result.value.renewed as readonly FulfillmentTaskId[]) : [];
      // Somebody else has it now: what is under way here is cut off, so that no two perform the same.
      for (const id of ids.filter((each) => !renewed.includes(each))) held.get(id)?.abort();
    } catch (error) {
      log('Leases of fulfillment tasks could not be renewed', error);
    }
  }

  async function performTask(
    id: FulfillmentTaskId,
    applicationId: ApplicationId,
    cut: AbortSignal,
  ): Promise<{ readonly attempt: Attempt; readonly verdict: Verdict }> {
    return connections.use(applicationId, async (connection) => {
      if (connection.kind === 'notConfigured')
        return notAsked({ kind: 'failed', problem: connection.message, mayHaveHappened: false });
      if (connection.kind === 'noCredential')
        return notAsked({
          kind: 'retry',
          problem: connection.message,
          afterMilliseconds: null,
          jitter: Math.random(),
        });
      const { attempt, looked } = await performWith(connection, id, cut);
      if (attempt.kind === 'credential') {
        // Known before the task is due again: what is begun meanwhile would only be refused as well.
        const known = await credentials.refused(applicationId, connection.instance.changedAt, attempt.problem);
        return notAsked(
          known ? attempt : { kind: 'retry', problem: attempt.problem, afterMilliseconds: null, jitter: 0 },
        );
      }
      // Looking at tickets is no delivery: it must neither pause those to come nor end a pause.
      if (looked) return notAsked(attempt);
      if (attempt.kind === 'retry' && !cut.aborted)
        return {
          attempt,
          verdict: { kind: 'fault', problem: attempt.problem, afterMilliseconds: attempt.afterMilliseconds },
        };
      if (attempt.kind !== 'retry') await credentials.accepted(applicationId);
      return { attempt, verdict: { kind: 'answered' } };
    });
  }

  async function performWith(
    { connector, description }: Extract<Connection, { readonly kind: 'open' }>,
    id: FulfillmentTaskId,
    cut: AbortSignal,
  ): Promise<{ readonly attempt: Attempt; readonly looked: boolean }> {
    const work = await loadWork(database.read, id, now());
    const others = asksOthers(connector);
    const looked = others && work.accepted === true;
    try {
      const told = others ? { ...work, ticket: await loadTicketWork(database.read, id, work) } : work;
      const attempt = await perform(told, {
        connector,
        signal: AbortSignal.any([cut, AbortSignal.timeout(effectMilliseconds)]),
        now,
        jitter: Math.random,
        passwords:
          description.takesInitialPassword === true
            ? createPasswordKeeper({ taskId: id, earlier: work.initialPassword, execute, secrets, owner, now })
            : null,
      });
      return { attempt, looked };
    } catch (error) {
      const problem = `Performing it failed: ${messageOf(error)}`;
      return { attempt: { kind: 'retry', problem, afterMilliseconds: null, jitter: Math.random() }, looked };
    }
  }

  function systemCommand<Payload>(payload: Payload) {
    return freshCommand(payload, { kind: 'system', part: 'fulfillment' }, now());
  }
}

function notAsked(attempt: Attempt): { readonly attempt: Attempt; readonly verdict: Verdict } {
  return { attempt, verdict: { kind: 'notAsked' } };
}

/** Applications answer at any length; the trail keeps the part that people read. */
function bounded(attempt: Attempt): Attempt {
  // What is said of a ticket was cut where it was taken.
  if (attempt.kind === 'ticket' || attempt.kind === 'awaiting') return attempt;
  if (attempt.kind === 'pending') return { ...attempt, source: attempt.source.slice(0, 500) };
  if (attempt.kind !== 'done') return { ...attempt, problem: attempt.problem.slice(0, 2000) };
  const facts = Object.fromEntries(
    Object.entries(attempt.facts).map(([name, value]) => [name.slice(0, 100), value.slice(0, 500)]),
  );
  return { ...attempt, facts, source: attempt.source.slice(0, 500) };
}
