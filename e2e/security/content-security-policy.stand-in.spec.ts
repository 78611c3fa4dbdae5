/** Which scripts run in the window, and whom a page may talk to. */
import { expect, test } from '../support/gatehouse.ts';
import { guards } from '../support/security.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

// Refusals are what is provoked here, and the page complains of them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource|ERR_ABORTED|Permissions/ });

const invented = 'https://evil.example/';

test(
  'every answer carries a policy that allows the console’s own files, and a script put into the page does not run',
  guards("The content security policy is a response header: `default-src 'none'`, nothing unsafe for scripts"),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    for (const path of ['index.html', 'gatehouse.svg', 'nothing.js']) {
      const { headers } = await shell.call('protocol', `app://gatehouse/${path}`, 'GET');
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(headers['content-security-policy']).not.toContain('unsafe-eval');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    const ran = await window.evaluate((elsewhere) => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ranInline = true';
      document.head.append(script);
      const fetched = fetch(elsewhere).then(
        () => 'fetched',
        () => 'refused',
      );
      return fetched.then((answer) => ({ inline: 'ranInline' in globalThis, answer }));
    }, invented);
    expect(ran).toEqual({ inline: false, answer: 'refused' });
  },
);
