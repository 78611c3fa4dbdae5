/** What goes wrong around a desktop program while something is under way: it is asked to end, its engine dies, its window closes. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { canRunKeyringSession } from '#core/testing/keyring-session.ts';
import { exploreSample, signInAs } from '../pages/entrance.ts';
import { NewRequestPage, submittedNumber } from '../pages/new-request.ts';
import { RequestPage, RequestsPage } from '../pages/requests.ts';
import { connectedAgain } from '../pages/shell.ts';
import { expect, test, type Gatehouse } from '../support/gatehouse.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

const requester = 'Bjørn Zhang';

/** Submits a request whose transaction stands still just before its commit. */
async function submitHeld(window: Page, hold: string): Promise<void> {
  await signInAs(window, requester);
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  writeFileSync(hold, '');
  await form.submitButton.click();
  await expect.poll(() => existsSync(`${hold}.held`), { timeout: 20_000 }).toBe(true);
}

function holdFile(gatehouse: Gatehouse): string {
  return join(gatehouse.workspace, '..', 'hold-commit');
}

for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} quits in peace: the transaction that runs ends first, and is there afterwards`, async ({
    gatehouse,
    openConsole,
  }) => {
    const hold = holdFile(gatehouse);
    await gatehouse.start({ holdCommit: hold });
    const window = await openConsole();
    await submitHeld(window, hold);
    const { shell, shellLog } = desktopOf(gatehouse);
    await shell.signalShell(signal);
    await expect.poll(shellLog).toContain('"msg":"Quitting"');
    // Asked again by somebody impatient: it goes on waiting.
    await shell.signalShell(signal);
    expect(shell.hasEnded).toBe(false);
    rmSync(hold);
    expect(await shell.ended()).toBe(0);
    expect(shellLog()).toMatch(/"code":0,"msg":"The engine has closed"/);

    await gatehouse.stop();
    const later = await openConsole();
    await signInAs(later, requester);
    const list = await RequestsPage.open(later);
    await expect(later.getByRole('grid', { name: 'Access requests' })).toContainText('Code readers');
    await list.show('All');
    await expect(later.getByRole('grid', { name: 'Access requests' }).getByRole('row')).toHaveCount(2);
  });
}

test('an engine that is killed in the middle of a transaction leaves nothing half, and what was asked is done once', async ({
  gatehouse,
  openConsole,
}) => {
  const hold = holdFile(gatehouse);
  await gatehouse.start({ holdCommit: hold });
  const window = await openConsole();
  await submitHeld(window, hold);
  const { shell } = desktopOf(gatehouse);
  await shell.signalEngine('SIGKILL');
  rmSync(hold);
  await connectedAgain(window);
  // The console asks again under the same command id: the first attempt never was, so this one counts.
  const number = await submittedNumber(window);
  await (await RequestPage.find(window, number)).state('In review');
  const list = await RequestsPage.open(window);
  await list.show('All');
  await expect(window.getByRole('grid', { name: 'Access requests' }).getByRole('row')).toHaveCount(2);
  expect((await shell.call('state')).engines).toBe(2);
});

test('a window that is closed while a report is written goes out of sight, and the file is whole', async ({
  console: window,
  gatehouse,
}) => {
  const { shell, shellLog } = desktopOf(gatehouse);
  await signInAs(window, requester);
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  const disk = Promise.withResolvers<void>();
  shell.disk = disk.promise;
  const pdf = await (await RequestPage.of(window, number)).report('PDF');
  await shell.call('close', shell.windowOf(window).id);
  expect((await shell.call('state')).windows).toMatchObject([{ shown: false, destroyed: false }]);
  const bytes = readFileSync(pdf.path, 'latin1');
  disk.resolve();
  // It was the last window: with the file on disk it closes, and the program ends.
  expect(await shell.ended()).toBe(0);
  expect(shellLog()).toContain('A file was saved');
  expect(bytes).toMatch(/^%PDF-[\s\S]*%%EOF\s*$/);
});

test.describe('a keychain that is locked', () => {
  test.skip(!canRunKeyringSession(), 'dbus and gnome-keyring are not on this machine');
  test.use({ keyring: true, begins: 'empty' });

  test('is named at the first start, with what helps, and the sample works without it', async ({
    gatehouse,
    openConsole,
  }) => {
    await gatehouse.start({ isLocked: true });
    const window = await openConsole();
    await expect(window.getByText(/the keychain is locked\. Unlock it/)).toBeVisible();
    await exploreSample(window);
    await signInAs(window, requester);
    expect(await gatehouse.membersOf('Developers')).not.toHaveLength(0);
  });
});
