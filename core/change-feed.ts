/** Notices of change for everybody in this process, also of what other processes on the same database committed. */
import { topics, type Topic } from '#core/domain/topics.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { ChangeFeed } from '#core/workspace.ts';

/** How often the database is asked whether another process has committed, in milliseconds. The question costs microseconds. */
const pollMilliseconds = 250;

export interface WatchedChangeFeed extends ChangeFeed {
  close(): void;
}

export function createChangeFeed(database: Pick<Database, 'foreignChanges'>): WatchedChangeFeed {
  const listeners = new Set<(topics: readonly Topic[], number: number) => void>();
  let number = 0;
  const publish = (changed: readonly Topic[]) => {
    number += 1;
    for (const listener of listeners) listener(changed, number);
  };
  let seen = database.foreignChanges();
  const timer = setInterval(() => {
    const current = asked(database) ?? seen;
    if (current === seen) return;
    seen = current;
    // Another process does not say what it changed.
    publish(topics);
  }, pollMilliseconds);
  timer.unref();
  return {
    publish,
    get number() {
      return number;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}

/** Null as well while the database cannot say: its fault is met, and told, by whoever reads or writes. */
function asked(database: Pick<Database, 'foreignChanges'>): number | null {
  try {
    return database.foreignChanges();
  } catch {
    return null;
  }
}
