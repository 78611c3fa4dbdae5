/** The main job: a request goes all the way to real access in a real application, and away again at its end. */
import { exploreSample, signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test, type Gatehouse } from '../support/gatehouse.ts';
import type { Page } from '@playwright/test';

const hour = 3_600_000;
const requester = 'Bjørn Zhang';
const account = 'bjorn.zhang@alderbrook.example';
const manager = 'Yara Schneider';
const entitlement = 'Code readers';

async function askForAnHour(page: Page): Promise<number> {
  const form = await NewRequestPage.open(page);
  await form.add(entitlement);
  await form.forDuration('1 hour');
  await form.because('I check the texts in the code.');
  const line = form.line(entitlement);
  await expect(line).toContainText(`Reviewed by ${manager}`);
  await expect(line).toContainText(`The account ${account} will be created`);
  return form.submit();
}

async function accountsNamed(gatehouse: Gatehouse, userName: string): Promise<number | undefined> {
  return (await gatehouse.scim(`/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`)).totalResults;
}

test.describe('from the first start', () => {
  test.use({ begins: 'empty' });

  test('temporary access is asked for, approved, delivered before one’s eyes, and gone when its time was over', async ({
    console: window,
    openConsole,
    gatehouse,
  }) => {
    await exploreSample(window);
    await signInAs(window, requester);
    expect(await accountsNamed(gatehouse, account)).toBe(0);

    const number = await askForAnHour(window);
    const request = await RequestPage.of(window, number);
    await request.state('In review');
    const item = request.item(entitlement, requester);
    await expect(item).toContainText(`Asked: ${manager}`);
    await expect(item.getByRole('button', { name: /Approve|Deny/ })).toHaveCount(0);
    expect(await gatehouse.membersOf(entitlement)).not.toContain(account);

    const other = await openConsole();
    await signInAs(other, manager);
    const tasks = await TasksPage.open(other);
    await tasks.row(entitlement, requester).click();
    await expect(tasks.details).toContainText('I check the texts in the code.');
    await tasks.approve(entitlement, requester);

    // The requester's window, which nobody has touched.
    await request.state('Completed');
    await expect(item).toContainText('Delivered');
    await expect(item).toContainText(`by ${manager}`);
    await expect(item).toContainText('created for this, because there was none');
    await expect(item).toContainText(/Intended\s*held until/);
    await expect(item).toContainText(/Actual\s*held, read back/);
    await expect(item).toContainText('Remove at the end of its time');
    await expect(item).toContainText('Scheduled');
    expect(await accountsNamed(gatehouse, account)).toBe(1);
    expect(await gatehouse.membersOf(entitlement)).toContain(account);
    await expect(request.trail.filter({ hasText: `${manager} approved` })).toHaveCount(1);
    await expect(request.trail.first()).toContainText(requester);

    // Nobody is there when its time is over.
    await other.close();
    await window.close();
    await gatehouse.stop();
    await gatehouse.start({ clock: 3 * hour });
    const later = await openConsole();
    await signInAs(later, requester);
    const ended = await RequestPage.find(later, number);
    const endedItem = ended.item(entitlement, requester);
    await expect(endedItem).toContainText(/Intended\s*not held any more/);
    await expect(endedItem).toContainText(/Actual\s*not held, read back/);
    await expect(endedItem).toContainText(/(1 hour 5\d minutes|2 hours) late/);
    await expect.poll(() => gatehouse.membersOf(entitlement)).not.toContain(account);
    expect(await accountsNamed(gatehouse, account)).toBe(1);
  });
});

test('temporary access goes before one’s eyes when its time is over', async ({
  console: window,
  openConsole,
  gatehouse,
}) => {
  await signInAs(window, requester);
  const number = await askForAnHour(window);
  const other = await openConsole();
  await signInAs(other, manager);
  await (await TasksPage.open(other)).approve(entitlement, requester);
  await (await RequestPage.of(window, number)).state('Completed');
  const end = await endOf(window, entitlement, requester, number);
  await other.close();
  await window.close();
  await gatehouse.stop();

  await gatehouse.start({ heldAt: end - 2_000 });
  const later = await openConsole();
  await signInAs(later, requester);
  const request = await RequestPage.find(later, number);
  const item = request.item(entitlement, requester);
  await expect(item).toContainText('Scheduled');
  await expect(item).toContainText(/Intended\s*held until/);
  expect(await gatehouse.membersOf(entitlement)).toContain(account);

  gatehouse.releaseClock();
  await expect(item).toContainText(/Actual\s*not held, read back/);
  await expect(item).not.toContainText(' late');
  expect(await gatehouse.membersOf(entitlement)).not.toContain(account);
});

/** The end of the access as the page says it: the machine's form of the time when its removal is due. */
async function endOf(window: Page, what: string, whom: string, number: number): Promise<number> {
  const item = (await RequestPage.of(window, number)).item(what, whom);
  const line = item.getByText(/^due /).getByRole('time');
  return Date.parse((await line.getAttribute('datetime')) ?? '');
}
