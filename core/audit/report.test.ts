import { parse } from 'csv-parse/sync';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { newId, type EmployeeId, type RequestId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { fromRow } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { AuditScenario } from './audit-scenario.ts';
import { requestReport } from './report.ts';

/** Of poppler-utils, which reads the PDF back. */
const pdftotext = '/usr/bin/pdftotext';
const generated = { at: instant('2026-03-03T09:30:00Z'), by: 'Tomás O’Neill' };
const justification = `Covers Åsa 张伟 🔑\u202Efdp.exe ${'unbroken'.repeat(60)}`;

async function eventful(open: OpenWorkspace) {
  const workspace = await open();
  const scenario = new AuditScenario(workspace);
  await scenario.fill();
  return { ...workspace, scenario, requestId: await scenario.eventful(justification) };
}

/** The text of a PDF, its white space evened out. */
function textOf(bytes: Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-report-'));
  const file = join(directory, 'report.pdf');
  writeFileSync(file, bytes);
  const text = execFileSync(pdftotext, ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 50_000_000 });
  rmSync(directory, { recursive: true });
  return text;
}

const evened = (text: string) => text.replaceAll(/\s+/g, ' ');
const csvOf = (bytes: Uint8Array): Record<string, string>[] => parse(bytes, { bom: true, columns: true });
const canReadPdf = existsSync(pdftotext);

describeEachDatabase('the report of a request', (open, dialect) => {
  it.skipIf(!canReadPdf)(
    'says as PDF who asked for what, who decided and why, what was seen, and the whole trail',
    async () => {
      const { database, requestId } = await eventful(open);
      const report = await requestReport(database.read, requestId, 'pdf', generated);
      expect(report).toMatchObject({ fileName: 'gatehouse-request-1.pdf', mediaType: 'application/pdf' });
      const text = evened(textOf(report.bytes));
      for (const words of [
        'Access request 1',
        'Åsa Öberg · asa@example.com',
        'INC-4711',
        'Ελένη Παπαδοπούλου',
        'Николай Петров',
        'Covers for Åsa until the audit ends',
        'Not needed for her role',
        'Held, as intended',
        'Not held, as intended',
        'Not read back',
        '3 minutes late',
        'https://wiki.example.com/scim/v2/Gro',
        'Added to the group in the payroll',
        'The trail is intact: 20 events',
        'Generated 2026-03-03 09:30:00 UTC by Tomás O’Neill',
        'Page 1 of 3',
        'What this report proves, and what it does not',
        'Only the trail is covered by hashes.',
      ]) {
        expect(text).toContain(words);
      }
      expect(text).not.toContain('do not agree');
      const hashes = await database.read
        .selectFrom('audit_event')
        .select('hash')
        .where('request_id', '=', requestId)
        .execute();
      for (const { hash } of hashes) expect(text).toContain(hash);
    },
  );

  it.skipIf(!canReadPdf)('shows what the font lacks, and what would mislead, as numbers', async () => {
    const { database, requestId } = await eventful(open);
    const text = evened(textOf((await requestReport(database.read, requestId, 'pdf', generated)).bytes));
    expect(text).toContain('[U+5F20][U+4F1F] (Zhang Wei)');
    expect(text).toContain('[U+1F511][U+202E]fdp.exe');
    expect(text.replaceAll(' ', '')).toContain('unbroken'.repeat(60));
    expect(text).toContain('written as their Unicode number');
  });

  it('is the same bytes for the same request at the same moment, and others for another', async () => {
    const { database, requestId } = await eventful(open);
    for (const format of ['pdf', 'csv'] as const) {
      const [one, two] = [
        await requestReport(database.read, requestId, format, generated),
        await requestReport(database.read, requestId, format, generated),
      ];
      expect(Buffer.compare(one.bytes, two.bytes)).toBe(0);
    }
    const later = await requestReport(database.read, requestId, 'csv', { ...generated, at: instant('2027-01-01') });
    expect(Buffer.compare(later.bytes, (await requestReport(database.read, requestId, 'csv', generated)).bytes)).toBe(
      0,
    );
  });

  it('has as CSV one line per event with flat columns', async () => {
    const { database, requestId } = await eventful(open);
    const report = await requestReport(database.read, requestId, 'csv', generated);
    expect(report.fileName).toBe('gatehouse-request-1.csv');
    expect(Array.from(report.bytes.subarray(0, 3))).toEqual([0xef, 0xbb, 0xbf]);
    const lines = csvOf(report.bytes);
    expect(lines).toHaveLength(20);
    expect(lines[1]).toMatchObject({
      Sequence: '2',
      'At (UTC)': '2026-03-02T08:00:00.000Z',
      Type: 'item.reviewStarted',
      Actor: 'Åsa Öberg',
      'Actor e-mail': 'asa@example.com',
      Item: '1',
      Beneficiary: 'Ελένη Παπαδοπούλου',
      Entitlement: 'Editors',
      Application: 'Wiki',
      'Previous hash': lines[0]!['Hash'],
    });
    expect(JSON.parse(lines[0]!['Data (JSON)']!)).toMatchObject({ number: 1, ticketReference: 'INC-4711' });
  });

  it('never gives a spreadsheet a formula', async () => {
    const workspace = await open();
    const scenario = new AuditScenario(workspace);
    await scenario.fill();
    const { asa, eleni } = scenario.people;
    await workspace.database.transaction(async (writer) => {
      await writer
        .updateTable('employee')
        .set({ full_name: '=HYPERLINK("https://evil.example","x")' })
        .where('id', '=', eleni)
        .execute();
      await writer.updateTable('entitlement').set({ name: '@SUM(1+1)|cmd' }).where('id', '=', scenario.chat).execute();
    });
    const requestId = await scenario.submit(asa, '+cmd', [[eleni, scenario.chat, { kind: 'permanent' }]]);
    const lines = csvOf((await requestReport(workspace.database.read, requestId, 'csv', generated)).bytes);
    const cells = lines.flatMap((line) => Object.values(line));
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    expect(cells).toContain('\'=HYPERLINK("https://evil.example","x")');
  });

  it.skipIf(!canReadPdf)('names the first event that was tampered with', async () => {
    const { database, requestId } = await eventful(open);
    await tamper(
      database,
      dialect,
      `update audit_event set data = replace(data, 'Not needed', 'Much needed') where type = 'review.denied'`,
    );
    const text = evened(textOf((await requestReport(database.read, requestId, 'pdf', generated)).bytes));
    expect(text).toContain('The trail is broken at event 9');
    expect(text).toContain('Event 9 is not what was recorded');
    expect(text).not.toContain('The trail is intact');
  });

  it.skipIf(!canReadPdf)('says where a record was changed behind the trail’s back', async () => {
    const { database, requestId } = await eventful(open);
    await tamper(database, dialect, `update decision set verdict = 'approve' where verdict = 'deny'`);
    await tamper(database, dialect, `update request_item set state = 'fulfilled' where state = 'denied'`);
    const text = evened(textOf((await requestReport(database.read, requestId, 'pdf', generated)).bytes));
    expect(text).toContain('The trail is intact');
    expect(text).toContain('The records do not agree with the trail in 3 places');
    expect(text).toContain('Item 3: a decision is recorded that the trail does not know.');
  });

  it('of a request that does not exist is refused', async () => {
    const { database } = await open();
    await expect(requestReport(database.read, newId<RequestId>(), 'pdf', generated)).rejects.toMatchObject({
      code: 'request.notFound',
    });
  });

  it.skipIf(!canReadPdf)(
    'holds a request of 200 items with its whole trail, and lets others work meanwhile',
    async () => {
      const workspace = await open();
      const scenario = new AuditScenario(workspace);
      await scenario.fill();
      const { database } = workspace;
      const requestId = await scenario.submit(
        scenario.people.asa,
        'All',
        (await crowd(database, scenario.people.eleni, 200)).map((person) => [
          person,
          scenario.chat,
          { kind: 'permanent' },
        ]),
      );
      let turns = 0;
      const timer = setInterval(() => (turns += 1), 1);
      const { bytes } = await requestReport(database.read, requestId, 'pdf', generated);
      clearInterval(timer);
      expect(turns).toBeGreaterThan(20);
      const text = textOf(bytes);
      for (let index = 0; index < 200; index += 1) expect(text).toContain(`Person ${index} `);
      expect(text).toContain('601');
      // Every page of a table says what its columns are.
      const pages = text.split('\f').filter((page) => page.trim() !== '');
      expect(
        pages.filter((page) => /What happened|Who could decide|Intended|Asked for|What this report proves/.test(page)),
      ).toHaveLength(pages.length);
    },
    60_000,
  );
});

describe('tables and fonts', () => {
  it('are read from the installed program, wherever it lies', () => {
    for (const file of ['DejaVuSansCondensed.ttf', 'DejaVuSansCondensed-Bold.ttf', 'LICENSE-DejaVu.txt']) {
      expect(existsSync(new URL(`../../resources/fonts/${file}`, import.meta.url))).toBe(true);
    }
  });
});

async function crowd(database: Database, like: EmployeeId, size: number): Promise<readonly EmployeeId[]> {
  const row = await database.read.selectFrom('employee').selectAll().where('id', '=', like).executeTakeFirstOrThrow();
  const people = Array.from({ length: size }, (_, index) => ({
    ...fromRow('employee', row),
    id: newId<EmployeeId>(),
    workEmail: `person${index}@example.com`,
    fullName: `Person ${index} Nobody`,
  }));
  await database.transaction((writer) => insertRows(writer, 'employee', people));
  return people.map((person) => person.id);
}

/** As somebody who controls the whole database could: the guards of the trail are taken off first. */
async function tamper(database: Database, dialect: Database['dialect'], statement: string): Promise<void> {
  await database.transaction(async (writer) => {
    if (dialect === 'sqlite') {
      const { rows } = await sql<{
        name: string;
      }>`select name from sqlite_master where type = 'trigger' and tbl_name = 'audit_event'`.execute(writer);
      for (const { name } of rows) await sql`drop trigger ${sql.ref(name)}`.execute(writer);
    } else await sql`alter table audit_event disable trigger all`.execute(writer);
    await sql.raw(statement).execute(writer);
  });
}
