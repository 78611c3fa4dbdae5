/** A colleague's access is copied without one of its lines, and access that ends is prolonged before it does. */
import { signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { choose, heading } from '../pages/shell.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

const chief = 'Amara Abara';
const [newcomer, colleague, leftOut] = ['Teresa Moreau', 'Chen Delgado', 'Production deployers'];

const [requester, manager, entitlement] = ['Bjørn Zhang', 'Yara Schneider', 'Code readers'];

test('a manager copies what a colleague holds, and leaves a line out', async ({ console: window }) => {
  await signInAs(window, chief);
  const form = await NewRequestPage.open(window);
  await form.removeLastPerson();
  await form.addPeople(newcomer);
  await form.likeColleague(colleague);
  const proposal = window.getByRole('group', { name: newcomer });
  const offered = proposal.getByRole('checkbox', { disabled: false });
  await expect(offered.first()).toBeChecked();
  const count = await offered.count();
  expect(count).toBeGreaterThan(1);
  await proposal.getByRole('checkbox', { name: leftOut }).uncheck();
  await window.getByRole('button', { name: `Add ${count - 1} lines` }).click();
  const lines = window.getByRole('list', { name: 'Lines of the request' });
  await expect(lines).toBeVisible();
  await expect(lines.getByRole('listitem')).toHaveCount(count - 1);
  await expect(lines.getByText(leftOut, { exact: true })).toHaveCount(0);
  await form.forDuration('7 days');
  await form.because('Does the same work from Monday.');
  const number = await form.submit();
  const request = await RequestPage.of(window, number);
  await expect(request.items).toHaveCount(count - 1);

  // What is asked for already is followed instead of being asked for twice.
  const again = await NewRequestPage.open(window);
  await again.removeLastPerson();
  await again.addPeople(newcomer);
  await again.likeColleague(colleague);
  await expect(proposal.getByText(`asked for in request ${number}`).first()).toBeVisible();
});

test('temporary access is extended, then ended early, and each request leads to the other', async ({
  console: window,
  openConsole,
}) => {
  await signInAs(window, requester);
  const reviewer = await openConsole();
  await signInAs(reviewer, manager);
  const form = await NewRequestPage.open(window);
  await form.add(entitlement);
  await form.forDuration('8 hours');
  await form.because('I check the texts in the code.');
  const first = await form.submit();
  const tasks = await TasksPage.open(reviewer);
  await tasks.approve(entitlement, requester);
  const request = await RequestPage.of(window, first);
  const item = request.item(entitlement, requester);
  await expect(item).toContainText(/Actual\s*held, read back/);

  await window.getByRole('link', { name: `Extend ${entitlement} for ${requester}` }).click();
  await heading(window, 'New request');
  await expect(form.line(entitlement)).toContainText('Prolongs access that is held now.');
  await form.because('There are more texts than I thought.');
  const second = await form.submit();
  await RequestPage.of(window, second);
  await expect(item).toContainText(`Prolongs the access given by request #${first}.`);
  await tasks.approve(entitlement, requester);
  await expect(item).toContainText(/Actual\s*held, read back/);

  await item.getByRole('link', { name: `request #${first}` }).click();
  await heading(window, `Request #${first}`);
  await expect(item).toContainText(`Prolonged by request #${second}.`);
  await expect(request.trail.filter({ hasText: `was prolonged by request ${second}` })).toHaveCount(1);
  await expect(window.getByRole('link', { name: /^Extend / })).toHaveCount(0);

  await item.getByRole('link', { name: `request #${second}` }).click();
  await heading(window, `Request #${second}`);
  await item.getByRole('button', { name: 'End early' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Done sooner than planned.');
  await dialog.getByRole('button', { name: 'End it now' }).click();
  await expect(item).toContainText(/Actual\s*not held, read back/);
  await expect(request.trail.filter({ hasText: 'Done sooner than planned.' })).toHaveCount(1);
});

test('the ways to fill a request are side by side', async ({ console: window }) => {
  await signInAs(window, chief);
  const form = await NewRequestPage.open(window);
  await choose(window, 'How to choose', 'Like a job title');
  await expect(window.getByRole('slider', { name: 'Share that holds it, in percent' })).toHaveAttribute(
    'aria-valuenow',
    '80',
  );
  await choose(window, 'How to choose', 'From a role');
  await expect(window.getByRole('combobox', { name: 'Role' })).toBeVisible();
  await choose(window, 'How to choose', 'Pick');
  await form.add('Code readers');
  await expect(form.line('Code readers')).toContainText('Reviewed by');
});
