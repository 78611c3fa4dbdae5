/** One request for several people: what to give and what to take away, decided by different people, item by item. */
import { signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage, RequestsPage } from '../pages/requests.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

const manager = "Hugo O'Brien";
const [first, second] = ['Karim Silva', 'Magnus Abara'];

test('a manager asks for several people; each item is decided, delivered, denied or cancelled by itself', async ({
  console: window,
  openConsole,
  gatehouse,
}) => {
  expect(await gatehouse.membersOf('Developers')).toContain('magnus.abara@alderbrook.example');

  await signInAs(window, manager);
  const form = await NewRequestPage.open(window);
  await form.removeLastPerson();
  await form.addPeople(first, second);
  await form.add('Code readers', 'Expense reporter');
  await form.remove('Developers', second);
  await form.because('They move to the documentation team.');
  await expect(form.line('Developers')).toContainText('to be removed');
  const number = await form.submit();
  const request = await RequestPage.of(window, number);
  await expect(request.items).toHaveCount(5);
  await expect(request.progress('0 of 5')).toBeVisible();
  // The requester is the manager of both: their decision is not the requester's to take.
  await expect(window.getByRole('button', { name: /^(Approve|Deny)/ })).toHaveCount(0);

  const owner = await openConsole();
  await signInAs(owner, 'Chen Delgado');
  const tasks = await TasksPage.open(owner);
  await tasks.approve('Code readers', first);
  await expect(request.progress('1 of 5')).toBeVisible();
  await tasks.approve('Code readers', second);
  await tasks.row('Developers', second).click();
  await expect(tasks.details.getByRole('group', { name: /^Review progress: 2 of 3\./ })).toBeVisible();
  await tasks.approve('Developers', second);
  // My tasks counts one's own actions, Access requests those of everybody.
  await tasks.show('Completed');
  await tasks.row('Developers', second).click();
  await expect(tasks.details.getByRole('group', { name: /^Review progress: 3 of 3\./ })).toBeVisible();
  const all = await RequestsPage.open(owner, 'All I may see');
  await expect(all.row(number)).toContainText('3 of 5');
  await expect(all.row(number)).toContainText('60%');
  await owner.close();

  for (const person of [first, second]) {
    const item = request.item('Code readers', person);
    await expect(item).toContainText('Delivered');
    await expect(item).toContainText(/Intended\s*held\s*Actual\s*held, read back/);
  }
  const removal = request.item('Developers', second);
  await expect(removal).toContainText('Removed');
  await expect(removal).toContainText(/Actual\s*not held, read back/);
  expect(await gatehouse.membersOf('Code readers')).toEqual(
    expect.arrayContaining(['karim.silva@alderbrook.example', 'magnus.abara@alderbrook.example']),
  );
  expect(await gatehouse.membersOf('Developers')).not.toContain('magnus.abara@alderbrook.example');
  expect(await gatehouse.membersOf('Developers')).not.toHaveLength(0);

  const finance = await openConsole();
  await signInAs(finance, 'Noah Weber');
  await (await TasksPage.open(finance)).deny('Expense reporter', first, 'Engineers hand expenses in on paper.');
  const denied = request.item('Expense reporter', first);
  await expect(denied).toContainText('by Noah Weber');
  await expect(denied).toContainText('Engineers hand expenses in on paper.');
  await expect(request.progress('4 of 5')).toBeVisible();

  await request.cancel('One of them is enough to know.');
  await expect(request.item('Expense reporter', second)).toContainText('Cancelled');
  await expect(denied).toContainText('Denied');
  await request.state('Completed');
  const left = await TasksPage.open(finance);
  await expect(left.row('Expense reporter', second)).toHaveCount(0);
});
