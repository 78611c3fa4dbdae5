/** Who reviews: levels with a quorum, and a policy that decides alone. */
import { ApplicationPage } from '../pages/applications.ts';
import { signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { pick, select } from '../pages/shell.ts';
import { RulesPage } from '../pages/rules.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

const administrator = 'Daniel Castillo';
const [requester, manager] = ['Bjørn Zhang', 'Yara Schneider'];
const [first, second, third] = ['Chen Delgado', 'Teresa Moreau', 'Noah Weber'];

test('two of three designated reviewers decide after the manager', async ({ console: window }) => {
  await signInAs(window, administrator);
  await ApplicationPage.open(window, 'Workbench');
  await window.getByRole('button', { name: 'Also ask designated reviewer' }).click();
  await window.getByRole('button', { name: 'Do not ask Application owner' }).click();
  for (const name of [first, second, third])
    await pick(window, window.getByRole('combobox', { name: 'Designated persons' }), name);
  await window.getByRole('textbox', { name: 'Levels' }).fill('2');
  await select(window, window.getByRole('combobox', { name: 'Who of a level must approve' }), 'At least…');
  await window.getByRole('textbox', { name: 'How many' }).fill('2');
  await window.getByRole('button', { name: 'Save settings' }).click();
  await expect(window.getByText('Not saved yet')).toBeHidden();

  await switchTo(window, requester);
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  await expect(form.line('Code readers')).toContainText(
    `Reviewed by ${manager}, then 2 of 3 reviewers (${first}, ${second}, ${third}), who must approve`,
  );
  const number = await form.submit();
  for (const reviewer of [manager, first]) {
    await switchTo(window, reviewer);
    await (await TasksPage.open(window)).approve('Code readers', requester);
  }
  await switchTo(window, requester);
  const between = await RequestPage.find(window, number);
  await between.state('In review');
  await expect(between.progress('2 of 3')).toBeVisible();

  await switchTo(window, second);
  await (await TasksPage.open(window)).approve('Code readers', requester);
  await switchTo(window, requester);
  await (await RequestPage.find(window, number)).state('Completed');
});

test('a policy approves, and the trail names it', async ({ console: window }) => {
  await signInAs(window, administrator);
  const rules = await RulesPage.open(window);
  const policy = await rules.add('Policies', 'Add a policy', 'Readers need nobody');
  await pick(window, policy.getByRole('combobox', { name: 'Entitlements' }), 'Code readers');
  await policy.getByRole('radio', { name: 'Approve' }).check();
  await rules.save(policy, 'Save policy');
  await expect(window.getByRole('listitem', { name: 'Readers need nobody' })).toContainText('Approved automatically');

  await switchTo(window, requester);
  // The place is not theirs, and its keys lead nowhere.
  await expect(window.getByRole('link', { name: 'Rules' })).toHaveCount(0);
  await window.keyboard.press('g');
  await window.keyboard.press('u');
  await expect(window.getByRole('heading', { level: 1, name: 'Rules' })).toHaveCount(0);
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  await expect(form.line('Code readers')).toContainText('Approved at once by the policy “Readers need nobody”');
  await form.submit();
  const request = new RequestPage(window);
  await request.state('Completed');
  await expect(
    request.trail.filter({ hasText: 'The policy “Readers need nobody”, version 1, decides it' }),
  ).toHaveCount(1);
  await expect(request.trail.filter({ hasText: 'approved automatically by the policy' })).toHaveCount(1);
});
