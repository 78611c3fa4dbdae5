/** The whole shell on a fake Electron, with an engine that a test plays. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ElectronStore from 'electron-store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tellVersions } from './about.ts';
import type { OpenSettingsStore } from './settings.ts';
import { startShell } from './shell.ts';
import {
  createFakeElectron,
  fakeEvent,
  itemsByLabel,
  press,
  type FakeElectron,
  type FakeOptions,
} from './testing/fake-electron.ts';

vi.mock('electron', () => ({ default: {} }));

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
const id = '019412aa-0000-7000-8000-0123456789ab';
let folder: string;
let electron: FakeElectron;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-shell-'));
});
afterEach(() => {
  vi.useRealTimers();
  process.removeAllListeners('uncaughtException');
  process.removeAllListeners('unhandledRejection');
  for (const signal of signals) process.removeAllListeners(signal);
  rmSync(folder, { recursive: true });
});

async function start(
  argv: readonly string[] = [],
  options: Partial<FakeOptions> = {},
  openStore: OpenSettingsStore = (given) => new ElectronStore(given),
): Promise<FakeElectron['fake']> {
  electron = createFakeElectron({ userData: folder, ...options });
  const paths = {
    engineProcess: '/b/engine.js',
    preload: '/b/preload.cjs',
    renderer: folder,
    icons: '/i',
    sources: '/s',
  };
  await startShell(electron, { paths, argv: ['electron', ...argv], openStore });
  return electron.fake;
}

const shellLog = (): string => readFileSync(join(folder, 'logs', 'shell.log'), 'utf8');

/** The page of a window knocks at the door. */
function knock(contentsId: number, name: string, payload?: unknown): Promise<unknown> {
  const event = { sender: { id: contentsId }, senderFrame: { parent: null, origin: 'app://gatehouse' } };
  return electron.fake.handlers.get('gatehouse')!(event as never, name, payload) as Promise<unknown>;
}

describe('the first instance', () => {
  it('opens one window, sandboxed in every way, on the console’s own address', async () => {
    const { windows } = await start();
    expect(windows).toHaveLength(1);
    expect(windows[0]!.loaded).toEqual(['app://gatehouse/index.html']);
    expect(windows[0]!.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    });
    windows[0]!.emit('ready-to-show');
    expect(windows[0]!.isShown).toBe(true);
  });

  it('offers developer tools from sources alone', async () => {
    expect((await start([], { isPackaged: true })).windows[0]!.options.webPreferences!.devTools).toBe(false);
  });

  it('keeps crash reports on this machine', async () => {
    const { crashReporters, paths } = await start();
    expect(crashReporters).toEqual([{ uploadToServer: false }]);
    expect(paths.get('crashDumps')).toBe(join(folder, 'logs', 'crashes'));
  });

  it('keeps the newest of them alone, beside the logs that the menu shows', async () => {
    const crashes = join(folder, 'logs', 'crashes');
    mkdirSync(join(crashes, 'completed'), { recursive: true });
    for (let report = 0; report < 30; report += 1) {
      const file = join(crashes, 'completed', `${report}.dmp`);
      writeFileSync(file, '');
      utimesSync(file, report, report);
    }
    const { opened, state } = await start();
    expect(readdirSync(join(crashes, 'completed')).toSorted((a, b) => parseInt(a) - parseInt(b))).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index + 10}.dmp`),
    );
    press(itemsByLabel(state.menu).get('Show Logs'));
    expect(opened).toEqual([join(folder, 'logs')]);
  });

  it('says which versions it is made of, once each', async () => {
    const { children, state } = await start();
    children[0]!.emit('message', { type: 'ready', directory: folder, version: '1', database: 'SQLite 3.50.4' });
    const text = JSON.stringify(state.about);
    for (const part of ['0.0.0-test', 'Electron', 'Chromium', `Node ${process.versions.node}`, 'SQLite 3.50.4']) {
      expect([part, text.split(part).length]).toEqual([part, 2]);
    }
    press(itemsByLabel(state.menu).get('About Gatehouse'));
    expect(state.aboutShown).toBe(1);
    for (const [platform, field] of [
      ['darwin', 'credits'],
      ['win32', 'credits'],
      ['linux', 'copyright'],
    ] as const) {
      tellVersions(electron, null, platform);
      expect(Object.entries(state.about).filter(([, value]) => value?.includes('Chromium'))).toEqual([
        [field, expect.any(String)],
      ]);
    }
  });

  it('stays in the background when it was opened at login', async () => {
    const { windows, children } = await start(['--hidden']);
    expect(windows).toHaveLength(0);
    expect(children).toHaveLength(1);
  });
});

describe('a second instance', () => {
  /** What Chromium makes of the arguments is in no order to rely on; the program's own copy is. */
  function again(argv: readonly string[]): void {
    electron.fake.app.emit('second-instance', fakeEvent(), argv.toReversed(), '/', { argv, folder: '/elsewhere' });
  }

  it('ends without opening anything', async () => {
    const { windows, children, state } = await start([], { isSecond: true });
    expect([windows.length, children.length, state.quits]).toEqual([0, 0, 1]);
  });

  it('brings the first one’s window to the front', async () => {
    const { windows } = await start();
    windows[0]!.minimized = true;
    again(['electron', '.']);
    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({ minimized: false, isShown: true, focused: true });
  });

  it('hands its link over, and a hostile one goes nowhere', async () => {
    const { windows } = await start();
    windows[0]!.webContents.emit('did-finish-load');
    again(['electron', '.', `gatehouse://request/${id}`]);
    again(['electron', '.', 'gatehouse://request/../../etc']);
    expect(windows[0]!.webContents.sent).toEqual([['gatehouse:place', `/requests/${id}`]]);
    expect(shellLog()).toContain('leads nowhere');
  });

  it('that was asked for another workspace is told which one is open; one at login raises nothing', async () => {
    const { windows, messageBoxes } = await start(['--workspace', '/w/first']);
    again(['electron', '.', '--workspace', 'second', '--hidden']);
    expect(messageBoxes).toMatchObject([{ detail: expect.stringMatching(/\/w\/first\.\n.*\/elsewhere\/second/) }]);
    windows[0]!.isShown = false;
    again(['electron', '.', '--hidden']);
    again(['electron', '.', '--hidden', '--workspace', '/w/first']);
    expect([windows[0]!.isShown, messageBoxes.length]).toEqual([false, 1]);
    again(['electron', '.', '--workspace=/w/../w/first']);
    expect([windows[0]!.isShown, messageBoxes.length]).toEqual([true, 1]);
  });
});

describe('a link that starts the program', () => {
  it('is what the first window shows', async () => {
    const { windows } = await start([`gatehouse://request/${id}`]);
    expect(windows.map(({ loaded }) => loaded)).toEqual([[`app://gatehouse/index.html#/requests/${id}`]]);
  });

  it('that comes while the page loads waits for it', async () => {
    const { app, windows } = await start();
    app.emit('open-url', fakeEvent(), `gatehouse://request/${id}`);
    expect(windows[0]!.webContents.sent).toEqual([]);
    windows[0]!.webContents.emit('did-finish-load');
    expect(windows[0]!.webContents.sent).toEqual([['gatehouse:place', `/requests/${id}`]]);
  });
});

describe('pages', () => {
  it('navigate nowhere, open nothing and embed nothing', async () => {
    const { windows, opened } = await start();
    const { webContents } = windows[0]!;
    for (const url of ['https://evil.example/', 'file:///etc/passwd', 'app://evil/', 'javascript:alert(1)']) {
      const event = { ...fakeEvent(), url, isMainFrame: true };
      webContents.emit('will-frame-navigate', event);
      expect(event.defaultPrevented).toBe(true);
      expect(webContents.openHandler!({ url } as never)).toEqual({ action: 'deny' });
    }
    const reload = { ...fakeEvent(), url: 'app://gatehouse/index.html#/tasks', isMainFrame: true };
    webContents.emit('will-frame-navigate', reload);
    expect(reload.defaultPrevented).toBe(false);
    const inFrame = { ...reload, ...fakeEvent(), isMainFrame: false };
    webContents.emit('will-frame-navigate', inFrame);
    expect(inFrame.defaultPrevented).toBe(true);
    for (const name of ['will-redirect', 'will-attach-webview']) {
      const event = { ...fakeEvent(), url: 'https://evil.example/' };
      webContents.emit(name, event);
      expect(event.defaultPrevented).toBe(true);
    }
    expect(opened).toEqual([]);
  });

  it('get no permission but to copy', async () => {
    const { permissions } = await start();
    const own = { isMainFrame: true, requestingUrl: 'app://gatehouse/index.html' };
    const ask = (permission: string, details: object): boolean => {
      let answer: boolean | undefined;
      permissions.request!(null as never, permission as never, (granted) => (answer = granted), details as never);
      return answer!;
    };
    expect(ask('clipboard-sanitized-write', own)).toBe(true);
    expect(permissions.check!(null, 'clipboard-sanitized-write', 'app://gatehouse', own)).toBe(true);
    for (const permission of [
      'clipboard-read',
      'media',
      'geolocation',
      'notifications',
      'fullscreen',
      'openExternal',
      'hid',
      'usb',
    ]) {
      expect(ask(permission, own)).toBe(false);
      expect(permissions.check!(null, permission as never, 'app://gatehouse', own)).toBe(false);
    }
    expect(ask('clipboard-sanitized-write', { ...own, isMainFrame: false })).toBe(false);
    expect(ask('clipboard-sanitized-write', { ...own, requestingUrl: 'app://gatehouse.evil/' })).toBe(false);
    expect(permissions.check!(null, 'clipboard-sanitized-write', 'https://evil.example', own)).toBe(false);
    expect(permissions.device!({} as never)).toBe(false);
  });

  it('get a port to the engine, whose traffic the shell does not see', async () => {
    const { windows, children } = await start();
    const { webContents } = windows[0]!;
    const connected = knock(webContents.id, 'connect');
    children[0]!.emit('message', { type: 'ready', directory: folder, version: '1', database: 'SQLite 3' });
    await connected;
    const [channel, , ports] = webContents.posted[0]!;
    const [message, enginePorts] = children[0]!.posted[0]!;
    expect(channel).toBe('gatehouse:port');
    expect(message).toMatchObject({ type: 'connect', operatorId: null });
    expect([ports.length, enginePorts.length]).toEqual([1, 1]);
    expect(ports[0]).not.toBe(enginePorts[0]);
  });

  it('lead to pages of connected systems alone, in the browser of the system', async () => {
    const { windows, children, opened, notifications } = await start();
    const follow = (url: string) => windows[0]!.webContents.openHandler!({ url } as never);
    const ticket = 'https://jira.example/browse/ACCESS-7';
    expect(follow(ticket)).toEqual({ action: 'deny' });
    expect([opened.length, notifications.length]).toEqual([0, 1]);
    children[0]!.emit('message', { type: 'hosts', hosts: ['jira.example'] });
    expect(follow(ticket)).toEqual({ action: 'deny' });
    expect(opened).toEqual([ticket]);
    children[0]!.emit('message', { type: 'hosts', hosts: [] });
    follow(ticket);
    expect([opened.length, notifications.length]).toEqual([1, 2]);
  });

  it('choose the colours, and no other setting of the device', async () => {
    const { windows, state } = await start();
    const { id: page } = windows[0]!.webContents;
    expect(await knock(page, 'colours')).toBe('system');
    expect(await knock(page, 'colours', 'dark')).toBe('dark');
    expect(electron.nativeTheme.themeSource).toBe('dark');
    press(itemsByLabel(state.menu).get('Light'));
    expect(await knock(page, 'colours')).toBe('light');
    await expect(knock(page, 'colours', 'pink')).rejects.toThrow('Refused');
    await expect(knock(9_999, 'colours')).rejects.toThrow('Refused');
  });

  it('that crash are loaded again, once in a while', async () => {
    const { windows } = await start();
    const { webContents } = windows[0]!;
    webContents.emit('render-process-gone', fakeEvent(), { reason: 'crashed', exitCode: 5 });
    webContents.emit('render-process-gone', fakeEvent(), { reason: 'crashed', exitCode: 5 });
    expect(webContents.reloads).toBe(1);
  });
});

describe('closing the window', () => {
  it('remembers where it stood', async () => {
    const { windows } = await start();
    windows[0]!.bounds = { x: 30, y: 40, width: 1000, height: 700 };
    windows[0]!.close();
    const next = await start();
    expect(next.windows[0]!.options).toMatchObject({ x: 30, y: 40, width: 1000, height: 700 });
  });

  it('ends the program, or leaves it in the background where that was chosen', async () => {
    const first = await start();
    first.windows[0]!.close();
    first.app.emit('window-all-closed');
    expect(first.state.quits).toBe(process.platform === 'darwin' ? 0 : 1);

    const { windows, state, trays } = await start();
    press(itemsByLabel(trays[0]!.menu).get('Keep Running in the Background'));
    windows[0]!.isShown = true;
    windows[0]!.close();
    expect([windows[0]!.isDestroyed(), windows[0]!.isShown, state.quits]).toEqual([false, false, 0]);
    trays[0]!.emit('click');
    expect(windows[0]!.isShown).toBe(true);
  });

  it('during an export hides it, and closes it when the file is whole', async () => {
    const { windows, state, saveDialogs, notifications, opened } = await start();
    const { id: page } = windows[0]!.webContents;
    const path = join(folder, 'report.pdf');
    state.saveAt = () => path;
    const chosen = (await knock(page, 'chooseFile', '../Req 7: "report".pdf')) as { readonly ticket: string };
    expect(saveDialogs).toMatchObject([[windows[0], { defaultPath: expect.stringMatching(/Req 7_ _report_\.pdf$/) }]]);
    windows[0]!.close();
    expect([windows[0]!.isDestroyed(), windows[0]!.isShown]).toEqual([false, false]);
    const { buffer: bytes } = new TextEncoder().encode('whole');
    expect(await knock(page, 'writeFile', { ticket: chosen.ticket, bytes })).toEqual({ name: 'report.pdf' });
    await vi.advanceTimersByTimeAsync(0);
    expect(windows[0]!.isDestroyed()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(notifications[0]!.options.body).toBe(path);
    notifications[0]!.emit('click');
    expect(opened).toEqual([path]);
  });
});

describe('a file that the console saves', () => {
  it('is written where the person said, by the page they said it to, once', async () => {
    const { windows, state, errorBoxes } = await start();
    press(itemsByLabel(state.menu).get('New Window'));
    const [page = 0, other = 0] = windows.map(({ webContents }) => webContents.id);
    expect(await knock(page, 'chooseFile', 'report.pdf')).toBeNull();
    state.saveAt = () => join(folder, 'report.pdf');
    const choose = async () => (await knock(page, 'chooseFile', 'report.pdf')) as { readonly ticket: string };
    const bytes = new ArrayBuffer(3);
    const { ticket } = await choose();
    expect(await knock(other, 'writeFile', { ticket, bytes })).toBeNull();
    expect(await knock(page, 'writeFile', { ticket, bytes })).toEqual({ name: 'report.pdf' });
    expect(await knock(page, 'writeFile', { ticket, bytes })).toBeNull();
    await expect(knock(page, 'writeFile', { ticket: '/etc/passwd', bytes })).rejects.toThrow('Refused');

    state.saveAt = () => join(folder, 'nowhere', 'report.pdf');
    const failed = await knock(page, 'writeFile', { ...(await choose()), bytes });
    expect(failed).toMatchObject({ problem: expect.stringContaining('Is there room on the disk') });
    expect(errorBoxes).toHaveLength(1);
  });

  it('that the page gives up, or goes away from, keeps no window', async () => {
    const { windows, state } = await start();
    const { webContents } = windows[0]!;
    state.saveAt = () => join(folder, 'report.pdf');
    const { ticket } = (await knock(webContents.id, 'chooseFile', 'a.pdf')) as { readonly ticket: string };
    expect(await knock(webContents.id, 'writeFile', { ticket, bytes: null })).toBeNull();
    await knock(webContents.id, 'chooseFile', 'b.pdf');
    webContents.emit('did-finish-load');
    windows[0]!.close();
    expect(windows[0]!.isDestroyed()).toBe(true);
  });

  it('is never a download', async () => {
    const { windows, session } = await start();
    const event = fakeEvent();
    session.emit('will-download', event, {}, windows[0]!.webContents);
    expect(event.defaultPrevented).toBe(true);
  });
});

describe('quitting', () => {
  it('waits for the engine', async () => {
    const { children, state } = await start();
    electron.app.quit();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state.quitted).toBe(false);
    expect(children[0]!.posted).toContainEqual([{ type: 'close' }, []]);
    children[0]!.emit('exit', 0);
    await vi.advanceTimersByTimeAsync(0);
    expect([state.quitted, children[0]!.kills]).toEqual([true, 0]);
  });

  it('asks after a while, and ends by force when the person says so', async () => {
    const { children, state, messageBoxes } = await start();
    state.answer = () => 1;
    electron.app.quit();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(messageBoxes).toHaveLength(1);
    expect([state.quitted, children[0]!.kills]).toEqual([true, 1]);
  });

  it('goes on waiting when the person says so, and ends by itself after a long time', async () => {
    const { children, state } = await start();
    electron.app.quit();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([state.quitted, children[0]!.kills]).toEqual([false, 0]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([state.quitted, children[0]!.kills]).toEqual([true, 1]);
  });
});

describe('a signal to end', () => {
  it('is a wish to quit, and nobody else ends the process', async () => {
    const ends = vi.fn<() => void>();
    for (const signal of signals) process.once(signal, ends);
    const { state, children } = await start();
    for (const signal of signals) process.emit(signal, signal);
    await vi.advanceTimersByTimeAsync(0);
    expect(ends).not.toHaveBeenCalled();
    expect(state.quitted).toBe(false);
    expect(children[0]!.posted).toEqual([[{ type: 'close' }, []]]);
    children[0]!.emit('exit', 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(state.quitted).toBe(true);
  });
});

describe('quitting while a file is written', () => {
  it('waits for the file, and by force does not', async () => {
    const { windows, state, children } = await start();
    state.saveAt = () => join(folder, 'report.pdf');
    await knock(windows[0]!.webContents.id, 'chooseFile', 'report.pdf');
    electron.app.quit();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(children[0]!.posted).toEqual([]);
    state.answer = () => 1;
    await vi.advanceTimersByTimeAsync(10_000);
    windows[0]!.close();
    expect([state.quitted, windows[0]!.isDestroyed()]).toEqual([true, true]);
  });
});

describe('a system that goes down', () => {
  it('waits until the program has ended in order', async () => {
    for (const tell of [
      ({ powerMonitor }: FakeElectron['fake'], event: object) => powerMonitor.emit('shutdown', event),
      ({ windows }: FakeElectron['fake'], event: object) => windows[0]!.emit('query-session-end', event),
    ]) {
      const fake = await start();
      const event = fakeEvent();
      tell(fake, event);
      await vi.advanceTimersByTimeAsync(0);
      expect(event.defaultPrevented).toBe(true);
      expect(fake.children[0]!.posted).toEqual([[{ type: 'close' }, []]]);
      fake.windows[0]!.emit('session-end', fakeEvent());
      fake.children[0]!.emit('exit', 0);
      await vi.advanceTimersByTimeAsync(0);
      expect(fake.state.quitted).toBe(true);
    }
  });

  it('that cannot be asked to wait still has the engine close', async () => {
    const { windows, children } = await start();
    windows[0]!.emit('session-end', fakeEvent());
    await vi.advanceTimersByTimeAsync(0);
    expect(children[0]!.posted).toEqual([[{ type: 'close' }, []]]);
  });
});

describe('what waits for a person', () => {
  const news = (window: string, operatorId: string | null, openTasks: number, ids: readonly string[] = []) => ({
    type: 'attention',
    window,
    operatorId,
    openTasks,
    arrived: ids.map((name) => ({
      kind: name.startsWith('t') ? 'task' : 'notice',
      id: name,
      title: `Title ${name}`,
      text: `Text ${name}.`,
      place: `/requests/${name}`,
    })),
  });

  /** The keys of the windows, each connected to the engine and loaded. */
  async function connected({ windows, children }: FakeElectron['fake']): Promise<readonly string[]> {
    children[0]!.emit('message', { type: 'ready', directory: folder, version: '1', database: 'SQLite 3' });
    for (const { webContents } of windows) {
      await knock(webContents.id, 'connect');
      webContents.emit('did-finish-load');
    }
    return children[0]!.posted.map(([message]) => (message as { readonly window: string }).window);
  }

  it('is counted in the tray and the badge, and what arrives leads to its request', async () => {
    const fake = await start();
    const { windows, children, trays, notifications, state } = fake;
    expect(itemsByLabel(trays[0]!.menu).has('Nobody is signed in')).toBe(true);
    const [window = ''] = await connected(fake);
    children[0]!.emit('message', news(window, null, 0));
    expect(itemsByLabel(trays[0]!.menu).has('Nobody is signed in')).toBe(true);
    children[0]!.emit('message', news(window, 'ada', 0));
    expect(itemsByLabel(trays[0]!.menu).has('Nothing waits for you')).toBe(true);
    children[0]!.emit('message', news(window, 'ada', 3, ['t1', 'n1', 'n2']));
    children[0]!.emit('message', news(window, 'ada', 3, ['t1', 'n1', 'n2']));
    expect(state.badge).toBe(3);
    expect(trays[0]!.toolTip).toContain('3 tasks');
    expect(notifications.map(({ options }) => [options.title, options.body])).toEqual([
      ['Title t1', 'Text t1.'],
      ['2 news of requests', 'Text n1, and 1 more.'],
    ]);
    for (const notice of notifications) notice.emit('click');
    expect(windows[0]!.webContents.sent).toEqual([
      ['gatehouse:place', '/requests/t1'],
      ['gatehouse:place', '/requests'],
    ]);
    windows[0]!.close();
    expect(state.badge).toBe(0);
  });

  it('is told while another person’s window is in front, and leads to the window of whom it concerns', async () => {
    const fake = await start();
    const { windows, children, notifications, state, trays } = fake;
    press(itemsByLabel(state.menu).get('New Window'));
    press(itemsByLabel(state.menu).get('New Window'));
    const [ada = '', bo = '', boAgain = ''] = await connected(fake);
    for (const [window, person] of [
      [ada, 'ada'],
      [bo, 'bo'],
      [boAgain, 'bo'],
    ] as const) {
      children[0]!.emit('message', news(window, person, person === 'bo' ? 2 : 0));
    }
    windows[0]!.focused = true;
    children[0]!.emit('message', news(ada, 'ada', 0, ['n1']));
    expect(notifications).toHaveLength(0);
    children[0]!.emit('message', news(bo, 'bo', 2, ['t1']));
    children[0]!.emit('message', news(boAgain, 'bo', 2, ['t1']));
    expect(notifications).toHaveLength(1);
    press(itemsByLabel(trays[0]!.menu).get('2 tasks wait for you'));
    windows[1]!.close();
    notifications[0]!.emit('click');
    expect(windows.map(({ webContents }) => webContents.sent)).toEqual([
      [],
      [['gatehouse:place', '/tasks']],
      [['gatehouse:place', '/requests/t1']],
    ]);
  });

  it('lies over the icon in the taskbar of Windows', async () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    const fake = await start();
    platform.mockRestore();
    const [window = ''] = await connected(fake);
    fake.children[0]!.emit('message', news(window, 'ada', 1));
    expect(fake.windows[0]!.overlay).toBe('1 task waits for you');
    fake.children[0]!.emit('message', news(window, 'ada', 0));
    expect(fake.windows[0]!.overlay).toBeNull();
  });
});

describe('the machine', () => {
  it('wakes, connects and unlocks, and the engine hears of it', async () => {
    const { children, powerMonitor, state } = await start();
    for (const event of ['suspend', 'resume', 'unlock-screen']) powerMonitor.emit(event);
    state.online = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(children[0]!.posted.map(([message]) => message)).toEqual([
      { type: 'power', event: 'suspend' },
      { type: 'power', event: 'resume' },
      { type: 'power', event: 'unlock-screen' },
      { type: 'network', online: false },
    ]);
  });
});

describe('trouble', () => {
  /** As Node tells of it: by an event, for which its types have no common name. */
  const fault = (name: string, error: Error): boolean => (process as NodeJS.EventEmitter).emit(name, error);

  it('with the shell itself is written down and told, and the engine ends in order first', async () => {
    for (const name of ['uncaughtException', 'unhandledRejection'] as const) {
      const { children, errorBoxes, state } = await start();
      fault(name, new Error(`A bug: ${name}`));
      fault(name, new Error('And another'));
      await vi.advanceTimersByTimeAsync(0);
      expect(errorBoxes).toMatchObject([[expect.any(String), expect.stringContaining(`A bug: ${name}`)]]);
      expect(shellLog()).toContain(`A bug: ${name}`);
      expect(children[0]!.posted).toEqual([[{ type: 'close' }, []]]);
      expect(state.exitCode).toBeNull();
      children[0]!.emit('exit', 0);
      await vi.advanceTimersByTimeAsync(0);
      expect(state.exitCode).toBe(1);
      for (const event of ['uncaughtException', 'unhandledRejection']) process.removeAllListeners(event);
    }
  });

  it('with a folder that cannot be shown is told', async () => {
    const { state, errorBoxes } = await start();
    state.openProblem = 'No program for folders';
    press(itemsByLabel(state.menu).get('Show Logs'));
    await vi.advanceTimersByTimeAsync(0);
    expect(errorBoxes).toMatchObject([[expect.any(String), expect.stringContaining('No program for folders')]]);
  });

  it('with an engine that hangs while it opens the workspace is told, and it can be begun anew', async () => {
    const { messageBoxes, state, children } = await start();
    state.answer = () => 1;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(messageBoxes).toMatchObject([{ buttons: ['Keep waiting', 'Start it again', 'Quit'] }]);
    expect(children[0]!.kills).toBe(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(children).toHaveLength(2);
  });

  it('with settings that cannot be saved is told once, and they hold', async () => {
    const { windows, messageBoxes } = await start([], {}, () => {
      throw new Error('ENOSPC');
    });
    const { id: page } = windows[0]!.webContents;
    expect(await knock(page, 'colours', 'dark')).toBe('dark');
    await vi.advanceTimersByTimeAsync(0);
    expect(messageBoxes).toMatchObject([{ message: 'The settings of this device could not be saved.' }]);
    windows[0]!.close();
  });

  it('with the settings’ file is told once', async () => {
    writeFileSync(join(folder, 'settings.json'), '{"theme"');
    expect((await start()).messageBoxes).toHaveLength(1);
    expect((await start()).messageBoxes).toHaveLength(0);
  });

  it('with an engine that keeps crashing is told, and the person tries again or quits', async () => {
    const { children, messageBoxes, state } = await start();
    const answers = [0, 1];
    state.answer = () => answers.shift() ?? 1;
    for (let crash = 0; crash < 5; crash += 1) {
      children.at(-1)!.emit('exit', 139);
      await vi.advanceTimersByTimeAsync(8_000);
    }
    expect(messageBoxes).toHaveLength(1);
    expect(children).toHaveLength(6);
    children.at(-1)!.emit('message', { type: 'failed', message: 'The disk is full.' });
    children.at(-1)!.emit('exit', 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(messageBoxes[1]!.detail).toContain('The disk is full.');
    expect(state.quitted).toBe(true);
  });
});

describe('the menu', () => {
  it('leads to the places of the console, and keeps zoom and colours', async () => {
    const { windows, state } = await start();
    const { webContents } = windows[0]!;
    webContents.emit('did-finish-load');
    press(itemsByLabel(state.menu).get('My Tasks'));
    press(itemsByLabel(state.menu).get('Larger'));
    press(itemsByLabel(state.menu).get('Larger, without Shift'));
    press(itemsByLabel(state.menu).get('Dark'));
    press(itemsByLabel(state.menu).get('New Window'));
    expect(webContents.sent).toEqual([['gatehouse:place', '/tasks']]);
    expect(webContents.zoomLevel).toBe(1);
    expect(itemsByLabel(state.menu).get('Dark')).toMatchObject({ checked: true });
    expect(windows).toHaveLength(2);
    const accelerators = [...itemsByLabel(state.menu).values()].flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(accelerators).size).toBe(accelerators.length);
  });
});
