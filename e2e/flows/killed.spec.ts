/** Everything of Gatehouse dies at once, as when the power fails. */
import { signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { TasksPage } from '../pages/tasks.ts';
import { expect, test } from '../support/gatehouse.ts';

test('a task decided before the kill is delivered after it', async ({ console: window, openConsole, gatehouse }) => {
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  const reviewer = await openConsole();
  await signInAs(reviewer, 'Yara Schneider');
  await (await TasksPage.open(reviewer)).approve('Code readers', 'Bjørn Zhang');
  // Whether the delivery was done, begun or not: afterwards it is there, once.
  await gatehouse.kill();
  await reviewer.close();
  await window.close();

  // What the dead process held is held until its lease ends, two minutes later.
  await gatehouse.start({ clock: 3 * 60_000 });
  const later = await openConsole();
  await signInAs(later, 'Bjørn Zhang');
  const request = await RequestPage.find(later, number);
  await request.state('Completed');
  const members = await gatehouse.membersOf('Code readers');
  expect(members.filter((name) => name === 'bjorn.zhang@alderbrook.example')).toHaveLength(1);
});
