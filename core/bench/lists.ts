/** Pages of My tasks and of Access requests in a workspace of 1,000,000 requests, beside the same statements alone. */
import BetterSqlite3 from 'better-sqlite3';
import { rmSync } from 'node:fs';
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import { openDatabase, type Database } from '#core/persistence/open-database.ts';
import { encodeCursor, cursorKind, keyParts } from '#core/queries/cursor.ts';
import { listMyTasks, type TaskListInput } from '#core/queries/my-tasks.ts';
import { listRequests, type RequestListInput } from '#core/queries/requests-list.ts';
import { findTasks } from '#core/queries/task-filter.ts';
import { loadViewer, type Viewer } from '#core/queries/visibility.ts';
import { z } from 'zod';
import { measurementOf, percentile, spread, type Benchmark, type Measurement } from './figure.ts';
import { buildManyRequests, type ManyRequests } from './many-requests.ts';
import { recordReads } from './recorded-reads.ts';

/** Milliseconds a page may take, at p95. */
const limit = 16;
const pageSize = 50;
const deepRow = 999 * pageSize;

interface Case {
  readonly name: string;
  readonly list: 'tasks' | 'requests';
  run(): Promise<{ readonly rows: readonly unknown[] }>;
}

export const lists: Benchmark = {
  name: 'lists-1m',
  title: 'Lists in a workspace of 1,000,000 requests (20,000 in quick mode)',
  async run({ quick, directory }) {
    const requests = quick ? 20_000 : 1_000_000;
    const workspace = await buildManyRequests(directory, { requests, open: 45 });
    const database = await openDatabase({ kind: 'sqlite', file: workspace.file });
    try {
      const cases = await casesOf(database, workspace);
      const measurements: Measurement[] = [];
      for (const list of ['tasks', 'requests'] as const)
        measurements.push(
          await measure(
            database,
            workspace.file,
            list,
            cases.filter((one) => one.list === list),
            quick ? 20 : 60,
            requests,
          ),
        );
      return measurements;
    } finally {
      await database.close();
      rmSync(workspace.file, { force: true });
    }
  },
};

async function casesOf(database: Database, workspace: ManyRequests): Promise<readonly Case[]> {
  const viewers = new Map<EmployeeId, Viewer>();
  for (const id of [workspace.administrator, workspace.reviewer, workspace.owner]) {
    const viewer = await loadViewer(database.read, id);
    if (viewer !== null) viewers.set(id, viewer);
  }
  const viewer = (id: EmployeeId) => {
    const found = viewers.get(id);
    if (found === undefined) throw new Error('The benchmark has lost one of its people');
    return found;
  };
  return [
    ...(await taskCases(database, workspace, viewer(workspace.reviewer))),
    ...(await requestCases(database, workspace, viewer)),
  ];
}

async function taskCases(database: Database, workspace: ManyRequests, reviewer: Viewer): Promise<readonly Case[]> {
  const base: TaskListInput = { status: 'open', search: '', cursor: null, limit: pageSize };
  const application = { applicationIds: [workspace.applicationId(0) as ApplicationId] };
  const [last] = (
    await findTasks(database.read, {
      reviewerId: reviewer.id,
      part: 'open',
      filter: {},
      sort: 'waiting',
      after: null,
      limit: deepRow,
    })
  ).slice(-1);
  const deep =
    last === undefined
      ? null
      : encodeCursor(cursorKind('tasks.open', z.tuple([keyParts.instant, keyParts.id])), [last.since, last.taskId]);
  const inputs: Readonly<Record<string, TaskListInput>> = {
    'first page': base,
    'page 1,000': { ...base, cursor: deep },
    'one application': { ...base, filter: application },
    'one application, page 1,000': { ...base, filter: application, cursor: deep },
    'one application, highest risk first': { ...base, filter: application, sort: 'risk' },
    'due soonest, high risk': { ...base, filter: { risks: ['high'] }, sort: 'due' },
    'words that few have': { ...base, search: 'person-77@bench' },
    'words that many have': { ...base, search: 'system 0' },
    'removals, newest first': { ...base, filter: { actions: ['REVOKE'] }, sort: 'newest' },
    completed: { ...base, status: 'completed' },
    'completed, one application': { ...base, status: 'completed', filter: application },
  };
  return Object.entries(inputs).map(([name, input]) => ({
    name,
    list: 'tasks',
    run: () => listMyTasks(database.read, reviewer, input),
  }));
}

async function requestCases(
  database: Database,
  workspace: ManyRequests,
  viewer: (id: EmployeeId) => Viewer,
): Promise<readonly Case[]> {
  const base: RequestListInput = {
    scope: 'visible',
    status: 'open',
    search: '',
    applicationId: null,
    sort: 'newest',
    cursor: null,
    limit: pageSize,
  };
  const { last } = await database.read
    .selectFrom('access_request')
    .select((eb) => eb.fn.max<number>('number').as('last'))
    .executeTakeFirstOrThrow();
  const newest = cursorKind('requests.newest', z.tuple([keyParts.number]));
  const deep = encodeCursor(newest, [Math.max(2, last - deepRow * 2)]);
  const { applicationId, employeeId } = workspace;
  const inputs: readonly (readonly [string, EmployeeId, RequestListInput])[] = [
    ['everything, first page', workspace.administrator, base],
    ['everything, page 1,000', workspace.administrator, { ...base, cursor: deep }],
    ['everything, all states', workspace.administrator, { ...base, status: 'all' }],
    ['everything, last changed', workspace.administrator, { ...base, status: 'all', sort: 'changed' }],
    ['one application', workspace.administrator, { ...base, applicationId: applicationId(7) as ApplicationId }],
    [
      'one application and one requester',
      workspace.administrator,
      {
        ...base,
        status: 'all',
        applicationId: applicationId(7) as ApplicationId,
        requesterId: employeeId(77) as EmployeeId,
      },
    ],
    ['denied ones', workspace.administrator, { ...base, status: 'completed', states: ['denied'] }],
    ['words that few have', workspace.administrator, { ...base, status: 'all', search: 'person-77@bench' }],
    ['words that many have', workspace.administrator, { ...base, search: 'system' }],
    ['owner of 30 %, first page', workspace.owner, base],
    ['owner of 30 %, page 1,000', workspace.owner, { ...base, cursor: deep }],
    ['owner of 30 %, words', workspace.owner, { ...base, status: 'all', search: 'person-77@bench' }],
    ['reviewer of 10 %, first page', workspace.reviewer, base],
    ['reviewer of 10 %, page 1,000', workspace.reviewer, { ...base, cursor: deep }],
    [
      'reviewer of 10 %, one application',
      workspace.reviewer,
      { ...base, applicationId: applicationId(7) as ApplicationId },
    ],
    ['reviewer of 10 %, oldest first', workspace.reviewer, { ...base, status: 'all', sort: 'oldest' }],
    ['mine', workspace.reviewer, { ...base, scope: 'mine', status: 'all' }],
  ];
  return inputs.map(([name, who, input]) => ({
    name,
    list: 'requests',
    run: () => listRequests(database.read, viewer(who), input),
  }));
}

/** The worst of the cases counts; each is told. */
async function measure(
  database: Database,
  file: string,
  list: Case['list'],
  cases: readonly Case[],
  rounds: number,
  requests: number,
): Promise<Measurement> {
  const native = new BetterSqlite3(file, { readonly: true });
  native.pragma('cache_size = -65536');
  native.pragma('mmap_size = 268435456');
  try {
    const measured: {
      readonly name: string;
      readonly rows: number;
      readonly times: number[];
      readonly floor: number[];
    }[] = [];
    for (const one of cases) {
      const recorder = recordReads(file);
      const { rows } = await one.run();
      const statements = recorder.stop();
      const prepared = statements.map(({ sql, parameters }) => ({ statement: native.prepare(sql), parameters }));
      const times: number[] = [];
      const floor: number[] = [];
      for (let round = 0; round < rounds + 5; round += 1) {
        const from = performance.now();
        await one.run();
        const between = performance.now();
        for (const { statement, parameters } of prepared) statement.all(...parameters);
        const after = performance.now();
        if (round < 5) continue;
        times.push(between - from);
        floor.push(after - between);
      }
      measured.push({ name: one.name, rows: rows.length, times, floor });
    }
    const worst = measured.toSorted((one, other) => percentile(other.times, 0.95) - percentile(one.times, 0.95))[0];
    if (worst === undefined) throw new Error('There is nothing to measure');
    return measurementOf({
      name: `lists-1m-${list}`,
      unit: 'ms',
      measured: percentile(worst.times, 0.95),
      floor: percentile(worst.floor, 0.95),
      limit,
      limitOf: 'measured',
      notes: [
        `${requests.toLocaleString('en')} requests; the slowest is “${worst.name}”`,
        ...measured.map(
          ({ name, rows, times, floor }) =>
            `${name} (${rows} rows): ${spread(times)}, its statements alone ${spread(floor)}`,
        ),
      ],
    });
  } finally {
    native.close();
  }
}
