/**
 * Does what time brings about in reviews. Each kind of due work keeps its own time: it sleeps until the
 * nearest moment something of it is due, and a fault or a long run of one never holds up another. Any
 * number of consoles and workers may run a clock on the same workspace.
 */
import { epochMilliseconds, type Instant } from '#core/domain/instant.ts';
import { messageOf } from '#core/domain/errors.ts';
import type { Topic } from '#core/domain/topics.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { DueWork } from './due-work.ts';

export interface ReviewClock {
  /** Something may have become due, or the machine has slept: look now. */
  wake(): void;
  /** Resolves when nothing is due and nothing is under way. */
  idle(): Promise<void>;
  /** Begins nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

export interface ReviewClockOptions {
  readonly database: Pick<Database, 'read'>;
  readonly now: () => Instant;
  readonly log: (problem: string, error: unknown) => void;
  readonly work: readonly DueWork[];
}

/** Whatever else changes, nothing becomes due by it. */
const wakingTopics: readonly Topic[] = ['tasks', 'requests', 'directory', 'applications', 'rules', 'bulk'];

/** Clocks are set and machines sleep: never trust a timer for longer than this. It also keeps below what a timer can hold. */
const longestSleep = 30_000;
const pauseAfterFault = 5_000;
/** A burst of commits is looked at once. */
const burstMilliseconds = 50;

export function createReviewClock(options: ReviewClockOptions): ReviewClock {
  const keepers = options.work.map((work) => createKeeper(work, options));
  return {
    wake: () => keepers.forEach((keeper) => keeper.wake()),
    idle: async () => void (await Promise.all(keepers.map((keeper) => keeper.idle()))),
    stop: async () => void (await Promise.all(keepers.map((keeper) => keeper.stop()))),
  };
}

/** Whether a change of these topics can make something due. */
export function wakesClock(topics: readonly Topic[]): boolean {
  return topics.some((topic) => wakingTopics.includes(topic));
}

/** One kind of work and its timer. */
function createKeeper(work: DueWork, { database, now, log }: ReviewClockOptions): ReviewClock {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  let stopped = false;
  let idleWaiters: (() => void)[] = [];

  return {
    wake() {
      if (looking === null) lookIn(burstMilliseconds);
      else lookAgain = true;
    },
    idle() {
      return new Promise((resolve) => {
        idleWaiters.push(resolve);
        if (looking === null) look();
        else lookAgain = true;
      });
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      for (const resolve of idleWaiters.splice(0)) resolve();
    },
  };

  function lookIn(milliseconds: number): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(look, milliseconds);
    timer.unref();
  }

  function look(): void {
    if (stopped || looking !== null) return;
    clearTimeout(timer);
    // Whoever asked before this look began is answered by it; whoever asks meanwhile, by the next one.
    const waiters = idleWaiters;
    idleWaiters = [];
    looking = doWhatIsDue()
      .catch((error: unknown) => {
        log(`${work.name}: what was due could not be done (${messageOf(error)}); it is tried again soon`, error);
        return pauseAfterFault;
      })
      .then((sleep) => {
        looking = null;
        for (const resolve of waiters) resolve();
        if (idleWaiters.length > 0) look();
        else lookIn(lookAgain ? burstMilliseconds : sleep);
        lookAgain = false;
      });
  }

  /** Answers with the milliseconds until it has to be looked at again. */
  async function doWhatIsDue(): Promise<number> {
    const waiting = await untilNext();
    if (waiting > 0 || stopped) return Math.min(longestSleep, waiting);
    await work.run(now());
    const next = await untilNext();
    // Still due after its turn: somebody else has it in hand, or it cannot be done yet. Not in a loop without pause.
    return next > 0 ? Math.min(longestSleep, next) : pauseAfterFault;
  }

  async function untilNext(): Promise<number> {
    const moment = now();
    const dueAt = await work.nextDueAt(database.read, moment);
    return dueAt === null ? longestSleep : epochMilliseconds(dueAt) - epochMilliseconds(moment);
  }
}
