/**
 * From the start of an engine process to its first answer, on a workspace with 100,000 requests and on one
 * with a single request, beside a bare Node process that opens the same file and answers one query.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildProgram, builtProgram } from '#core/testing/build-program.ts';
import { measurementOf, median, type Benchmark } from './figure.ts';
import { buildWorkspace } from './large-workspace.ts';

/** Seconds of process time, all threads together. */
const secondsLimit = 1;
/** What 100,000 requests may add: nothing but noise. */
const growthLimit = 1.25;

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const program = 'engine-ready-child';
const built = join(root, 'dist', 'engine-of-benchmark');
const bare = `import D from 'better-sqlite3';
const row = new D(process.argv[1], { readonly: true }).prepare('select * from access_request order by number desc limit 1').get();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ answered: row === undefined ? 0 : 1, processSeconds: (user + system) / 1e6, wallSeconds: performance.now() / 1000 }));`;

interface Start {
  /** Requests in the answer. */
  readonly answered: number;
  readonly processSeconds: number;
  readonly wallSeconds: number;
}

export const engineReady: Benchmark = {
  name: 'engine-ready-100k',
  title: 'From the start of the engine process to its first answer, with 100,000 requests (3,000 in quick mode)',
  async run({ quick, directory }) {
    const rounds = quick ? 2 : 15;
    const requests = quick ? 3_000 : 100_000;
    const large = join(directory, 'large');
    const empty = join(directory, 'empty');
    await buildWorkspace(large, requests);
    await buildWorkspace(empty, 1);
    // As the engine's process is built that the shell starts.
    await buildProgram(join(import.meta.dirname, `${program}.ts`), built);
    const engine = builtProgram(program, built);
    const starts = { large: [] as Start[], empty: [] as Start[], bare: [] as Start[] };
    for (let round = 0; round <= rounds; round += 1) {
      const inTurn = {
        large: await start([engine, large]),
        empty: await start([engine, empty]),
        bare: await start(['--input-type=module', '--eval', bare, join(large, 'workspace.db')]),
      };
      // The first round fills the caches of the file system.
      if (round === 0) continue;
      for (const name of ['large', 'empty', 'bare'] as const) starts[name].push(inTurn[name]);
    }
    const processTime = (of: readonly Start[]) => median(of.map(({ processSeconds }) => processSeconds));
    const wall = (of: readonly Start[]) => `${median(of.map(({ wallSeconds }) => wallSeconds)).toFixed(2)} s`;
    return [
      measurementOf({
        name: 'engine-ready-100k',
        unit: 's',
        measured: processTime(starts.large),
        floor: processTime(starts.bare),
        limit: secondsLimit,
        limitOf: 'measured',
        notes: [
          `on the clock: ${wall(starts.large)}, with one request ${wall(starts.empty)}, bare Node ${wall(starts.bare)}`,
        ],
      }),
      measurementOf({
        name: 'engine-ready-growth',
        unit: 's',
        measured: processTime(starts.large),
        floor: processTime(starts.empty),
        ratio: median(
          starts.large.map(
            ({ processSeconds }, index) => processSeconds / (starts.empty[index]?.processSeconds ?? Number.NaN),
          ),
        ),
        limit: growthLimit,
        limitOf: 'ratio',
        notes: [`the floor is the same engine on a workspace with one request; ${rounds} starts of each, in turn`],
      }),
    ];
  },
};

async function start(parameters: readonly string[]): Promise<Start> {
  const { stdout } = await run(process.execPath, [...parameters], { cwd: root });
  const told = JSON.parse(stdout) as Start;
  if (told.answered === 0) throw new Error('A process answered without any request');
  return told;
}
