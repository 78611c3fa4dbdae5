/** A task that changes hands: to a delegate while its reviewer is away, and to somebody else; asked about and answered. */
import { accountMenu, signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

test('a reviewer who is out of office has an open task decided by the delegate, who asks first', async ({
  console: window,
}) => {
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Sales user');
  await form.because('I draw the slides of the sales team.');
  const number = await form.submit();

  await switchTo(window, 'Yara Schneider');
  await accountMenu(window).click();
  await window.getByRole('menuitem', { name: 'Out of office' }).click();
  const dialog = window.getByRole('dialog', { name: 'Out of office' });
  await dialog.getByRole('combobox', { name: 'Who decides for you' }).fill('Noah Weber');
  await window.getByRole('option', { name: /Noah Weber/ }).click();
  await dialog.getByRole('button', { name: 'Set out of office' }).click();
  await expect(dialog.getByRole('button', { name: 'End the absence with Noah Weber' })).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  await switchTo(window, 'Noah Weber');
  const tasks = await TasksPage.open(window);
  await tasks.row('Sales user', 'Bjørn Zhang').click();
  await expect(tasks.details).toContainText('For Yara Schneider, out of office');
  await tasks.details.getByRole('button', { name: 'Ask for information' }).click();
  const question = window.getByRole('dialog', { name: 'Ask for information' });
  await question.getByRole('textbox', { name: 'Your question' }).fill('Which team is it?');
  await question.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(tasks.details).toContainText('Which team is it?');

  await switchTo(window, 'Bjørn Zhang');
  await window.getByRole('button', { name: /^Notices, \d+ unread$/ }).click();
  await expect(window.getByText(/Noah Weber asks about .*“Which team is it\?”/)).toBeVisible();
  await window.keyboard.press('Escape');
  await RequestPage.find(window, number);
  await window.getByRole('textbox', { name: 'Your answer' }).fill('Sales north.');
  await window.getByRole('button', { name: 'Answer', exact: true }).click();

  await switchTo(window, 'Noah Weber');
  const again = await TasksPage.open(window);
  await again.row('Sales user', 'Bjørn Zhang').click();
  await expect(again.details).toContainText('Sales north.');
  await again.approve('Sales user', 'Bjørn Zhang');
});

test('a reviewer gives a task to somebody else, and the way it came is shown', async ({ console: window }) => {
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Sales user');
  await form.because('I draw the slides of the sales team.');
  await form.submit();

  await switchTo(window, 'Yara Schneider');
  const tasks = await TasksPage.open(window);
  await tasks.row('Sales user', 'Bjørn Zhang').click();
  await tasks.details.getByRole('button', { name: 'Give to somebody else' }).click();
  const dialog = window.getByRole('dialog', { name: 'Give this task to somebody else' });
  await dialog.getByRole('combobox', { name: 'Who decides instead' }).fill('Noah Weber');
  await window.getByRole('option', { name: /Noah Weber/ }).click();
  await dialog.getByRole('button', { name: 'Give the task' }).click();
  await expect(dialog).toBeHidden();

  await switchTo(window, 'Noah Weber');
  const given = await TasksPage.open(window);
  await given.row('Sales user', 'Bjørn Zhang').click();
  await expect(given.details).toContainText('Yara Schneider → Noah Weber (given to)');
  await given.approve('Sales user', 'Bjørn Zhang');
});
