/** The connection breaks after the engine took a command and before its answer arrived. */
import { signInAs } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestsPage } from '../pages/requests.ts';
import { expect, test } from '../support/gatehouse.ts';

test('a request whose answer was lost is submitted once', async ({ console: window }) => {
  const lost: string[] = [];
  await window.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    let submission: string | null = null;
    socket.onMessage((message) => {
      const { i, p } = JSON.parse(String(message)) as { readonly i: string; readonly p?: { readonly u?: string } };
      if (p?.u === '/requests/submit' && lost.length === 0) submission = i;
      server.send(message);
    });
    server.onMessage((message) => {
      if (submission !== null && (JSON.parse(String(message)) as { readonly i: string }).i === submission) {
        lost.push(String(message));
        void socket.close({ code: 3001, reason: 'the line was cut' });
        return;
      }
      socket.send(message);
    });
  });
  await window.reload();
  await signInAs(window, 'Bjørn Zhang');
  const form = await NewRequestPage.open(window);
  await form.add('Code readers');
  await form.because('I check the texts in the code.');
  const number = await form.submit();
  expect(lost).toHaveLength(1);
  expect(lost[0]).toContain('"outcome":"done"');

  const list = await RequestsPage.open(window);
  await list.show('All');
  await expect(list.row(number)).toHaveCount(1);
  await expect(window.getByRole('grid', { name: 'Access requests' }).getByRole('row')).toHaveCount(2);
});
