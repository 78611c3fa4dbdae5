/**
 * Keeps what is on screen true: listens to the engine's notices of change and marks the queries they
 * touch as outdated. Missed notices (a gap in their numbers, a new connection) outdate everything.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { Change } from '#core/contract/index.ts';
import { client } from './client.ts';
import { connection, SessionRefusedError } from './connection.ts';
import { foldChanges, noChanges, type Outdated } from './outdated.ts';
import { keysOf } from './topic-keys.ts';

/** A burst of commits (a bulk decision, an import) becomes one round of questions. */
const gatherMilliseconds = 120;

/** Subscribes for as long as the window lives. */
export async function followChanges(queryClient: QueryClient): Promise<never> {
  const refresher = new Refresher(queryClient);
  let first = true;
  for (;;) {
    try {
      const changes = await client.live.changes();
      // Nothing was asked before the first subscription, so nothing can be outdated by it.
      if (!first) refresher.everything();
      first = false;
      refresher.restart();
      for await (const change of changes) refresher.notice(change);
    } catch (thrown) {
      if (thrown instanceof SessionRefusedError) return new Promise<never>(() => undefined);
    }
    // The stream ended or broke while the connection stands: do not spin on it.
    await new Promise((resolve) => {
      setTimeout(resolve, 250);
    });
    await connection.whenOpen().catch(() => undefined);
  }
}

class Refresher {
  #outdated: Outdated = noChanges;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #queryClient: QueryClient;

  constructor(queryClient: QueryClient) {
    this.#queryClient = queryClient;
  }

  /** A new subscription counts anew; its first notice only says where it starts. */
  restart(): void {
    this.#outdated = { ...this.#outdated, lastNumber: null };
  }

  notice(change: Change): void {
    this.#outdated = foldChanges(this.#outdated, change);
    this.#schedule();
  }

  everything(): void {
    this.#outdated = { ...this.#outdated, everything: true };
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const { everything, topics } = this.#outdated;
      this.#outdated = { ...noChanges, lastNumber: this.#outdated.lastNumber };
      if (everything) {
        void this.#queryClient.invalidateQueries();
        return;
      }
      const keys = new Map([...topics].flatMap(keysOf).map((key) => [JSON.stringify(key), key]));
      for (const queryKey of keys.values()) void this.#queryClient.invalidateQueries({ queryKey });
    }, gatherMilliseconds);
  }
}
