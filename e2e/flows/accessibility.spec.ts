/** Every screen and dialog: nothing that axe objects to, in light and in dark, no sideways scrolling, a title of its own. */
import type { Page } from '@playwright/test';
import { ApplicationPage } from '../pages/applications.ts';
import { DirectoryPage } from '../pages/directory.ts';
import { accountMenu, exploreSample, signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage, RequestsPage } from '../pages/requests.ts';
import { goTo, heading } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { isAccessible } from '../support/accessibility.ts';
import { expect, test } from '../support/gatehouse.ts';

/** A test here looks at many screens twice, and axe takes seconds for each where the machine has other work. */
test.describe.configure({ timeout: 300_000 });

async function closesByEscape(page: Page, name: string | RegExp): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name })).toBeHidden();
}

test.describe('before the sign-in', () => {
  test.use({ begins: 'empty' });

  test('the first start and the sign-in', async ({ console: window, gatehouse, openConsole }) => {
    await expect(window.getByRole('heading', { name: 'Welcome to Gatehouse' })).toBeVisible();
    await isAccessible(window, 'Welcome');
    await exploreSample(window);
    await isAccessible(window, 'Sign in');
    const other = await openConsole();
    await other.context().clearCookies();
    await other.goto(`${gatehouse.origin}/?token=unknown`);
    await expect(other.getByRole('alert')).toBeVisible();
    await isAccessible(other, 'Address expired');
  });
});

test('dashboard, new request and request', async ({ console: window }) => {
  await signInAs(window, 'Yara Schneider');
  await heading(window, /^Hello, /);
  await isAccessible(window, 'Dashboard');

  const form = await NewRequestPage.open(window);
  await expect(window.getByRole('heading', { level: 1 })).toBeFocused();
  await form.addPeople('Bjørn Zhang');
  await form.add('Code readers', 'Space owner');
  await form.forDuration('8 hours');
  await expect(window.getByText(/Approved at once by/).first()).toBeVisible();
  await isAccessible(window, 'New request');
  await window.getByRole('button', { name: /^How long for Code readers for Bjørn Zhang/ }).click();
  await isAccessible(window, 'New request');
  await window.keyboard.press('Escape');
  await form.because('An example.');
  const number = await form.submit();
  await expect(window.getByRole('heading', { level: 1 })).toBeVisible();
  await isAccessible(window, `Request #${number}`);
  await window.getByRole('button', { name: 'Cancel request' }).click();
  await expect(window.getByRole('dialog')).toBeVisible();
  await isAccessible(window, `Request #${number}`);
  await closesByEscape(window, /^Cancel request/);
  await expect(window.getByRole('button', { name: 'Cancel request' })).toBeFocused();
  await window.getByRole('button', { name: 'Report', exact: true }).click();
  await expect(window.getByRole('menuitem', { name: /^PDF/ })).toBeVisible();
  await isAccessible(window, `Request #${number}`);
  await window.keyboard.press('Escape');
});

test('tasks, access requests, palette and menus', async ({ console: window }) => {
  await signInAs(window, 'Yara Schneider');
  const tasks = await TasksPage.open(window);
  await expect(window.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(tasks.details).toBeVisible();
  await isAccessible(window, 'My tasks');
  await tasks.details.getByRole('button', { name: /^Deny/ }).click();
  await expect(window.getByRole('dialog', { name: 'Deny this item?' })).toBeVisible();
  await isAccessible(window, 'My tasks');
  await closesByEscape(window, 'Deny this item?');

  const requests = await RequestsPage.open(window, 'All I may see');
  await requests.show('All');
  await expect(window.getByRole('row', { name: /Forecast viewer/ })).toBeVisible();
  await isAccessible(window, 'Access requests');

  await window.keyboard.press('Control+k');
  await expect(window.getByRole('dialog', { name: 'Find or go to' })).toBeVisible();
  await expect(window.getByRole('textbox', { name: 'Find or go to' })).toBeFocused();
  await window.keyboard.type('Forecast');
  await expect(window.getByRole('button', { name: /^#\d+ Forecast viewer/ }).first()).toBeVisible();
  await isAccessible(window, 'Access requests');
  await closesByEscape(window, 'Find or go to');
  await accountMenu(window).click();
  await expect(window.getByRole('menuitem', { name: 'Switch person' })).toBeVisible();
  await isAccessible(window, 'Access requests');
  await window.keyboard.press('Escape');

  await window.goto(new URL('/#/nowhere', window.url()).href);
  await heading(window, 'Nothing here');
  await isAccessible(window, 'Nothing here');
});

test('applications and their dialogs', async ({ console: window }) => {
  await signInAs(window, 'Daniel Castillo');
  await goTo(window, 'Applications');
  await expect(window.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(window.getByRole('row', { name: /Workbench/ })).toBeVisible();
  await isAccessible(window, 'Applications');
  await window.getByRole('button', { name: 'Add application' }).click();
  await expect(window.getByRole('dialog', { name: 'Add an application' })).toBeVisible();
  await isAccessible(window, 'Applications');
  await closesByEscape(window, 'Add an application');

  const workbench = await ApplicationPage.open(window, 'Workbench');
  for (const tab of ['Overview', 'Connection', 'Entitlements', 'Accounts', 'Discoveries'] as const) {
    await expect(await workbench.tab(tab)).toBeVisible();
    await expect(window.getByRole('tabpanel').getByRole('status', { name: /^Loading/ })).toHaveCount(0);
    await isAccessible(window, 'Workbench');
  }
});

test('directory, import, employee, and completing by hand', async ({ console: window }) => {
  await signInAs(window, 'Daniel Castillo');
  const directory = await DirectoryPage.open(window);
  await expect(window.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(directory.row('Amara Abara').first()).toBeVisible();
  await isAccessible(window, 'Directory');
  await window.getByRole('button', { name: 'Import' }).click();
  await expect(window.getByRole('dialog')).toBeVisible();
  await isAccessible(window, 'Directory');
  await closesByEscape(window, 'Import from a file');
  const bad = await directory.import({
    holds: 'Employees',
    fileName: 'bad.csv',
    text: 'Work Email,Start Date\nnobody,yesterday\n',
  });
  await expect(bad.problem(2).first()).toBeVisible();
  await isAccessible(window, 'Directory');
  await bad.close();
  await directory.search('Daniel Castillo');
  await directory.row('daniel.castillo@').click();
  await heading(window, 'Daniel Castillo');
  await isAccessible(window, 'Daniel Castillo');

  await switchTo(window, 'Elena Olsen');
  const form = await NewRequestPage.open(window);
  await form.add('Space owner');
  await form.because('An example.');
  const number = await form.submit();
  await switchTo(window, 'Kaito Zhang');
  const request = await RequestPage.find(window, number);
  await request.item('Space owner', 'Elena Olsen').getByRole('button', { name: 'Complete by hand' }).click();
  await expect(window.getByRole('dialog', { name: 'Complete by hand' })).toBeVisible();
  await isAccessible(window, `Request #${number}`);
});

test('rules, roles and notices', async ({ console: window }) => {
  await signInAs(window, 'Daniel Castillo');
  for (const place of ['Rules', 'Roles'] as const) {
    await goTo(window, place);
    await expect(window.getByRole('main').getByRole('status', { name: /^Loading/ })).toHaveCount(0);
    await isAccessible(window, place);
  }
  await window.getByRole('button', { name: /^Notices/ }).click();
  await expect(window.getByRole('dialog', { name: 'Notices' })).toBeVisible();
  await isAccessible(window, 'Roles');
  await closesByEscape(window, 'Notices');
});

test('many tasks chosen, and the preview of deciding them', async ({ console: window }) => {
  await signInAs(window, 'Yara Schneider');
  await TasksPage.open(window);
  await window.getByRole('button', { name: /^Choose all \d+ open$/ }).click();
  await expect(window.getByText(/^All \d+ chosen$/)).toBeVisible();
  await isAccessible(window, 'My tasks');
  await window.getByRole('button', { name: /^Approve \d+…$/ }).click();
  await expect(window.getByRole('dialog', { name: 'Approve many tasks' })).toContainText(/\d+ tasks?: /);
  await isAccessible(window, 'My tasks');
  await closesByEscape(window, 'Approve many tasks');
});
