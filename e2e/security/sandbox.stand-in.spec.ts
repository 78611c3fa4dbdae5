/** What a page has of the shell, and nothing else. */
import { expect, test } from '../support/gatehouse.ts';
import { guards } from '../support/security.ts';
import { desktopOf } from '../support/stand-in-gatehouse.ts';

// Refusals are what is provoked here, and the page complains of them.
test.use({ expectedComplaints: /Content Security Policy|Failed to load resource|ERR_ABORTED|Permissions/ });

test(
  'a page is sandboxed and isolated, and has four functions of the shell and nothing of Node',
  guards('Sandbox and context isolation are set explicitly'),
  async ({ console: window, gatehouse }) => {
    const [opened] = (await desktopOf(gatehouse).shell.call('state')).windows;
    expect(opened?.preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
    });
    const found = await window.evaluate(() => ({
      bridge: Object.keys((globalThis as unknown as { readonly gatehouse: object }).gatehouse),
      node: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter((name) => name in globalThis),
    }));
    expect(found).toEqual({ bridge: ['connect', 'colours', 'chooseFile', 'writeFile'], node: [] });
  },
);
