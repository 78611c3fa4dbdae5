/** Employees: what a file says about people, their managers and roles, on both databases. */
import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { ImportReport } from '#core/contract/directory.contract.ts';
import { newId, type CommandId } from '#core/domain/ids.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { importDirectory } from './import-directory.ts';
import { allOf, bytesOf, imported as importedFile, importText, refused, type Options } from './import-testbed.ts';

function run(workspace: TestWorkspace, text: string, options: Options = {}) {
  return importText(workspace, 'employees', text, options);
}

function imported(workspace: TestWorkspace, text: string, options: Options = {}): Promise<ImportReport> {
  return importedFile(workspace, 'employees', text, options);
}

async function people(workspace: TestWorkspace) {
  return new Map((await allOf(workspace, 'employee')).map((row) => [row.workEmail, row]));
}

const balkan =
  'User ID,Full Name,First Name,Last Name,Work Email*,Department,Title,Start Date*,End Date,Employment Type,Organization,Manager,Manager Work Email,Source User ID,BalkanID Roles,Metadata Version,Metadata';

describeEachDatabase('importing employees', (open) => {
  it("reads BalkanID's columns, and keeps what it does not know as attributes", async () => {
    const workspace = await open();
    const report = await imported(
      workspace,
      `${balkan}\r\n7,Ada Lovelace,Ada,Lovelace,Ada@Example.com,Engineering,Engineer,2020-01-02,,Full time,Acme,Grace Hopper,grace@example.com,S7,"Reviewer, Risk Manager",1,{}\r\n8,Grace Hopper,,,grace@example.com,Engineering,Director,2019-01-01,2026-03-01,,,,,S8,Administrator,,\r\n`,
    );
    expect(report).toMatchObject({ read: 2, created: 2, changed: 0, rejected: 0, warnings: 0, applied: true });
    const stored = await people(workspace);
    const [ada, grace] = [stored.get('ada@example.com')!, stored.get('grace@example.com')!];
    expect(ada).toMatchObject({
      fullName: 'Ada Lovelace',
      firstName: 'Ada',
      jobTitle: 'Engineer',
      startDate: '2020-01-02',
      endDate: null,
      managerId: grace.id,
      sourceUserId: 'S7',
      status: 'active',
      attributes: { 'User ID': '7', 'Metadata Version': '1', Metadata: '{}' },
      searchText: 'ada lovelace ada@example.com engineer engineering',
    });
    expect(grace.status).toBe('left');
    const roles = await workspace.database.read.selectFrom('role_assignment').selectAll().orderBy('role').execute();
    expect(roles).toEqual([
      { employee_id: grace.id, role: 'administrator' },
      { employee_id: ada.id, role: 'riskManager' },
    ]);
  });

  it('reads the plain form in any case, with semicolons or tabs and a byte order mark', async () => {
    const workspace = await open();
    await imported(
      workspace,
      '\uFEFFwork_email;FULL NAME;job-title;"Team; or squad"\nada@example.com;"Lovelace; ""Ada""";Engineer;"a;b"\n',
    );
    await imported(workspace, 'email\tname\nbob@example.com\tBob, the second\n');
    const stored = await people(workspace);
    expect(stored.get('ada@example.com')).toMatchObject({
      fullName: 'Lovelace; "Ada"',
      jobTitle: 'Engineer',
      attributes: { 'Team; or squad': 'a;b' },
    });
    expect(stored.get('bob@example.com')!.fullName).toBe('Bob, the second');
  });

  it('changes nothing when a file is imported again, and leaves out what it has no column for', async () => {
    const workspace = await open();
    const file =
      'work_email,full_name,title,manager_email,zeta,alpha\na@example.com,A,Boss,,1,2\nb@example.com,B,,a@example.com,,3\n';
    await imported(workspace, file);
    const before = await people(workspace);
    expect(await imported(workspace, file)).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
    expect(await people(workspace)).toEqual(before);
    expect(await imported(workspace, 'work_email,full_name\nb@example.com,Bea\n')).toMatchObject({ changed: 1 });
    expect((await people(workspace)).get('b@example.com')).toMatchObject({
      fullName: 'Bea',
      managerId: before.get('a@example.com')!.id,
      attributes: { alpha: '3' },
    });
    expect(await imported(workspace, 'work_email,title\na@example.com,\n')).toMatchObject({ changed: 1 });
    expect((await people(workspace)).get('a@example.com')!.jobTitle).toBeNull();
  });

  it('finds managers in any order, in the file or the database, and names those nobody knows', async () => {
    const workspace = await open();
    await imported(workspace, 'work_email,full_name\nboss@example.com,Boss\n');
    const report = await imported(
      workspace,
      'work_email,manager_email\na@example.com,B@example.com\nb@example.com,boss@example.com\nc@example.com,ghost@example.com\n',
    );
    expect(report).toMatchObject({ created: 3, warnings: 1 });
    expect(report.problems).toEqual([
      {
        line: 4,
        column: 'manager_email',
        severity: 'warning',
        reason: expect.stringContaining('Nobody has this address'),
        value: 'ghost@example.com',
      },
    ]);
    const stored = await people(workspace);
    expect(stored.get('a@example.com')!.managerId).toBe(stored.get('b@example.com')!.id);
    expect(stored.get('b@example.com')!.managerId).toBe(stored.get('boss@example.com')!.id);
    expect(stored.get('c@example.com')!.managerId).toBeNull();
  });

  it('opens circles of managers at the row that closes them, also through the database', async () => {
    const workspace = await open();
    const file =
      'work_email,manager_email\na@example.com,b@example.com\nb@example.com,c@example.com\nc@example.com,a@example.com\nd@example.com,d@example.com\ne@example.com,a@example.com\n';
    const report = await imported(workspace, file);
    expect(report.problems.map(({ line, reason }) => [line, reason])).toEqual([
      [
        4,
        'This would make a circle of managers: c@example.com → a@example.com → b@example.com → c@example.com. The manager is left empty.',
      ],
      [5, 'This person would be their own manager; the manager is left empty.'],
    ]);
    const stored = await people(workspace);
    const manager = (email: string) =>
      [...stored.values()].find(({ id }) => id === stored.get(email)!.managerId)?.workEmail ?? null;
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => manager(`${name}@example.com`))).toEqual([
      'b@example.com',
      'c@example.com',
      null,
      null,
      'a@example.com',
    ]);
    expect(await imported(workspace, file)).toMatchObject({ unchanged: 5, changed: 0, warnings: 2 });
    const through = await imported(workspace, 'work_email,manager_email\nc@example.com,e@example.com\n');
    expect(through.problems[0]!.reason).toContain(
      'c@example.com → e@example.com → a@example.com → b@example.com → c@example.com',
    );
  });

  it('refuses a file with a bad row as a whole, and says every reason with line and column', async () => {
    const workspace = await open();
    const report = await refused(
      workspace,
      'employees',
      [
        'work_email,full_name,start_date,roles,notes',
        'good@example.com,Good,2020-01-01,,',
        'not an address,X,,,',
        'x@example.com,X,01/02/2020,,',
        'y@example.com,Y,2020-02-30,,',
        'z@example.com,Z,,Emperor,',
        'GOOD@example.com,Again,,,',
        'short@example.com,X',
        'long@example.com,X,,,,surplus',
        'bell@example.com,Bell\u0007,,,',
        ',Nobody,,,',
        '"multi@example.com","Line\nbreak",,,',
        `big@example.com,${'x'.repeat(1_000_000)},,,`,
      ].join('\n'),
    );
    expect(report.applied).toBe(false);
    expect(report).toMatchObject({ read: 12, rejected: 10, created: 0 });
    expect(report.problems.map(({ line, column, reason }) => `${line} ${column}: ${reason.slice(0, 36)}`)).toEqual([
      '3 work_email: This is not an e-mail address.',
      '4 start_date: Day and month cannot be told apart h',
      '5 start_date: There is no such day. Write YYYY-MM-',
      '6 roles: This is not one of: Reviewer, Risk M',
      '7 work_email: Line 2 has the same e-mail address.',
      '8 null: This row has 2 values, the header ha',
      '9 null: This row has 6 values, the header ha',
      '10 full_name: This value contains control characte',
      '11 work_email: This value is required.',
      // Line 12 goes on in line 13.
      '14 full_name: This value is too long: 1,000,000 ch',
    ]);
    expect(report.problems.at(-1)!.value!.length).toBeLessThan(300);
    expect(report.message).toContain('10 rows have a problem');
    expect((await people(workspace)).size).toBe(0);
    const facts = await workspace.database.read.selectFrom('audit_event').select('type').execute();
    expect(facts).toEqual([]);
  });

  it('takes the good rows when asked to, and hands back the others in a file that can be imported once corrected', async () => {
    const workspace = await open();
    const result = await run(
      workspace,
      'work_email,full_name,notes\na@example.com,A,ok\nbad,"=HYPERLINK(""http://evil"")",@x\nc@example.com,+C,-1\nd@example.com,Last,x,surplus\n',
      { mode: 'acceptGood' },
    );
    if (result.outcome === 'refused') throw new Error(result.refusal.message);
    expect(result.value.report).toMatchObject({ read: 4, created: 2, rejected: 2, applied: true });
    const text = readFileSync(result.value.rejects!, 'utf8');
    rmSync(dirname(result.value.rejects!), { recursive: true });
    expect(text).toBe(
      '\uFEFFwork_email,full_name,notes,Line,Column,Reason\r\n' +
        `bad,"'=HYPERLINK(""http://evil"")",'@x,3,work_email,This is not an e-mail address.\r\n` +
        'd@example.com,Last,x,5,,"This row has 4 values, the header has 3 columns. Left over: surplus"\r\n',
    );
    // Formulas are data: they are stored as they are.
    expect((await people(workspace)).get('c@example.com')).toMatchObject({
      fullName: '+C',
      attributes: { notes: '-1' },
    });
    expect(await imported(workspace, text.replace('\nbad,', '\nb@example.com,'))).toMatchObject({
      created: 2,
      rejected: 0,
      warnings: 0,
    });
    expect((await people(workspace)).get('b@example.com')).toMatchObject({
      fullName: '=HYPERLINK("http://evil")',
      attributes: { notes: '@x' },
    });
  });

  it('takes a file as the console hands it over, and answers with the rejected rows as a file', async () => {
    const { execute, database, clock } = await open();
    const remove = vi.fn<() => Promise<void>>(async () => undefined);
    const file = { name: 'people.csv', read: bytesOf('work_email,full_name\na@example.com,A\nbad,B\n'), remove };
    const input = { kind: 'employees', mode: 'acceptGood', applicationId: null, file } as const;
    const issued = { commandId: newId<CommandId>(), actor: { kind: 'system', part: 'import' } } as const;
    const result = await importDirectory({ execute, database, now: clock.now }, { ...input, ...issued });
    if (result.outcome === 'refused') throw new Error(result.refusal.message);
    expect(result.value.report).toMatchObject({ created: 1, rejected: 1 });
    expect(remove).toHaveBeenCalledOnce();
    expect(await result.value.rejects!.text()).toContain('bad,B,3,work_email,This is not an e-mail address.');
  });

  it('writes one fact for the trail, and answers a repeated command with its first report', async () => {
    const workspace = await open();
    const options = { commandId: newId<CommandId>() };
    const file = 'work_email,roles\na@example.com,Administrator\n';
    const first = await imported(workspace, file, options);
    expect(await imported(workspace, file, options)).toEqual(first);
    const facts = await workspace.database.read.selectFrom('audit_event').select(['type', 'data']).execute();
    expect(facts).toHaveLength(1);
    const id = (await people(workspace)).get('a@example.com')!.id;
    expect(JSON.parse(facts[0]!.data)).toMatchObject({
      kind: 'employees',
      fileName: 'people.csv',
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      counts: { read: 1, created: 1, changed: 0, unchanged: 0, rejected: 0, warnings: 0 },
      rolesGiven: [{ employeeId: id, role: 'administrator' }],
    });
    expect(workspace.committed).toEqual([['directory', 'applications']]);
  });

  it('is for administrators, and never leaves a workspace without one', async () => {
    const workspace = await open();
    await imported(workspace, 'work_email,roles\nadmin@example.com,Administrator\nother@example.com,\n');
    const ids = await people(workspace);
    const actorOf = (email: string): Options => ({ actor: { kind: 'employee', employeeId: ids.get(email)!.id } });
    expect(await run(workspace, 'work_email\nx@example.com\n', actorOf('other@example.com'))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await imported(workspace, 'work_email\nx@example.com\n', actorOf('admin@example.com'))).toMatchObject({
      created: 1,
    });
    const report = await refused(workspace, 'employees', 'work_email,end_date\nadmin@example.com,2020-01-01\n');
    expect(report.message).toContain('administrator');
    expect((await people(workspace)).get('admin@example.com')!.status).toBe('active');
    expect(await imported(workspace, 'work_email,roles\nadmin@example.com,Reviewer\n')).toMatchObject({ unchanged: 1 });
  });

  it('leaves nothing behind when reading fails in the middle, or the file changes between the readings', async () => {
    const workspace = await open();
    const rows = Array.from({ length: 3000 }, (_, index) => `p${index}@example.com,Person ${index}\n`).join('');
    const file = Buffer.from(`work_email,full_name\n${rows}`);
    let readings = 0;
    const failing = async function* () {
      readings += 1;
      yield file.subarray(0, 60_000);
      if (readings === 2) throw new Error('The disk went away');
      yield file.subarray(60_000);
    };
    await expect(run(workspace, '', { read: failing })).rejects.toThrow('The disk went away');
    expect(readings).toBe(2);
    expect((await people(workspace)).size).toBe(0);
    readings = 0;
    const changing = async function* () {
      readings += 1;
      yield readings === 1 ? file : Buffer.from(file.toString().replace('Person 7\n', 'Someone else\n'));
    };
    expect(await run(workspace, '', { read: changing })).toMatchObject({ outcome: 'refused' });
    expect((await people(workspace)).size).toBe(0);
    expect(await workspace.database.read.selectFrom('audit_event').selectAll().execute()).toEqual([]);
    expect(await imported(workspace, file.toString())).toMatchObject({ created: 3000 });
  });
});
