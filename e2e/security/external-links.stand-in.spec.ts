/** Which addresses leave the program. */
import { expect, test } from '../support/gatehouse.ts';
import { guards } from '../support/security.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

// Refusals are what is provoked here, and the page complains of them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource|ERR_ABORTED|Permissions/ });

const invented = 'https://evil.example/';

test(
  'no address is handed to the system unless it is https and an application is connected to its host; the person is told',
  guards('`openExternal` only for parsed, allow-listed https'),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const { id } = shell.windowOf(window);
    for (const address of [
      invented,
      'http://gatehouse.example/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'smb://evil.example/share',
      'https://user:secret@github.com/',
      'not an address',
    ]) {
      expect([address, await shell.call('opening', id, address)]).toEqual([address, 'deny']);
    }
    const { opened, notices } = await shell.call('state');
    expect(opened).toEqual([]);
    expect(new Set(notices.map(({ title }) => title))).toEqual(new Set(['An address was not opened']));
  },
);
