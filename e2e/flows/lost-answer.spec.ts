/** The connection breaks after the engine took a command and before its answer arrived. */
import { signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestsPage } from '../pages/requests.ts';
import { loseAnswer } from '../support/frames.ts';
import { expect, test } from '../support/gatehouse.ts';

test('a request whose answer was lost is submitted once', async ({ console: window }) => {
  const lost = await loseAnswer(window, '/requests/submit');
  await window.reload();
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  expect(lost()).toHaveLength(1);
  expect(lost()[0]).toContain('"outcome":"done"');

  const list = await RequestsPage.open(window);
  await list.show('All');
  await expect(list.row(number)).toHaveCount(1);
  await expect(window.getByRole('grid', { name: 'Access requests' }).getByRole('row')).toHaveCount(2);
});
