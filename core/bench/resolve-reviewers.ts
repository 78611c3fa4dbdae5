/**
 * Resolving the reviewers of a request of 200 people x 20 entitlements as its preview and its submission do: facts,
 * policies, conflicts of duty and the plan of every line, beside the same statements read alone.
 */
import BetterSqlite3 from 'better-sqlite3';
import { loadItemFacts } from '#core/commands/item-facts.ts';
import { wallClock } from '#core/commands/execute.ts';
import type { EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import { checkItem, type ItemDraft } from '#core/engine/check-item.ts';
import { openDatabase, type Database } from '#core/persistence/open-database.ts';
import { previewLines } from '#core/queries/preview.ts';
import { measurementOf, percentile, spread, type Benchmark } from './figure.ts';
import { buildManyRequests, type ManyRequests } from './many-requests.ts';
import { recordReads } from './recorded-reads.ts';

/** Milliseconds, at p95. */
const limit = 200;
const people = 200;
const things = 20;

export const resolveReviewers: Benchmark = {
  name: 'resolve-reviewers',
  title: `Resolve the reviewers of ${people} people x ${things} entitlements`,
  async run({ quick, directory }) {
    const workspace = await buildManyRequests(directory, { requests: 20_000, open: 45 });
    addRules(workspace);
    const database = await openDatabase({ kind: 'sqlite', file: workspace.file });
    const native = new BetterSqlite3(workspace.file, { readonly: true });
    native.pragma('cache_size = -65536');
    native.pragma('mmap_size = 268435456');
    try {
      const drafts = draftsOf(workspace);
      const recorder = recordReads(workspace.file);
      const first = await resolve(database, workspace, drafts);
      const statements = recorder.stop();
      const prepared = statements.map(({ sql, parameters }) => ({ statement: native.prepare(sql), parameters }));
      const wall: number[] = [];
      const computing: number[] = [];
      const floor: number[] = [];
      const previews: number[] = [];
      const rounds = quick ? 5 : 40;
      for (let round = 0; round < rounds + 5; round += 1) {
        const cpu = process.cpuUsage();
        const from = performance.now();
        const found = await resolve(database, workspace, drafts);
        const between = performance.now();
        const { user, system } = process.cpuUsage(cpu);
        const floorFrom = performance.now();
        for (const { statement, parameters } of prepared) statement.all(...parameters);
        const after = performance.now();
        await previewLines(database.read, workspace.administrator, drafts, wallClock());
        const previewed = performance.now();
        if (JSON.stringify(found) !== JSON.stringify(first))
          throw new Error('The same lines were resolved differently');
        // The first rounds fill caches and let the compiler finish.
        if (round < 5) continue;
        wall.push(between - from);
        computing.push((user + system) / 1000);
        floor.push(after - floorFrom);
        previews.push(previewed - after);
      }
      return [
        measurementOf({
          name: 'resolve-reviewers',
          unit: 'ms',
          measured: percentile(wall, 0.95),
          floor: percentile(floor, 0.95),
          limit,
          limitOf: 'measured',
          notes: [
            `${drafts.length.toLocaleString('en')} lines: ${spread(wall)}; processor time of the process ${spread(computing)}; its ${statements.length} statements alone ${spread(floor)}`,
            `the whole preview, with names, accounts and what is in conflict: ${spread(previews)}`,
            `${first.reviewed} lines reviewed by ${first.levels} levels, ${first.automatic} by a policy alone, ${first.conflicting} with duties in conflict`,
          ],
        }),
      ];
    } finally {
      native.close();
      await database.close();
    }
  },
};

interface Resolved {
  readonly reviewed: number;
  readonly levels: number;
  readonly automatic: number;
  readonly conflicting: number;
}

async function resolve(database: Database, workspace: ManyRequests, drafts: readonly ItemDraft[]): Promise<Resolved> {
  const requesterId = workspace.administrator;
  const now = wallClock();
  const lines = await loadItemFacts(database.read, drafts, requesterId);
  let [reviewed, levels, automatic, conflicting] = [0, 0, 0, 0];
  for (const [index, draft] of drafts.entries()) {
    const facts = lines.items[index];
    if (facts === undefined) throw new Error('Every line has its facts');
    const { plan } = checkItem(draft, facts, { ...lines, requesterId, now });
    if (plan === null) throw new Error('Every line of the benchmark has somebody to review it');
    if (plan.mode === 'auto') automatic += 1;
    else reviewed += 1;
    levels += plan.levels.length;
    if (plan.conflicts !== undefined) conflicting += 1;
  }
  return { reviewed, levels, automatic, conflicting };
}

/** Four applications with five entitlements each; people from all over the directory. */
function draftsOf({ employeeId, entitlementId }: ManyRequests): readonly ItemDraft[] {
  const beneficiaries = Array.from({ length: people }, (_, index) => employeeId(100 + index * 17) as EmployeeId);
  const entitlements = Array.from(
    { length: things },
    (_, index) => entitlementId(Math.floor(index / 5) * 50 + (index % 5)) as EntitlementId,
  );
  return beneficiaries.flatMap((beneficiaryId) =>
    entitlements.map((of): ItemDraft => ({
      action: 'GRANT',
      beneficiaryId,
      entitlementId: of,
      term: { kind: 'permanent' },
    })),
  );
}

/** Managers, accounts with grants, settings with levels and groups, twenty policies and ten rules about duties. */
function addRules({ file, entitlementId, employeeId, applicationId }: ManyRequests): void {
  const native = new BetterSqlite3(file);
  const id = (kind: string, index: number) =>
    `${kind.padStart(8, '0')}-0000-7000-8000-${String(index).padStart(12, '0')}`;
  const at = '2026-01-01T00:00:00.000Z';
  try {
    native.exec(`
      update employee set manager_id = (select boss.id from employee boss where boss.work_email =
        'person-' || (3 + abs(substr(employee.work_email, 8) * 31) % 400) || '@bench.example');
      insert into account (id, application_id, employee_id, external_id, username, username_key, kind, status)
        select 'account ' || e.rowid || ' ' || a.rowid, a.id, e.id, e.work_email, e.work_email, e.work_email, 'employee',
          'active' from employee e join application a on a.id in ('${[0, 1, 2, 3].map(applicationId).join("','")}');
      insert into access_grant (id, account_id, entitlement_id, origin, status, granted_at)
        select 'grant ' || c.rowid || ' ' || b.rowid, c.id, b.id, 'discovery', 'active', '${at}'
        from account c join entitlement b on b.application_id = c.application_id
        where (b.rowid * 7 + c.rowid) % 25 = 0;`);
    const group = id('7', 1);
    native
      .prepare(`insert into reviewer_group (id, name, name_key, version) values (?, 'Board', 'board', 1)`)
      .run(group);
    const member = native.prepare('insert into reviewer_group_member (group_id, employee_id) values (?, ?)');
    for (let index = 0; index < 12; index += 1) member.run(group, employeeId(4000 + index));
    const settings = {
      approval: 'review',
      reviewers: ['manager', 'applicationOwner', 'businessOwner', 'designated'],
      levels: 3,
      quorum: { kind: 'atLeast', count: 2 },
      designated: { employeeIds: [], groupIds: [group] },
      skipEarlierApprovers: true,
    };
    native.prepare('update application set review_settings = ?').run(JSON.stringify(settings));
    const policy = native.prepare(
      `insert into policy (id, name, position, state, version, conditions, effect) values (?, ?, ?, 'active', 1, ?, ?)`,
    );
    for (let index = 0; index < 20; index += 1) {
      const conditions = { departments: [`Department ${index}`, `Department ${index + 1}`], risks: ['low'] };
      const effect =
        index % 4 === 0
          ? { kind: 'autoApprove' }
          : { kind: 'route', route: { reviewers: ['applicationOwner', 'manager'], levels: 2 } };
      policy.run(id('8', index), `Policy ${index}`, index + 1, JSON.stringify(conditions), JSON.stringify(effect));
    }
    const rule = native.prepare(
      `insert into conflict_rule (id, name, effect, reviewer_kind, state, version) values (?, ?, ?, 'riskManager', 'active', 1)`,
    );
    const side = native.prepare(
      'insert into conflict_rule_entitlement (rule_id, side, entitlement_id) values (?, ?, ?)',
    );
    for (let index = 0; index < 10; index += 1) {
      rule.run(id('9', index), `Rule ${index}`, index % 2 === 0 ? 'warn' : 'requireLevel');
      side.run(id('9', index), 'left', entitlementId((index % 4) * 50 + (index % 5)));
      for (let against = 0; against < 5; against += 1)
        side.run(id('9', index), 'right', entitlementId(((index + 1) % 4) * 50 + 5 + against));
    }
    native.exec('analyze');
  } finally {
    native.close();
  }
}
