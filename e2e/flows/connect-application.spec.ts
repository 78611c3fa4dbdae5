/** A first application of one's own: connected, discovered, provisioned, with its secret in the keychain alone. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canRunKeyringSession } from '#core/testing/keyring-session.ts';
import { startSecondScimServer } from '#core/testing/second-scim-server.ts';
import { ApplicationPage } from '../pages/applications.ts';
import { signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { goTo, notice } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';
import { recordFrames } from '../support/frames.ts';

const administrator = 'Daniel Castillo';

/** Every file under the folder, with its bytes. */
function filesUnder(folder: string): readonly { readonly name: string; readonly bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

test.describe('with a keychain', () => {
  test.skip(!canRunKeyringSession(), 'dbus and gnome-keyring are not on this machine');
  test.use({ keyring: true });

  test('an application is connected, tested, discovered and provisioned, and its secret stays in the keychain', async ({
    console: window,
    openConsole,
    gatehouse,
  }) => {
    // The longest way through the console.
    test.setTimeout(150_000);
    const server = await startSecondScimServer({
      users: [{ userName: 'someone@elsewhere.example', email: 'someone@elsewhere.example' }],
      groups: { 'Map makers': ['someone@elsewhere.example'], 'Map readers': [] },
    });
    const received = recordFrames(window, 'received');
    await window.reload();
    await signInAs(window, administrator);
    const application = await ApplicationPage.add(window, { name: 'Cartography', owner: administrator });
    await application.chooseConnector('SCIM 2.0');

    await application.fillConnection({
      baseUrl: server.baseUrl,
      username: server.username,
      password: 'not the password',
    });
    const failed = await application.test();
    await expect(failed).toContainText('1 check failed.');
    await expect(failed).toContainText(/Failed\s*Credential/);
    await expect(failed).toContainText('401');
    await application.fillPassword(server.password);
    const passed = await application.test();
    await expect(passed).toContainText('The connection works.');
    await expect(passed).toContainText('The groups can be listed: 2.');
    await application.saveConnection();
    await expect(application.connection.getByPlaceholder('Saved; leave empty to keep it')).toHaveValue('');
    await expect(await application.test()).toContainText('The connection works.');
    await application.connectionIs('Working');

    await application.discover();
    await expect(await application.tab('Entitlements')).toContainText('Map makers');
    await expect(await application.tab('Accounts')).toContainText('someone@elsewhere.example');

    await switchTo(window, 'Bjørn Zhang');
    const form = await NewRequestPage.open(window);
    await form.add('Map readers');
    await form.because('I draw the maps of the report.');
    const number = await form.submit();
    await switchTo(window, 'Yara Schneider');
    await (await TasksPage.open(window)).approve('Map readers', 'Bjørn Zhang');
    await (await RequestPage.find(window, number)).state('Completed');
    expect(server.membersOf('Map readers')).toEqual(['bjorn.zhang@alderbrook.example']);
    expect(server.userNames()).toContain('bjorn.zhang@alderbrook.example');

    expect(received().join('\n')).toContain('Cartography');
    expect(received().join('\n')).not.toContain(server.password);
    expect(gatehouse.output()).not.toContain(server.password);
    for (const { name, bytes } of filesUnder(gatehouse.workspace)) {
      expect([name, bytes.includes(server.password)]).toEqual([name, false]);
    }

    // Another process has nothing but the keychain to know it from.
    await window.close();
    await gatehouse.stop();
    await gatehouse.start();
    const later = await openConsole();
    await signInAs(later, 'Gabriel Hoffmann');
    const next = await NewRequestPage.open(later);
    await next.add('Map readers');
    await next.because('I write about the maps.');
    const second = await next.submit();
    await switchTo(later, 'Yara Schneider');
    await (await TasksPage.open(later)).approve('Map readers', 'Gabriel Hoffmann');
    await (await RequestPage.find(later, second)).state('Completed');
    expect(server.membersOf('Map readers')).toContain('gabriel.hoffmann@alderbrook.example');
    await server.close();
  });
});

test.describe('without a keychain', () => {
  test.use({ begins: 'empty' });

  test('the first start says what is missing, and that the sample works without it', async ({ console: window }) => {
    await expect(window.getByText('Secrets cannot be kept on this machine yet.')).toBeVisible();
    await expect(window.getByText('this process has no D-Bus session')).toBeVisible();
    await expect(window.getByText('The sample organisation works without it.')).toBeVisible();
  });
});

test('without a keychain the connection says exactly what is missing, saves nothing, and the sample still works', async ({
  console: window,
  gatehouse,
}) => {
  const server = await startSecondScimServer({ users: [], groups: { 'Map readers': [] } });
  await signInAs(window, administrator);
  const application = await ApplicationPage.add(window, { name: 'Cartography', owner: administrator });
  await application.chooseConnector('SCIM 2.0');
  await expect(notice(window, 'this process has no D-Bus session')).toBeVisible();
  await application.fillConnection(server);
  await expect(await application.test()).toContainText('The connection works.');
  await application.saveConnection();
  await expect(notice(window, /Secrets cannot be kept/)).toHaveCount(2);
  await window.reload();
  await application.connectionIs('Not connected');
  for (const { name, bytes } of filesUnder(gatehouse.workspace)) {
    expect([name, bytes.includes(server.password)]).toEqual([name, false]);
  }
  await goTo(window, 'Applications');
  const workbench = await ApplicationPage.open(window, 'Workbench');
  await workbench.discover();
  await server.close();
});
