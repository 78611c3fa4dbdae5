import { describe, expect, it } from 'vitest';
import { topics as allTopics, type Topic } from '#core/domain/topics.ts';
import { changeStream } from './change-stream.ts';

function feedOf() {
  const listeners = new Set<(topics: readonly Topic[], number: number) => void>();
  let number = 0;
  return {
    listeners,
    get number() {
      return number;
    },
    publish(...topics: readonly Topic[]) {
      number += 1;
      for (const listener of listeners) listener(topics, number);
    },
    subscribe(listener: (topics: readonly Topic[], number: number) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

describe('a stream of changes', () => {
  it('begins with all topics and misses nothing that comes before the first is read', async () => {
    const feed = feedOf();
    feed.publish('tasks');
    const stream = changeStream(feed);
    feed.publish('requests');
    feed.publish('directory');
    expect((await stream.next()).value).toEqual({ topics: [...allTopics], number: 1 });
    expect((await stream.next()).value).toEqual({ topics: ['requests'], number: 2 });
    expect((await stream.next()).value).toEqual({ topics: ['directory'], number: 3 });
    const next = stream.next();
    feed.publish('tasks');
    expect((await next).value).toEqual({ topics: ['tasks'], number: 4 });
  });

  it('makes one notice with a gap of what a slow reader has not read', async () => {
    const feed = feedOf();
    const stream = changeStream(feed);
    await stream.next();
    for (let count = 0; count < 65; count += 1) feed.publish(count % 2 === 0 ? 'tasks' : 'requests');
    expect((await stream.next()).value).toEqual({ topics: ['tasks', 'requests'], number: 65 });
    feed.publish('workspace');
    expect((await stream.next()).value).toEqual({ topics: ['workspace'], number: 66 });
  });

  it.each(['abort', 'return'] as const)('stops listening on %s, also while it waits', async (how) => {
    const feed = feedOf();
    const leaving = new AbortController();
    const stream = changeStream(feed, leaving.signal);
    await stream.next();
    const waiting = stream.next();
    expect(feed.listeners.size).toBe(1);
    if (how === 'abort') leaving.abort();
    else await stream.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(feed.listeners.size).toBe(0);
    expect((await stream.next()).done).toBe(true);
  });

  it('listens to nothing for a window that has gone already', async () => {
    const feed = feedOf();
    const stream = changeStream(feed, AbortSignal.abort());
    expect((await stream.next()).done).toBe(true);
    expect(feed.listeners.size).toBe(0);
  });

  it('stops listening when a loop over it ends', async () => {
    const feed = feedOf();
    for await (const change of { [Symbol.asyncIterator]: () => changeStream(feed) }) {
      expect(change.number).toBe(0);
      break;
    }
    expect(feed.listeners.size).toBe(0);
  });
});
