/**
 * The engine that performs fulfillment tasks: woken by commits and by the clock, it claims what is due,
 * performs it and records what came of it. Any number of consoles and workers may run one on the same
 * workspace; a lease keeps them from doing the same task, and a dead one's tasks are taken over.
 */
import type { Execute } from '#core/commands/execute.ts';
import type { ApplicationId, FulfillmentTaskId } from '#core/domain/ids.ts';
import { epochMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { SecretStore } from '#core/secrets/secret-store.ts';
import { createAttempts } from './attempt.ts';
import type { Connections } from './connections.ts';
import { applicationFulfillment, dueRemovals, dueTasks, fetched, nextAttempts, runningTasks } from './due-tasks.ts';
import type { Credentials } from './credentials.ts';
import type { Lanes, Limits } from './lanes.ts';

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
  readonly lanes: Lanes;
  readonly credentials: Credentials;
  readonly secrets: SecretStore;
  readonly now: () => Instant;
  /** Names this process in leases. */
  readonly owner: string;
  /** Whether the owner of a lease is known to be dead; left out: nobody is, and leases end by the clock. */
  readonly isDead?: (owner: string) => boolean;
  readonly log: (problem: string, error: unknown) => void;
  /** Tasks under way at once in one application, as far as its connector bears them. */
  readonly concurrency?: number;
}

/** Clocks are set and machines sleep: never trust a timer for longer than this. */
const longestSleep = 30_000;
const pauseAfterFault = 5_000;
/** The clock is set when a burst of commits has passed, not after each of them; nothing due is later by more than this. */
const burstMilliseconds = 20;
/** While much is under way its own commits wake the runtime all the time: it looks this often. */
const busyLookMilliseconds = 40;
/** And rests so many times as long as a look took, but never longer than this. */
const restShare = 10;
const longestRest = 500;
/** Access that people give by hand asks nothing of an application. */
const byHandLimits: Limits = { concurrency: 16, effectsPerSecond: null };

interface Candidate {
  readonly id: FulfillmentTaskId;
  readonly applicationId: ApplicationId;
  readonly person: string;
  readonly deadOwner: string | null;
}

export function createFulfillment(options: FulfillmentOptions): FulfillmentRuntime {
  const { database, connections, lanes, credentials, now, owner, log } = options;
  const concurrency = options.concurrency ?? Number.POSITIVE_INFINITY;
  const isDead = options.isDead ?? (() => false);
  const attempts = createAttempts(options);
  const underWay = new Map<FulfillmentTaskId, Promise<void>>();
  /** What is due, by application, as far as it was fetched. */
  const queues = new Map<ApplicationId, { limits: Limits; tasks: Candidate[] }>();
  /** One effect at a time for a person in an application, so that an account is created once. */
  const busyPeople = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let lookSoon: 'no' | 'atOnce' | 'afterRest' = 'no';
  let lookAgain = false;
  let nextLookAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  /** More may be due than was fetched. */
  let more = false;
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
      attempts.stop();
      await looking;
      await Promise.all(underWay.values());
    },
  };

  function wake(): void {
    if (stopped || lookSoon === 'atOnce') return;
    if (looking !== null) {
      lookAgain = true;
      return;
    }
    const rest = underWay.size === 0 ? 0 : nextLookAt - performance.now();
    // A look that was put off while something was under way is not waited for once nothing is.
    if (rest > 0 && lookSoon === 'afterRest') return;
    clearTimeout(timer);
    lookSoon = rest > 0 ? 'afterRest' : 'atOnce';
    const go = () => {
      lookSoon = 'no';
      if (!stopped) oneAtATime(look);
    };
    // Behind what is running now: what comes of one step, commits of our own among it, is looked at once.
    if (rest > 0) timer = setTimeout(go, rest);
    else setImmediate(go);
  }

  function oneAtATime(work: () => Promise<void>): void {
    looking = work()
      .catch((error: unknown) => {
        log('Looking for due fulfillment tasks failed', error);
        wakeIn(pauseAfterFault);
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
  function wakeIn(milliseconds: number): void {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(wake, Math.max(1, Math.min(longestSleep, milliseconds)));
    timer.unref();
  }

  async function look(): Promise<void> {
    await lanes.load();
    await credentials.load();
    const moment = now();
    const began = performance.now();
    queues.clear();
    more = false;
    await takeOver();
    const seen = new Set<FulfillmentTaskId>();
    // Applications of which enough was fetched, or nothing can be begun: theirs must not hide what is due elsewhere.
    const passedOver = new Set<ApplicationId>();
    for (;;) {
      const due = await dueTasks(database.read, moment, [...passedOver]);
      // Where more waits than is fetched at once, what takes access away must not stand behind it.
      const removals = due.length < fetched ? [] : await dueRemovals(database.read, moment, [...passedOver]);
      const ordered = [...removals, ...due].toSorted(
        (a, b) => Number(a.effect === 'grant') - Number(b.effect === 'grant'),
      );
      const before = passedOver.size;
      for (const task of ordered) {
        if (stopped) return;
        if (passedOver.has(task.application_id) || underWay.has(task.id) || seen.has(task.id)) continue;
        seen.add(task.id);
        const candidate = {
          id: task.id,
          applicationId: task.application_id,
          person: `${task.application_id} ${task.beneficiary_id}`,
          deadOwner: null,
        };
        if (!(await enqueue(candidate))) passedOver.add(task.application_id);
      }
      if (due.length < fetched) break;
      more = true;
      for (const task of due) passedOver.add(task.application_id);
      if (passedOver.size === before) break;
    }
    const looked = performance.now();
    // Where very much is due, a look reads all of it: it takes its small share of the time, and what was found is worked off.
    nextLookAt = looked + Math.min(longestRest, Math.max(busyLookMilliseconds, restShare * (looked - began)));
    drain();
    // Whoever asked while this look was under way is answered by the next one: this one may not have seen what they mean.
    if (underWay.size === 0 && !lookAgain && !waitsForRate()) for (const resolve of idleWaiters.splice(0)) resolve();
    if (stopped || waitsForRate()) return;
    timer = setTimeout(() => oneAtATime(setTimer), burstMilliseconds);
  }

  /** What processes that are known to be dead were performing does not wait for its lease to end. */
  async function takeOver(): Promise<void> {
    for (const task of await runningTasks(database.read)) {
      if (task.lease_owner === null || task.lease_owner === owner || !isDead(task.lease_owner)) continue;
      await enqueue({
        id: task.id,
        applicationId: task.application_id,
        person: `${task.application_id} ${task.beneficiary_id}`,
        deadOwner: task.lease_owner,
      });
    }
  }

  /** False: nothing of this application can be begun here and now. */
  async function enqueue(candidate: Candidate): Promise<boolean> {
    const known = queues.get(candidate.applicationId);
    if (known !== undefined) {
      known.tasks.push(candidate);
      return true;
    }
    const limits = await limitsOf(candidate.applicationId);
    if (limits === null || roomFor(candidate.applicationId, limits) === 'paused') return false;
    queues.set(candidate.applicationId, { limits, tasks: [candidate] });
    return true;
  }

  function roomFor(applicationId: ApplicationId, limits: Limits): ReturnType<Lanes['room']> {
    const passage = credentials.passage(applicationId);
    if (passage === 'refused') return 'paused';
    return lanes.room(applicationId, passage === 'probe' ? { ...limits, concurrency: 1 } : limits);
  }

  /** Null: the application's credential is elsewhere, so that its tasks are left to whoever has it. */
  async function limitsOf(applicationId: ApplicationId): Promise<Limits | null> {
    const [application] = await applicationFulfillment(database.read, applicationId);
    if (application?.fulfillment === 'manual') return byHandLimits;
    const connection = await connections.open(applicationId);
    if (connection.kind === 'noCredential') return null;
    if (connection.kind === 'notConfigured') return byHandLimits;
    return { ...connection.limits, concurrency: Math.min(concurrency, connection.limits.concurrency) };
  }

  /** Begins what there is room for. */
  function drain(): void {
    if (stopped) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (const [applicationId, queue] of queues) {
      const waiting: Candidate[] = [];
      for (const candidate of queue.tasks) {
        if (underWay.has(candidate.id)) continue;
        const room = roomFor(applicationId, queue.limits);
        if (room !== 0 || busyPeople.has(candidate.person)) {
          if (typeof room === 'number' && room > 0) soonest = Math.min(soonest, room);
          waiting.push(candidate);
        } else begin(candidate, queue.limits);
      }
      queue.tasks = waiting;
      if (waiting.length === 0 || roomFor(applicationId, queue.limits) === 'paused') queues.delete(applicationId);
    }
    if (soonest !== Number.POSITIVE_INFINITY && underWay.size === 0) {
      clearTimeout(timer);
      timer = setTimeout(drain, Math.max(1, soonest));
    }
  }

  /** Nothing is under way and something is held back by its application's rate alone. */
  function waitsForRate(): boolean {
    return underWay.size === 0 && queues.size > 0;
  }

  function begin({ id, applicationId, person, deadOwner }: Candidate, limits: Limits): void {
    lanes.enter(applicationId, limits);
    busyPeople.add(person);
    const work = attempts
      .attempt(id, applicationId, deadOwner)
      .catch((error: unknown) => {
        log('A fulfillment task stopped unexpectedly; it comes up again when its lease ends', error);
        return null;
      })
      .then(async (verdict) => {
        await lanes.leave(applicationId, verdict ?? { kind: 'notAsked' }).catch((error: unknown) => {
          log('How an application stands could not be recorded', error);
        });
        busyPeople.delete(person);
        underWay.delete(id);
        if (verdict === null) return wakeIn(pauseAfterFault);
        drain();
        if (queues.size === 0 && (more || underWay.size === 0)) wake();
      });
    underWay.set(id, work);
  }

  async function setTimer(): Promise<void> {
    const times = (await nextAttempts(database.read, now())).flatMap(({ at }) => at ?? []);
    if (stopped) return;
    const wait = Math.min(...times.map(epochMilliseconds)) - epochMilliseconds(now());
    wakeIn(Math.max(5, Math.min(wait, lanes.nextOpening() ?? wait)));
  }
}
