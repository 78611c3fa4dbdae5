/**
 * `npm test`: everything that decides whether a change is good, in one run, with one line of counts at
 * its end. `npm test -- layers unit` runs only the steps named.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareSystem } from './system-packages.ts';
import {
  type PlaywrightReport,
  type Results,
  nothing,
  namesOfPlaywright,
  resultOfCheck,
  resultOfPlaywright,
  resultOfVitest,
  sum,
  summaryLine,
  withoutSkips,
} from './test-results.ts';

const inCi = process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== 'false';
const reports = mkdtempSync(join(temporary(), 'gatehouse-'));
// Database servers of the tests run as somebody else, and their files lie below.
chmodSync(reports, 0o755);
const minute = 60_000;
/** Tests start Gatehouse some hundred times: what was compiled once is read by the next start. */
const settings = { NODE_COMPILE_CACHE: join(reports, 'compiled'), TMPDIR: reports };

/** Name as given on the command line -> what it does. In this order: the quick and telling ones first. */
const steps: Readonly<Record<string, () => Promise<Results>>> = {
  typecheck: () => check('typecheck'),
  lint: () => check('lint'),
  format: () => check('format:check'),
  layers: () => check('layers'),
  'dead-code': () => check('dead-code'),
  unit,
  build: () => check('build'),
  package: () => check('package:check'),
  e2e,
  bench: () => check('bench', ['--', '--quick']),
};

/** One core each, nothing written: the compiler works beside these. */
const besideTypecheck = ['lint', 'format', 'layers', 'dead-code'];

/** Tests commit some hundred thousand times: where there is memory enough for their files, no disk makes them wait. */
function temporary(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 6_000_000_000 ? memory : tmpdir();
}

async function check(script: string, parameters: readonly string[] = []): Promise<Results> {
  return resultOfCheck(script, await run(['npm', 'run', '--silent', script, ...parameters], 15 * minute));
}

async function unit(): Promise<Results> {
  const report = join(reports, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const exitCode = await run(['npx', 'vitest', 'run', ...reporters], 40 * minute, settings);
  return existsSync(report) ? resultOfVitest(read(report), exitCode) : resultOfCheck('vitest', exitCode ?? 1);
}

async function e2e(): Promise<Results> {
  const report = join(reports, 'playwright.json');
  const playwright = ['npx', 'playwright', 'test', '--config', 'e2e/playwright.config.ts'];
  const env = { ...settings, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const exitCode = await run([...playwright, '--reporter=list,json'], 40 * minute, env);
  if (!existsSync(report)) return resultOfCheck('playwright', exitCode ?? 1);
  const ran = resultOfPlaywright(read(report), exitCode);

  const list = join(reports, 'electron.json');
  const listEnv = { PLAYWRIGHT_JSON_OUTPUT_NAME: list, GATEHOUSE_LIST_ELECTRON: '1' };
  await run(
    [...playwright, '--list', '--project=electron', '--reporter=json', '--pass-with-no-tests'],
    minute,
    listEnv,
  );
  const wanted = existsSync(list) ? namesOfPlaywright(read<PlaywrightReport>(list)) : [];
  const known = new Set(namesOfPlaywright(read<PlaywrightReport>(report)));
  leftOut.push(...wanted.filter((name) => !known.has(name)));
  return ran;
}

/** Tests that need Electron's binary where it is not to be had: the one thing that may be left out in CI. */
const leftOut: string[] = [];

const running = new Set<number>();

/** Runs a command to its end, in a process group of its own. Null: it took too long and was ended. */
async function run(
  command: readonly string[],
  limit: number,
  env: Readonly<Record<string, string>> = {},
): Promise<number | null> {
  const [program = '', ...parameters] = command;
  const child = spawn(program, parameters, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    detached: process.platform !== 'win32',
  });
  if (child.pid === undefined) throw new Error(`${program} could not be started.`);
  running.add(child.pid);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(child.pid);
  }, limit);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  running.delete(child.pid);
  return late ? null : (code ?? 1);
}

function endGroup(id: number | undefined): void {
  if (id === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? id : -id, 'SIGTERM');
  } catch (error) {
    // It had ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function read<Report>(file: string): Report {
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

async function take(name: string): Promise<void> {
  const from = Date.now();
  console.log(`\n== ${name}`);
  const result = (await steps[name]?.()) ?? nothing;
  results.push(inCi ? withoutSkips(result) : result);
  console.log(`== ${name}: ${summaryLine(result)} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
}

async function takeAll(names: readonly string[]): Promise<void> {
  for (const name of names) await take(name);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const id of running) endGroup(id);
    rmSync(reports, { recursive: true, force: true });
    process.exit(1);
  });
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}. The steps are: ${Object.keys(steps).join(', ')}`);
  process.exit(2);
}

prepareSystem();
const results: Results[] = [];
const wanted = Object.keys(steps).filter((name) => asked.length === 0 || asked.includes(name));
const beside = wanted.includes('typecheck') ? besideTypecheck.filter((name) => wanted.includes(name)) : [];
for (const name of wanted) {
  if (beside.includes(name)) continue;
  await Promise.all([take(name), takeAll(name === 'typecheck' ? beside : [])]);
}
rmSync(reports, { recursive: true, force: true });

const judged = sum(results);
const total = sum([judged, { passed: 0, failed: [], skipped: leftOut }]);
console.log('');
for (const name of judged.skipped) console.log(`skipped  ${name}`);
if (leftOut.length > 0) {
  console.log("Electron's binary is not on this machine (ELECTRON_OVERRIDE_DIST_PATH names one). Left out for it:");
}
for (const name of leftOut) console.log(`skipped  ${name}`);
for (const name of total.failed) console.log(`FAILED   ${name}`);
console.log(summaryLine(total));
process.exitCode = total.failed.length === 0 ? 0 : 1;
