/** Deciding over everything a filter finds: taken back once, then for real, with what came of each task. */
import { signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { heading, tabTo } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

test('a filter is approved in bulk, taken back once, and then decided with a result for each', async ({
  console: window,
}) => {
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Sales user');
  await form.because('I draw the slides of the sales team.');
  await form.submit();

  await switchTo(window, 'Yara Schneider');
  const tasks = await TasksPage.open(window);
  await window.getByRole('searchbox', { name: 'Search tasks' }).fill('Bjørn sales');
  await expect(tasks.row('Sales user', 'Bjørn Zhang')).toBeVisible();

  async function approveAll(): Promise<void> {
    await window.getByRole('button', { name: 'Choose all 1 matching' }).click();
    await expect(window.getByText('All 1 chosen')).toBeVisible();
    await window.getByRole('button', { name: 'Approve 1…' }).click();
    const dialog = window.getByRole('dialog', { name: 'Approve many tasks' });
    await expect(dialog).toContainText('1 task: 1 item for 1 person in 1 application.');
    await expect(dialog).toContainText('approved in full');
    await dialog.getByRole('button', { name: 'Approve 1' }).click();
  }

  await approveAll();
  const bar = window.getByRole('region', { name: 'Decision over many tasks' });
  await expect(bar).toContainText(/Approving 1 task in \d+ seconds?/);
  await bar.getByRole('button', { name: 'Undo' }).click();
  await expect(bar).toHaveCount(0);
  await expect(tasks.row('Sales user', 'Bjørn Zhang')).toBeVisible();

  await approveAll();
  await expect(bar).toContainText('1 task approved', { timeout: 30_000 });
  await expect(tasks.row('Sales user', 'Bjørn Zhang')).toHaveCount(0);
  await bar.getByRole('button', { name: 'Show results' }).click();
  const results = window.getByRole('dialog', { name: 'What came of each task' });
  await expect(results.getByRole('row').filter({ hasText: 'Sales user' })).toContainText('Decided');
});

test('rows are taken out, the rest is previewed, confirmed and taken back without a pointer', async ({
  console: window,
}) => {
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Sales user', 'Code readers');
  await form.because('I draw the slides of the sales team.');
  await form.submit();
  await switchTo(window, 'Yara Schneider');
  await window.keyboard.press('g');
  await window.keyboard.press('t');
  await heading(window, 'My tasks');
  const rows = window.getByRole('grid', { name: 'My tasks' }).getByRole('row');
  await expect(rows.nth(2)).toBeVisible();

  const choose = window.getByRole('button', { name: /^Choose all \d+ open$/ });
  const all = Number(/\d+/.exec((await choose.textContent()) ?? '')?.[0]);
  expect(all).toBeGreaterThan(1);
  await tabTo(window, choose);
  await window.keyboard.press('Enter');
  // The focus is in the queue, where Space takes a row out and in again.
  await expect(rows.nth(1)).toBeFocused();
  await window.keyboard.press('Space');
  await expect(window.getByText(`${all - 1} of ${all} chosen`)).toBeVisible();
  await window.keyboard.press('Space');
  await expect(window.getByText(`All ${all} chosen`)).toBeVisible();
  await window.keyboard.press('ArrowDown');
  await window.keyboard.press('Space');
  await expect(rows.nth(2).getByRole('checkbox')).not.toBeChecked();

  await tabTo(window, window.getByRole('button', { name: `Leave out ${all - 1}…` }), 'Shift+Tab');
  await window.keyboard.press('Enter');
  const dialog = window.getByRole('dialog', { name: 'Leave out many tasks' });
  await expect(dialog).toContainText(new RegExp(`^.*${all - 1} tasks?: `));
  await expect(dialog.getByRole('textbox')).toBeFocused();
  await window.keyboard.type('Not needed any more.');
  await tabTo(window, dialog.getByRole('button', { name: /^Leave out \d+$/ }));
  await window.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  const bar = window.getByRole('region', { name: 'Decision over many tasks' });
  await expect(bar).toContainText('Leaving out');
  await tabTo(window, bar.getByRole('button', { name: 'Undo' }));
  await window.keyboard.press('Enter');
  await expect(bar).toHaveCount(0);
  await expect(window.getByRole('button', { name: `Choose all ${all} open` })).toBeVisible();
});
