/** The application's menu. What has a key in the console itself is left to it; these are the keys of a desktop program. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Needs } from './electron-module.ts';
import type { LoginItem } from './open-at-login.ts';
import { themes, type Settings } from './settings.ts';

const zoomSteps = { smallest: -3, largest: 5, step: 0.5 };

export interface MenuOptions {
  readonly settings: Settings;
  /** Null: this program cannot be opened at login. */
  readonly login: LoginItem | null;
  readonly isMac: boolean;
  openWindow(): void;
  show(place: string): void;
  showWorkspaceFolder(): void;
  showLogs(): void;
}

/** Sets the menu, and again whenever something shown in it changes. */
export function keepMenu({ Menu, app }: Needs<'Menu' | 'app'>, options: MenuOptions): void {
  const update = (): void =>
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options, update, () => app.showAboutPanel())));
  options.settings.apply(update);
}

function menuTemplate(options: MenuOptions, update: () => void, about: () => void): MenuItemConstructorOptions[] {
  const { settings, login, isMac } = options;
  const { theme, zoomLevel } = settings.current;
  const place = (label: string, accelerator: string, to: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => options.show(to),
  });
  const zoomTo = (level: number): void =>
    settings.change({ zoomLevel: Math.min(zoomSteps.largest, Math.max(zoomSteps.smallest, level)) });
  const larger = (): void => zoomTo(zoomLevel + zoomSteps.step);
  const preferences = [keepRunningItem(settings), ...(login === null ? [] : [openAtLoginItem(login, update)])];
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const macMenu: MenuItemConstructorOptions = {
    label: 'Gatehouse',
    submenu: [
      { label: 'About Gatehouse', click: about },
      separator,
      ...preferences,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };

  return [
    ...(isMac ? [macMenu] : []),
    {
      label: '&File',
      submenu: [
        place('New Request', 'CmdOrCtrl+N', '/requests/new'),
        { label: 'New Window', accelerator: 'CmdOrCtrl+Shift+N', click: () => options.openWindow() },
        separator,
        ...(isMac ? [] : [...preferences, separator]),
        { role: 'close' },
        ...(isMac ? [] : [{ role: 'quit', accelerator: 'Ctrl+Q' } as const]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&Go',
      submenu: [
        place('Dashboard', 'CmdOrCtrl+1', '/'),
        place('My Tasks', 'CmdOrCtrl+2', '/tasks'),
        place('Access Requests', 'CmdOrCtrl+3', '/requests'),
        place('Applications', 'CmdOrCtrl+4', '/applications'),
        place('Directory', 'CmdOrCtrl+5', '/directory'),
      ],
    },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        separator,
        { label: 'Larger', accelerator: 'CmdOrCtrl+Plus', click: larger },
        // The key of the plus on keyboards where it needs Shift.
        { label: 'Larger, without Shift', accelerator: 'CmdOrCtrl+=', visible: false, click: larger },
        { label: 'Smaller', accelerator: 'CmdOrCtrl+-', click: () => zoomTo(zoomLevel - zoomSteps.step) },
        { label: 'Actual Size', accelerator: 'CmdOrCtrl+0', click: () => zoomTo(0) },
        separator,
        {
          label: 'Colours',
          submenu: themes.map((name) => ({
            label: { system: 'As the System', light: 'Light', dark: 'Dark' }[name],
            type: 'radio' as const,
            checked: name === theme,
            click: () => settings.change({ theme: name }),
          })),
        },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Show Workspace Folder', click: () => options.showWorkspaceFolder() },
        { label: 'Show Logs', click: () => options.showLogs() },
        ...(isMac ? [] : [separator, { label: 'About Gatehouse', click: about }]),
      ],
    },
  ];
}

/** The tray has it too. */
export function keepRunningItem(settings: Settings): MenuItemConstructorOptions {
  const { keepRunning } = settings.current;
  const click = (): void => settings.change({ keepRunning: !keepRunning });
  return { label: 'Keep Running in the Background', type: 'checkbox', checked: keepRunning, click };
}

function openAtLoginItem(login: LoginItem, update: () => void): MenuItemConstructorOptions {
  const { isOn } = login;
  const click = (): void => {
    login.set(!isOn);
    // The system may have kept it as it was.
    update();
  };
  return { label: 'Open at Login', type: 'checkbox', checked: isOn, click };
}
