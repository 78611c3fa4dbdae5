/**
 * From the start of the desktop program to the first paint with data, beside the same browser opening a bare page. The
 * program is the built one on the stand-in for Electron: what Electron itself takes to start is in neither.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { measurementOf, median, spread, type Benchmark } from './figure.ts';
import { unavailable } from './measure-all.ts';

/** What a person waits for without wondering, in milliseconds. */
const limit = 3_000;

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
/** A process of its own: nothing in core knows a shell. */
const measuring = fileURLToPath(new URL('../../e2e/support/first-paint.ts', import.meta.url));

interface Start {
  readonly painted: number;
  readonly shell: number;
  readonly engine: number;
}

export const shellFirstPaint: Benchmark = {
  name: 'shell-first-paint',
  title: 'From the start of the desktop program to the first paint with data',
  async run({ quick, directory }) {
    const rounds = quick ? 1 : 15;
    const { stdout } = await run(process.execPath, [measuring, directory, String(rounds)], { cwd: root });
    const told = JSON.parse(stdout) as
      | { readonly starts: readonly Start[]; readonly floors: readonly number[] }
      | { readonly lacks: string };
    if ('lacks' in told) throw unavailable(told.lacks);
    const { starts, floors } = told;
    const of = (part: keyof Start) => starts.map((start) => start[part]);
    const share = median(starts.map(({ engine, painted }) => engine / painted));
    const ms = (values: readonly number[]) => `${median(values).toFixed(0)} ms`;
    return [
      measurementOf({
        name: 'shell-first-paint',
        unit: 'ms',
        measured: median(of('painted')),
        floor: median(floors),
        limit,
        limitOf: 'measured',
        notes: [
          `the shell is up after ${ms(of('shell'))}, its engine ready ${ms(of('engine'))} later: ${(share * 100).toFixed(0)} % of the whole`,
          `${spread(of('painted'))}; ${rounds} starts on the sample organisation, with the browser running already`,
        ],
      }),
    ];
  },
};
