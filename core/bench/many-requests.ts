/**
 * A workspace of any size for the lists and the bulk decision, made by a dozen statements inside SQLite: the
 * spread is that of a real one, the history behind it is not. One reviewer holds a tenth of all tasks, one
 * person owns the application of three requests in ten, a request has one to five items, most have ended. Reviewers
 * were designated by settings that name nobody by now, so that each may still decide what was planned for them.
 */
import BetterSqlite3 from 'better-sqlite3';
import { join } from 'node:path';
import type { EmployeeId } from '#core/domain/ids.ts';
import { openReplayWorkspace } from '#core/cli/replay/replay-workspace.ts';
import { listStatements } from '#core/persistence/migrations/sqlite/0003-lists.ts';
import { openDatabase } from '#core/persistence/open-database.ts';

const employees = 5_000;
const applications = 40;
const entitlementsEach = 50;

export interface ManyRequests {
  readonly file: string;
  /** Sees everything. */
  readonly administrator: EmployeeId;
  /** Has a tenth of all tasks. */
  readonly reviewer: EmployeeId;
  /** Owns the application of three requests in ten. */
  readonly owner: EmployeeId;
  readonly applicationId: (index: number) => string;
  readonly entitlementId: (index: number) => string;
  readonly employeeId: (index: number) => string;
}

/** `open` is the share of requests that are in review, in percent. */
export async function buildManyRequests(
  directory: string,
  { requests, open }: { readonly requests: number; readonly open: number },
): Promise<ManyRequests> {
  const replay = await openReplayWorkspace(directory, 'Benchmark');
  await replay.workspace.close();
  const file = join(directory, 'workspace.db');
  const native = new BetterSqlite3(file);
  // Nobody needs a half-made one back: without a log everything is written once.
  native.pragma('journal_mode = OFF');
  native.pragma('locking_mode = EXCLUSIVE');
  native.pragma('synchronous = OFF');
  native.pragma('cache_size = -400000');
  native.pragma('threads = 2');
  native.pragma('analysis_limit = 1000');
  native.pragma('foreign_keys = OFF');
  native.pragma('temp_store = MEMORY');
  const later = withoutLists(native);
  for (const statement of [...directoryRows(), ...requestRows(requests, open)]) native.exec(statement);
  for (const statement of [...later, ...listStatements]) native.exec(statement);
  const { last } = native.prepare<[], { last: number }>('select max(sequence) as last from audit_event').get() ?? {
    last: 0,
  };
  native.exec(`insert into counter values ('request', ${requests}) on conflict (name) do update set value = ${requests};
    insert into counter values ('auditEvent', ${last}) on conflict (name) do update set value = ${last}; analyze;`);
  native.close();
  // Brings the log back.
  await (await openDatabase({ kind: 'sqlite', file })).close();
  const id = (kind: string) => (index: number) => idOf(kind, index);
  return {
    file,
    administrator: idOf('e', 0) as EmployeeId,
    reviewer: idOf('e', 1) as EmployeeId,
    owner: idOf('e', 2) as EmployeeId,
    applicationId: id('a'),
    entitlementId: id('b'),
    employeeId: id('e'),
  };
}

/** Takes the lists and the indexes of the large tables away; answers with the statements that bring the indexes back. */
function withoutLists(native: BetterSqlite3.Database): readonly string[] {
  const large = ['access_request', 'request_item', 'review_stage', 'review_task', 'decision', 'audit_event'];
  const all = native
    .prepare<[], { type: string; name: string; tbl_name: string; sql: string }>(
      'select type, name, tbl_name, sql from sqlite_master where sql is not null',
    )
    .all();
  const listed = (text: string) => text.includes('list_') || text.includes('request_item_entitlement_id_index');
  for (const { name } of all.filter((one) => one.type === 'trigger' && listed(one.sql)))
    native.exec(`drop trigger ${name}`);
  for (const { name } of all.filter(
    (one) => one.type === 'table' && /^list_(task|request|count|change|text)$/.test(one.name),
  ))
    native.exec(`drop table ${name}`);
  const indexes = all.filter((one) => one.type === 'index' && large.includes(one.tbl_name));
  for (const { name } of indexes) native.exec(`drop index ${name}`);
  return indexes.filter((one) => !listed(one.name)).map((one) => one.sql);
}

const kinds = { a: 'a', b: 'b', e: 'e', r: 1, i: 2, s: 3, t: 4, d: 5, v: 6 } as const;

function idOf(kind: string, index: number): string {
  const digit = kinds[kind as keyof typeof kinds];
  return `${index.toString(16).padStart(8, '0')}-0000-7000-8${digit}00-${index.toString(16).padStart(12, '0')}`;
}

function idSql(kind: keyof typeof kinds, number: string): string {
  return `printf('%08x-0000-7000-8${kinds[kind]}00-%012x', ${number}, ${number})`;
}

function series(name: string, from: number, to: number): string {
  return `with recursive ${name} (n) as (select ${from} union all select n + 1 from ${name} where n < ${to})`;
}

function directoryRows(): readonly string[] {
  const entitlements = applications * entitlementsEach;
  return [
    `insert into employee (id, work_email, full_name, department, job_title, manager_id, status, attributes, search_text)
       ${series('one', 0, employees - 1)}
       select ${idSql('e', 'n')}, 'person-' || n || '@bench.example', 'Person ' || n, 'Department ' || (n % 60),
         'Title ' || (n % 90), null, 'active', '{}', 'person ' || n || ' person-' || n || '@bench.example title ' || (n % 90)
       from one`,
    `insert into role_assignment values ('${idOf('e', 0)}', 'administrator')`,
    `insert into application (id, name, name_key, description, primary_owner_id, fulfillment, review_settings, version)
       ${series('one', 0, applications - 1)}
       select ${idSql('a', 'n')}, 'System ' || n, 'system ' || n, null, ${idSql('e', 'n + 2')}, 'connector',
         '{"approval":"review","reviewers":["designated"]}', 1 from one`,
    `insert into entitlement (id, application_id, external_id, name, kind, risk, status, search_text)
       ${series('one', 0, entitlements - 1)}
       select ${idSql('b', 'n')}, ${idSql('a', `n / ${entitlementsEach}`)}, 'thing-' || n, 'Thing ' || n, 'group',
         case when n % 10 = 0 then 'high' when n % 10 < 4 then 'medium' else 'low' end, 'active',
         'thing ' || n || ' group system ' || (n / ${entitlementsEach}) from one`,
  ];
}

function requestRows(requests: number, open: number): readonly string[] {
  const at = (seconds: string) => `strftime('%Y-%m-%dT%H:%M:%S.000Z', 1735689600 + ${seconds}, 'unixepoch')`;
  const isOpen = (n: string) => `((${n} * 37) % 100 < ${open})`;
  const denied = (n: string) => `((${n} * 37) % 100 >= 92)`;
  // Six places for items a request, of which one to five are taken.
  const items = 'r.n * 6 + k.k';
  const application = `case when r.n % 10 < 3 then 0 else 1 + (r.n * 7919) % ${applications - 1} end`;
  const entitlement = `(${application}) * ${entitlementsEach} + ((${items}) / 7 * 31 + (${items})) % ${entitlementsEach}`;
  const requester = `3 + (r.n * 7919) % ${employees - 3}`;
  const reviewer = `case when (${items}) * 7 % 10 = 0 then 1 else 3 + ((${items}) * 104729 + 1) % ${employees - 3} end`;
  const planOf = (person: string) =>
    `'{"mode":"review","applicationVersion":1,"levels":[{"level":1,"reviewers":["' || ${idSql('e', person)} || '"],"reviewerKind":"designated","needed":1,"fallbackReason":null}]}'`;
  const parts = `${series('r', 1, requests)}, k (k) as (values (0), (1), (2), (3), (4))
    select r.n as r, ${items} as i, ${application} as a, ${entitlement} as b, ${requester} as q, ${reviewer} as w
    from r join k on k.k < 1 + (r.n % 4 = 0) + 3 * (r.n % 10 = 0)`;
  return [
    `insert into access_request (id, number, requester_id, justification, ticket_reference, state, submitted_at, ended_at, version, search_text)
       ${series('r', 1, requests)}
       select ${idSql('r', 'n')}, n, ${idSql('e', requester.replaceAll('r.n', 'n'))},
         'For the on-call rotation of the next weeks.', null,
         case when ${isOpen('n')} then 'inReview' when ${denied('n')} then 'denied' else 'completed' end,
         ${at('n * 30')}, case when ${isOpen('n')} then null else ${at('n * 30 + 7200')} end, 1,
         n || ' person ' || (${requester.replaceAll('r.n', 'n')}) || ' person-' || (${requester.replaceAll('r.n', 'n')})
           || '@bench.example system ' || (${application.replaceAll('r.n', 'n')}) || ' thing group'
       from r`,
    `create temp table part as ${parts}`,
    `insert into request_item (id, request_id, action, beneficiary_id, application_id, entitlement_id, term, state, changed_in_version, plan, decided_at)
       select ${idSql('i', 'i')}, ${idSql('r', 'r')}, case when i % 12 = 0 then 'REVOKE' else 'GRANT' end, ${idSql('e', 'q')},
         ${idSql('a', 'a')}, ${idSql('b', 'b')}, '{"kind":"permanent"}',
         case when ${isOpen('r')} then 'inReview' when ${denied('r')} then 'denied' else 'fulfilled' end, 1,
         ${planOf('w')}, case when ${isOpen('r')} then null else ${at('r * 30 + 7200')} end from part`,
    `insert into review_stage (id, request_id, item_id, level, reviewer_kind, needed, state, opened_at, ended_at)
       select ${idSql('s', 'i')}, ${idSql('r', 'r')}, ${idSql('i', 'i')}, 1, 'designated', 1,
         case when ${isOpen('r')} then 'open' when ${denied('r')} then 'denied' else 'approved' end,
         ${at('r * 30')}, case when ${isOpen('r')} then null else ${at('r * 30 + 7200')} end from part`,
    `insert into review_task (id, request_id, item_id, stage_id, reviewer_id, state, opened_at, ended_at)
       select ${idSql('t', 'i')}, ${idSql('r', 'r')}, ${idSql('i', 'i')}, ${idSql('s', 'i')}, ${idSql('e', 'w')},
         case when ${isOpen('r')} then 'open' when ${denied('r')} then 'denied' else 'approved' end,
         ${at('r * 30')}, case when ${isOpen('r')} then null else ${at('r * 30 + 7200')} end from part`,
    `insert into decision (id, request_id, item_id, stage_id, task_id, decider_id, automatic, verdict, reason, decided_at, command_id)
       select ${idSql('d', 'i')}, ${idSql('r', 'r')}, ${idSql('i', 'i')}, ${idSql('s', 'i')}, ${idSql('t', 'i')},
         ${idSql('e', 'w')}, null, case when ${denied('r')} then 'deny' else 'approve' end, null,
         ${at('r * 30 + 7200')}, ${idSql('d', 'i')} from part where not ${isOpen('r')}`,
    `insert into audit_event (sequence, id, type, request_id, item_id, actor_kind, actor_name, at, command_id, data, previous_hash, hash)
       ${series('r', 1, requests)}
       select n + (select max(sequence) from audit_event), ${idSql('v', 'n')}, 'request.submitted', ${idSql('r', 'n')}, null,
         'employee', ${idSql('e', requester.replaceAll('r.n', 'n'))}, ${at('n * 30')}, ${idSql('v', 'n')}, '{}', null,
         printf('%064x', n) from r`,
    `drop table part`,
  ];
}
