/** Pages of My tasks and of Access requests in a workspace of 1,000,000 requests, beside the same statements alone. */
import BetterSqlite3 from 'better-sqlite3';
import { rmSync } from 'node:fs';
import type { TaskFilter } from '#core/domain/bulk-decision.ts';
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import { finalRequestStates } from '#core/domain/request.ts';
import { openDatabase, type Database } from '#core/persistence/open-database.ts';
import { encodeCursor, cursorKind, keyParts } from '#core/queries/cursor.ts';
import { everywhere, listReader } from '#core/queries/list-tables.ts';
import { listMyTasks, type TaskListInput } from '#core/queries/my-tasks.ts';
import type { Place } from '#core/queries/request-places.ts';
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
/** The rows before page 1,000. */
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
    const from = performance.now();
    const workspace = await buildManyRequests(directory, { requests, open: 45 });
    const built = performance.now() - from;
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
            `${requests.toLocaleString('en')} requests, made in ${(built / 1000).toFixed(0)} s`,
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
  const deep = await deepTasks(database, reviewer, {});
  const deepOfOne = await deepTasks(database, reviewer, application);
  const inputs: Readonly<Record<string, TaskListInput>> = {
    'first page': base,
    [pageName(deep)]: { ...base, cursor: deep.cursor },
    'one application': { ...base, filter: application },
    [`one application, ${pageName(deepOfOne)}`]: { ...base, filter: application, cursor: deepOfOne.cursor },
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

/** A page deep in a list: where the page before it ended. */
interface DeepPage {
  readonly page: number;
  readonly cursor: string | null;
}

function pageName({ page }: DeepPage): string {
  return `page ${page.toLocaleString('en')}${page < 1_000 ? ', the last full one' : ''}`;
}

/** The last page that begins behind at most 49,950 of `count` rows, and is full. */
function deepest(count: number): number {
  return Math.max(0, Math.min(deepRow, Math.floor(count / pageSize - 1) * pageSize));
}

async function deepTasks(database: Database, reviewer: Viewer, filter: TaskFilter): Promise<DeepPage> {
  const found = await findTasks(database.read, {
    reviewerId: reviewer.id,
    part: 'open',
    filter,
    sort: 'waiting',
    after: null,
    limit: deepRow + pageSize,
  });
  const before = deepest(found.length);
  const last = found[before - 1];
  if (last === undefined) return { page: 1, cursor: null };
  const kind = cursorKind('tasks.open', z.tuple([keyParts.instant, keyParts.id]));
  return { page: before / pageSize + 1, cursor: encodeCursor(kind, [last.since, last.taskId]) };
}

async function deepRequests(database: Database, place: Place): Promise<DeepPage> {
  const rows = await listReader(database.read)
    .selectFrom('list_request')
    .select('number')
    .where('kind', '=', place.kind)
    .where('place_id', '=', place.id)
    .where('state', 'not in', finalRequestStates)
    .orderBy('number', 'desc')
    .limit(deepRow + pageSize)
    .execute();
  const before = deepest(rows.length);
  const last = rows[before - 1];
  if (last === undefined) return { page: 1, cursor: null };
  const kind = cursorKind('requests.newest', z.tuple([keyParts.number]));
  return { page: before / pageSize + 1, cursor: encodeCursor(kind, [last.number]) };
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
  const ofAll = await deepRequests(database, { kind: 'all', id: everywhere });
  const ofOwner = await deepRequests(database, { kind: 'visible', id: workspace.owner });
  const ofReviewer = await deepRequests(database, { kind: 'visible', id: workspace.reviewer });
  const { applicationId, employeeId } = workspace;
  const inputs: readonly (readonly [string, EmployeeId, RequestListInput])[] = [
    ['everything, first page', workspace.administrator, base],
    [`everything, ${pageName(ofAll)}`, workspace.administrator, { ...base, cursor: ofAll.cursor }],
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
    [`owner of 30 %, ${pageName(ofOwner)}`, workspace.owner, { ...base, cursor: ofOwner.cursor }],
    ['owner of 30 %, words', workspace.owner, { ...base, status: 'all', search: 'person-77@bench' }],
    ['reviewer of 10 %, first page', workspace.reviewer, base],
    [`reviewer of 10 %, ${pageName(ofReviewer)}`, workspace.reviewer, { ...base, cursor: ofReviewer.cursor }],
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
  size: string,
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
        `${size}; the slowest is “${worst.name}”`,
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
