/** One screen of the console in the desktop program: what the policy lets in and the shell puts around it is as accessible as in the browser. */
import { signInAs } from '../pages/entrance.ts';
import { heading } from '../pages/shell.ts';
import { isAccessible } from '../support/accessibility.ts';
import { test } from '../support/gatehouse.ts';

test('the dashboard is accessible in the window of the desktop program', async ({ console: window }) => {
  await signInAs(window, 'Yara Schneider');
  await heading(window, /^Hello, /);
  await isAccessible(window, 'Dashboard');
});
