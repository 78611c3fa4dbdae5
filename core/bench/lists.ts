/** Pages of My tasks and of Access requests in a workspace of 1,000,000 requests, beside the same statements alone. */
import BetterSqlite3 from 'better-sqlite3';
import { rmSync } from 'node:fs';
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import { openDatabase, type Database } from '#core/persistence/open-database.ts';
import { findMyTasks, listMyTasks, type TaskListInput } from '#core/queries/my-tasks.ts';
import { findRequests, listRequests, type RequestListInput } from '#core/queries/requests-list.ts';
import { loadViewer, type Viewer } from '#core/queries/visibility.ts';
import { measurementOf, percentile, spread, type Benchmark, type Measurement } from './figure.ts';
import { buildManyRequests, type ManyRequests } from './many-requests.ts';
import { recordReads } from './recorded-reads.ts';

/** Milliseconds a page may take, at p95. */
const limit = 16;
const pageSize = 50;

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
      const cases = await casesOf(database, workspace, quick ? 20 : 1_000);
      const measurements: Measurement[] = [];
      for (const list of ['tasks', 'requests'] as const)
        measurements.push(
          await measure(
            database,
            workspace.file,
            list,
            cases.filter((one) => one.list === list),
            quick ? 8 : 60,
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

async function casesOf(database: Database, workspace: ManyRequests, deepest: number): Promise<readonly Case[]> {
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
  const cases: Case[] = [];
  for (const asked of tasksAsked(database, workspace, viewer(workspace.reviewer)))
    cases.push(...(await pagesOf(asked, deepest)));
  for (const asked of requestsAsked(database, workspace, viewer)) cases.push(...(await pagesOf(asked, deepest)));
  return cases;
}

/** A list as it is asked for. */
interface Asked<Input> {
  readonly list: Case['list'];
  readonly name: string;
  readonly input: Input;
  readonly ask: (input: Input) => Promise<ListPage>;
  /** The same without what is shown of the rows. */
  readonly find: (input: Input) => Promise<ListPage>;
}

interface ListPage {
  readonly rows: readonly unknown[];
  readonly nextCursor: string | null;
}

function tasksAsked(database: Database, workspace: ManyRequests, reviewer: Viewer): readonly Asked<TaskListInput>[] {
  const base: TaskListInput = { status: 'open', search: '', cursor: null, limit: pageSize };
  const application = { applicationIds: [workspace.applicationId(0) as ApplicationId] };
  const inputs: Readonly<Record<string, TaskListInput>> = {
    'longest waiting': base,
    'one application': { ...base, filter: application },
    'one application, highest risk first': { ...base, filter: application, sort: 'risk' },
    'one application, due soonest': { ...base, filter: application, sort: 'due' },
    'due soonest, high risk': { ...base, filter: { risks: ['high'] }, sort: 'due' },
    'additions, highest risk first': { ...base, filter: { actions: ['GRANT'] }, sort: 'risk' },
    'additions, newest first': { ...base, filter: { actions: ['GRANT'] }, sort: 'newest' },
    'removals, newest first': { ...base, filter: { actions: ['REVOKE'] }, sort: 'newest' },
    'words that few have': { ...base, search: 'person-77@bench' },
    'words that many have': { ...base, search: 'system 0' },
    'words that many have, newest first': { ...base, search: 'system thing', sort: 'newest' },
    completed: { ...base, status: 'completed' },
    'completed, one application': { ...base, status: 'completed', filter: application },
    'completed, words that many have, oldest first': { ...base, status: 'completed', search: 'system', sort: 'oldest' },
  };
  return Object.entries(inputs).map(([name, input]) => ({
    list: 'tasks',
    name,
    input,
    ask: (page) => listMyTasks(database.read, reviewer, page),
    find: (page) => findMyTasks(database.read, reviewer, page),
  }));
}

function requestsAsked(
  database: Database,
  workspace: ManyRequests,
  viewer: (id: EmployeeId) => Viewer,
): readonly Asked<RequestListInput>[] {
  const base: RequestListInput = {
    scope: 'visible',
    status: 'open',
    search: '',
    applicationId: null,
    sort: 'newest',
    cursor: null,
    limit: pageSize,
  };
  const { administrator, owner, reviewer } = workspace;
  const one = { applicationId: workspace.applicationId(7) as ApplicationId };
  const large = { applicationId: workspace.applicationId(0) as ApplicationId };
  const requester = { requesterId: workspace.employeeId(77) as EmployeeId };
  const few = { search: 'person-77@bench' };
  const all = { status: 'all' } as const;
  const changed = { ...all, sort: 'changed' } as const;
  const oldest = { sort: 'oldest' } as const;
  const inputs: readonly (readonly [string, EmployeeId, Partial<RequestListInput>])[] = [
    ['everything', administrator, {}],
    ['everything, all states', administrator, all],
    ['everything, last changed', administrator, changed],
    ['one application', administrator, one],
    ['one large application, oldest first', administrator, { ...large, ...oldest }],
    ['one application, last changed', administrator, { ...one, ...changed }],
    ['one large application, last changed', administrator, { ...large, ...changed }],
    ['one application and one requester', administrator, { ...all, ...one, ...requester }],
    ['denied ones', administrator, { status: 'completed', states: ['denied'] }],
    ['denied ones, last changed', administrator, { ...changed, status: 'completed', states: ['denied'] }],
    ['words that few have', administrator, { ...all, ...few }],
    ['words that few have, last changed', administrator, { ...changed, ...few }],
    ['words that many have', administrator, { search: 'system' }],
    ['words that many have, oldest first', administrator, { search: 'system thing', ...oldest }],
    ['words that many have, last changed', administrator, { ...changed, search: 'system thing' }],
    ['one application, words that many have', administrator, { ...large, search: 'person thing' }],
    ['words that nothing has together', administrator, { ...all, search: 'person-77@bench person-78@bench' }],
    ['owner of 30 %', owner, {}],
    ['owner of 30 %, last changed', owner, changed],
    ['owner of 30 %, words', owner, { ...all, ...few }],
    ['reviewer of 10 %', reviewer, {}],
    ['reviewer of 10 %, one application', reviewer, one],
    ['reviewer of 10 %, oldest first', reviewer, { ...all, ...oldest }],
    ['reviewer of 10 %, last changed', reviewer, changed],
    ['mine', reviewer, { scope: 'mine', ...all }],
  ];
  return inputs.map(([name, who, input]) => ({
    list: 'requests',
    name,
    input: { ...base, ...input },
    ask: (page) => listRequests(database.read, viewer(who), page),
    find: async (page) => (await findRequests(database.read, viewer(who), page)).page,
  }));
}

/** The first page of a list, and its page 1,000 or, where it is shorter, the last full one. */
async function pagesOf<Input extends TaskListInput | RequestListInput>(
  { list, name, input, ask, find }: Asked<Input>,
  deepest: number,
): Promise<readonly Case[]> {
  const first = { list, name: `${name}, first page`, run: () => ask(input) };
  const before = (deepest - 1) * pageSize;
  const found = await find({ ...input, limit: before });
  const rest = found.nextCursor === null ? Math.floor(found.rows.length / pageSize - 1) * pageSize : before;
  if (rest <= 0) return [first];
  const cursor = rest === before ? found.nextCursor : (await find({ ...input, limit: rest })).nextCursor;
  const page = (rest / pageSize + 1).toLocaleString('en');
  const which = `page ${page}${rest === before ? '' : ', the last full one'}`;
  return [first, { list, name: `${name}, ${which}`, run: () => ask({ ...input, cursor }) }];
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
      readonly computed: number[];
      readonly floor: number[];
    }[] = [];
    for (const one of cases) {
      const recorder = recordReads(file);
      const { rows } = await one.run();
      const statements = recorder.stop();
      const prepared = statements.map(({ sql, parameters }) => ({ statement: native.prepare(sql), parameters }));
      const times: number[] = [];
      const computed: number[] = [];
      const floor: number[] = [];
      for (let round = 0; round < rounds + 5; round += 1) {
        const before = process.cpuUsage();
        const from = performance.now();
        await one.run();
        const between = performance.now();
        const { user, system } = process.cpuUsage(before);
        for (const { statement, parameters } of prepared) statement.all(...parameters);
        const after = performance.now();
        if (round < 5) continue;
        times.push(between - from);
        computed.push((user + system) / 1000);
        floor.push(after - between);
      }
      measured.push({ name: one.name, rows: rows.length, times, computed, floor });
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
          ({ name, rows, times, computed, floor }) =>
            `${name} (${rows} rows): ${spread(times)}, of processor time ${spread(computed)}; its statements alone ${spread(floor)}`,
        ),
      ],
    });
  } finally {
    native.close();
  }
}
