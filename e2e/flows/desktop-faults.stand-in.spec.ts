/** What goes wrong around a desktop program while something is under way: it is asked to end, its engine dies, its window closes. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { canRunKeyringSession } from '#core/testing/keyring-session.ts';
import { exploreSample, signInAs } from '../pages/entrance.ts';
import { NewRequestPage, submittedNumber } from '../pages/new-request.ts';
import { RequestPage, RequestsPage } from '../pages/requests.ts';
import { connectedAgain } from '../pages/shell.ts';
import { recordFrames } from '../support/frames.ts';
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

test('a window that is closed while its report is made goes out of sight, and the file is whole', async ({
  console: window,
  gatehouse,
}) => {
  const { shell, shellLog, saves } = desktopOf(gatehouse);
  await signInAs(window, requester);
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  await RequestPage.of(window, number);
  const askFor = async (format: string) => {
    await window.getByRole('button', { name: 'Report', exact: true }).click();
    await window.getByRole('menuitem', { name: format }).click();
  };

  // Nothing is said to be saved before the person has said where, nor when they would rather not.
  const dialog = Promise.withResolvers<string | null>();
  const asked: string[] = [];
  shell.saveAt = (name) => {
    asked.push(name);
    return dialog.promise;
  };
  await askFor('CSV');
  await expect.poll(() => asked).toEqual([`gatehouse-request-${number}.csv`]);
  await expect(window.getByText(/^Saved as/)).toHaveCount(0);
  dialog.resolve(null);
  await expect(window.getByRole('button', { name: 'Report', exact: true })).toBeEnabled();
  await expect(window.getByText(/^Saved as/)).toHaveCount(0);

  // The engine stands still before it makes the report, and the window is closed in this time.
  shell.saveAt = (name) => {
    asked.push(name);
    return join(saves, name);
  };
  const made = recordFrames(window, 'sent');
  await shell.signalEngine('SIGSTOP');
  await askFor('PDF');
  await expect.poll(() => made().some((message) => message.includes('/requests/report'))).toBe(true);
  await shell.call('close', shell.windowOf(window).id);
  expect((await shell.call('state')).windows).toMatchObject([{ shown: false, destroyed: false }]);
  expect(readdirSync(saves)).toEqual([]);
  await shell.signalEngine('SIGCONT');
  // It was the last window: with the file on disk it closes, and the program ends.
  expect(await shell.ended()).toBe(0);
  expect(shellLog()).toContain('A file was saved');
  expect(readdirSync(saves)).toEqual([`gatehouse-request-${number}.pdf`]);
  const bytes = readFileSync(join(saves, `gatehouse-request-${number}.pdf`), 'latin1');
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
