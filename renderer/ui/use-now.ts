/** One clock for all relative times on screen, so that they move together and cost one timer. */
import { useSyncExternalStore } from 'react';

const everyMilliseconds = 20_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, everyMilliseconds);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** Epoch milliseconds, refreshed every 20 seconds; not older than that when first read. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    if (timer === undefined && Date.now() - now > everyMilliseconds) now = Date.now();
    return now;
  });
}
