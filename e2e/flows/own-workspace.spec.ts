/** An own workspace: set up, filled from files, and protected from bad ones. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { ApplicationPage } from '../pages/applications.ts';
import { DirectoryPage } from '../pages/directory.ts';
import { continueAs, setUpOwnWorkspace } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { expect, test } from '../support/gatehouse.ts';

test.use({ begins: 'empty' });

const people = [
  'Work Email,Full Name,Title,Department,Start Date,Manager Work Email',
  'grace@northwind.example,Grace Hopper,Director,Engineering,2019-01-07,',
  'ada@northwind.example,Ada Lovelace,Engineer,Engineering,2020-01-02,grace@northwind.example',
  'kay@northwind.example,Kay McNulty,Engineer,Engineering,2021-05-03,grace@northwind.example',
].join('\n');

test('an own workspace is set up by its operator and filled from files', async ({ console: window }) => {
  await setUpOwnWorkspace(window, {
    organisation: 'Northwind',
    name: 'Olive Operator',
    email: 'olive@northwind.example',
  });
  await continueAs(window, 'Olive Operator');
  await expect(window.getByText('Sample organisation.')).toHaveCount(0);
  const alone = window.getByRole('note').filter({ hasText: 'Only you sign in to this workspace' });
  await expect(alone).toContainText('what needs a review waits');
  await alone.getByRole('button', { name: 'Put this note away' }).click();
  await expect(alone).toHaveCount(0);

  const directory = await DirectoryPage.open(window);
  const first = await directory.import({ holds: 'Employees', fileName: 'people.csv', text: people });
  await first.says('Imported 3 rows.', { Read: 3, Created: 3, Rejected: 0 });
  await first.close();
  await expect(directory.row('Ada Lovelace')).toContainText('Grace Hopper');
  await expect(directory.row('Ada Lovelace')).toContainText('Engineer');

  const again = await directory.import({ holds: 'Employees', fileName: 'people.csv', text: people });
  await again.says('Nothing changed.', { Read: 3, Created: 0, Changed: 0, Unchanged: 3 });
  await again.close();
  await expect(directory.people.getByRole('row')).toHaveCount(5);

  await ApplicationPage.add(window, { name: 'Filing', owner: 'Grace Hopper', byHand: true });
  const entitlements = 'name,entitlement_id,kind,risk\nArchive reader,f-1,role,low\nArchive keeper,f-2,role,high\n';
  await DirectoryPage.open(window);
  const filing = await directory.import({
    holds: 'Entitlements',
    fileName: 'filing.csv',
    text: entitlements,
    application: 'Filing',
  });
  await filing.says('Imported 2 rows.', { Created: 2 });
  await filing.close();
  const application = await ApplicationPage.open(window, 'Filing');
  await expect(await application.tab('Entitlements')).toContainText('Archive keeper');

  const form = await NewRequestPage.open(window);
  await form.add('Archive reader');
  await form.because('The yearly inventory.');
  await expect(form.line('Archive reader')).toContainText('Reviewed by Grace Hopper');
  await form.submit();
  await expect(new RequestPage(window).item('Archive reader', 'Olive Operator')).toContainText('Asked: Grace Hopper');

  // What is approved at once goes on without anybody else: by hand, it is the operator's own task.
  await ApplicationPage.add(window, { name: 'Keys', owner: 'Olive Operator', byHand: true, atOnce: true });
  await DirectoryPage.open(window);
  const keys = await directory.import({
    holds: 'Entitlements',
    fileName: 'keys.csv',
    text: 'name,entitlement_id,kind,risk\nFront door,k-1,key,low\n',
    application: 'Keys',
  });
  await keys.close();
  const second = await NewRequestPage.open(window);
  await second.add('Front door');
  await second.because('I open the office.');
  await second.submit();
  const request = new RequestPage(window);
  await request.completeByHand(request.item('Front door', 'Olive Operator'), 'Taken from the key cabinet.');
  await request.state('Completed');
});

const withBadRows = [
  'Work Email,Full Name,Start Date',
  'joan@northwind.example,Joan Clarke,2020-02-03',
  'not an address,Nobody,2020-02-03',
  'edith@northwind.example,Edith Clarke,01/02/2026',
].join('\n');

test('a file with bad rows is refused as a whole, or taken without them, and each is named', async ({
  console: window,
}) => {
  await setUpOwnWorkspace(window, {
    organisation: 'Northwind',
    name: 'Olive Operator',
    email: 'olive@northwind.example',
  });
  await continueAs(window, 'Olive Operator');
  const directory = await DirectoryPage.open(window);

  const refused = await directory.import({ holds: 'Employees', fileName: 'bad.csv', text: withBadRows });
  await refused.says(/nothing was imported/i, { Read: 3, Rejected: 2 });
  await expect(refused.problem(3)).toContainText('Work Email');
  await expect(refused.problem(3)).toContainText('not an address');
  await expect(refused.problem(4)).toContainText('Start Date');
  await expect(refused.problem(4)).toContainText('01/02/2026');
  await refused.close();
  await expect(directory.row('Joan Clarke')).toHaveCount(0);

  const accepted = await directory.import({
    holds: 'Employees',
    fileName: 'bad.csv',
    text: withBadRows,
    acceptGood: true,
  });
  await accepted.says('Imported, except for 2 rows with a problem.', { Created: 1, Rejected: 2 });
  const rejects = await accepted.saveRejects();
  expect(rejects.name).toBe('bad-rejects.csv');
  const rows: Record<string, string>[] = parse(readFileSync(rejects.path), { bom: true, columns: true });
  expect(rows.map((row) => [row['Line'], row['Column'], row['Work Email']])).toEqual([
    ['3', 'Work Email', 'not an address'],
    ['4', 'Start Date', 'edith@northwind.example'],
  ]);
  await accepted.close();
  await expect(directory.row('Joan Clarke')).toHaveCount(1);
  await expect(directory.row('Edith Clarke')).toHaveCount(0);
});
