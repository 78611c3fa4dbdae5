/** What changes elsewhere, in another window or another process, shows without a reload. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signInAs } from '../pages/entrance.ts';
import { DirectoryPage } from '../pages/directory.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { goTo } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';
import { root } from '../support/process.ts';

test('another window: what is asked for appears, and what is decided goes', async ({
  console: window,
  openConsole,
}) => {
  const manager = 'Yara Schneider';
  const [first, second] = [await openConsole(), await openConsole()];
  for (const page of [first, second]) await signInAs(page, manager);
  await goTo(first, 'My tasks');
  const [here, there] = [new TasksPage(first), await TasksPage.open(second)];
  await expect(here.row('Incident responders', 'Bjørn Zhang')).toHaveCount(0);

  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Incident responders');
  await form.because('I draw the status page.');
  await form.submit();

  await expect(here.row('Incident responders', 'Bjørn Zhang')).toHaveCount(1);
  await expect(there.row('Incident responders', 'Bjørn Zhang')).toHaveCount(1);
  await here.approve('Incident responders', 'Bjørn Zhang');
  await expect(there.row('Incident responders', 'Bjørn Zhang')).toHaveCount(0);
  await new RequestPage(window).state('Completed');
});

test('another process: a worker delivers what is decided here, and an import fills the directory', async ({
  gatehouse,
  openConsole,
}) => {
  // The worker comes first, so that the sample's service and its credential are the worker's alone.
  await gatehouse.stop();
  await gatehouse.startWorker();
  await gatehouse.start();
  const window = await openConsole();
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  const reviewer = await openConsole();
  await signInAs(reviewer, 'Yara Schneider');
  await (await TasksPage.open(reviewer)).approve('Code readers', 'Bjørn Zhang');
  await (await RequestPage.of(window, number)).state('Completed');
  expect(await gatehouse.membersOf('Code readers')).toContain('bjorn.zhang@alderbrook.example');

  const directory = await DirectoryPage.open(reviewer);
  await directory.search('Newcomer');
  await expect(reviewer.getByText('Nobody matches')).toBeVisible();
  const file = join(gatehouse.workspace, 'people.csv');
  writeFileSync(file, 'Work Email,Full Name,Start Date\nnina.newcomer@alderbrook.example,Nina Newcomer,2026-01-07\n');
  execFileSync(process.execPath, [
    join(root, 'core/cli/import.ts'),
    '--kind',
    'employees',
    '--workspace',
    gatehouse.workspace,
    file,
  ]);
  await expect(directory.row('Nina Newcomer')).toBeVisible();
});
