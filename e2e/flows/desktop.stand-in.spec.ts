/** What only a desktop program can meet: its engine dies, it is started twice, its settings are torn, links from anywhere. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StandInShell } from '../electron-stand-in/stand-in-shell.ts';
import { signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { connectedAgain } from '../pages/shell.ts';
import { expect, test } from '../support/gatehouse.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

const requester = 'Bjørn Zhang';

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
  await shell.call('power', 'resume');
  await shell.call('pressMenu', 'Dark');
  expect((await shell.call('state')).theme).toBe('dark');
});
