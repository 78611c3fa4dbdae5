/** Deciding over everything a filter finds: taken back once, then for real, with what came of each task. */
import { signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
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
  if (process.env['GATEHOUSE_PICTURES'] !== undefined)
    await window.screenshot({ path: `${process.env['GATEHOUSE_PICTURES']}-waiting.png` });
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
