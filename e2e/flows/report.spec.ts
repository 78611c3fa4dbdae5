/** The evidence of a request as files: from its page, and on the command line. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';
import { root } from '../support/process.ts';

/** A name that a spreadsheet would run. */
const requester = '=HYPERLINK("http://attacker.example")';
const why = 'Žluťoučký kůň needs the sources, Ωμέγα and all.';

function textOfPdf(file: string): string {
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
}

test('a request leaves as PDF and as CSV, with its whole trail and without live formulas', async ({
  gatehouse,
  openConsole,
}) => {
  const people = join(gatehouse.workspace, 'people.csv');
  writeFileSync(
    people,
    `Work Email,Full Name,Start Date,Manager Work Email\nformula@alderbrook.example,"${requester.replaceAll('"', '""')}",2026-01-07,yara.schneider@alderbrook.example\n`,
  );
  execFileSync(process.execPath, [
    join(root, 'core/cli/import.ts'),
    '--kind',
    'employees',
    '--workspace',
    gatehouse.workspace,
    people,
  ]);
  const window = await openConsole();
  await signInAs(window, requester);
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because(why);
  const number = await form.submit();
  const reviewer = await openConsole();
  await signInAs(reviewer, 'Yara Schneider');
  await (await TasksPage.open(reviewer)).approve('Code readers', requester);
  await reviewer.close();
  const request = await RequestPage.of(window, number);
  await request.state('Completed');
  const events = await request.trail.count();

  const pdf = await request.report('PDF');
  expect(pdf.name).toBe(`gatehouse-request-${number}.pdf`);
  const text = textOfPdf(pdf.path);
  expect(text).toContain(`Access request ${number}`);
  expect(text).toContain(why);
  expect(text).toContain('Yara Schneider');
  expect(text).toContain('Code readers');
  expect(text).toMatch(/[0-9a-f]{16}/);

  const csv = await request.report('CSV');
  expect(csv.name).toBe(`gatehouse-request-${number}.csv`);
  const rows: Record<string, string>[] = parse(readFileSync(csv.path), { bom: true, columns: true });
  expect(rows).toHaveLength(events);
  expect(rows[0]).toMatchObject({ Actor: `'${requester}`, 'Actor e-mail': 'formula@alderbrook.example' });
  for (const row of rows) for (const value of Object.values(row)) expect(value).not.toMatch(/^[=+@\t\r]|^-\D/);
  // Each event is chained to the one before it.
  expect(rows.slice(1).map((row) => row['Previous hash'])).toEqual(rows.slice(0, -1).map((row) => row['Hash']));

  const saved = join(gatehouse.workspace, 'saved.pdf');
  const said = execFileSync(
    'npm',
    [
      'run',
      '--silent',
      'report',
      '--',
      '--workspace',
      gatehouse.workspace,
      '--request',
      String(number),
      '--out',
      saved,
    ],
    { cwd: root, encoding: 'utf8' },
  );
  expect(said.trim()).toBe(saved);
  expect(textOfPdf(saved)).toContain(why);
});
