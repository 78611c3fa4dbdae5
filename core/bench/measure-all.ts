/** Runs benchmarks one after another, each in a folder of its own: one that cannot run takes nothing from the others. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatehouseError } from '#core/domain/errors.ts';
import type { Benchmark, Measurement } from './figure.ts';

/** A benchmark without figures. */
export interface NotMeasured {
  readonly name: string;
  /** `unavailable`: this machine lacks what it needs. `failed`: it broke, which is a fault of the benchmark or the product. */
  readonly why: 'unavailable' | 'failed';
  readonly error: unknown;
}

export interface Measured {
  readonly measurements: readonly Measurement[];
  readonly notMeasured: readonly NotMeasured[];
  readonly seconds: Readonly<Record<string, number>>;
}

/** What a benchmark throws where it cannot run. @param message what is missing, as a sentence. */
export function unavailable(message: string): GatehouseError {
  return new GatehouseError('bench.unavailable', message);
}

export async function measureAll(
  benchmarks: readonly Benchmark[],
  { quick, begins }: { readonly quick: boolean; readonly begins: (benchmark: Benchmark) => void },
): Promise<Measured> {
  const measurements: Measurement[] = [];
  const notMeasured: NotMeasured[] = [];
  const seconds: Record<string, number> = {};
  for (const benchmark of benchmarks) {
    begins(benchmark);
    const from = performance.now();
    try {
      measurements.push(...(await inFolder((directory) => benchmark.run({ quick, directory }))));
    } catch (error) {
      const lacks = error instanceof GatehouseError && error.code === 'bench.unavailable';
      notMeasured.push({ name: benchmark.name, why: lacks ? 'unavailable' : 'failed', error });
    }
    seconds[benchmark.name] = (performance.now() - from) / 1000;
  }
  return { measurements, notMeasured, seconds };
}

async function inFolder<Value>(work: (directory: string) => Promise<Value>): Promise<Value> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
