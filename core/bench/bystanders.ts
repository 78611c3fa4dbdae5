/** What others notice while something large runs: how long their queries take, and what memory it needs. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { measurementOf, percentile, spread, type Measurement } from './figure.ts';

/** Milliseconds between the questions. */
const every = 15;

export interface Asked {
  /** Milliseconds from when each question was due until it was answered. */
  readonly times: readonly number[];
  /** Milliseconds of process time in that. */
  readonly computed: readonly number[];
}

/** Asks one query after another, in turn, as long as `goesOn`. */
export async function askWhile(queries: readonly (() => Promise<unknown>)[], goesOn: () => boolean): Promise<Asked> {
  const times: number[] = [];
  const computed: number[] = [];
  for (let round = 0; goesOn(); round += 1) {
    const due = performance.now() + every;
    const from = process.cpuUsage();
    await pause(every);
    await queries[round % queries.length]?.();
    times.push(performance.now() - due);
    const { user, system } = process.cpuUsage(from);
    computed.push((user + system) / 1000);
  }
  return { times, computed };
}

export function forRounds(rounds: number): () => boolean {
  let asked = 0;
  return () => (asked += 1) <= rounds;
}

/** The p95 of other people's queries while it ran, with that of a quiet time as its floor. */
export function meanwhile(
  name: string,
  limit: number,
  { before, during }: { readonly before: Asked; readonly during: Asked },
): Measurement {
  return measurementOf({
    name: `${name}-meanwhile`,
    unit: 'ms',
    measured: percentile(during.times, 0.95),
    floor: percentile(before.times, 0.95),
    limit,
    limitOf: 'measured',
    notes: [
      `${during.times.length} other queries while it ran: ${spread(during.times)}; while nothing ran: ${spread(before.times)}`,
      `what this process computed from ${every} ms before each was due until it was answered: ${spread(during.computed)}; while nothing ran: ${spread(before.computed)}`,
    ],
  });
}

/** By how much memory grew at most. Its floor is the memory of the process before. */
export function memoryFigure(name: string, limit: number, { grown, before }: Grown): Measurement {
  return measurementOf({
    name: `${name}-memory`,
    unit: 'MB',
    measured: grown,
    floor: before,
    limit,
    limitOf: 'measured',
    notes: ['grown at most; the floor is what the process had before'],
  });
}

/** Megabytes. */
export interface Grown {
  readonly grown: number;
  readonly before: number;
}

/** Watches this process's memory from now on. */
export function watchMemory(): { stop(): Grown } {
  globalThis.gc?.();
  const before = ownMemory();
  let most = before;
  const look = () => (most = Math.max(most, ownMemory()));
  const sampler = setInterval(look, 20);
  return {
    stop() {
      clearInterval(sampler);
      look();
      return { grown: (most - before) / 1_000_000, before: before / 1_000_000 };
    },
  };
}

/** Bytes. Pages of the database file that are mapped into the process are the system's to take back, where it tells them apart. */
function ownMemory(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
