/** Who decides and who delivers: by hand, by setting, and never oneself. */
import { signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

test('what is delivered by hand is done by an owner, whose note is the evidence', async ({ console: window }) => {
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Sales user');
  await form.because('I draw the slides of the sales team.');
  await expect(form.line('Sales user')).toContainText('Delivered by hand');
  const number = await form.submit();

  await switchTo(window, 'Yara Schneider');
  await (await TasksPage.open(window)).approve('Sales user', 'Bjørn Zhang');

  await switchTo(window, 'Teresa Moreau');
  const request = await RequestPage.find(window, number);
  await request.state('Being delivered');
  const item = request.item('Sales user', 'Bjørn Zhang');
  await expect(item).toContainText('To be done by hand');
  await request.completeByHand(item, 'Added in Lodestar under Users, seat 41.');
  await expect(item).toContainText('Delivered');
  await expect(item).toContainText('Added in Lodestar under Users, seat 41.');
  await expect(item).toContainText('not read back');
  await request.state('Completed');
  await expect(request.trail.filter({ hasText: 'seat 41' })).toHaveCount(1);
});

test('an application that approves by its setting does so at once, as a recorded decision', async ({
  console: window,
}) => {
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Space owner');
  await form.because('A space for the style guide.');
  await expect(form.line('Space owner')).toContainText('Approved at once by the application’s setting');
  await form.submit();
  const request = new RequestPage(window);
  await request.state('Being delivered');
  const item = request.item('Space owner', 'Bjørn Zhang');
  await expect(item).toContainText(/Approved\s*automatically: /);
  await expect(request.progress('No review needed')).toBeVisible();
  await expect(request.trail.filter({ hasText: /automatically|by its setting|by the setting/i })).not.toHaveCount(0);
});

test('owners do not decide what they ask for themselves: it goes to somebody else', async ({ console: window }) => {
  await signInAs(window, 'Noah Weber');
  const form = await NewRequestPage.open(window);
  await form.add('Expense reporter');
  await form.because('Travel to the audit.');
  await expect(form.line('Expense reporter')).toContainText('Reviewed by Rania Castillo');
  await form.submit();
  const request = new RequestPage(window);
  const item = request.item('Expense reporter', 'Noah Weber');
  await expect(item).toContainText('Asked: Rania Castillo');
  await expect(window.getByRole('button', { name: /^(Approve|Deny)/ })).toHaveCount(0);
  await expect((await TasksPage.open(window)).row('Expense reporter', 'Noah Weber')).toHaveCount(0);

  await switchTo(window, 'Rania Castillo');
  await expect((await TasksPage.open(window)).row('Expense reporter', 'Noah Weber')).toHaveCount(1);
});

test('where nobody else could decide, administrators do, and it is said why', async ({ console: window }) => {
  await signInAs(window, 'Mei Moreau');
  const form = await NewRequestPage.open(window);
  await form.add('Payroll');
  await form.because('While the payroll team is away.');
  const number = await form.submit();
  const request = await RequestPage.of(window, number);
  const item = request.item('Payroll', 'Mei Moreau');
  await expect(item).toContainText('Administrator');
  await expect(item).toContainText(/Asked: .*(Daniel Castillo|Olga Almeida|Magnus Lopes)/);
  await expect(item).toContainText('one of them suffices');
  await expect(item).toContainText("The application's owner asked for this access or receives it.");
  await expect(window.getByRole('button', { name: /^(Approve|Deny)/ })).toHaveCount(0);
});
