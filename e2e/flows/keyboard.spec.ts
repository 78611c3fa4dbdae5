/** The main paths with the keyboard alone. */
import type { Page } from '@playwright/test';
import { signInAs } from '../pages/entrance.ts';
import { submittedNumber } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { heading, tabTo } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

test('asking, approving, denying and finding one’s way without a pointer', async ({ console: window, openConsole }) => {
  await signInAs(window, 'Bjørn Zhang');
  await press(window, 'g', 'n');
  await heading(window, 'New request');
  await expect(window.getByRole('heading', { level: 1 })).toBeFocused();

  const search = window.getByRole('textbox', { name: 'Search entitlements' });
  const options = window.getByRole('listbox', { name: 'Entitlements to ask for' });
  await tabTo(window, search);
  await window.keyboard.type('Workbench');
  await expect(options.getByRole('option')).toHaveCount(5);
  await tabTo(window, options);
  const name = async () =>
    ((await options.locator('[data-active]').getByRole('paragraph').first().textContent()) ?? '').trim();
  while ((await name()) !== 'Code readers') await press(window, 'ArrowDown');
  await press(window, 'Space');
  while ((await name()) !== 'Incident responders') await press(window, 'ArrowDown');
  await press(window, 'Enter');
  await expect(options.getByRole('option', { selected: true })).toHaveCount(2);

  const permanent = window
    .getByRole('radiogroup', { name: 'How long for the whole request' })
    .getByRole('radio', { name: 'Permanent' });
  await tabTo(window, permanent);
  await press(window, 'ArrowRight', 'ArrowRight');
  await tabTo(window, window.getByRole('button', { name: '8 hours' }));
  await press(window, 'Space');
  await tabTo(window, window.getByRole('textbox', { name: 'Justification' }));
  await window.keyboard.type('The status page.');
  await expect(window.getByText(/Reviewed by/)).toHaveCount(2);
  await press(window, 'Control+Enter');
  const number = await submittedNumber(window);
  const request = await RequestPage.of(window, number);
  await expect(request.item('Code readers', 'Bjørn Zhang')).toContainText('for 8 hours from delivery');

  const reviewer = await openConsole();
  await signInAs(reviewer, 'Yara Schneider');
  await press(reviewer, 'g', 't');
  await heading(reviewer, 'My tasks');
  const tasks = new TasksPage(reviewer);
  const queue = reviewer.getByRole('grid', { name: 'My tasks' });
  await tabTo(reviewer, queue.getByRole('row').nth(1));
  await press(reviewer, 'Home');
  while (!(await tasks.row('Code readers', 'Bjørn Zhang').evaluate((row) => row === document.activeElement)))
    await press(reviewer, 'ArrowDown');
  await press(reviewer, 'a');
  await tasks.said('Approved: ', 'Bjørn Zhang');
  // The focus is on the row that took its place, or Tab leads back into the queue.
  await tabTo(reviewer, tasks.row('Incident responders', 'Bjørn Zhang'));
  await press(reviewer, 'd');
  const dialog = reviewer.getByRole('dialog', { name: 'Deny this item?' });
  await expect(dialog.getByRole('textbox')).toBeFocused();
  await press(reviewer, 'Control+Enter');
  await expect(dialog).toContainText('Please give a reason');
  await reviewer.keyboard.type('The on-call team draws it.');
  await press(reviewer, 'Control+Enter');
  await expect(dialog).toBeHidden();
  await tasks.said('Denied: ', 'Bjørn Zhang');
  await expect(request.item('Incident responders', 'Bjørn Zhang')).toContainText('The on-call team draws it.');
  await expect(request.item('Code readers', 'Bjørn Zhang')).toContainText('Delivered');

  await press(reviewer, 'Control+k');
  await expect(reviewer.getByRole('dialog', { name: 'Find or go to' })).toBeVisible();
  await expect(reviewer.getByRole('textbox', { name: 'Find or go to' })).toBeFocused();
  await reviewer.keyboard.type(String(number));
  await expect(reviewer.getByRole('button', { name: new RegExp(`^#${number} `) })).toBeVisible();
  await press(reviewer, 'Enter');
  await heading(reviewer, `Request #${number}`);
  await expect(reviewer.getByRole('dialog', { name: 'Find or go to' })).toBeHidden();
  await press(reviewer, 'g', 'e');
  await heading(reviewer, 'Directory');
  await press(reviewer, '/');
  await expect(reviewer.getByRole('searchbox', { name: 'Search employees' })).toBeFocused();
});
