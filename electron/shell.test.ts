/** The whole shell on a fake Electron, with an engine that a test plays. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ElectronStore from 'electron-store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
  for (const signal of signals) process.removeAllListeners(signal);
  rmSync(folder, { recursive: true });
});

async function start(argv: readonly string[] = [], options: Partial<FakeOptions> = {}): Promise<FakeElectron['fake']> {
  electron = createFakeElectron({ userData: folder, ...options });
  const paths = {
    engineProcess: '/b/engine.js',
    preload: '/b/preload.cjs',
    renderer: folder,
    icons: '/i',
    sources: '/s',
  };
  await startShell(electron, { paths, argv: ['electron', ...argv], openStore: (given) => new ElectronStore(given) });
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
    expect(paths.get('crashDumps')).toBe(join(folder, 'crashes'));
  });

  it('stays in the background when it was opened at login', async () => {
    const { windows, children } = await start(['--hidden']);
    expect(windows).toHaveLength(0);
    expect(children).toHaveLength(1);
  });
});

describe('a second instance', () => {
  it('ends without opening anything', async () => {
    const { windows, children, state } = await start([], { isSecond: true });
    expect([windows.length, children.length, state.quits]).toEqual([0, 0, 1]);
  });

  it('brings the first one’s window to the front', async () => {
    const { app, windows } = await start();
    windows[0]!.minimized = true;
    app.emit('second-instance', fakeEvent(), ['electron', '.'], '/');
    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({ minimized: false, isShown: true, focused: true });
  });

  it('hands its link over, and a hostile one goes nowhere', async () => {
    const { app, windows } = await start();
    windows[0]!.webContents.emit('did-finish-load');
    app.emit('second-instance', fakeEvent(), ['electron', '.', `gatehouse://request/${id}`], '/');
    app.emit('second-instance', fakeEvent(), ['electron', '.', 'gatehouse://request/../../etc'], '/');
    expect(windows[0]!.webContents.sent).toEqual([['gatehouse:place', `/requests/${id}`]]);
    expect(shellLog()).toContain('leads nowhere');
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
    children[0]!.emit('message', { type: 'ready', directory: folder, version: '1' });
    await connected;
    const [channel, , ports] = webContents.posted[0]!;
    const [message, enginePorts] = children[0]!.posted[0]!;
    expect(channel).toBe('gatehouse:port');
    expect(message).toMatchObject({ type: 'connect', operatorId: null });
    expect([ports.length, enginePorts.length]).toEqual([1, 1]);
    expect(ports[0]).not.toBe(enginePorts[0]);
  });

  it('see and change the settings that are theirs to see', async () => {
    const { windows, loginItems } = await start();
    const { webContents } = windows[0]!;
    expect(await knock(webContents.id, 'settings')).toEqual({
      theme: 'system',
      zoomLevel: 0,
      openAtLogin: false,
      keepRunning: false,
    });
    await knock(webContents.id, 'changeSettings', { theme: 'dark', zoomLevel: 1 });
    expect(electron.nativeTheme.themeSource).toBe('dark');
    expect(webContents.zoomLevel).toBe(1);
    expect(loginItems).toEqual([]);
    await expect(knock(webContents.id, 'changeSettings', { window: null })).rejects.toThrow('Refused');
    await expect(knock(9_999, 'settings')).rejects.toThrow('Refused');
  });

  it('get the file that a person chose, and nothing else of the disk', async () => {
    const { windows, state, openDialogs } = await start();
    const { webContents } = windows[0]!;
    const choose = async (file: string): Promise<unknown> => {
      state.choose = () => [file];
      return knock(webContents.id, 'openFile');
    };
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    expect(await knock(webContents.id, 'openFile')).toBeNull();
    expect(openDialogs).toMatchObject([
      [windows[0], { properties: ['openFile'], filters: [{ extensions: ['csv', 'tsv', 'txt'] }] }],
    ]);
    const chosen = await choose(file('people.csv', 'name\nAda'));
    expect(chosen).toEqual({ name: 'people.csv', bytes: Buffer.from('name\nAda') });
    expect(await choose(file('empty.csv', ''))).toMatchObject({ problem: expect.stringContaining('empty') });
    expect(await choose(file('id_rsa', 'hunter2'))).toEqual({ name: 'id_rsa', problem: expect.any(String) });
    expect(await choose(join(folder, 'gone.csv'))).toMatchObject({ problem: expect.stringContaining('still there') });
    expect(await choose(folder)).toMatchObject({ problem: 'This is no file.' });
    const huge = file('huge.csv', '');
    truncateSync(huge, 200_000_001);
    expect(await choose(huge)).toEqual({ name: 'huge.csv', problem: expect.stringContaining('larger than 200 MB') });
    await expect(knock(webContents.id, 'openFile', join(folder, 'people.csv'))).rejects.toThrow('Refused');
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
    const { windows, session, notifications, opened } = await start();
    const item = download('blob:app://gatehouse/1', '../Req 7: "report".pdf');
    session.emit('will-download', fakeEvent(), item, windows[0]!.webContents);
    windows[0]!.close();
    expect([windows[0]!.isDestroyed(), windows[0]!.isShown]).toEqual([false, false]);
    expect(item.options).toMatchObject({ defaultPath: 'Req 7_ _report_.pdf' });
    item.finish('completed');
    await vi.advanceTimersByTimeAsync(0);
    expect(windows[0]!.isDestroyed()).toBe(true);
    expect(notifications[0]!.options.body).toBe('/home/ada/report.pdf');
    notifications[0]!.emit('click');
    expect(opened).toEqual(['/home/ada/report.pdf']);
  });
});

describe('a download', () => {
  it('that the console did not make is denied', async () => {
    const { windows, session } = await start();
    for (const url of [
      'https://evil.example/x.exe',
      'data:text/html,x',
      'blob:https://evil.example/1',
      'blob:app://gatehouse.evil/1',
    ]) {
      const event = fakeEvent();
      session.emit('will-download', event, download(url, 'x'), windows[0]!.webContents);
      expect(event.defaultPrevented).toBe(true);
    }
  });

  it('that breaks off is told', async () => {
    const { windows, session, errorBoxes } = await start();
    const item = download('blob:app://gatehouse/1', 'report.pdf');
    session.emit('will-download', fakeEvent(), item, windows[0]!.webContents);
    item.finish('interrupted');
    expect(errorBoxes).toHaveLength(1);
  });
});

function download(url: string, name: string) {
  let done: ((event: unknown, state: string) => void) | undefined;
  return {
    options: null as unknown,
    getURL: () => url,
    getFilename: () => name,
    getSavePath: () => '/home/ada/report.pdf',
    setSaveDialogOptions(options: unknown) {
      this.options = options;
    },
    once: (_event: string, listener: typeof done) => void (done = listener),
    finish: (state: string) => done?.({}, state),
  };
}

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
    const { windows, session, state, children } = await start();
    const item = download('blob:app://gatehouse/1', 'report.pdf');
    session.emit('will-download', fakeEvent(), item, windows[0]!.webContents);
    electron.app.quit();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(children[0]!.posted).toEqual([]);
    state.answer = () => 1;
    await vi.advanceTimersByTimeAsync(10_000);
    windows[0]!.close();
    expect([state.quitted, windows[0]!.isDestroyed()]).toEqual([true, true]);
  });
});

describe('what waits for a person', () => {
  it('is counted in the tray and the badge, and what arrives leads to its request', async () => {
    const { windows, children, trays, notifications, state } = await start();
    const { webContents } = windows[0]!;
    const connected = knock(webContents.id, 'connect');
    children[0]!.emit('message', { type: 'ready', directory: folder, version: '1' });
    await connected;
    webContents.emit('did-finish-load');
    const { window } = children[0]!.posted[0]![0] as { window: string };
    const news = {
      type: 'attention',
      window,
      operatorId: 'ada',
      openTasks: 3,
      arrived: [
        { kind: 'task', id: 't1', title: 'A request waits', text: 'Bo asks for admin', place: `/requests/${id}` },
        { kind: 'notice', id: 'n1', title: 'Request 7', text: 'Editors works now for you.', place: '/requests/7' },
        { kind: 'notice', id: 'n2', title: 'Request 8', text: 'Readers works now for you.', place: '/requests/8' },
      ],
    };
    children[0]!.emit('message', news);
    children[0]!.emit('message', news);
    expect(state.badge).toBe(3);
    expect(trays[0]!.toolTip).toContain('3 tasks');
    expect(notifications.map(({ options }) => [options.title, options.body])).toEqual([
      ['A request waits', 'Bo asks for admin'],
      ['2 news of requests', 'Editors works now for you, and 1 more.'],
    ]);
    for (const notice of notifications) notice.emit('click');
    expect(webContents.sent).toEqual([
      ['gatehouse:place', `/requests/${id}`],
      ['gatehouse:place', '/requests'],
    ]);
    windows[0]!.close();
    expect(state.badge).toBe(0);
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
    press(itemsByLabel(state.menu).get('Larger'));
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
