/** What a benchmark hands back, and the little statistics that all of them share. */

/** One figure beside its floor, both measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 's' | 'MB';
  readonly measured: number;
  /** The same work done as barely as it can be done. */
  readonly floor: number;
  /** measured / floor */
  readonly ratio: number;
  readonly limit: number;
  /** The ratio, or for `limitOf: 'measured'` the figure itself, is within the limit. */
  readonly holds: boolean;
}

/** A figure with what the table tells besides. */
export interface Measurement extends Figure {
  readonly limitOf: 'ratio' | 'measured';
  /** Percentiles and circumstances, for people. */
  readonly notes: readonly string[];
}

export interface BenchmarkOptions {
  /** Fewer rounds: to prove that it runs, not to quote from. */
  readonly quick: boolean;
  /** A folder of this run, removed afterwards. On the disk whose speed counts. */
  readonly directory: string;
}

export interface Benchmark {
  readonly name: string;
  readonly title: string;
  run(options: BenchmarkOptions): Promise<readonly Measurement[]>;
}

export function measurementOf(
  parts: Pick<Measurement, 'name' | 'unit' | 'measured' | 'floor' | 'limit' | 'limitOf' | 'notes'> & {
    readonly ratio?: number;
  },
): Measurement {
  const ratio = parts.ratio ?? parts.measured / parts.floor;
  return { ...parts, ratio, holds: (parts.limitOf === 'ratio' ? ratio : parts.measured) <= parts.limit };
}

/** The value below which `share` (0 to 1) of them lie; the nearest one that was measured. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** `p50 1.23 ms, p95 4.56 ms` */
export function spread(milliseconds: readonly number[]): string {
  return `p50 ${percentile(milliseconds, 0.5).toFixed(2)} ms, p95 ${percentile(milliseconds, 0.95).toFixed(2)} ms`;
}
