/** What only a desktop program can meet: its engine dies, it is started twice, its settings are torn, links from anywhere. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { StandInShell } from '../electron-stand-in/stand-in-shell.ts';
import { accountMenu, signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { connectedAgain, goTo } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

const requester = 'Bjørn Zhang';
const administrator = 'Daniel Castillo';

test('an engine that is killed starts again; the window says so, reconnects, and nobody is signed out', async ({
  console: window,
  gatehouse,
}) => {
  const { shell } = desktopOf(gatehouse);
  await signInAs(window, requester);
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  await shell.signalEngine('SIGKILL');
  await connectedAgain(window);
  const request = await RequestPage.find(window, number);
  await request.state('In review');
  await expect(window.getByRole('button', { name: `Signed in as ${requester}. Account menu` })).toBeVisible();
  expect((await shell.call('state')).engines).toBe(2);
});

test('a program that is started twice shows its window, and what is no link of ours leads nowhere', async ({
  console: window,
  gatehouse,
  browser,
}) => {
  const { shell, userData } = desktopOf(gatehouse);
  await signInAs(window, requester);
  const second = (link: string) =>
    new StandInShell({ browser, workspace: gatehouse.workspace, userData, keyring: null, args: [link] }).ended();
  for (const link of [
    'gatehouse://request/../../tasks',
    'gatehouse://evil/018f0000-0000-7000-8000-000000000000',
    'gatehouse://request/018f0000-0000-7000-8000-000000000000?x=<script>',
    'gatehouse:javascript:alert(1)',
  ]) {
    await shell.call('openLink', link);
  }
  expect(await second('gatehouse://request/%2e%2e')).toBe(0);
  await expect(window).toHaveURL(/index\.html#\/$|index\.html$/);
  expect(await second('gatehouse://request/018f0000-0000-7000-8000-000000000000')).toBe(0);
  await expect(window).toHaveURL(/#\/requests\/018f0000-0000-7000-8000-000000000000$/);
  expect((await shell.call('state')).windows).toHaveLength(1);
});

test('settings that cannot be read are set aside, and the person is told', async ({ gatehouse, openConsole }) => {
  const { userData } = desktopOf(gatehouse);
  mkdirSync(userData);
  writeFileSync(join(userData, 'settings.json'), '{"theme":"da');
  const window = await openConsole();
  await expect(window.getByRole('heading', { name: 'Who would you like to be?' })).toBeVisible();
  const { messageBoxes } = await desktopOf(gatehouse).shell.call('state');
  expect(messageBoxes).toHaveLength(1);
  expect(readdirSync(userData).filter((name) => name.startsWith('settings.damaged-'))).toHaveLength(1);
});

test('a reload keeps the session, and the menu leads to places', async ({ console: window, gatehouse }) => {
  const { shell } = desktopOf(gatehouse);
  await signInAs(window, requester);
  await window.reload();
  await expect(window.getByRole('button', { name: `Signed in as ${requester}. Account menu` })).toBeVisible();
  await shell.call('pressMenu', 'My Tasks');
  await expect(window.getByRole('heading', { name: 'My tasks', level: 1 })).toBeVisible();
});

test('colours are those of the device, whether its menu or the console chooses them', async ({
  console: window,
  openConsole,
  gatehouse,
}) => {
  const { shell } = desktopOf(gatehouse);
  await signInAs(window, requester);
  const scheme = (page: Page) => page.locator('html').getAttribute('data-mantine-color-scheme');
  await shell.call('pressMenu', 'Dark');
  await expect.poll(() => scheme(window)).toBe('dark');
  await accountMenu(window).click();
  await expect(window.getByRole('menuitemradio', { name: 'Dark' })).toBeChecked();
  await window.getByRole('menuitemradio', { name: 'Light' }).click();
  await expect.poll(() => scheme(window)).toBe('light');
  await expect(window.getByRole('menuitemradio', { name: 'Light' })).toBeChecked();
  expect((await shell.call('state')).theme).toBe('light');
  await shell.call('pressMenu', 'Dark');
  await expect.poll(() => openConsole().then(scheme)).toBe('dark');
  expect(await window.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('colo')))).toEqual([]);
});

test('the desktop tells the reviewer of a new task and the requester that the access works, with a way to the request', async ({
  console: window,
  openConsole,
  gatehouse,
}) => {
  const { shell } = desktopOf(gatehouse);
  await signInAs(window, requester);
  const other = await openConsole();
  await signInAs(other, 'Yara Schneider');
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  const titled = async (title: string) =>
    (await shell.call('state')).notices.filter((notice) => notice.title === title);
  await expect
    .poll(() => titled('A request waits for you'))
    .toMatchObject([{ body: expect.stringContaining(`${requester} asks for Code readers`) }]);
  await (await TasksPage.open(other)).approve('Code readers', requester);
  await expect
    .poll(() => titled(`Request ${number}`))
    .toMatchObject([{ body: expect.stringMatching(/Code readers in .* works now for you/) }]);
  await other.close();
  const { notices } = await shell.call('state');
  await goTo(window, 'My tasks');
  await shell.call(
    'clickNotice',
    notices.findIndex(({ title }) => title === `Request ${number}`),
  );
  await (await RequestPage.of(window, number)).state('Completed');
});

test('a file to import is chosen in the dialog of the system, and one that cannot be imported is refused in words', async ({
  console: window,
  gatehouse,
}) => {
  await signInAs(window, administrator);
  const choosing = async (name: string, text: string): Promise<void> => {
    const file = join(gatehouse.workspace, '..', name);
    writeFileSync(file, text);
    const chooser = window.waitForEvent('filechooser');
    await choose.click();
    await (await chooser).setFiles(file);
  };
  await goTo(window, 'Directory');
  await window.getByRole('button', { name: 'Import' }).first().click();
  const dialog = window.getByRole('dialog', { name: 'Import from a file' });
  const choose = dialog.getByRole('button', { name: /^Choose (a|another) file$/ });
  await choosing('notes.pdf', '%PDF');
  await expect(dialog.getByRole('alert')).toContainText('Choose a CSV file.');
  await choosing('people.csv', 'Work Email,Full Name\nasa.grun@alderbrook.example,Åsa Grün\n');
  await expect(dialog.getByText('people.csv')).toBeVisible();
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  const result = window.getByRole('dialog', { name: 'Import of people.csv' });
  await expect(result.getByRole('status').first()).toContainText('Imported 1 row');
});
