/** What a page may do on this machine. */
import { expect, test } from '../support/gatehouse.ts';
import { guards } from '../support/security.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

// Refusals are what is provoked here, and the page complains of them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource|ERR_ABORTED|Permissions/ });

test(
  'the page may put text on the clipboard; place, camera, microphone, notices and reading the clipboard are denied',
  guards('Permissions are denied by default'),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const asked =
      'geolocation media notifications clipboard-read clipboard-sanitized-write midi pointerLock fullscreen openExternal ' +
      'display-capture hid serial usb storage-access idle-detection';
    expect(await shell.call('granted', 'app://gatehouse', asked.split(' '))).toEqual(['clipboard-sanitized-write']);
    for (const origin of ['https://evil.example', 'app://gatehouse.evil', 'null']) {
      expect(await shell.call('granted', origin, asked.split(' '))).toEqual([]);
    }
    const states = await window.evaluate(async () => {
      const names = ['geolocation', 'camera', 'microphone', 'clipboard-write'];
      const queries = names.map(async (name) => {
        const { state } = await navigator.permissions.query({ name: name as PermissionName });
        return [name, state] as const;
      });
      return Object.fromEntries(await Promise.all(queries));
    });
    expect(states).toEqual({
      geolocation: 'denied',
      camera: 'denied',
      microphone: 'denied',
      'clipboard-write': 'granted',
    });
  },
);
