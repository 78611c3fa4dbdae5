/** What reviewers and requesters get to see of a review, and what administrators can do about it. */
import { ApplicationPage } from '../pages/applications.ts';
import { accountMenu, signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { RulesPage } from '../pages/rules.ts';
import { pick, select } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

const administrator = 'Daniel Castillo';
const [requester, manager, second] = ['Bjørn Zhang', 'Yara Schneider', 'Chen Delgado'];

test('duties in conflict, skipped reviewers, questions to many tasks, and tasks that administrators give on', async ({
  console: window,
}) => {
  test.setTimeout(180_000);
  await signInAs(window, administrator);
  await ApplicationPage.open(window, 'Workbench');
  await window.getByRole('button', { name: 'Also ask designated reviewer' }).click();
  await window.getByRole('button', { name: 'Do not ask Application owner' }).click();
  for (const name of [manager, second])
    await pick(window, window.getByRole('combobox', { name: 'Designated persons' }), name);
  await window.getByRole('textbox', { name: 'Levels' }).fill('2');
  await select(window, window.getByRole('combobox', { name: 'Who of a level must approve' }), 'Everybody');
  await window.getByRole('switch', { name: 'Skip who approved at an earlier level' }).check();
  await window.getByRole('button', { name: 'Save settings' }).click();
  await expect(window.getByText('Not saved yet')).toBeHidden();
  const rules = await RulesPage.open(window);
  const rule = await rules.add('Conflicts of duty', 'Add a rule', 'Read and respond');
  await pick(window, rule.getByRole('combobox', { name: 'One of these', exact: true }), 'Code readers');
  await pick(window, rule.getByRole('combobox', { name: 'Together with one of these' }), 'Incident responders');
  await rule.getByRole('radio', { name: 'A warning' }).check();
  await rules.save(rule, 'Save rule');

  await switchTo(window, requester);
  const form = await NewRequestPage.open(window);
  await form.add('Code readers', 'Incident responders');
  await form.because('I check the texts in the code.');
  // By its title: what is in conflict with it names it too.
  const line = form.line('Code readers').filter({ has: window.getByTitle('Code readers', { exact: true }) });
  await expect(line).toContainText(`Reviewed by ${manager}, then all 2 reviewers`);
  await line.getByText('Reviewed by').click();
  await expect(line.getByText('2. Designated reviewer, all 2 must approve')).toBeVisible();
  await line.getByRole('button', { name: /^How long for/ }).click();
  await window.getByRole('checkbox', { name: 'Begin this line later' }).check();
  await window.keyboard.press('Escape');
  // The person's own account and a service account, side by side.
  const options = window.getByRole('button', { name: /^How long for Incident responders for/ });
  await options.click();
  await window.getByRole('checkbox', { name: 'Keep this line, and add one' }).check();
  await window.getByRole('textbox', { name: 'Service account' }).fill('svc.texts');
  await window.keyboard.press('Enter');
  await window.keyboard.press('Escape');
  await expect(options).toHaveCount(2);
  await expect(form.line('service account svc.texts')).toContainText('Reviewed by');
  const number = await form.submit();

  await switchTo(window, manager);
  const tasks = await TasksPage.open(window);
  await window.getByRole('searchbox', { name: 'Search tasks' }).fill('Bjørn code');
  await tasks.row('Code readers', requester).click();
  await expect(tasks.details).toContainText(
    '“Read and respond”, version 1, keeps this apart from Incident responders in Workbench (asked for in the same request).',
  );
  await expect(tasks.details).toContainText(/Begins.*\d{4}/);
  await expect(tasks.details).toContainText('Manager, level 1 of 2');
  await window.getByRole('button', { name: 'Choose all 1 matching' }).click();
  await window.getByRole('button', { name: 'More to do with what is chosen' }).click();
  await window.getByRole('menuitem', { name: 'Ask for information…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Ask about many tasks' });
  await dialog.getByRole('textbox', { name: 'Your question' }).fill('For how long?');
  await dialog.getByRole('button', { name: 'Ask about 1' }).click();
  const bar = window.getByRole('region', { name: 'Decision over many tasks' });
  await expect(bar).toContainText('1 task asked about', { timeout: 30_000 });
  await bar.getByRole('button', { name: 'Close this notice' }).click();
  await window.getByRole('button', { name: 'Bulk decisions' }).click();
  const list = window.getByRole('dialog', { name: 'Bulk decisions' });
  await expect(list).toContainText('“For how long?”');
  await list.getByRole('button', { name: 'Show the results: Ask about 1 task' }).click();
  const results = window.getByRole('dialog', { name: 'What came of each task' });
  await expect(results.getByRole('row').filter({ hasText: 'Code readers' })).toContainText('Asked');
  await window.keyboard.press('Escape');
  await expect(list).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await tasks.approve('Code readers', requester);

  await switchTo(window, administrator);
  const request = await RequestPage.find(window, number);
  const item = request.item('Code readers', requester);
  await expect(item).toContainText(`Skipped: ${manager} approved at level 1 already`);
  await expect(item).toContainText('Conflict of duties');
  await expect(item).toContainText(`Asked: ${second}`);
  await item.getByRole('button', { name: /^Give a task to somebody else/ }).click();
  const give = window.getByRole('dialog', { name: 'Give this task to somebody else' });
  await pick(window, give.getByRole('combobox', { name: 'Who decides instead' }), 'Noah Weber', /Noah Weber/);
  await give.getByRole('button', { name: 'Give the task' }).click();
  await expect(item).toContainText(`Asked: Noah Weber (handed on by ${second})`);
  await expect(
    request.trail.filter({ hasText: 'The rule “Read and respond”, version 1, keeps it apart' }),
  ).not.toHaveCount(0);

  await accountMenu(window).click();
  await window.getByRole('menuitem', { name: 'Out of office' }).click();
  const absence = window.getByRole('dialog', { name: 'Out of office' });
  await pick(window, absence.getByRole('combobox', { name: 'Who is out of office' }), 'Noah Weber', /Noah Weber/);
  await pick(
    window,
    absence.getByRole('combobox', { name: 'Who decides for Noah Weber' }),
    'Teresa Moreau',
    /Teresa Moreau/,
  );
  await absence.getByRole('textbox', { name: 'Note (optional)' }).fill('Ill.');
  await absence.getByRole('button', { name: 'Set out of office' }).click();
  await expect(absence.getByRole('button', { name: 'End the absence with Teresa Moreau' })).toBeVisible();
  await expect(absence).toContainText('“Ill.”');
  await window.keyboard.press('Escape');
  await expect(item).toContainText('Asked: Teresa Moreau (for Noah Weber, out of office)');
});
