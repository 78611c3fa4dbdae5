/** Where a page leads. */
import { expect, test } from '../support/gatehouse.ts';
import { guards } from '../support/security.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

// Refusals are what is provoked here, and the page complains of them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource|ERR_ABORTED|Permissions/ });

const invented = 'https://evil.example/';

test(
  'the page leads nowhere, opens no window and embeds no other page',
  guards('Navigation and further windows are denied'),
  async ({ console: window, gatehouse }) => {
    const { shell } = desktopOf(gatehouse);
    const before = window.url();
    for (const address of [invented, 'http://127.0.0.1:9/', 'https://gatehouse.app-scheme.test/assets/none.html']) {
      await window.evaluate((url) => void (location.href = url), address);
    }
    await window.evaluate((url) => {
      globalThis.open(url, '_blank');
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, invented);
    await expect.poll(() => window.context().pages().length).toBe(1);
    expect(window.url()).toBe(before);
    await expect(window.getByRole('heading').first()).toBeVisible();
    expect((await shell.call('state')).windows.filter(({ destroyed }) => !destroyed)).toHaveLength(1);
  },
);
