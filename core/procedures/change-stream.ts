/** The notices of change as one window reads them: at its own pace, without holding up the engine or piling up. */
import { AsyncIteratorClass } from '@orpc/server';
import type { Change } from '#core/contract/index.ts';
import { topics as allTopics, type Topic } from '#core/domain/topics.ts';
import type { ChangeFeed } from '#core/workspace.ts';

/**
 * More notices than this wait for nobody: they become one, whose number leaves a gap, and the window asks
 * for everything anew.
 */
const mostWaiting = 64;

/**
 * One notice of all topics at once, then one for every commit. Ends, and stops listening, when `signal`
 * aborts or the reader returns, also while it waits.
 */
export function changeStream(
  feed: Pick<ChangeFeed, 'number' | 'subscribe'>,
  signal?: AbortSignal,
): AsyncIteratorObject<Change, undefined, void> {
  const waiting: Change[] = [{ topics: [...allTopics], number: feed.number }];
  let ended = false;
  let wake = () => {};
  const unsubscribe = feed.subscribe((topics, number) => {
    waiting.push({ topics: [...topics], number });
    if (waiting.length > mostWaiting) waiting.splice(0, waiting.length, merged(waiting, number));
    wake();
  });
  const end = () => {
    ended = true;
    unsubscribe();
    signal?.removeEventListener('abort', end);
    wake();
  };
  signal?.addEventListener('abort', end);
  if (signal?.aborted === true) end();
  return new AsyncIteratorClass<Change, undefined, void>(
    async () => {
      while (!ended) {
        const change = waiting.shift();
        if (change !== undefined) return { done: false, value: change };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return { done: true, value: undefined };
    },
    async () => end(),
  );
}

function merged(changes: readonly Change[], number: number): Change {
  return { topics: [...new Set<Topic>(changes.flatMap((change) => change.topics))], number };
}
