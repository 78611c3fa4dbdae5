/** The application's menu. What has a key in the console itself is left to it; these are the keys of a desktop program. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Needs } from './electron-module.ts';
import { themes, type Settings } from './settings.ts';

const zoomSteps = { smallest: -3, largest: 5, step: 0.5 };

export interface MenuOptions {
  readonly settings: Settings;
  readonly isMac: boolean;
  openWindow(): void;
  show(place: string): void;
  showWorkspaceFolder(): void;
  showLogs(): void;
}

/** Sets the menu, and again whenever a setting shown in it changes. */
export function keepMenu({ Menu, app }: Needs<'Menu' | 'app'>, options: MenuOptions): void {
  options.settings.apply(() => {
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options, () => app.showAboutPanel())));
  });
}

export function menuTemplate(options: MenuOptions, about: () => void): MenuItemConstructorOptions[] {
  const { settings, isMac } = options;
  const { theme, zoomLevel } = settings.current;
  const place = (label: string, accelerator: string, to: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => options.show(to),
  });
  const zoomTo = (level: number): void =>
    settings.change({ zoomLevel: Math.min(zoomSteps.largest, Math.max(zoomSteps.smallest, level)) });
  const preferences = [keepRunningItem(settings), checkbox(settings, 'openAtLogin', 'Open at Login')];
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
        { label: 'Larger', accelerator: 'CmdOrCtrl+Plus', click: () => zoomTo(zoomLevel + zoomSteps.step) },
        { label: 'Smaller', accelerator: 'CmdOrCtrl+-', click: () => zoomTo(zoomLevel - zoomSteps.step) },
        { label: 'Actual Size', accelerator: 'CmdOrCtrl+0', click: () => zoomTo(0) },
        separator,
        {
          label: 'Colors',
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
  return checkbox(settings, 'keepRunning', 'Keep Running in the Background');
}

function checkbox(settings: Settings, name: 'keepRunning' | 'openAtLogin', label: string): MenuItemConstructorOptions {
  const checked = settings.current[name];
  return { label, type: 'checkbox', checked, click: () => settings.change({ [name]: !checked }) };
}
