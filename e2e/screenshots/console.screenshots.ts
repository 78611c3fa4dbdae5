/** The pictures of the documentation: docs/screenshots/*.png, at 1280 by 800. */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { goTo } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';
import { root } from '../support/process.ts';

async function picture(page: Page, name: string): Promise<void> {
  // What floats (notifications, tooltips) is of the moment, not of the screen.
  await page.mouse.move(0, 0);
  await expect(page.getByText(/is submitted\.$/)).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(root, 'docs/screenshots', `${name}.png`), caret: 'hide' });
}

async function ask(page: Page, entitlement: string, why: string, duration?: string): Promise<number> {
  const form = await NewRequestPage.open(page);
  await form.add(entitlement);
  if (duration !== undefined) await form.forDuration(duration);
  await form.because(why);
  return form.submit();
}

test('pictures', async ({ console: window }) => {
  test.setTimeout(120_000);
  await signInAs(window, 'Gabriel Sørensen');
  const form = await NewRequestPage.open(window);
  await form.add('Code readers', 'Incident responders');
  await form.forDuration('30 days');
  await form.because('I join the on-call rotation of the data platform next week.');
  await expect(window.getByText(/Reviewed by/)).toHaveCount(2);
  await window.getByRole('textbox', { name: 'Search entitlements' }).fill('');
  await expect(window.getByText('21 found')).toBeVisible();
  await window.getByRole('combobox', { name: 'People' }).scrollIntoViewIfNeeded();
  await picture(window, 'new-request');
  const number = await form.submit();

  await switchTo(window, 'Yara Grünwald');
  const tasks = await TasksPage.open(window);
  await tasks.row('Incident responders', 'Gabriel Sørensen').click();
  await picture(window, 'tasks');
  await tasks.approve('Incident responders', 'Gabriel Sørensen');

  await switchTo(window, 'Gabriel Sørensen');
  const request = await RequestPage.find(window, number);
  await expect(request.item('Incident responders', 'Gabriel Sørensen')).toContainText('read back');
  await picture(window, 'request');

  await switchTo(window, 'Farah Grünwald');
  await ask(window, 'Remote access', 'On call for the service desk.', '90 days');
  await ask(window, 'Developers', 'I look after the build runners.');
  await switchTo(window, 'Clara Rossi');
  await ask(window, 'Production network', 'Exchange of the core switches.', '7 days');
  await switchTo(window, 'Daniel Castillo');
  await ask(window, 'Incident responders', 'I coordinate the incidents of the weekend.', '1 day');
  await ask(window, 'Ledger viewer', 'Preparing the audit of the licences.', '30 days');
  await switchTo(window, 'Amara Abara');
  await (await TasksPage.open(window)).approve('Incident responders', 'Daniel Castillo');
  await switchTo(window, 'Daniel Castillo');
  await goTo(window, 'Dashboard');
  await expect(window.getByText('Requests per day', { exact: true })).toBeVisible();
  await expect(window.getByRole('table', { name: /^Requests per day/ })).toBeAttached();
  await picture(window, 'dashboard');
  await window.emulateMedia({ colorScheme: 'dark' });
  await picture(window, 'dark');
  await window.emulateMedia({ colorScheme: 'light' });
  await goTo(window, 'Applications');
  await expect(window.getByRole('row', { name: /Workbench/ })).toBeVisible();
  await picture(window, 'applications');
});
