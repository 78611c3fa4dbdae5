/** Large files, and a process that dies in the middle of one. They run in a process of their own. */
import BetterSqlite3 from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';

const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const people = 100_000;

/** Everybody's manager is the person at a tenth of their number; the file is in no helpful order. */
function writePeople(file: string): void {
  const lines = [
    'User ID,Full Name,First Name,Last Name,Work Email*,Department,Title,Start Date*,Manager Work Email,BalkanID Roles,Metadata',
  ];
  for (let number = people - 1; number >= 0; number -= 1) {
    const manager = number === 0 ? '' : `person${Math.floor(number / 10)}@example.com`;
    lines.push(
      `${number},"Person, ${number}",Person,Number ${number},Person${number}@example.com,Department ${number % 50},Title ${number % 300},2020-01-02,${manager},Reviewer,note ${number}`,
    );
  }
  writeFileSync(file, `${lines.join('\r\n')}\r\n`);
}

/** Garbage is collected when there is some, not when V8 has filled what the machine would allow; and a file kept whole would not fit. */
const smallHeap = ['--max-semi-space-size=16', '--max-old-space-size=96'];

/** Runs `body` in a fresh process, with the workspace in `database`. */
function inProcess(database: string, file: string, body: string): ChildProcess {
  const script = `
    import { createReadStream } from 'node:fs';
    import { setInterval as every } from 'node:timers';
    import { importCsv } from '#core/directory/import/import-directory.ts';
    import { createExecutor, wallClock } from '#core/commands/execute.ts';
    import { openDatabase } from '#core/persistence/open-database.ts';
    import { newId } from '#core/domain/ids.ts';
    const database = await openDatabase({ kind: 'sqlite', file: ${JSON.stringify(database)} });
    const execute = createExecutor({ database, now: wallClock, committed: () => {} });
    const run = (read, kind = 'employees') => importCsv({ execute, database, now: wallClock }, {
      kind, mode: 'allOrNothing', applicationId: null, fileName: kind + '.csv', read,
      commandId: newId(), actor: { kind: 'system', part: 'import' },
    });
    const before = process.memoryUsage.rss();
    let peak = before, turns = 0;
    const watch = every(() => {
      turns += 1;
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 5);
    const reportOf = (result) => result.outcome === 'done' ? result.value.report : result;
    const tell = (reports) => {
      clearInterval(watch);
      console.log(JSON.stringify({ reports, growth: (peak - before) / 1e6, turns }));
    };
    const file = ${JSON.stringify(file)};
    ${body}
    await database.close();`;
  const root = join(import.meta.dirname, '../../..');
  const child = spawn(process.execPath, [...smallHeap, '--input-type=module', '--eval', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-import-'));
  folders.push(folder);
  return folder;
}

interface Measured {
  readonly reports: readonly { readonly created: number; readonly unchanged: number; readonly warnings: number }[];
  readonly growth: number;
  readonly turns: number;
}

it(
  'takes 100,000 people in bounded memory, lets others have their turn, and changes nothing the second time',
  { timeout: 600_000 },
  async () => {
    const folder = freshFolder();
    const [file, database] = [join(folder, 'people.csv'), join(folder, 'workspace.db')];
    writePeople(file);
    const child = inProcess(
      database,
      file,
      `const reports = [];
    for (let time = 0; time < 2; time += 1) reports.push(reportOf(await run(() => createReadStream(file))));
    tell(reports);`,
    );
    const measured = JSON.parse(await text(child.stdout!)) as Measured;
    expect(measured.reports).toMatchObject([
      { read: people, created: people, rejected: 0, warnings: 0 },
      { read: people, created: 0, changed: 0, unchanged: people, warnings: 0 },
    ]);
    const stored = new BetterSqlite3(database, { readonly: true });
    const count = stored.prepare('select count(*) from employee').pluck().get();
    const led = stored
      .prepare('select count(*) from employee join employee as manager on manager.id = employee.manager_id')
      .pluck()
      .get();
    stored.close();
    expect([count, led]).toEqual([people, people - 1]);
    expect(measured.turns).toBeGreaterThan(50);
    // In MB, with SQLite's page cache of 64 in it.
    expect(measured.growth).toBeLessThan(150);
  },
);

const entitlements = 20_000;
const accounts = 20_000;
const grants = 100_000;

/** One file for each kind. Every account holds five entitlements, and no two rows of grants are the same. */
function writeAccess(folder: string): void {
  const write = (name: string, header: string, count: number, line: (number: number) => string) =>
    writeFileSync(
      join(folder, `${name}.csv`),
      `${[header, ...Array.from({ length: count }, (_, n) => line(n))].join('\n')}\n`,
    );
  write('applications', 'name', 2, (n) => `Application ${n}`);
  write(
    'entitlements',
    'application,name,entitlement_id,kind,risk,description',
    entitlements,
    (n) => `Application ${n % 2},Group ${n},g-${n},group,low,"What group ${n}, and nobody else, may do"`,
  );
  write(
    'accounts',
    'application,username,user_id,display_name',
    accounts,
    (n) => `Application ${n % 2},login-${n},u-${n},Login ${n}`,
  );
  write('grants', 'application,username,user_id,entitlement_id,entitlement,entitlement_kind', grants, (n) => {
    const [account, group] = [n % accounts, (n * 2 + Math.floor(n / accounts) * 2 + (n % 2)) % entitlements];
    return `Application ${account % 2},login-${account},u-${account},g-${group},Group ${group},group`;
  });
}

it(
  'takes 20,000 entitlements, 20,000 accounts and 100,000 grants in bounded memory, and changes nothing the second time',
  { timeout: 600_000 },
  async () => {
    const folder = freshFolder();
    writeAccess(folder);
    const database = join(folder, 'workspace.db');
    const child = inProcess(
      database,
      folder,
      `const reports = [];
    for (const kind of ['applications', 'entitlements', 'accounts', 'grants', 'entitlements', 'accounts', 'grants'])
      reports.push(reportOf(await run(() => createReadStream(file + '/' + kind + '.csv'), kind)));
    tell(reports);`,
    );
    const measured = JSON.parse(await text(child.stdout!)) as Measured;
    const twice = [entitlements, accounts, grants];
    expect(measured.reports.slice(1)).toMatchObject([
      ...twice.map((rows) => ({ read: rows, rejected: 0, warnings: 0, unchanged: 0 })),
      ...twice.map((rows) => ({ read: rows, rejected: 0, warnings: 0, unchanged: rows })),
    ]);
    const stored = new BetterSqlite3(database, { readonly: true });
    const counts = ['entitlement', 'account', 'access_grant'].map((table) =>
      stored.prepare(`select count(*) from ${table}`).pluck().get(),
    );
    stored.close();
    expect(counts).toEqual(twice);
    expect(measured.turns).toBeGreaterThan(50);
    expect(measured.growth).toBeLessThan(150);
  },
);

it(
  'leaves nothing of a file when the process is killed in the middle of writing it',
  { timeout: 120_000 },
  async () => {
    const folder = freshFolder();
    const [file, database] = [join(folder, 'people.csv'), join(folder, 'workspace.db')];
    writePeople(file);
    const child = inProcess(
      database,
      file,
      `let readings = 0;
    await run(async function* () {
      readings += 1;
      let pieces = 0;
      for await (const piece of createReadStream(file)) {
        yield piece;
        pieces += 1;
        if (readings === 2 && pieces === 100) {
          console.log('in the middle');
          await new Promise((resolve) => setTimeout(resolve, 60_000));
        }
      }
    });`,
    );
    await once(child.stdout!, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const stored = new BetterSqlite3(database);
    const counts = ['employee', 'audit_event', 'command_record'].map((table) =>
      stored.prepare(`select count(*) from ${table}`).pluck().get(),
    );
    stored.close();
    expect(counts).toEqual([0, 0, 0]);
  },
);
