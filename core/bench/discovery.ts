/**
 * Discovering 100,000 accounts and 500,000 grants from a SCIM service on this machine, beside reading the same
 * pages with bare fetch and inserting the same rows in batches with bare better-sqlite3. Then all of it once more,
 * while somebody asks for their lists.
 */
import { join } from 'node:path';
import { openReplayWorkspace, prepare, type ReplayWorkspace } from '#core/cli/replay/replay-workspace.ts';
import {
  newId,
  type AccountId,
  type CommandId,
  type EmployeeId,
  type EntitlementId,
  type GrantId,
} from '#core/domain/ids.ts';
import { listMyTasks } from '#core/queries/my-tasks.ts';
import { listRequests } from '#core/queries/requests-list.ts';
import { loadViewer } from '#core/queries/visibility.ts';
import { startScriptedProxy } from '#core/testing/scripted-proxy.ts';
import { askWhile, forRounds, meanwhile, memoryFigure, watchMemory } from './bystanders.ts';
import { startChild } from './child.ts';
import { measurementOf, type Benchmark } from './figure.ts';
import { copyDatabase, openBareWriter, rowsOfFile } from './recorded-writes.ts';

const limits = { ratio: 2, memoryMegabytes: 300, queryMilliseconds: 50 };
const membersEach = 500;

export const discovery: Benchmark = {
  name: 'discovery-100k',
  title: 'Discover 100,000 accounts and 500,000 grants (2,000 and 10,000 in quick mode)',
  async run({ quick, directory }) {
    const people = quick ? 2_000 : 100_000;
    const groups = quick ? 20 : 1_000;
    const { told: service, end } = await startChild<{ readonly baseUrl: string }>('directory-server-child.ts', [
      String(people),
      String(groups),
      String(membersEach),
    ]);
    try {
      const pages = await pagesOfDiscovery(join(directory, 'small'), service.baseUrl);
      const ours = join(directory, 'ours');
      const replay = await openReplayWorkspace(ours, 'Benchmark');
      const file = join(ours, 'workspace.db');
      const floorFile = join(directory, 'floor.db');
      let product = 0;
      let memory;
      let others;
      try {
        const asker = await somebody(replay);
        await connect(replay, service.baseUrl);
        copyDatabase(file, floorFile);
        const watch = watchMemory();
        product = await discover(replay);
        memory = watch.stop();
        others = await whileDiscovering(replay, asker);
      } finally {
        await replay.workspace.close();
      }
      const bare = await bareDiscovery(floorFile, service.baseUrl, pages, replay.applicationId);
      sameRows(rowsOfFile(file), rowsOfFile(floorFile));
      const rows = people + groups + groups * membersEach;
      return [
        measurementOf({
          name: 'discovery-100k',
          unit: 's',
          measured: product / 1000,
          floor: bare / 1000,
          limit: limits.ratio,
          limitOf: 'ratio',
          notes: [
            `${people.toLocaleString('en')} accounts, ${groups.toLocaleString('en')} groups and ${(groups * membersEach).toLocaleString('en')} grants: ${(rows / (product / 1000)).toFixed(0)} rows a second beside ${(rows / (bare / 1000)).toFixed(0)}; pages of ${pages.users} users and ${pages.groups} groups on both sides`,
          ],
        }),
        memoryFigure('discovery-100k', limits.memoryMegabytes, memory),
        meanwhile('discovery-100k', limits.queryMilliseconds, others),
      ];
    } finally {
      await end();
    }
  },
};

/** How many resources the product asks for at once. */
interface Pages {
  readonly users: number;
  readonly groups: number;
}

async function connect(replay: ReplayWorkspace, baseUrl: string): Promise<void> {
  const set = await replay.workspace.connectors.setConnection(
    {
      applicationId: replay.applicationId,
      connector: 'scim',
      configuration: { baseUrl, authentication: 'bearer' },
      secrets: { token: 'any' },
    },
    { actor: { kind: 'system', part: 'setup' }, commandId: newId<CommandId>() },
  );
  if (set.outcome === 'refused') throw new Error(set.refusal.message);
}

async function discover({ workspace, applicationId }: ReplayWorkspace): Promise<number> {
  const from = performance.now();
  const started = await workspace.discovery.start(applicationId, { kind: 'system', part: 'discovery' });
  if (started.outcome === 'refused') throw new Error(started.refusal.message);
  await workspace.discovery.idle();
  const time = performance.now() - from;
  const run = await workspace.database.read
    .selectFrom('sync_run')
    .select(['state', 'failure'])
    .where('id', '=', started.value.runId)
    .executeTakeFirstOrThrow();
  if (run.state !== 'completed') throw new Error(`The discovery ended as ${run.state}: ${run.failure ?? ''}`);
  return time;
}

/** Somebody who has lists of their own to look at. */
async function somebody(replay: ReplayWorkspace): Promise<EmployeeId> {
  const id = newId<EmployeeId>();
  const person = { department: null, jobTitle: null, managerId: null, attributes: {} };
  await prepare(replay, [{ id, workEmail: 'asker@bench.example', fullName: 'Asker', ...person }], []);
  return id;
}

/** How long their lists take while all of it is discovered once more: beside the one that is timed they would slow it. */
async function whileDiscovering(replay: ReplayWorkspace, asker: EmployeeId) {
  const { database } = replay.workspace;
  const viewer = await loadViewer(database.read, asker);
  if (viewer === null) throw new Error('The benchmark has lost one of its people');
  const asked = { status: 'all', search: '', cursor: null, limit: 50 } as const;
  const queries = [
    () => listMyTasks(database.read, viewer, { ...asked, status: 'open' }),
    () => listRequests(database.read, viewer, { ...asked, scope: 'visible', applicationId: null, sort: 'newest' }),
  ];
  const before = await askWhile(queries, forRounds(60));
  let ended = false;
  const asking = askWhile(queries, () => !ended);
  await discover(replay);
  ended = true;
  return { before, during: await asking };
}

/** The pages that the product asks for, as a proxy sees them. */
async function pagesOfDiscovery(directory: string, baseUrl: string): Promise<Pages> {
  const { told: small, end } = await startChild<{ readonly baseUrl: string }>('directory-server-child.ts', [
    '5',
    '2',
    '3',
  ]);
  const proxy = await startScriptedProxy(small.baseUrl);
  const replay = await openReplayWorkspace(directory, 'Benchmark');
  try {
    await connect(replay, proxy.baseUrl);
    await discover(replay);
    const sizeOf = (endpoint: string) => {
      const seen = proxy.requests.find(({ path }) => path.startsWith(endpoint) && path.includes('count='));
      const count = Number(new URL(seen?.path ?? '', baseUrl).searchParams.get('count'));
      if (!(count > 0)) throw new Error(`The product asked for no page of ${endpoint}`);
      return count;
    };
    return { users: sizeOf('/Users'), groups: sizeOf('/Groups') };
  } finally {
    await replay.workspace.close();
    await proxy.close();
    await end();
  }
}

interface Listed {
  readonly id: string;
  readonly userName?: string;
  readonly displayName: string;
  readonly members?: readonly { readonly value: string }[];
}

/** Reads page after page and inserts what is on it, a transaction a page, into a copy of the same database. */
async function bareDiscovery(file: string, baseUrl: string, pages: Pages, applicationId: string): Promise<number> {
  const from = performance.now();
  const writer = openBareWriter(file);
  const now = Date.now();
  const accountIds = new Map<string, string>();
  const transaction = (sql: string, rows: readonly (readonly unknown[])[]) =>
    writer.write([
      { sql: 'begin immediate', parameters: [] },
      ...rows.map((parameters) => ({ sql, parameters })),
      { sql: 'commit', parameters: [] },
    ]);
  try {
    for await (const users of listed(baseUrl, '/Users', pages.users)) {
      const rows = users.map((user) => {
        const id = newId<AccountId>();
        accountIds.set(user.id, id);
        const name = user.userName ?? '';
        return [id, applicationId, 'employee', name, name, user.id, name, user.displayName, 'active'];
      });
      transaction(
        'insert into account (id, application_id, kind, username, username_key, external_id, email, display_name, status) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        rows,
      );
    }
    for await (const groups of listed(baseUrl, '/Groups', pages.groups)) {
      const entitlements = groups.map((group) => ({ group, id: newId<EntitlementId>() }));
      transaction(
        "insert into entitlement (id, application_id, external_id, name, kind, risk, status, search_text) values (?, ?, ?, ?, 'group', 'low', 'active', ?)",
        entitlements.map(({ group, id }) => [id, applicationId, group.id, group.displayName, group.displayName]),
      );
      transaction(
        "insert into access_grant (id, account_id, entitlement_id, origin, status, granted_at) values (?, ?, ?, 'discovery', 'active', ?)",
        entitlements.flatMap(({ group, id }) =>
          (group.members ?? []).map(({ value }) => [newId<GrantId>(), accountIds.get(value), id, now]),
        ),
      );
    }
  } finally {
    writer.close();
  }
  return performance.now() - from;
}

async function* listed(baseUrl: string, endpoint: string, count: number): AsyncGenerator<readonly Listed[]> {
  for (let start = 1; ; start += count) {
    const response = await fetch(`${baseUrl}${endpoint}?startIndex=${start}&count=${count}`);
    const page = (await response.json()) as { readonly totalResults: number; readonly Resources: readonly Listed[] };
    yield page.Resources;
    if (start + count > page.totalResults) return;
  }
}

/** The tables that a discovery fills must have as many rows on both sides. */
function sameRows(ours: Readonly<Record<string, number>>, floor: Readonly<Record<string, number>>): void {
  for (const table of ['account', 'entitlement', 'access_grant'])
    if (ours[table] !== floor[table])
      throw new Error(`The product has ${ours[table]} rows in ${table} and the floor ${floor[table]}`);
}
