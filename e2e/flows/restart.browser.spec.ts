/** The process dies while people work in the browser: they are told, and nothing they had is lost. */
import { signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestsPage } from '../pages/requests.ts';
import { goTo } from '../pages/shell.ts';
import { expect, test } from '../support/gatehouse.ts';

test('a killed console says so, and goes on at a new address with all that was committed and begun', async ({
  console: window,
  gatehouse,
}) => {
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  const draft = await NewRequestPage.open(window);
  await draft.add('Page author');
  await draft.because('Half of a thought');
  await expect(draft.line('Page author')).toContainText('Approved at once');

  const port = Number(new URL(gatehouse.origin).port);
  await gatehouse.kill();
  await expect(window.getByText('Reconnecting…')).toBeVisible();
  await expect(window.getByRole('textbox', { name: 'Justification' })).toHaveValue('Half of a thought');

  await gatehouse.start({ port });
  // Sessions live in the memory of the process: the window cannot go on without a new address.
  await expect(window.getByRole('heading', { name: 'This address has been used or has expired' })).toBeVisible();
  await window.goto(await gatehouse.link());
  await signInAs(window, 'Bjørn Zhang');
  await goTo(window, 'New request');
  await expect(window.getByText('This is the request you had begun.')).toBeVisible();
  await expect(window.getByRole('textbox', { name: 'Justification' })).toHaveValue('Half of a thought');
  await expect(draft.line('Page author')).toBeVisible();
  const list = await RequestsPage.open(window);
  const request = await list.open(number);
  await request.state('In review');
  await expect(request.trail).not.toHaveCount(0);
});
