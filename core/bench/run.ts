/**
 * `npm run bench [-- --json OUT] [--quick] [NAME…]`: measures the product beside its raw floor. What it
 * finds is told, never judged: the exit status is 0 whatever holds, and 1 when a benchmark broke.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runTool } from '#core/cli/arguments.ts';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';
import { approveToMembership } from './approve-to-membership.ts';
import { bulkDecision } from './bulk-decision.ts';
import { deliveries } from './deliveries.ts';
import { discovery } from './discovery.ts';
import { engineReady } from './engine-ready.ts';
import { expirations } from './expirations.ts';
import type { Benchmark, Figure, Measurement } from './figure.ts';
import { itemSqlite } from './item-sqlite.ts';
import { lists } from './lists.ts';
import { measureAll, type Measured } from './measure-all.ts';
import { resolveReviewers } from './resolve-reviewers.ts';
import { shellFirstPaint } from './shell-first-paint.ts';

const benchmarks: readonly Benchmark[] = [
  itemSqlite,
  approveToMembership,
  engineReady,
  shellFirstPaint,
  bulkDecision,
  lists,
  resolveReviewers,
  deliveries,
  discovery,
  expirations,
];

const help = `Usage: npm run bench -- [options] [NAME…]

  NAME        ${benchmarks.map((benchmark) => benchmark.name).join(', ')}; default: all of them
  --json OUT  write the figures to this file as JSON
  --quick     fewer rounds, under a minute in all
  --help      this text
`;

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    throw new GatehouseError(
      'arguments',
      `There is no benchmark called ${unknown.join(', ')}. There are ${benchmarks.map((benchmark) => benchmark.name).join(', ')}.`,
    );
  }
  const measured = await measureAll(
    benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    { quick: values.quick, begins: ({ title }) => void process.stderr.write(`${title}\n`) },
  );
  process.stdout.write(tableOf(measured.measurements));
  process.stdout.write(timesOf(measured));
  if (values.json !== undefined) write(values.json, measured.measurements);
  for (const { name, why, error } of measured.notMeasured) {
    process.stderr.write(
      why === 'failed' ? `${name} FAILED: ${stackOf(error)}\n` : `${name} was not measured: ${messageOf(error)}\n`,
    );
    if (why === 'failed') process.exitCode = 1;
  }
});

/** What broke is a bug, and shows where it happened. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** How long each took to make its workspace, warm up and measure; in CI all of it together has a minute. */
function timesOf({ seconds }: Measured): string {
  const whole = Object.values(seconds).reduce((total, each) => total + each, 0);
  const parts = Object.entries(seconds).map(([name, each]) => `${name} ${each.toFixed(1)}`);
  return `\nTook ${whole.toFixed(1)} s: ${parts.join(', ')}\n`;
}

function tableOf(measurements: readonly Measurement[]): string {
  const rows = [
    ['', 'measured', 'floor', 'ratio', 'limit', ''],
    ...measurements.map(({ name, unit, measured, floor, ratio, limit, limitOf, holds }) => [
      name,
      `${measured.toFixed(3)} ${unit}`,
      `${floor.toFixed(3)} ${unit}`,
      ratio.toFixed(2),
      limitOf === 'ratio' ? `${Number(limit.toFixed(2))}x` : `${limit} ${unit}`,
      holds ? 'holds' : 'DOES NOT HOLD',
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  const notes = measurements.flatMap(({ name, notes: told }) => told.map((note) => `  ${name}: ${note}`));
  return `\n${[...lines, '', ...notes].join('\n')}\n`;
}

function write(file: string, measurements: readonly Measurement[]): void {
  const figures: readonly Figure[] = measurements.map(({ name, unit, measured, floor, ratio, limit, holds }) => ({
    name,
    unit,
    measured,
    floor,
    ratio,
    limit,
    holds,
  }));
  try {
    writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  } catch (error) {
    throw new GatehouseError(
      'arguments',
      `The figures cannot be written to ${file}: ${messageOf(error)}.`,
      { file },
      error,
    );
  }
}
