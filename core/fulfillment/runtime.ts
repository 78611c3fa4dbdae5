/**
 * The engine that performs fulfillment tasks: woken by commits and by the clock, it claims what is due,
 * performs it and records what came of it. Any number of consoles and workers may run one on the same
 * workspace; a lease keeps them from doing the same task, and a dead one's tasks come up again.
 */
import { recordFulfillmentAttempt, startFulfillmentTask, type Attempt } from '#core/commands/fulfillment.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import { freshCommand } from '#core/domain/command.ts';
import { messageOf } from '#core/domain/errors.ts';
import type { ApplicationId, FulfillmentTaskId } from '#core/domain/ids.ts';
import { epochMilliseconds, plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { FulfillmentState } from '#core/domain/request.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Connections } from './connections.ts';
import { loadWork } from './load-work.ts';
import { perform } from './perform.ts';

export interface FulfillmentRuntime {
  /** Something may have become due: look now. */
  wake(): void;
  /** Resolves when nothing is due and nothing is under way. */
  idle(): Promise<void>;
  /** Takes no further task and waits for those under way. */
  stop(): Promise<void>;
}

export interface FulfillmentOptions {
  readonly database: Database;
  readonly execute: Execute;
  readonly connections: Connections;
  readonly now: () => Instant;
  /** Names this process in leases. */
  readonly owner: string;
  readonly log: (problem: string, error: unknown) => void;
  /** Tasks under way at once in one application, so that a slow one never delays another. */
  readonly concurrency?: number;
}

const leaseMilliseconds = 120_000;
/** Effects are cut off before the lease ends, so that no two processes ever perform the same one. */
const effectMilliseconds = 100_000;
/** Clocks are set and machines sleep: never trust a timer for longer than this. */
const longestSleep = 30_000;
const fetched = 200;
const pauseAfterFault = 5_000;
/** The clock is set when a burst of commits has passed, not after each of them; nothing due is later by more than this. */
const burstMilliseconds = 20;

export function createFulfillment(options: FulfillmentOptions): FulfillmentRuntime {
  const { database, execute, connections, now, owner, log, concurrency = 4 } = options;
  const underWay = new Map<FulfillmentTaskId, Promise<void>>();
  const perApplication = new Map<ApplicationId, number>();
  /** One effect at a time for a person in an application, so that an account is created once. */
  const busyPeople = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let lookSoon = false;
  let lookAgain = false;
  let stopped = false;
  const idleWaiters: (() => void)[] = [];

  return {
    wake,
    idle() {
      return new Promise((resolve) => {
        idleWaiters.push(resolve);
        wake();
      });
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await Promise.all(underWay.values());
    },
  };

  function wake(): void {
    if (stopped || lookSoon) return;
    if (looking !== null) {
      lookAgain = true;
      return;
    }
    clearTimeout(timer);
    lookSoon = true;
    // Behind what is running now: what comes of one step, commits of our own among it, is looked at once.
    setImmediate(() => {
      lookSoon = false;
      if (!stopped) oneAtATime(look);
    });
  }

  function oneAtATime(work: () => Promise<void>): void {
    looking = work()
      .catch((error: unknown) => {
        log('Looking for due fulfillment tasks failed', error);
        wakeLater();
      })
      .finally(() => {
        looking = null;
        if (lookAgain) {
          lookAgain = false;
          wake();
        }
      });
  }

  /** After a fault of the database: not at once, or the fault would be met in a loop; and not never. */
  function wakeLater(): void {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(wake, pauseAfterFault);
    timer.unref();
  }

  async function look(): Promise<void> {
    const moment = now();
    let left = 0;
    // Applications that nothing more can be begun for now: theirs must not hide what is due elsewhere.
    const passedOver = new Set<ApplicationId>(
      [...perApplication].filter(([, count]) => count >= concurrency).map(([id]) => id),
    );
    left += passedOver.size;
    for (;;) {
      const due = await dueTasks(database.read, moment, [...passedOver]);
      let begun = 0;
      for (const task of due) {
        if (stopped) return;
        const person = `${task.application_id} ${task.beneficiary_id}`;
        if (underWay.has(task.id) || passedOver.has(task.application_id)) continue;
        if ((perApplication.get(task.application_id) ?? 0) >= concurrency) {
          left += 1;
          passedOver.add(task.application_id);
        } else if (busyPeople.has(person)) left += 1;
        else if (await performable(task.application_id)) {
          begun += 1;
          begin(task.id, task.application_id, person);
        } else passedOver.add(task.application_id);
      }
      if (due.length < fetched) break;
      // All that was fetched waits for people who are busy: the turn of their applications comes when one of them is done.
      if (begun === 0) for (const task of due) passedOver.add(task.application_id);
    }
    // What had to wait for its turn is looked at again when something ends. Whoever asked while this look was
    // under way is answered by the next one: this one may not have seen what they mean.
    if (left === 0 && underWay.size === 0 && !lookAgain) {
      for (const resolve of idleWaiters.splice(0)) resolve();
    }
    if (stopped) return;
    timer = setTimeout(() => oneAtATime(setTimer), burstMilliseconds);
    timer.unref();
  }

  /** Tasks of an application whose credential is elsewhere are left to whoever has it. */
  async function performable(applicationId: ApplicationId): Promise<boolean> {
    const [application] = await applicationFulfillment(database.read, applicationId);
    if (application?.fulfillment === 'manual') return true;
    return (await connections.open(applicationId)).kind !== 'noCredential';
  }

  function begin(id: FulfillmentTaskId, applicationId: ApplicationId, person: string): void {
    perApplication.set(applicationId, (perApplication.get(applicationId) ?? 0) + 1);
    busyPeople.add(person);
    const work = performTask(id, applicationId)
      .then(
        () => wake,
        (error: unknown) => {
          log('A fulfillment task stopped unexpectedly; it comes up again when its lease ends', error);
          return wakeLater;
        },
      )
      .then((next) => {
        perApplication.set(applicationId, (perApplication.get(applicationId) ?? 1) - 1);
        busyPeople.delete(person);
        underWay.delete(id);
        next();
      });
    underWay.set(id, work);
  }

  async function performTask(id: FulfillmentTaskId, applicationId: ApplicationId): Promise<void> {
    const startedAt = now();
    const started = await execute(
      startFulfillmentTask,
      systemCommand({
        fulfillmentTaskId: id,
        leaseOwner: owner,
        leaseUntil: plusMilliseconds(startedAt, leaseMilliseconds),
      }),
    );
    if (started.outcome === 'refused' || !started.value.proceed) return;
    const attempt = await attemptTask(id, applicationId);
    const recorded = await execute(
      recordFulfillmentAttempt,
      systemCommand({ fulfillmentTaskId: id, leaseOwner: owner, attempt: bounded(attempt) }),
    );
    if (recorded.outcome === 'refused')
      log('The outcome of a fulfillment task was not taken', new Error(recorded.refusal.message));
  }

  async function attemptTask(id: FulfillmentTaskId, applicationId: ApplicationId): Promise<Attempt> {
    const connection = await connections.open(applicationId);
    if (connection.kind === 'notConfigured')
      return { kind: 'failed', problem: connection.message, mayHaveHappened: false };
    if (connection.kind === 'noCredential')
      return { kind: 'retry', problem: connection.message, afterMilliseconds: null, jitter: Math.random() };
    const work = await loadWork(database.read, id);
    try {
      return await perform(work, {
        connector: connection.connector,
        signal: AbortSignal.timeout(effectMilliseconds),
        now,
        jitter: Math.random,
      });
    } catch (error) {
      return {
        kind: 'retry',
        problem: `Performing it failed: ${messageOf(error)}`,
        afterMilliseconds: null,
        jitter: Math.random(),
      };
    }
  }

  /** Applications answer at any length; the trail keeps the part that people read. */
  function bounded(attempt: Attempt): Attempt {
    if (attempt.kind !== 'done') return { ...attempt, problem: attempt.problem.slice(0, 2000) };
    const facts = Object.fromEntries(
      Object.entries(attempt.facts).map(([name, value]) => [name.slice(0, 100), value.slice(0, 500)]),
    );
    return { ...attempt, facts, source: attempt.source.slice(0, 500) };
  }

  function systemCommand<Payload>(payload: Payload) {
    return freshCommand(payload, { kind: 'system', part: 'fulfillment' }, now());
  }

  async function setTimer(): Promise<void> {
    const times = (await nextAttempts(database.read, now())).flatMap(({ at }) => at ?? []);
    if (stopped) return;
    const wait = Math.min(...times.map(epochMilliseconds)) - epochMilliseconds(now());
    timer = setTimeout(wake, Math.min(longestSleep, Math.max(5, wait)));
    timer.unref();
  }
}

const dueTasks = prepared((reader, moment: Instant, without: readonly ApplicationId[]) => {
  const query = reader
    .selectFrom('fulfillment_task')
    .select(['id', 'application_id', 'beneficiary_id'])
    .where('state', 'in', ['scheduled', 'ready', 'waiting', 'running'])
    .where('next_attempt_at', '<=', moment)
    .orderBy('next_attempt_at')
    .limit(fetched);
  return without.length === 0 ? query : query.where('application_id', 'not in', without);
});

const applicationFulfillment = prepared((reader, id: ApplicationId) =>
  reader.selectFrom('application').select('fulfillment').where('id', '=', id),
);

/** The first attempt after `moment` of each state, from the index: asked for all at once, every scheduled end of access would be read. */
const nextAttempts = prepared((reader, moment: Instant) => {
  const first = (state: FulfillmentState) =>
    reader
      .selectFrom('fulfillment_task')
      .select((eb) => eb.fn.min<Instant | null>('next_attempt_at').as('at'))
      .where('state', '=', state)
      .where('next_attempt_at', '>', moment);
  return first('scheduled').unionAll(first('ready')).unionAll(first('waiting')).unionAll(first('running'));
});
